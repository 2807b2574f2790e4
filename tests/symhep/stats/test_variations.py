"""From alternatives to uncertainties, on numbers that can be worked out by hand.

Formulas: hep-ph/0611148 eq. 43 (asymmetric pairs), arXiv:1510.03865 eqs. 20 and 21; so LHAPDF's ``PDFSet::uncertainty``
(arXiv:1412.7420, section 3.4).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from symhep.stats.variations import combined, nuisance_shifts


def test_symmetric_hessian() -> None:
    """sqrt(3^2 + 4^2) = 5, and sqrt(1 + 4 + 4) = 3."""
    down, up = combined("hessian", [10.0, 1.0], [[13.0, 2.0], [6.0, 3.0], [10.0, -1.0]])
    assert down.tolist() == up.tolist() == [5.0, 3.0]
    assert nuisance_shifts("hessian", [10.0], [[13.0], [6.0]]).tolist() == [[3.0], [-4.0]]


def test_pairs_of_plus_and_minus() -> None:
    """Pairs (+3, -2), (-1, +4), (+2, +1), (-2, -6): up sqrt(9 + 16 + 4 + 0), down sqrt(4 + 1 + 0 + 36)."""
    members = np.array([3.0, -2.0, -1.0, 4.0, 2.0, 1.0, -2.0, -6.0]) + 7.0
    down, up = combined("hessian_pairs", 7.0, members)
    assert float(up) == pytest.approx(sqrt(29))
    assert float(down) == pytest.approx(sqrt(41))
    # Half the differences: of the symmetric error 1/2 sqrt(sum (X+ - X-)^2), hep-ph/0611148 eq. 4.
    shifts = nuisance_shifts("hessian_pairs", 7.0, members)
    assert shifts.tolist() == [2.5, -2.5, 0.5, 2.0]


def test_ninety_per_cent_sets_are_scaled_to_one_standard_deviation() -> None:
    """LHAPDF: a set of 90 % has errors 1.6449 times those of one standard deviation."""
    for rule, members in (("hessian", [3.0, 4.0]), ("hessian_pairs", [3.0, -1.0, 4.0, 0.0])):
        down, up = combined(rule, 0.0, members, 0.9)  # type: ignore[arg-type]
        wide = combined(rule, 0.0, members)  # type: ignore[arg-type]
        assert float(up) == pytest.approx(float(wide[1]) / 1.6449, rel=1e-4)
        assert float(down) == pytest.approx(float(wide[0]) / 1.6449, rel=1e-4)
    assert nuisance_shifts("hessian", 0.0, [1.6449], 0.9) == pytest.approx([1.0], rel=1e-4)
    # Not of other rules, which have no confidence level.
    assert [float(x) for x in combined("envelope", 0.0, [1.0, -2.0], 0.9)] == [2.0, 1.0]


def test_replicas() -> None:
    """Mean 2 of 1, 2, 3 and 2: sqrt(2 / 3); the central value does not enter."""
    for nominal in (0.0, 2.0):
        down, up = combined("replicas", nominal, [1.0, 2.0, 3.0, 2.0])
        assert float(down) == float(up) == pytest.approx(sqrt(2 / 3))
    shifts = nuisance_shifts("replicas", [0.0], [[1.0], [2.0], [3.0], [2.0]])
    assert (shifts.T @ shifts).tolist() == [[pytest.approx(2 / 3)]]


def test_replicas_have_the_covariance_of_the_sample() -> None:
    values = np.random.default_rng(1).normal(size=(40, 3)) @ np.array([[1, 2, 0], [0, 1, 1], [0, 0, 0.5]])
    shifts = nuisance_shifts("replicas", np.zeros(3), values)
    np.testing.assert_allclose(shifts.T @ shifts, np.cov(values.T))
    down, _ = combined("replicas", np.zeros(3), values)
    np.testing.assert_allclose(down, np.sqrt(np.diag(np.cov(values.T))))


def test_envelope() -> None:
    """Of seven scales; where all move to one side the nominal value is the other end."""
    scales = [[1.1, 1.2], [0.9, 1.3], [1.05, 1.1], [0.95, 1.4], [1.2, 1.1], [0.85, 1.1]]
    down, up = combined("envelope", [1.0, 1.0], scales)
    assert down == pytest.approx([0.15, 0.0])
    assert up == pytest.approx([0.2, 0.4])
    assert nuisance_shifts("envelope", [1.0, 1.0], scales).shape == (0, 2)


@pytest.mark.parametrize(
    ("values", "down", "up"),
    [
        ([11.0, 8.0], 2.0, 1.0),
        ([8.0, 11.0], 2.0, 1.0),  # 'up' is a direction of the parameter, not of the value
        ([11.0, 12.0], 0.0, 2.0),  # both to one side
        ([12.5], 2.5, 2.5),
        ([7.5], 2.5, 2.5),
    ],
)
def test_up_and_down(values: list[float], down: float, up: float) -> None:
    assert [float(x) for x in combined("up_down", 10.0, values)] == [down, up]


def test_shift_of_one_nuisance_parameter() -> None:
    assert nuisance_shifts("up_down", [10.0], [[11.0], [8.0]]).tolist() == [[1.5]]
    assert nuisance_shifts("up_down", [10.0], [[11.0]]).tolist() == [[1.0]]


def test_one_alternative() -> None:
    assert [float(x) for x in combined("hessian", 1.0, [3.0])] == [2.0, 2.0]
    assert [float(x) for x in combined("envelope", 1.0, [3.0])] == [0.0, 2.0]


def test_an_odd_number_is_no_pairs() -> None:
    for function in (combined, nuisance_shifts):
        with pytest.raises(ValueError, match="3 members cannot be pairs of plus and minus"):
            function("hessian_pairs", 0.0, [1.0, 2.0, 3.0])


def test_alternatives_that_change_nothing() -> None:
    for rule, size in (
        ("up_down", 2),
        ("envelope", 3),
        ("hessian", 4),
        ("hessian_pairs", 4),
        ("replicas", 4),
    ):
        down, up = combined(rule, [1.0, -2.0], [[1.0, -2.0]] * size)  # type: ignore[arg-type]
        assert down.tolist() == up.tolist() == [0.0, 0.0]
