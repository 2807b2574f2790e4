"""The search over the lattice, on toys whose groups are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from symhep.errors import CardError, MethodError
from symhep.lie.bases import lorentz
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.coordinates import restricted
from symhep_symmetrygan.subgroups.options import SubgroupOptions
from symhep_symmetrygan.subgroups.record import SubgroupSearch
from symhep_symmetrygan.subgroups.walk import _Run, asked_classes, search_subgroups

SMALL = {"restarts": 2, "steps": 60, "posthoc_steps": 100, "waves": 16, "batch": 64}
CERTAIN = np.log(1e-6)
Search = Callable[[str], SubgroupSearch]

TOYS = {
    # of the toy, and of the search
    "isotropic": ({}, {"elements": ("P", "Z_3(z)")}),
    "forward": (
        {"a_fb": 0.7},
        {"elements": ("P", "reflection(x)", "reflection(z)", "exchange(1,2)", "P*exchange(1,2)")},
    ),
    "tilted": ({"a_fb": 0.7, "tilt": 0.5, "axis": "x"}, {"elements": ("Z_2(z)",), "classes": ("SO(2)",)}),
}


@pytest.fixture(scope="module")
def search(drawn: Callable[..., Events]) -> Search:
    @cache
    def found(toy: str) -> SubgroupSearch:
        made, asked = TOYS[toy]
        events = drawn("two_body", 2000, 2, ("mu-", "mu+"), **made)
        return search_subgroups(events, SubgroupOptions(**SMALL, **asked), np.random.SeedSequence(3))

    return found


def test_an_isotropic_decay_keeps_rotations(search: Search) -> None:
    found = search("isotropic")
    assert [row.name for row in found.maximal] == ["SO(3)"]
    rejected = {row.name for row in found.classes if row.rejected}
    assert {"Lorentz", "SO(1,1)", "null rotation", "four-screw", "SIM(2)"} <= rejected
    assert {row.name for row in found.lab if not row.rejected} == {"J_x", "J_y", "J_z"}
    assert not any(row.rejected for row in found.discrete)


def test_a_forward_decay_keeps_the_axis(search: Search) -> None:
    found = search("forward")
    assert [row.name for row in found.maximal] == ["SO(2)"]
    assert found.maximal[0].at_lab
    for row in found.lab:
        assert row.rejected == (row.name != "J_z"), row.name
        if row.rejected:
            assert row.log_p < CERTAIN


def test_its_discrete_elements_follow_the_asymmetry(search: Search) -> None:
    found = search("forward")
    assert found.asymmetry is not None
    assert found.asymmetry.low < 0.7 < found.asymmetry.high
    rows = {row.name: row for row in found.discrete}
    # p2 = -p1: parity exchanges the muons, and parity after the exchange leaves everything as it is
    assert rows["exchange(1,2)"].same_as == "P"
    assert rows["P*exchange(1,2)"].trivial
    assert rows["P*exchange(1,2)"].log_p is None
    for name in ("P", "reflection(z)"):
        assert rows[name].rejected
        assert rows[name].log_p is not None
        assert rows[name].log_p < CERTAIN
        asymmetry = rows[name].asymmetry
        assert asymmetry is not None
        assert asymmetry.value == pytest.approx(0.7, abs=0.09)  # 4 (1 - 0.7^2)^(1/2) / 1000^(1/2)
    assert not rows["reflection(x)"].rejected


def test_a_tilted_axis_is_found(search: Search) -> None:
    found = search("tilted")
    (row,) = found.maximal
    assert (row.name, row.at_lab) == ("SO(2)", False)
    assert row.generators is not None
    turn = row.generators[0]
    axis = np.array([turn[3, 2], turn[1, 3], turn[2, 1]])
    # The events were turned by 0.5 about x, and an axis has no sign. Of 3/8 (1 + c^2) + 0.7 c the mean of c is
    # 2/3 0.7 and that of c^2 is 2/5: the mean momentum of 1000 events shows the axis to 0.04 in either direction.
    error = np.sqrt((1 - 2 / 5) / 2 / 1000) / (2 / 3 * 0.7)
    there = np.array([0.0, -np.sin(0.5), np.cos(0.5)])
    assert np.linalg.norm(np.cross(axis, there)) < 4 * error
    assert row.element is not None
    moved = row.element @ np.pad(lorentz()["J_z"], (0, 1)) @ np.linalg.inv(row.element)
    np.testing.assert_allclose(moved, turn, atol=1e-9)
    assert all(lab.rejected for lab in found.lab)


def test_what_contains_a_rejected_class_is_not_searched(search: Search) -> None:
    rows = {row.name: row for row in search("forward").classes}
    boosted = rows["SO(2) x SO(1,1)"]
    assert boosted.how == "implied"
    assert set(boosted.by) <= {"SO(1,1)", "four-screw"}
    assert boosted.log_p is not None
    smaller = [rows[name].log_p for name in boosted.by]
    tried = sum(rows[name].how == "tested" for name in search("forward").lattice.below[boosted.name])
    assert boosted.log_p == pytest.approx(min(p for p in smaller if p is not None) + np.log(tried))
    assert boosted.loss is None


def test_rows_are_those_of_the_result(search: Search) -> None:
    found = search("forward")
    rows = found.rows()
    assert len(rows) == 14 + 6
    assert [row["family"] for row in rows] == ["classes"] * 14 + ["lab"] * 6
    first = next(row for row in rows if row["name"] == "SO(2)")
    assert (first["survives"], first["rejected"], first["at_lab"], first["how"]) == (
        True,
        False,
        True,
        "tested",
    )
    assert 2 * np.log(2) == pytest.approx(first["posthoc_loss"]["value"], abs=0.05)
    assert all(np.isfinite(row["log10_p"]) for row in rows)
    # 1000 events and 100 bins: noise of 99 / 1000 = 0.1; turns about x take the asymmetry away
    at = found.projections.index("cos theta of mu-")
    assert len(first["kl"]) == len(found.projections)
    assert first["kl"][found.projections.index("azimuth of mu-")] < 0.3
    assert next(row for row in rows if row["name"] == "J_x")["kl"][at] > 0.3
    parity = found.discrete[0].row()
    assert parity["log10_p"] < -6
    assert parity["p_value_adjusted"] >= parity["p_value"]


def test_the_same_seed_gives_the_same_numbers(drawn: Callable[..., Events]) -> None:
    """Whatever other classes and elements are tested beside."""
    events = drawn("two_body", 600, 2)
    tiny = {"restarts": 1, "steps": 10, "posthoc_steps": 10, "waves": 8, "batch": 32}
    alone = SubgroupOptions(classes=("SO(2)",), elements=("P",), **tiny)
    both = SubgroupOptions(classes=("SO(2)", "SO(1,1)"), elements=("Z_3(z)", "P"), **tiny)
    one, two = (search_subgroups(events, options, np.random.SeedSequence(3)) for options in (alone, both))
    rows = [{row.name: row for row in found.classes}["SO(2)"] for found in (one, two)]
    assert rows[0].log_p == pytest.approx(rows[1].log_p, rel=1e-3)
    assert one.discrete[0].log_p == pytest.approx(two.discrete[1].log_p, rel=1e-3)
    how = {row.name: row.how for row in one.classes}
    assert (how["SO(2)"], how["SO(1,1)"]) == ("tested", "candidates")


def test_names_of_classes() -> None:
    assert asked_classes(SubgroupOptions(classes=("J_z, K_z",)))[1] >= {"SO(2) x SO(1,1)", "SO(2)", "SO(1,1)"}
    with pytest.raises(CardError, match=r"no subgroup 'SO\(33\)'; did you mean 'SO\(3\)'"):
        asked_classes(SubgroupOptions(classes=("SO(33)",)))


def test_features_have_no_lorentz_group(drawn: Callable[..., Events]) -> None:
    events = drawn("two_body", 100)
    with pytest.raises(MethodError, match="act on four-momenta, and events are px, py"):
        search_subgroups(restricted(events, [1, 2, 5, 6]), SubgroupOptions(), np.random.SeedSequence(1))


def test_a_survivor_next_to_a_more_special_one_is_its_limit(drawn: Callable[..., Events]) -> None:
    """J_z + 0.05 P_z, in units of the events' scale, is told to be a limit of turns; J_z + 0.5 P_z is not."""
    events = drawn("two_body", 200)
    options = SubgroupOptions(catalogue="poincare", classes=("J_z + a P_z",), **SMALL)
    run = _Run(events, options, np.random.SeedSequence(1), 0.01, "cpu", 10)
    turn = np.pad(lorentz()["J_z"], (0, 1))[None]
    for pitch, explained in ((0.05, ("SO(2)",)), (0.5, ())):
        screw = turn.copy()
        screw[0, 3, 4] = pitch * events.scale
        for name, generators in (("SO(2)", turn), ("J_z + a P_z", screw)):
            run.rows[name] = replace(run.rows[name], how="tested", log_p=-1.0, generators=generators)
        found = {row.name: row for row in run.result(()).classes}
        assert found["J_z + a P_z"].limit_of == explained
        assert found["J_z + a P_z"].survives == (not explained)
        assert found["J_z + a P_z"].row()["limit_of"] == list(explained)
        assert found["SO(2)"].survives
