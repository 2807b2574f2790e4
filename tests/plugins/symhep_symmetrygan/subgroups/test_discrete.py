"""Discrete elements on toys whose symmetries are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from symhep.errors import CardError
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.subgroups.discrete import forward_backward, search_elements
from symhep_symmetrygan.subgroups.options import ElementOptions
from symhep_symmetrygan.subgroups.record import DiscreteSearch

SMALL = {"steps": 100, "waves": 16, "batch": 64}


def search(events: Events, *elements: str) -> DiscreteSearch:
    return search_elements(events, ElementOptions(elements=elements, **SMALL), np.random.SeedSequence(3))


def test_an_isotropic_decay_respects_all(drawn: Callable[..., Events]) -> None:
    found = search(drawn("two_body", 2000, 2, ("mu-", "mu+")), "P", "Z_3(z)")
    assert [row.rejected for row in found.discrete] == [False, False]
    assert [set(row.tests) for row in found.discrete] == [{"waves", "network"}] * 2
    assert found.discrete[1].size is None  # it does not undo itself


def test_elements_follow_the_asymmetry(drawn: Callable[..., Events]) -> None:
    events = drawn("two_body", 2000, 2, ("mu-", "mu+"), a_fb=0.7)
    found = search(events, "P", "reflection(x)", "reflection(z)", "exchange(1,2)", "P*exchange(1,2)")
    a = found.forward_backward_asymmetry
    assert a is not None
    assert a.low is not None
    assert a.high is not None
    assert a.low < 0.7 < a.high
    rows = {row.name: row for row in found.discrete}
    # p2 = -p1: parity exchanges the muons, and parity after the exchange leaves everything as it is
    assert rows["exchange(1,2)"].same_as == "P"
    assert rows["P*exchange(1,2)"].trivial
    assert rows["P*exchange(1,2)"].log10_p is None
    for name in ("P", "reflection(z)"):
        assert rows[name].rejected
        assert rows[name].log10_p is not None
        assert rows[name].log10_p < -6
        asymmetry = rows[name].size
        assert asymmetry is not None
        assert asymmetry.value == pytest.approx(0.7, abs=0.09)  # 4 (1 - 0.7^2)^(1/2) / 1000^(1/2)
        assert rows[name].p_value_adjusted >= rows[name].p_value
    assert not rows["reflection(x)"].rejected
    at = found.discrete_kl.projections.index("cos theta of mu-")
    numbers = {name: (rows[name].excess or ())[at] for name in ("P", "reflection(x)")}
    assert numbers["reflection(x)"].value == 0.0  # it leaves all polar angles alone
    assert not numbers["P"].vanishes
    assert (found.discrete_kl.kept.number, found.discrete_kl.failed.number) == (1, 2)
    assert DiscreteSearch.from_json(found.to_json()) == found


def test_other_elements_beside_change_nothing(drawn: Callable[..., Events]) -> None:
    events = drawn("two_body", 600, 2)
    one, two = search(events, "P"), search(events, "Z_3(z)", "P")
    assert one.discrete[0].log10_p == pytest.approx(two.discrete[1].log10_p, rel=1e-3)


def test_the_asymmetry_needs_a_pair_of_opposite_charge(drawn: Callable[..., Events]) -> None:
    assert forward_backward(drawn("two_body", 100, 2, ("jet[0]", "jet[1]"))) is None


def test_unknown_elements_are_refused(drawn: Callable[..., Events]) -> None:
    with pytest.raises(CardError, match="no particle '7'"):
        search(drawn("two_body", 100), "exchange(1,7)")
