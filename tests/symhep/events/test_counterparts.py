"""Varied rows that stand for a part of the nominal events."""

from __future__ import annotations

import numpy as np

from symhep.events.counterparts import counterparts

CHOSEN, LEFT_OUT = np.arange(0, 1000, 2), np.arange(1, 1000, 2)


def test_rows_of_the_chosen_units_and_none_of_the_others() -> None:
    varied = np.array([4, 3, 2, 2, 998, 999])
    found = counterparts(varied, CHOSEN, LEFT_OUT, 1.0, np.random.default_rng(1))
    assert found.tolist() == [0, 2, 3, 4]


def test_units_that_are_new_are_shared_out() -> None:
    new = np.repeat(np.arange(2000, 12_000), 2)  # two rows of each
    rows = counterparts(new, CHOSEN, LEFT_OUT, 0.25, np.random.default_rng(1))
    units, copies = np.unique(new[rows], return_counts=True)
    assert (copies == 2).all()
    # binomial: 2500 +- sqrt(10000 / 4 * 3 / 4) = 43
    assert abs(len(units) - 2500) < 5 * 43


def test_the_same_units_whatever_the_order_of_the_rows() -> None:
    new = np.arange(2000, 2100)
    pair = [
        set(some[counterparts(some, CHOSEN, LEFT_OUT, 0.5, np.random.default_rng(1))].tolist())
        for some in (new, new[::-1])
    ]
    assert pair[0] == pair[1]
