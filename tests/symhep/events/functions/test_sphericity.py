"""Eigenvalues against those of the tensor written out, and shapes whose values are known."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from symhep.events.batch import momentum_records
from symhep.events.functions.sphericity import aplanarity, planarity, sphericity, transverse_sphericity


def lists(events: list[list[list[float]]]) -> ak.Array:
    p = [np.array(event, dtype=float).reshape(-1, 3) for event in events]
    flat = np.concatenate(p)
    counts = [len(event) for event in p]
    fields = dict(zip(("px", "py", "pz", "E"), [*flat.T, np.linalg.norm(flat, axis=1)], strict=True))
    return momentum_records({k: ak.unflatten(ak.Array(v), counts) for k, v in fields.items()})


def test_shapes_that_are_known() -> None:
    """Two jets; three axes alike; a disc of x and y; nothing."""
    jets = [[1.0, 2, 3], [-1.0, -2, -3]]
    axes = [[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]]
    disc = [[1.0, 0, 0], [0, 1.0, 0]]
    events = lists([jets, axes, disc, []])
    assert sphericity(events)[:3] == pytest.approx([0, 1, 0.75], abs=1e-12)
    assert aplanarity(events)[:3] == pytest.approx([0, 0.5, 0], abs=1e-12)
    assert planarity(events)[:3] == pytest.approx([0, 0, 0.5], abs=1e-12)
    assert transverse_sphericity(events)[:3] == pytest.approx([0, 1, 1], abs=1e-12)
    for shape in (sphericity, aplanarity, planarity, transverse_sphericity):
        assert np.isnan(shape(events)[3])


def test_random_events() -> None:
    rng = np.random.default_rng(2)
    p = [rng.normal(size=(n, 3)) for n in (2, 3, 6, 6)]
    events = lists([q.tolist() for q in p])
    # The roots of the characteristic polynomial, from the coefficients.
    for i, q in enumerate(p):
        tensor = sum(np.outer(v, v) for v in q) / (q**2).sum()
        minors = 0.5 * (np.trace(tensor) ** 2 - np.trace(tensor @ tensor))
        roots = np.sort(np.roots([1, -1, minors, -np.linalg.det(tensor)]).real)
        assert sphericity(events)[i] == pytest.approx(1.5 * (roots[0] + roots[1]), abs=1e-7)
        assert aplanarity(events)[i] == pytest.approx(1.5 * roots[0], abs=1e-7)
        assert planarity(events)[i] == pytest.approx(
            2 / 3 * (sphericity(events)[i] - 2 * aplanarity(events)[i])
        )
        flat = q[:, :2].T @ q[:, :2]
        half, root = np.trace(flat) / 2, np.sqrt((np.trace(flat) / 2) ** 2 - np.linalg.det(flat))
        assert transverse_sphericity(events)[i] == pytest.approx(2 * (half - root) / (2 * half), abs=1e-12)
