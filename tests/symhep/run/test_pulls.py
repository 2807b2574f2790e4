"""How far two numbers are apart, worked out by hand."""

from __future__ import annotations

import math

import pytest
from scipy.stats import norm

from symhep.methods.number import Number
from symhep.methods.varied import ShiftRow, VariationRow
from symhep.run.pulls import Shifts, global_p, local_p, pull_of, sigma


def _shift(name: str, rule: str, nominal: float, *values: float) -> Shifts:
    """A variation whose uncertainties are the extremes of its shifts."""
    row = VariationRow(
        name=name,
        rule=rule,
        confidence=0.6827,
        alternatives=tuple(map(str, range(len(values)))),
        samples=("mc",),
    )
    down, up = max(nominal - min(values), 0.0), max(max(values) - nominal, 0.0)
    return {
        name: (row, ShiftRow(variation=name, down=down, up=up, values=values, errors=(None,) * len(values)))
    }


def test_an_interval_of_95_per_cent_is_scaled() -> None:
    number = Number(value=1.0, low=0.0, high=3.0, level=0.95)
    assert sigma(number, True) == pytest.approx(2.0 / norm.ppf(0.975))
    assert sigma(number, False) == pytest.approx(1.0 / norm.ppf(0.975))


@pytest.mark.parametrize(
    "number",
    [
        Number(value=1.0),
        Number(value=None, low=0.0, high=1.0),
        Number(value=1.0, low=1.0, high=1.0, level=0.6827),
        Number(value=1.0, low=0.0, high=2.0, level=None),
    ],
)
def test_no_error_no_pull(number: Number) -> None:
    assert sigma(number, True) is None
    assert pull_of(number, Number.with_error(2.0, 1.0), {}, {}) == (None, None)


def test_the_sides_that_face_each_other_count() -> None:
    low = Number(value=0.0, low=-100.0, high=3.0, level=0.6827)
    high = Number(value=10.0, low=6.0, high=999.0, level=0.6827)
    assert pull_of(low, high, {}, {}) == (10 / 5, 10 / 5)
    assert pull_of(high, low, {}, {}) == (-10 / 5, -10 / 5)


def test_numbers_of_other_units_have_no_pull() -> None:
    assert pull_of(Number.with_error(1.0, 1.0, "GeV"), Number.with_error(1.0, 1.0), {}, {}) == (None, None)


def test_a_variation_of_both_runs_counts_by_what_it_does_to_the_difference() -> None:
    """Both numbers rise by 3 under jes: the difference does not, and nothing is added to 5 = hypot(3, 4)."""
    one, two = _shift("jes", "up_down", 0.0, 3.0, -3.0), _shift("jes", "up_down", 10.0, 13.0, 7.0)
    statistical, total = pull_of(Number.with_error(0.0, 3.0), Number.with_error(10.0, 4.0), one, two)
    assert (statistical, total) == (2.0, 2.0)
    # The second alone rises by 12 and falls by 12: sqrt(5^2 + 12^2) = 13.
    two = _shift("jes", "up_down", 10.0, 25.0, 1.0)  # 3 + 12 and -3 + ... : the difference becomes 22 and 4
    total = pull_of(Number.with_error(0.0, 3.0), Number.with_error(10.0, 4.0), one, two)[1]
    assert total == pytest.approx(10 / math.hypot(5.0, 6.0))


def test_variations_of_one_run_are_independent() -> None:
    one, two = _shift("jes", "up_down", 0.0, 12.0, -1.0), _shift("scale", "envelope", 10.0, 10.0, 6.0)
    total = pull_of(Number.with_error(0.0, 3.0), Number.with_error(10.0, 4.0), one, two)[1]
    # The first number may rise by 12, the second may fall by 4.
    assert total == pytest.approx(10 / math.sqrt(25 + 12**2 + 4**2))


def test_variations_of_one_name_and_other_alternatives_are_independent() -> None:
    one, two = _shift("pdf", "hessian", 0.0, 3.0, -3.0), _shift("pdf", "hessian", 10.0, 13.0, 7.0, 10.0)
    total = pull_of(Number.with_error(0.0, 3.0), Number.with_error(10.0, 4.0), one, two)[1]
    assert total == pytest.approx(10 / math.sqrt(25 + 9 + 9))


def test_three_sigma_among_two_hundred() -> None:
    assert local_p(-3.0) == pytest.approx(2 * norm.sf(3.0))
    assert global_p(3.0, 200) == pytest.approx(1 - (1 - 2 * norm.sf(3.0)) ** 200)
    assert global_p(0.0, 5) == 1.0
    # Far out the sum of the probabilities is left.
    assert global_p(30.0, 7) == pytest.approx(14 * norm.sf(30.0), rel=1e-6)
