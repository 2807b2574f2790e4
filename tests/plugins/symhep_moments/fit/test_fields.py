"""Vector fields against W x + b written out, with what is not there at rest."""

from __future__ import annotations

import numpy as np
import torch

from symhep.lie.bases import poincare
from symhep_moments.fit.fields import LinearFields, columnwise
from symhep_moments.places import Places

GENERATORS = poincare()


def test_columns_side_by_side_are_the_same_events() -> None:
    x = torch.arange(24.0, dtype=torch.float64).view(4, 2, 3)
    laid = columnwise(x)
    assert torch.equal(laid, x)
    assert laid.stride() == (1, 4, 8)
    assert columnwise(laid).data_ptr() == laid.data_ptr()  # nothing is copied twice


def test_fields_are_those_of_the_matrices_and_what_is_not_there_rests() -> None:
    rng = np.random.default_rng(4)
    there = np.array([[True] * 4, [True, True, True, False]])
    places = Places(("E", "px", "py", "pz"), there, ("a", "b"), ("a", "b"), frozenset({"b"}), extended=True)
    x = torch.from_numpy(np.concatenate([rng.normal(size=(5, 2, 4)), np.ones((5, 2, 1))], axis=2))
    x[2, 1] = 0.0  # an empty place
    w, b = GENERATORS.matrices[:, :4, :4], GENERATORS.matrices[:, :4, 4]
    expected = np.einsum("gij,npj->ngpi", w, x[..., :4].numpy()) + b[:, None]
    expected *= there[None, None] * x[:, None, :, 4, None].numpy()
    for events in (x, columnwise(x)):
        v = LinearFields(GENERATORS, "cpu", places)(events)
        np.testing.assert_allclose(v.numpy(), expected, rtol=1e-12, atol=1e-15)
        assert v.stride()[0] == 1
