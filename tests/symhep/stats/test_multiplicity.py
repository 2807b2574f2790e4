"""Adjusted p-values, against the closure principle, and their family-wise error over correlated toys."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from symhep.errors import MethodError
from symhep.stats.multiplicity import holm, holm_with_implications


@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=6))
def test_holm_is_the_closure_of_bonferroni(p: list[float]) -> None:
    """A hypothesis falls when every intersection that holds it falls by |I| min p_I (Marcus, Peritz, Gabriel 1976)."""
    m = len(p)
    want = [
        max(
            min(1.0, size * min(p[j] for j in subset))
            for size in range(1, m + 1)
            for subset in combinations(range(m), size)
            if i in subset
        )
        for i in range(m)
    ]
    assert np.exp(holm(np.log(p))) == pytest.approx(want, rel=1e-12)


def test_tiny_p_values_stay_ordered() -> None:
    adjusted = holm([-2000.0, -1.0, -900.0])
    assert adjusted == pytest.approx([-2000 + np.log(3), -1.0, -900 + np.log(2)])
    assert holm([[-2000.0, -900.0], [-np.inf, 0.0]])[1].tolist() == [-np.inf, 0.0]


#: 0 holds 1, 2 and 3; 1 holds 3; 2 holds 3 and 4: two links are left to be inferred.
LATTICE = np.zeros((5, 5), bool)
LATTICE[[0, 0, 1, 2, 2], [1, 2, 3, 3, 4]] = True


def test_a_broken_subgroup_breaks_what_holds_it() -> None:
    p = np.array([0.9, 0.8, 0.7, 1e-5, 0.6])
    assert np.exp(holm_with_implications(np.log(p), LATTICE)) == pytest.approx([5e-5, 5e-5, 5e-5, 5e-5, 1.0])
    p = np.array([1e-5, 0.8, 0.7, 0.9, 0.6])
    assert np.exp(holm_with_implications(np.log(p), LATTICE)) == pytest.approx([5e-5, 1, 1, 1, 1])


@pytest.mark.parametrize("correlation", [0.0, 0.9, 0.999])
@pytest.mark.parametrize("true", [[0, 1, 2, 3, 4], [1, 3], [2, 3, 4], [4]])
def test_family_wise_error(correlation: float, true: list[int]) -> None:
    """What true hypotheses imply is true, the others are false by up to five standard deviations."""
    toys, alpha = 20_000, 0.05
    rng = np.random.default_rng(11)
    z = np.sqrt(1 - correlation) * rng.standard_normal((toys, 5))
    z += np.sqrt(correlation) * rng.standard_normal((toys, 1))
    false = [k for k in range(5) if k not in true]
    z[:, false] += np.linspace(2.0, 5.0, len(false))
    adjusted = holm_with_implications(np.log(2) + stats.norm.logsf(np.abs(z)), LATTICE)
    rejected = adjusted <= np.log(alpha)
    # the noise of the toys only: three standard deviations
    assert rejected[:, true].any(axis=1).mean() < alpha + 3 * np.sqrt(alpha * (1 - alpha) / toys)
    # coherent: a rejected subgroup never leaves its group alone
    for above, below in zip(*np.nonzero(LATTICE), strict=True):
        assert (rejected[:, above] >= rejected[:, below]).all()
    if len(true) == 5:
        raw = 2 * stats.norm.sf(np.abs(z)) <= alpha
        assert raw.any(axis=1).mean() > alpha + 0.001


def test_implications_gain_power() -> None:
    rng = np.random.default_rng(2)
    z = rng.standard_normal((5000, 5)) + np.array([2.0, 1.0, 2.0, 4.0, 0.0])
    log_p = np.log(2) + stats.norm.logsf(np.abs(z))
    plain, implied = holm(log_p) <= np.log(0.05), holm_with_implications(log_p, LATTICE) <= np.log(0.05)
    assert (implied >= plain).all()
    assert implied[:, 0].mean() > plain[:, 0].mean() + 0.3


def test_wrong_arguments() -> None:
    for wrong in ([0.5, -1.0], [np.nan], [], -1.0):
        with pytest.raises(MethodError, match="none may be positive or NaN"):
            holm(wrong)
    with pytest.raises(MethodError, match=r"must be \(2, 2\) for 2 hypotheses, not \(1, 2\)"):
        holm_with_implications([-1.0, -2.0], [[True, False]])
