"""Whole events: any number of members, several kinds of vectors, tags, spectators; what must not matter does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from symhep.errors import CardError, MethodError
from symhep.events.dataset import Column, Dataset, Scaler
from symhep.events.kinds import VectorKind
from symhep.events.thresholds import Threshold
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.result import Result
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions
from symhep_moments.record import MomentsRecord

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
PLACES = 5
#: Less of everything: candidates, and random choices.
FEW: dict[str, Any] = {"generators": "lorentz", "level": 0.1}
QUICK: dict[str, Any] = {"discrete": None, "bounds": False, "subgroups": False, "exact_below": 0}


def dataset(
    x: FloatArray, mask: Mask | None = None, objects: Sequence[str] = (), kinds: Sequence[VectorKind] = (),
    sets: Sequence[str] = ("jets",), **more: Any,
) -> Dataset:  # fmt: skip
    n, places = x.shape[:2]
    names = tuple(objects) or ("jets",) * places
    flat = x.reshape(n, -1)
    spectators = more.pop("spectators", np.zeros((n, 0)))
    return Dataset(
        "p4", flat, tuple(Column(f"c{i}", slot=i // 4) for i in range(4 * places)), more.pop("weights", np.ones(n)),
        Scaler.fit(flat, "none"), momenta=x, mask=mask, kinds=tuple(kinds) or ("full",) * places, objects=names,
        particles=tuple(f"{o}[{names[:p].count(o)}]" if names.count(o) > 1 else o for p, o in enumerate(names)),
        sets=frozenset(sets), spectators=spectators,
        spectator_columns=tuple(Column(f"s{i}") for i in range(spectators.shape[1])), **more,
    )  # fmt: skip


def jets(seed: int, n: int, *, any_direction: bool = False, places: int = PLACES) -> tuple[FloatArray, Mask]:
    """A Poisson number of jets about one azimuth, or in any direction about one axis."""
    rng = np.random.default_rng(seed)
    mask = np.arange(places) < np.minimum(rng.poisson(1.5, size=n) + 1, places)[:, None]
    if any_direction:
        p = rng.normal(size=(*mask.shape, 3)) + rng.normal(size=(n, 1, 3))
        p *= 20 * rng.exponential(size=(*mask.shape, 1)) + 5
    else:
        pt, eta = 30 + rng.exponential(40, size=mask.shape), 1.2 * rng.normal(size=mask.shape)
        phi = rng.uniform(-np.pi, np.pi, size=(n, 1)) + 0.8 * rng.normal(size=mask.shape)
        p = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=2)
    energy = np.sqrt((p**2).sum(axis=2) + rng.uniform(2, 15, size=mask.shape) ** 2)
    return np.concatenate([energy[..., None], p], axis=2) * mask[..., None], mask


def with_met(seed: int, n: int) -> Dataset:
    x, mask = jets(seed, n)
    met = np.zeros((n, 1, 4))
    met[:, 0, 1:3] = -x.sum(axis=1)[:, 1:3] + 15 * np.random.default_rng(seed).normal(size=(n, 2))
    whole = np.ones((n, 1), dtype=bool)
    return dataset(
        np.concatenate([met, x], axis=1), np.concatenate([whole, mask], axis=1), ("met", *("jets",) * PLACES),
        ("transverse", *("full",) * PLACES),
    )  # fmt: skip


def measured(data: Dataset, **options: Any) -> Result[MomentsRecord]:
    method, context = MomentConditions(), Context(seed_sequence(1, "moments", 0))
    chosen = MomentsOptions.model_validate(options)
    method.require_takes(data.needs, data.name)
    method.check(data, chosen)
    sample = method.prepare(data, chosen)
    return method.worded(method.combine(sample, [method.fit(sample, Shard(), context)], context))


def everything(data: Dataset, **more: Any) -> Result[MomentsRecord]:
    return measured(
        data,
        **more,
        discrete={"elements": ["P", "reflection(x)", "Z_2(z)"], "classifier": None},
        subgroups={"catalogue": "lorentz"},
    )


def same_bits(one: Result[MomentsRecord], two: Result[MomentsRecord]) -> None:
    assert one.record.to_json() == two.record.to_json()
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, two.arrays[name], err_msg=name)


def log_p(result: Result[MomentsRecord], label: str) -> float:
    found = next(c.log10_p for c in result.record.candidates if c.label == label)
    assert found is not None
    return found


def text(result: Result[MomentsRecord]) -> str:
    return "\n".join(s.text for s in result.statements)


def test_what_is_not_there_changes_no_bit() -> None:
    """Garbage at empty places, in missing components, and in the tags of members that are not there."""
    data, rng = with_met(1, 700), np.random.default_rng(5)
    assert data.momenta is not None
    assert data.mask is not None
    garbage, there = 1e3 * rng.normal(size=data.momenta.shape), data.mask[..., None] * np.ones(4, dtype=bool)
    there[:, 0, [0, 3]] = False
    tags = rng.normal(size=(*data.mask.shape, 1))
    tagged = replace(data, tags=tags, tag_names=("q",))
    dirty = replace(
        data, momenta=np.where(there, data.momenta, garbage), tag_names=("q",),
        tags=np.where(data.mask[..., None], tags, np.nan),
    )  # fmt: skip
    same_bits(*(everything(one, **FEW) for one in (tagged, dirty)))


def test_the_order_of_members_and_empty_places_say_nothing() -> None:
    x, mask = jets(2, 700)
    plain = everything(dataset(x, mask), **FEW)
    rng = np.random.default_rng(3)
    order = rng.permuted(np.tile(np.arange(PLACES), (len(x), 1)), axis=1)
    mixed = dataset(np.take_along_axis(x, order[..., None], axis=1), np.take_along_axis(mask, order, axis=1))
    same_bits(plain, everything(mixed, **FEW))
    longer = everything(dataset(np.pad(x, ((0, 0), (0, 2), (0, 0))), np.pad(mask, ((0, 0), (0, 2)))), **FEW)
    for c in plain.record.candidates:
        assert c.log10_p is not None
        assert log_p(longer, c.label) == pytest.approx(c.log10_p, rel=1e-6)


def test_missing_momentum_leaves_what_acts_on_it() -> None:
    found = everything(with_met(4, 1500))
    tested = [c.label for c in found.record.candidates if c.how == "tested"]
    assert tested == ["J_z", "K_z", "P_t", "P_x", "P_y", "P_z"]
    assert [c.label for c in found.record.candidates if c.how == "undefined"] == ["J_x", "J_y", "K_x", "K_y"]
    assert {row.label: row.why for row in found.record.left_out}["J_x"] == "it needs the pz of met"
    assert "all vectors: J_x and J_y (they need the pz of met) and K_x and K_y" in text(found)
    assert found.tables["left_out"].rows[0] == ("J_x", "it needs the pz of met")
    assert "axes fixed" in text(found)
    assert found.record.algebra.dimension == 1
    assert found.record.generators[0].label == "J_z"
    assert found.record.maximal_subgroups == ("SO(2)",)
    assert [d.name for d in found.record.discrete if not d.rejected] == ["P", "reflection(x)", "Z_2(z)"]
    assert found.record.whole is not None
    assert [(o.name, o.components, o.is_set) for o in found.record.whole.objects] == [
        ("met", ("px", "py"), False), ("jets", ("E", "px", "py", "pz"), True),
    ]  # fmt: skip


def test_a_dead_sector_breaks_what_missing_momentum_leaves() -> None:
    data = with_met(6, 3000)
    assert data.momenta is not None
    assert data.mask is not None
    phi = np.arctan2(data.momenta[..., 2], data.momenta[..., 1])
    dead = (phi > 0.5) & (phi < 0.9)
    dead[:, 0] = False
    assert log_p(measured(replace(data, mask=data.mask & ~dead), **QUICK), "J_z") < -6
    assert log_p(measured(data, **QUICK), "J_z") > -2


def test_named_algebras_keep_what_is_defined() -> None:
    data = with_met(7, 700)
    assert [c.label for c in measured(data, generators="lorentz", **QUICK).record.candidates if c.how == "tested"] == [
        "J_z", "K_z",
    ]  # fmt: skip
    transverse = replace(data, kinds=("transverse", *("three",) * PLACES))
    # px, py, pz are left: no boost is one of three components
    assert [c.label for c in measured(transverse, **QUICK).record.candidates if c.how == "tested"] == [
        "J_z", "P_x", "P_y", "P_z",
    ]  # fmt: skip
    with pytest.raises(CardError, match=r"generators: no generator of .* is defined on these vectors"):
        measured(replace(data, kinds=("transverse", *("massless",) * PLACES)), generators="T", **QUICK)


def test_three_and_transverse_momenta_have_generators_of_physics() -> None:
    x, _ = jets(8, 1500, any_direction=True)
    three = measured(dataset(x[:, :1], kinds=("three",), sets=()), **QUICK)
    assert [c.label for c in three.record.candidates] == ["J_x", "J_y", "J_z", "P_x", "P_y", "P_z"]
    assert three.record.algebra.name == "so(3)"
    assert three.record.symmetry.acts_on == "momenta"
    assert three.arrays["symmetry_generators"].shape == (3, 5, 5)
    plane = measured(dataset(x[:, :1], kinds=("transverse",), sets=()), **QUICK)
    assert [c.label for c in plane.record.candidates] == ["J_z", "P_x", "P_y"]
    assert plane.record.algebra.dimension == 1
    columns = ("px", "py", "pz")
    features = Dataset.from_array(x[:, 0, 1:], scaling="isotropic", columns=columns)
    assert [c.label for c in measured(features, generators="so(3)", **QUICK).record.candidates] == [
        "J_x",
        "J_y",
        "J_z",
    ]


def test_isotropic_sets_have_all_rotations() -> None:
    found = measured(dataset(*jets(9, 2000, any_direction=True)), **QUICK)
    assert found.record.algebra.name == "so(3)"
    assert sorted(row.label for row in found.record.generators) == ["J_x", "J_y", "J_z"]


@dataclass(frozen=True)
class Hidden:
    """Momenta (n, P, 4) that have J_z, and what tells the members or events apart."""

    x: FloatArray
    mask: Mask
    sign: FloatArray


def hidden(per_member: bool) -> Hidden:
    """Particles of one sign along +x, of the other along -x: together they look round."""
    x, mask = jets(10, 1500)
    rng = np.random.default_rng(11)
    sign = rng.choice([-1.0, 1.0], size=mask.shape if per_member else (len(x), 1))
    pt = np.hypot(x[..., 1], x[..., 2])
    # density 1 + cos phi, turned by pi where the sign is negative
    phi = rng.vonmises(0.0, 1.0, size=mask.shape) + np.where(sign > 0, 0.0, np.pi) + np.zeros(mask.shape)
    phi = np.where(rng.random(mask.shape) < 0.5, phi, rng.uniform(-np.pi, np.pi, size=mask.shape))
    x[..., 1], x[..., 2] = pt * np.cos(phi), pt * np.sin(phi)
    return Hidden(x, mask, sign)


def test_tags_show_what_the_sum_of_all_members_hides() -> None:
    h = hidden(per_member=True)
    data = dataset(h.x, h.mask, tags=h.sign[..., None] * h.mask[..., None], tag_names=("charge",))
    blind = measured(replace(data, tags=None, tag_names=()), **QUICK)
    seen = measured(data, **QUICK)
    even = np.random.default_rng(1).permuted(h.sign, axis=1)[..., None]  # tags that say nothing
    assert log_p(seen, "J_z") < -20 < log_p(blind, "J_z")
    assert log_p(seen, "J_z") < log_p(measured(replace(data, tags=even), **QUICK), "J_z") - 10


def test_exact_tests_see_tags_and_pairs_of_members() -> None:
    h = hidden(per_member=True)
    data = dataset(h.x, h.mask, tags=h.sign[..., None] * h.mask[..., None], tag_names=("charge",))
    exact = QUICK | {"exact_below": 5000, "generators": "rotations"}
    row = {r["label"]: r for r in measured(data, **exact).summary["candidates"]}["J_z"]
    assert (row["p_kind"], row["rejected"]) == ("exact", True)
    assert row["p_value"] == pytest.approx(1 / 3000)  # three candidates at 0.01: 2999 random choices
    row = {
        r["label"]: r for r in measured(replace(data, tags=None, tag_names=()), **exact).summary["candidates"]
    }["J_z"]
    assert (row["p_kind"], row["rejected"]) == ("exact", False)


def test_spectators_show_what_the_marginal_hides() -> None:
    h = hidden(per_member=False)
    data = dataset(h.x[:, :1], sets=(), spectators=h.sign)
    blind = measured(replace(data, spectators=np.zeros((len(h.x), 0)), spectator_columns=()), **QUICK)
    assert log_p(measured(data, **QUICK), "J_z") < -20
    assert log_p(blind, "J_z") > -6  # the second harmonic of von Mises' law, 5 %, is not hidden


def test_pairs_show_a_correlation_that_single_members_do_not() -> None:
    """Two members, each uniform in azimuth: their angles add up to 0, which no turn about z leaves alone."""
    x, _ = jets(12, 1500, places=2)
    mask, rng = np.ones(x.shape[:2], dtype=bool), np.random.default_rng(13)
    pt = 30 + rng.exponential(40, size=mask.shape)
    phi = rng.uniform(-np.pi, np.pi, size=len(x))
    angles = np.stack([phi, -phi + 0.3 * rng.normal(size=len(x))], axis=1)
    x = np.stack(
        [
            np.hypot(pt, 30),
            pt * np.cos(angles),
            pt * np.sin(angles),
            30 * np.ones(pt.shape) * rng.normal(size=pt.shape),
        ],
        axis=2,
    )
    x[..., 0] = np.sqrt((x[..., 1:] ** 2).sum(axis=2) + rng.uniform(1, 9, size=pt.shape))
    found = measured(dataset(x, mask), **QUICK)
    assert log_p(found, "J_z") < -20
    blocks = {name: slice(b[0], b[1]) for name, b in found.record.functions.blocks.items()}
    pulls = found.arrays["pulls"][:, list(found.arrays["tested"]).index("J_z")]
    assert np.nanmax(np.abs(pulls[blocks["pairs"]])) > 15
    assert np.nanmax(np.abs(pulls[blocks["low"]])) < 4.5
    assert np.nanmax(np.abs(pulls[blocks["members"]])) < 4.5


def test_thresholds_of_members() -> None:
    """pt > 30 breaks J_x; inside of the edge it is kept."""
    x, mask = jets(14, 6000, any_direction=True)
    mask = mask & (np.hypot(x[..., 1], x[..., 2]) > 20)
    kept = mask.any(axis=1)
    data = dataset(x[kept], mask[kept])
    cut = measured(data, **QUICK)
    edges = [{"variable": "pt", "above": 20.0, "particle": "jets", "width": 20.0}]
    inside = measured(data, edges=edges, **QUICK)
    assert max(log_p(cut, "J_x"), log_p(cut, "J_y")) < -15
    assert min(log_p(inside, "J_x"), log_p(inside, "J_y")) > -3
    assert inside.record.algebra.name == "so(3)"
    assert inside.record.edges == ("pt > 20 of jets",)
    assert "introduces a discontinuity" not in text(inside)  # at least one jet, and nothing else
    two = data.take(np.flatnonzero(mask[kept].sum(axis=1) > 1))
    told = text(measured(two, edges=edges, **QUICK))
    assert (
        "A selection of events with at least 2 jets introduces a discontinuity where a member crosses its "
        "threshold" in told
    )


def test_cuts_of_the_objects_are_known() -> None:
    x, mask = jets(15, 800)
    data = dataset(x, mask)
    with pytest.raises(CardError, match="'edges: objects' needs a cut on pt, eta, energy or p"):
        measured(data, edges="objects", **QUICK)
    cuts = (
        Threshold("jets", "pt", above=30.0),
        Threshold("muons", "pt", above=5.0),
        Threshold("jets", "p", above=0.0),
    )
    data = replace(data, thresholds=cuts)
    warned = measured(data, **QUICK)
    (row,) = warned.record.thresholds
    assert row.cut == "pt > 30 of jets"
    assert row.changed_by == ("J_x", "J_y", "K_x", "K_y", "P_x", "P_y")
    assert not row.covered
    assert "The cuts pt > 30 of jets are not invariant under rotations about x and y" in text(warned)
    inside = measured(data, edges="objects", **QUICK)
    assert inside.record.edges == ("pt > 30 of jets",)
    assert inside.record.thresholds[0].covered
    assert "The cuts " not in text(inside)


def test_edges_that_cannot_be() -> None:
    data = with_met(16, 700)
    with pytest.raises(CardError, match="an edge names 'muons', which is not a particle"):
        measured(data, edges=[{"variable": "pt", "above": 5.0, "particle": "muons"}], **QUICK)
    with pytest.raises(
        CardError,
        match="an edge names the variable 'abs_eta', which 'met' does not have; name the "
        "particles that have it",
    ):
        measured(data, edges=[{"variable": "abs_eta", "below": 2.0}], **QUICK)
    with pytest.raises(
        CardError,
        match="an edge names particle 2, a member of 'jets', whose members have no order; write particle: jets",
    ):
        measured(data, edges=[{"variable": "pt", "above": 5.0, "particle": 2}], **QUICK)


def test_rates_replace_orbits_that_lead_members_over_their_threshold() -> None:
    x, mask = jets(17, 800, any_direction=True)
    mask = mask & (np.hypot(x[..., 1], x[..., 2]) > 10)
    edges = [{"variable": "pt", "above": 10.0, "particle": "jets"}]
    found = measured(dataset(x, mask), generators="rotations", edges=edges, discrete=None, subgroups=False)
    kinds = {c.label: (c.size_kind, c.size and c.size.unit) for c in found.record.candidates}
    assert kinds == {"J_x": ("rate", "per radian"), "J_y": ("rate", "per radian"), "J_z": ("v_m", "")}
    assert found.record.whole is not None
    assert any(one.startswith("J_x, J_y: the size is a rate") for one in found.record.whole.otherwise)


def test_momentum_conservation_is_found_whatever_the_number() -> None:
    """Missing momentum that is exactly minus the sum of the jets: translations change it."""
    data = with_met(18, 900)
    assert data.momenta is not None
    assert data.mask is not None
    x = data.momenta.copy()
    x[:, 0, 1:3] = -x[:, 1:, 1:3].sum(axis=1)
    found = measured(replace(data, momenta=x), **QUICK)
    assert "the sum of px is 0 GeV" in found.record.support.constraints
    why = {row.label: row.why for row in found.record.support.excluded}
    assert why["P_x"].startswith("it changes the sum of px")
    assert found.record.support.numbers == 6  # px, py of met, four of all jets


def test_massless_members_of_a_set_are_a_surface() -> None:
    x, mask = jets(19, 900)
    x[..., 0] = np.linalg.norm(x[..., 1:], axis=2)
    found = measured(dataset(x, mask), **QUICK)
    assert "E^2 - p^2 of jets is 0 GeV^2" in found.record.support.constraints
    assert {row.label for row in found.record.support.excluded} == {"P_t", "P_x", "P_y", "P_z"}


def test_tags_and_spectators_that_are_not_numbers() -> None:
    x, mask = jets(20, 300)
    with pytest.raises(MethodError, match="tags or spectators contain NaN or infinity"):
        measured(dataset(x, mask, tags=np.full((*mask.shape, 1), np.nan), tag_names=("b",)), **QUICK)


def test_objects_sorted_by_pt_are_told() -> None:
    x, mask = jets(21, 800, places=2)
    rng = np.random.default_rng(22)
    pt = np.sort(30 + rng.exponential(40, size=mask.shape), axis=1)[:, ::-1]
    phi = rng.uniform(-np.pi, np.pi, size=mask.shape)
    p = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(rng.normal(size=pt.shape))], axis=2)
    x = np.concatenate([np.sqrt((p**2).sum(axis=2) + 25)[..., None], p], axis=2)
    data = dataset(x, objects=("jets", "jets"), sets=(), spectators=rng.normal(size=(800, 1)))
    found = measured(data, **QUICK)
    assert "jets is sorted by pt in all events" in text(found)


def test_reference_with_the_same_dead_sector() -> None:
    """What both lack drops out; tags are standardised alike."""
    x, mask = jets(23, 5000)
    phi = np.arctan2(x[..., 2], x[..., 1])
    mask = mask & ~((phi > 0) & (phi < 0.5))
    kept = mask.any(axis=1)
    data = dataset(
        x[kept], mask[kept], labels=np.arange(int(kept.sum())) % 2, label_names=("data", "mc"),
        tags=np.ones((int(kept.sum()), PLACES, 1)), tag_names=("q",),
    )  # fmt: skip
    relative = replace(data, reference=frozenset({"mc"}))
    assert log_p(measured(relative, **QUICK), "J_z") > -2
    alone = replace(data, labels=np.zeros(len(data), dtype=np.int64), label_names=("data",))
    assert log_p(measured(alone, **QUICK), "J_z") < -3  # exact: no less than one over the number of draws
