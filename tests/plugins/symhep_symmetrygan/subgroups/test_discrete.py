"""Discrete elements on toys whose symmetries are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from symhep.errors import CardError
from symhep.events.dataset import Column, Dataset
from symhep_symmetrygan.sample import Events, Rows
from symhep_symmetrygan.subgroups.discrete import search_elements
from symhep_symmetrygan.subgroups.options import ElementOptions
from symhep_symmetrygan.subgroups.record import DiscreteSearch

SMALL = {"steps": 100, "waves": 16, "batch": 64}


def search(events: Events, *elements: str) -> DiscreteSearch:
    return search_elements(events, ElementOptions(elements=elements, **SMALL), np.random.SeedSequence(3))


def test_an_isotropic_decay_respects_all(drawn: Callable[..., Events]) -> None:
    found = search(drawn("two_body", 2000, 2, ("mu-", "mu+")), "P", "Z_3(z)")
    assert [row.rejected for row in found.discrete] == [False, False]
    assert [set(row.tests) for row in found.discrete] == [{"waves", "network", "neighbours"}] * 2
    assert [row.p_kind for row in found.discrete] == ["exact"] * 2  # of order three, too
    assert all(row.upper_95 is not None and row.upper_95 < 0.2 for row in found.discrete)


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
        assert rows[name].p_value == pytest.approx(0.001)  # as small as 999 choices of images allow
        assert rows[name].function == "pz(mu-)"
        asymmetry = rows[name].learned_asymmetry
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


def test_unknown_elements_are_refused(drawn: Callable[..., Events]) -> None:
    with pytest.raises(CardError, match="unknown particle '7'"):
        search(drawn("two_body", 100), "exchange(1,7)")


def flat(x: np.ndarray, weights: np.ndarray | None = None, spectators: np.ndarray | None = None) -> Events:
    data = Dataset.from_array(x, scaling="isotropic", weights=weights)
    if spectators is not None:
        data = replace(data, spectators=spectators, spectator_columns=(Column("n"),))
    return Rows.of(data).split(np.random.default_rng(1))


def test_neighbours_see_images_off_a_curved_surface() -> None:
    """x3 / (1 + (phi mod 2 pi / 7)) beside a Gaussian: Z_7, and not Z_6."""
    x = np.random.default_rng(1).normal(size=(3000, 3))
    y = x[:, 2] / (1 + np.arctan2(x[:, 1], x[:, 0]) % (2 * np.pi / 7))
    found = search(flat(np.c_[x, y]), "Z_6(x1,x2)", "Z_7(x1,x2)")
    assert [row.rejected for row in found.discrete] == [True, False]


def test_spectators_are_seen_and_never_transformed() -> None:
    """A mirror that holds of x alone, broken together with a number that goes with x: only with it is it rejected."""
    x = np.random.default_rng(2).normal(size=(2000, 2))
    assert not search(flat(x), "reflection(x1)").discrete[0].rejected
    beside = search(flat(x, spectators=np.sign(x[:, :1])), "reflection(x1)")
    assert beside.discrete[0].rejected


def test_elements_that_leave_the_support_have_no_p() -> None:
    x = np.c_[np.random.default_rng(3).normal(size=(600, 2)), np.full(600, 2.0)]
    row = search(flat(x), "reflection(x3)").discrete[0]
    assert (row.how, row.why, row.p_value) == ("support", "it changes x3", None)


def test_unequal_weights_are_asymptotic() -> None:
    rng = np.random.default_rng(4)
    row = search(flat(rng.normal(size=(800, 2)), rng.lognormal(sigma=0.5, size=800)), "Z_4").discrete[0]
    assert row.p_kind == "asymptotic"
    assert not row.rejected
    assert row.weights_independent is not None


def test_the_scan_finds_a_square() -> None:
    rng = np.random.default_rng(5)
    corner = np.pi / 2 * rng.integers(4, size=1200)
    x = np.c_[np.cos(corner), np.sin(corner)] + 0.1 * rng.normal(size=(1200, 2))
    options = ElementOptions(elements=(), scan="J_12", randomisations=99, **SMALL)
    found = search_elements(flat(x), options, np.random.SeedSequence(3)).cyclic_scan
    assert found is not None
    assert (found.verdict, found.order) == ("cyclic", 4)
