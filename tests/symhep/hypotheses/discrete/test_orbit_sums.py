"""Sums over events and their images, against sums written out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep_moments.fit.discrete import orbit_sums as orbits
from symhep_moments.fit.discrete.orbit_sums import orbit_sums

FRAME = Frame(("px", "py", "pz"), ("a", "b"))
RNG = np.random.default_rng(5)
X = torch.from_numpy(RNG.normal(size=(40, 2, 3)))
W = torch.from_numpy(RNG.choice([-0.5, 1.0, 2.0], size=40))


def functions(x: torch.Tensor) -> torch.Tensor:
    return torch.cat([x.flatten(1), x[:, :1, 0] ** 3, torch.ones_like(x[:, :1, 0])], dim=1)


@pytest.mark.parametrize("name", ["P", "Z_3(z)", "exchange(1,2)", "Z_4(x)*exchange(1,2)"])
def test_sums_as_written_in_the_docstring(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orbits, "CHUNK", 7)
    element = read_element(name, FRAME)
    (sums,) = orbit_sums(X, W, functions, [element])
    images, x = [], X
    for _ in range(element.order):
        images.append(functions(x).numpy())
        x = element.act(x)
    f = np.stack(images, axis=1)
    y = (f - f.mean(axis=1, keepdims=True)) * W.numpy()[:, None, None]
    changed = np.abs(y).max(axis=(0, 1)) > 1e-9
    assert sums.changed.tolist() == changed.tolist()
    assert sums.groups == pytest.approx(y[..., changed])  # 40 groups of one event
    second = np.einsum("njk,njl->kl", y, y)[changed][:, changed] / element.order
    assert sums.second == pytest.approx(second)


def test_rounding_is_no_change() -> None:
    x = X.clone()
    x[:, 1, 0] = x[:, 0, 0] * (1 + 1e-9)
    (sums,) = orbit_sums(x, W, lambda e: e[:, 0], [read_element("exchange(1,2)", FRAME)])
    assert sums.changed.tolist() == [False, True, True]
