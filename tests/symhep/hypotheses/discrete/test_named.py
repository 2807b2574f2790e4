"""Functions with names."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.hypotheses.discrete.named import NamedFunctions


def test_components_pt_and_triple_products() -> None:
    x = np.random.default_rng(1).normal(size=(5, 3, 4))
    named = NamedFunctions(("E", "px", "py", "pz"), ("a", "b", "c"))
    values = dict(zip(named.labels, named(torch.from_numpy(x)).numpy().T, strict=True))
    p = x[:, :, 1:]
    assert values["pz(b)"] == pytest.approx(p[:, 1, 2])
    assert values["pt(c)"] == pytest.approx(np.hypot(p[:, 2, 0], p[:, 2, 1]))
    assert values["a . (b x c)"] == pytest.approx(np.linalg.det(p))
    assert values["(a x b)_z pz(c)"] == pytest.approx(np.cross(p[:, 0], p[:, 1])[:, 2] * p[:, 2, 2])


def test_one_vector_of_features() -> None:
    assert NamedFunctions(("x1", "x2"), ("1",)).labels == ("x1", "x2")
