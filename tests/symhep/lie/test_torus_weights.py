"""Representation weights of a torus from its generators in any frame."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import special_ortho_group

from symhep.lie.bases import so
from symhep.lie.torus_weights import torus_weights

TURN = np.array([[0.0, -1.0], [1.0, 0.0]])


def _generators(weights: list[list[int]], still: int = 0, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    made = np.array([np.kron(np.diag(np.array(w, dtype=float)), TURN) for w in weights])
    made = np.pad(made, ((0, 0), (0, still), (0, still)))
    frame = special_ortho_group.rvs(made.shape[1], random_state=seed)
    mix = rng.normal(size=(len(weights), len(weights)))  # another basis of the same torus
    return np.asarray(np.einsum("ab,bij->aij", mix, frame @ made @ frame.T))


@pytest.mark.parametrize(
    ("weights", "found"),
    [([1, 4], [[1, 4]]), ([2, 3, 5], [[2, 3, 5]]), ([1, 1, 2], [[1, 1, 2]]), ([4, 6], [[2, 3]]), ([-3, 1], [[1, 3]])],
)  # fmt: skip
@pytest.mark.parametrize("still", [0, 1, 3])
def test_of_a_circle(weights: list[int], found: list[list[int]], still: int) -> None:
    told = torus_weights(_generators([weights], still))
    assert told is not None
    assert np.abs(told.weights).tolist() == found  # the slowest plane first
    assert told.deviation < 1e-6


@pytest.mark.parametrize(
    "weights", [[[2, -2, 1], [2, 0, 1]], [[-1, 1, 0, 1], [-2, 1, -1, 2], [-2, 1, -2, 0]]]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_basis_of_a_torus(weights: list[list[int]], seed: int) -> None:
    told = torus_weights(_generators(weights, seed=seed))
    assert told is not None
    assert told.weights.shape == np.shape(weights)
    assert _minors(told.weights) == _minors(np.array(weights))


def _minors(m: np.ndarray) -> list[int]:
    from itertools import combinations

    sizes = [abs(round(np.linalg.det(m[:, list(c)]))) for c in combinations(range(m.shape[1]), len(m))]
    return sorted(s // int(np.gcd.reduce(sizes)) for s in sizes)


def test_what_is_no_torus_has_none() -> None:
    assert torus_weights(so(3).matrices) is None  # does not commute
    assert torus_weights([np.diag([1.0, -1.0])]) is None  # a boost
    assert torus_weights([np.kron(np.diag([1.0, np.sqrt(2)]), TURN)]) is None  # winds without an end
    assert torus_weights(np.zeros((0, 4, 4))) is None
    assert torus_weights(np.zeros((1, 4, 4))) is None


def test_errors_decide_what_is_a_ratio_of_integers() -> None:
    nearly = [np.kron(np.diag([1.0, 2.02]), TURN)]
    assert torus_weights(nearly, error=1e-4) is None
    told = torus_weights(nearly, error=5e-3)
    assert told is not None
    assert told.weights.tolist() == [[1, 2]]
    assert told.ratios[0] == pytest.approx([0.992, 2.004], abs=1e-3)
    assert torus_weights(nearly, error=0.1) is None  # anything would do
