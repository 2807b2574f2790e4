"""The search over the lattice, on toys whose groups are known."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from symhep.errors import CardError, MethodError
from symhep.hypotheses.subgroups.walk import Tested as Outcome
from symhep.lie.bases import lorentz
from symhep.lie.subgroups import lattice, lorentz_subgroups
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.coordinates import restricted
from symhep_symmetrygan.subgroups.options import WalkOptions
from symhep_symmetrygan.subgroups.record import ClassRow, SubgroupSearch
from symhep_symmetrygan.subgroups.walk import GameWalk, search_subgroups

SMALL = {"restarts": 2, "steps": 60, "posthoc_steps": 100, "waves": 16, "batch": 64}
#: Decimal logarithm.
CERTAIN = -6
Search = Callable[[str], SubgroupSearch]

TOYS = {
    # of the toy, and of the search
    "isotropic": ({}, {}),
    "forward": ({"a_fb": 0.7}, {}),
    "tilted": ({"a_fb": 0.7, "tilt": 0.5, "axis": "x"}, {"classes": ("SO(2)",)}),
}


@pytest.fixture(scope="module")
def search(drawn: Callable[..., Events]) -> Search:
    @cache
    def found(toy: str) -> SubgroupSearch:
        made, asked = TOYS[toy]
        events = drawn("two_body", 2000, 2, ("mu-", "mu+"), **made)
        return search_subgroups(events, WalkOptions(**SMALL, **asked), np.random.SeedSequence(3))[0]

    return found


def rows_of(found: SubgroupSearch) -> dict[str, ClassRow]:
    return {row.name: row for row in found.subgroups}


def test_an_isotropic_decay_keeps_rotations(search: Search) -> None:
    found = search("isotropic")
    assert found.maximal_subgroups == ("SO(3)",)
    rejected = {row.name for row in found.subgroups if row.rejected}
    assert {"Lorentz", "SO(1,1)", "null rotation", "four-screw", "SIM(2)"} <= rejected
    assert {row.label for row in found.candidates if not row.rejected} == {"J_x", "J_y", "J_z"}


def test_a_forward_decay_keeps_the_axis(search: Search) -> None:
    found = search("forward")
    assert found.maximal_subgroups == ("SO(2)",)
    # the reported position is that of J_z
    (axis,) = rows_of(found)["SO(2)"].generators or ()
    assert axis == pytest.approx([0, 0, 1, 0, 0, 0], abs=1e-9)
    for row in found.candidates:
        assert row.rejected == (row.label != "J_z"), row.label
        assert row.log10_p is not None
        if row.rejected:
            assert row.log10_p < CERTAIN


def test_a_tilted_axis_is_found(search: Search) -> None:
    found = search("tilted")
    assert found.maximal_subgroups == ("SO(2)",)
    row = rows_of(found)["SO(2)"]
    assert row.generators is not None
    axis = np.array(row.generators[0][:3])
    # The events were turned by 0.5 about x, and an axis has no sign. Of 3/8 (1 + c^2) + 0.7 c the mean of c is
    # 2/3 0.7 and that of c^2 is 2/5: the mean momentum of 1000 events shows the axis to 0.04 in either direction.
    error = np.sqrt((1 - 2 / 5) / 2 / 1000) / (2 / 3 * 0.7)
    there = np.array([0.0, -np.sin(0.5), np.cos(0.5)])
    assert np.linalg.norm(np.cross(axis, there)) < 4 * error
    assert row.element is not None
    group = lorentz().matrices
    turn = np.tensordot(np.array(row.generators[0]), group, 1)
    element = np.array(row.element)[:4, :4]
    moved = element @ lorentz()["J_z"] @ np.linalg.inv(element)
    np.testing.assert_allclose(moved, turn, atol=1e-9)
    assert all(lab.rejected for lab in found.candidates)
    assert rows_of(found)["SO(3)"].how == "candidates"


def test_what_contains_a_rejected_class_is_not_searched(search: Search) -> None:
    rows = rows_of(search("forward"))
    boosted = rows["SO(2) x SO(1,1)"]
    assert boosted.how == "implied"
    assert set(boosted.by) <= {"SO(1,1)", "four-screw"}
    smaller = [rows[name].log10_p for name in boosted.by]
    below = lattice(lorentz_subgroups()).below[boosted.name]
    tried = sum(rows[name].how == "tested" for name in below)
    assert boosted.log10_p == pytest.approx(min(p for p in smaller if p is not None) + np.log10(tried))
    assert boosted.posthoc_loss is None


def test_rows_have_losses_and_divergences(search: Search) -> None:
    found = search("forward")
    assert (len(found.subgroups), len(found.candidates)) == (14, 6)
    first = rows_of(found)["SO(2)"]
    assert (first.survives, first.rejected, first.how) == (True, False, "tested")
    assert first.posthoc_loss is not None
    assert first.posthoc_loss.value == pytest.approx(2 * np.log(2), abs=0.05)
    assert all(row.log10_p is not None for row in (*found.subgroups, *found.candidates))
    # turns about x take the asymmetry away, those about the beam change nothing
    kl = found.subgroup_kl
    at, azimuth = map(kl.projections.index, ("cos theta of mu-", "azimuth of mu-"))
    assert first.excess is not None
    assert len(first.excess) == len(kl.projections)
    assert first.excess[azimuth].vanishes
    assert first.excess[at].upper_95 == pytest.approx(0.0, abs=1e-6)
    across = next(row for row in found.candidates if row.label == "J_x")
    assert across.excess is not None
    assert not across.excess[at].vanishes
    assert (kl.kept.number, kl.random.number) == (1, 1)
    assert kl.kept.excess == first.excess
    assert kl.failed.number == 5 + sum(row.how == "tested" and row.rejected for row in found.subgroups)
    assert SubgroupSearch.from_json(found.to_json()) == found


def test_the_same_seed_gives_the_same_numbers(drawn: Callable[..., Events]) -> None:
    """Whatever other classes are tested beside."""
    events = drawn("two_body", 600, 2)
    tiny = {"restarts": 1, "steps": 10, "posthoc_steps": 10, "waves": 8, "batch": 32}
    alone, both = (WalkOptions(classes=names, **tiny) for names in (("SO(2)",), ("SO(2)", "SO(1,1)")))
    one, two = (
        rows_of(search_subgroups(events, options, np.random.SeedSequence(3))[0]) for options in (alone, both)
    )
    assert one["SO(2)"].log10_p == pytest.approx(two["SO(2)"].log10_p, rel=1e-3)
    assert (one["SO(2)"].how, one["SO(1,1)"].how) == ("tested", "candidates")


def test_the_smaller_catalogue_that_has_all_classes() -> None:
    assert WalkOptions().chosen.key == "lorentz"
    assert WalkOptions(classes=("J_z, K_z",)).asked(WalkOptions().chosen) >= {"SO(2) x SO(1,1)", "SO(2)"}
    assert WalkOptions(classes=("SO(3)", "P_t")).chosen.key == "poincare"
    assert WalkOptions(catalogue="poincare").chosen.key == "poincare"
    unknown = WalkOptions(classes=("SO(33)",))
    with pytest.raises(CardError, match=r"no subgroup 'SO\(33\)'; did you mean 'SO\(3\)'"):
        unknown.asked(unknown.chosen)


def test_features_have_no_lorentz_group(drawn: Callable[..., Events]) -> None:
    events = drawn("two_body", 100)
    with pytest.raises(MethodError, match="act on four-momenta, but events have the components px, py"):
        search_subgroups(restricted(events, [1, 2, 5, 6]), WalkOptions(), np.random.SeedSequence(1))


def test_a_survivor_next_to_a_more_special_one_is_its_limit(
    drawn: Callable[..., Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    """J_z + 0.05 P_z, in units of the events' scale, is reported as a limit of rotations; J_z + 0.5 P_z is not."""
    events = drawn("two_body", 200)
    options = WalkOptions(catalogue="poincare", classes=("J_z + a P_z", "SO(2)"), **SMALL)
    for pitch, explained in ((0.05, ("SO(2)",)), (0.5, ())):
        screw = {"SO(2)": 0.0, "J_z + a P_z": pitch}
        walk = GameWalk(events, options, np.random.SeedSequence(1), level=0.01, bins=10)

        def tested(classes: list, screw: dict = screw) -> list:
            rows = {name: np.eye(10)[2:3] + p * np.eye(10)[9:] for name, p in screw.items()}
            return [(c, Outcome(-1.0, rows.get(c.name, np.eye(10)[8:9]), np.eye(10))) for c in classes]

        monkeypatch.setattr(walk, "test", tested)
        found = {row.name: row for row in walk.walked().rows}
        assert found["J_z + a P_z"].limit_of == explained
        assert found["J_z + a P_z"].survives == (not explained)
        assert found["SO(2)"].survives
