"""Sentences say what the record says, and carry its numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from symhep.hypotheses.algebra.record import Alternative
from symhep.methods.events import EventsRecord, VectorsRecord
from symhep.methods.number import Number, with_error
from symhep.methods.record import Record
from symhep.methods.result import Result
from symhep_symmetrygan.inference.record import FiniteGroupRecord
from symhep_symmetrygan.record import InertialRecord, SymmetryGanRecord
from symhep_symmetrygan.say.sentences import statements

Made = Callable[..., Result[SymmetryGanRecord]]


@pytest.fixture
def record(dijets: Made) -> SymmetryGanRecord:
    return dijets().record


def but(record: Any, path: str, **changes: Any) -> Any:
    """The record, with other values in the record at the dotted ``path``."""
    if not path:
        return record.model_copy(update=changes)
    head, _, rest = path.partition(".")
    inner: Record = getattr(record, head)
    return record.model_copy(update={head: but(inner, rest, **changes)})


def said(record: SymmetryGanRecord, kind: str = "finding") -> list[str]:
    return [x.text for x in statements(record) if x.kind == kind]


def one(record: SymmetryGanRecord, start: str, kind: str = "finding") -> str:
    found = [text for text in said(record, kind) if start in text]
    assert len(found) == 1, (start, said(record, kind))
    return found[0]


def test_sentences_end_and_their_evidence_is_json(record: SymmetryGanRecord) -> None:
    for statement in statements(record):
        assert statement.text.endswith(".")
        assert "  " not in statement.text
        json.dumps(statement.evidence, allow_nan=False)


def test_the_group_comes_first(record: SymmetryGanRecord) -> None:
    text = said(record)[0]
    assert "form so(2)" in text
    assert "with the generator 0.707 R_12 + 0.707 R_34" in text
    assert "the component reflection in addition" in text
    assert "exchange" not in text  # rejected


def test_a_marginal_density_is_called_so(record: SymmetryGanRecord) -> None:
    assert "marginal" not in said(record)[0]
    marginal = but(record, "space", name="so(4) on px1 py1 px2 py2", marginal=True)
    assert "accepted elements of the search space so(4) on px1 py1 px2 py2" in said(marginal)[0]
    assert said(marginal)[0].endswith(" (the marginal density of px1, py1, px2 and py2).")


def test_spectators_are_called_so(record: SymmetryGanRecord) -> None:
    beside = but(record, "space", name="so(4) on px1 py1 px2 py2", spectator_names=("E1", "pz1"))
    assert said(beside)[0].endswith(" (px1, py1, px2 and py2 with E1 and pz1 as spectators).")
    of_events = but(beside, "", spectator_names=("E1", "pz1"), tag_names=("charge",))
    assert said(of_events)[0].endswith(" (the vectors with E1, pz1 and charge of each vector as spectators).")


def test_no_continuous_group_is_said_to_be_none(record: SymmetryGanRecord) -> None:
    finite = but(
        record, "algebra", kind="finite", dimension=0, name="0", why="rotation angles are multiples of 2 pi/7"
    )
    text = said(but(finite, "", connected_components=()))[0]
    assert text.endswith("form no continuous group (rotation angles are multiples of 2 pi/7).")


def test_a_group_that_is_not_determined_is_not_named(record: SymmetryGanRecord) -> None:
    unknown = but(
        record, "algebra", kind="not determined", dimension=None, why="2 of 9 elements are accepted"
    )
    assert said(unknown)[0].endswith("is not determined: 2 of 9 elements are accepted.")


def test_elements_are_counted(record: SymmetryGanRecord) -> None:
    text = one(record, "restarts in")
    assert "40 restarts" in text
    assert "found 39 elements" in text
    assert "in the test on 10,000 held-out events 35 are accepted" in text
    assert "4 are rejected (family-wise error 1 %)" in text


@pytest.mark.parametrize(
    ("kept", "failed", "words"),
    [
        (0, 3, "none is accepted"),
        (3, 0, "all are accepted"),
        (1, 2, "1 is accepted"),
    ],
)
def test_none_and_all(record: SymmetryGanRecord, kept: int, failed: int, words: str) -> None:
    changed = but(record, "verdicts", kept=kept, failed=failed)
    assert words in one(changed, "restarts in")
    assert any("No accepted symmetry" in t for t in said(changed, "warning")) == (kept == 0)


def test_elements_that_were_not_tested_allow_no_conclusion(line: Made) -> None:
    record = line().record
    assert "symmetr" not in one(record, "restarts in").removeprefix(
        "30 restarts in the search space line found 30 elements"
    )
    assert "allow no conclusion" in one(record, "not tested on held-out", "warning")


def test_a_rejected_component_is_reported_as_approximate(record: SymmetryGanRecord) -> None:
    text = one(record, "component exchange")
    assert "is violated (adjusted p < 1e-119)" in text
    # 2 ln 2 - loss = 0.010 +- 0.002; random elements are about 0.6 from it
    assert (
        f"approximate symmetry: gain of a classifier (2 ln 2 - post-hoc loss) = {with_error(0.01, 0.002)}"
        in text
    )
    far = record.connected_components[2].model_copy(
        update={"posthoc_loss": Number.with_error(0.9, 0.002), "excess": None}
    )
    changed = but(record, "", connected_components=(*record.connected_components[:2], far))
    assert "approximate" not in one(changed, "component exchange")


def test_divergences_are_excesses_with_limits(record: SymmetryGanRecord) -> None:
    assert record.kl is not None
    text = one(record, "split samples subtracted, 100 bins): for accepted elements")
    (kept, _), (random, _) = record.kl.kept.excess or (), record.kl.random.excess or ()
    assert f"azimuth of jet1: {kept.text()}" in text
    assert "at 95 %" in text
    assert f"for random elements, azimuth of jet1: {random.text()}" in text
    assert "times the noise" not in " ".join(said(record))


def test_projections_that_nothing_moves_are_left_out(record: SymmetryGanRecord) -> None:
    assert record.kl is not None
    still = record
    for kind in ("kept", "failed", "symmetry", "random"):
        moved = getattr(record.kl, kind).excess[0]
        none = moved.model_copy(update={"value": 0.0, "low": 0.0, "high": 0.0, "upper_95": 0.0})
        still = but(still, f"kl.{kind}", excess=(moved, none))
    assert "jet2" not in one(still, "Excess KL")


def test_false_maxima_are_reported_by_their_loss(record: SymmetryGanRecord) -> None:
    changed = but(
        record, "posthoc_loss", kept=Number.with_error(1.3861, 0.0004), failed=Number.with_error(1.251, 0.003)
    )
    text = one(changed, "Post-hoc loss")
    kept, failed = with_error(1.3861, 0.0004), with_error(1.251, 0.003)
    assert f"after refinement {kept} for accepted and {failed} for rejected elements" in text


def test_losses_of_overtraining_show_no_difference(record: SymmetryGanRecord) -> None:
    guess = {key: Number.with_error(1.387, 0.001) for key in ("found", "random", "kept", "failed")}
    assert "overtraining" not in one(but(record, "posthoc_loss", **guess), "Post-hoc loss")
    worse = guess | {"found": Number.with_error(1.76, 0.12)}
    assert "indicates overtraining" in one(but(record, "posthoc_loss", **worse), "Post-hoc loss")


@pytest.mark.parametrize(("key", "whose"), [("finite_group", "elements"), ("component_group", "components")])
def test_finite_groups_have_orders(record: SymmetryGanRecord, key: str, whose: str) -> None:
    group = FiniteGroupRecord(
        name="D_4", order=8, found=7, elements=60, orders={"1": 1, "2": 5, "4": 2}, closed=True, rotations=4,
        reflections=4,
    )  # fmt: skip
    assert one(but(record, "", **{key: group}), "D_4") == (
        f"The {'accepted' if whose == 'elements' else 'compatible'} {whose} form the dihedral group D_4 of "
        "8 elements: 1 of order 1, 5 of order 2 and 2 of order 4; 7 of them were found, the others are "
        "products of these."
    )
    broken = group.model_copy(update={"closed": False, "order": None})
    assert "form 7 points" in one(but(record, "", **{key: broken}), "is not determined")


def test_growth_of_errors_has_an_error(record: SymmetryGanRecord) -> None:
    assert f"grows as k^({with_error(1.0, 0.05)}); up to k = 8 no" in one(record, "of the k-th power")
    exact = but(record, "composition", exponent=Number())
    assert "is the group itself" in one(exact, "Powers of the elements found are exact")


def test_subgroups_have_their_survivors(record: SymmetryGanRecord) -> None:
    text = one(record, "Connected subgroups of the Lorentz group")
    assert "14 classes" in text
    assert "the maximal compatible class is SO(2)" in text
    assert "13 are rejected (family-wise error 1 %)" in text


def test_generators_are_named_as_physicists_do(record: SymmetryGanRecord) -> None:
    text = one(record, "Individual generators in the lab frame")
    assert "rotations about x and y and boosts along z are violated" in text
    # -35 + log10(10) is the largest of the three
    assert "(adjusted p < 1e-33)" in text
    assert "rotations about z are compatible" in text


def test_discrete_elements_act_on_the_final_state(record: SymmetryGanRecord) -> None:
    text = one(record, "Discrete symmetries (acting on the final state only): violated: P")
    assert "asymmetry -30 % [-32, -28]" in text
    assert "compatible: reflection(x)" in text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.02, "compatible with zero"),
        (
            -0.3,
            "rotations by pi about transverse axes reverse its sign",
        ),
    ],
)
def test_an_asymmetry_has_implications(record: SymmetryGanRecord, value: float, words: str) -> None:
    changed = but(
        record, "", forward_backward_asymmetry=Number(value=value, low=value - 0.03, high=value + 0.03)
    )
    text = one(changed, "forward-backward")
    assert words in text
    assert ("not compatible with zero" in text) == (value == -0.3)


def test_maps_have_distances(record: SymmetryGanRecord) -> None:
    assert record.map is not None
    text = one(record, "Symmetry discovery map")
    assert f"parameters is {record.map.median:.2g} (median) and {record.map.p90:.2g} (90 % quantile)" in text
    assert text.endswith(f" Formula: {record.map.formula}.")
    far = but(record, "map", far=Number.with_error(0.12, 0.033))
    assert "it exceeds 0.5 for 12.0 ± 3.3 % of the restarts." in one(far, "Symmetry discovery map")
    assert "its distance from separate trainings is 0.03 (median)" in one(record, "single training")


def test_projections_that_saw_nothing_are_a_warning(record: SymmetryGanRecord) -> None:
    assert record.kl is not None
    assert "would have accepted them" in one(record, "rejected by the p-value", "warning")
    seen = but(record, "kl.failed", excess=record.kl.random.excess)
    assert not any("rejected by the p-value" in t for t in said(seen, "warning"))


def test_what_forbids_conclusions_is_said(record: SymmetryGanRecord) -> None:
    doubtful = but(
        record, "algebra", stability=0.6, alternatives=Alternative.of([("so(2)", 0.6), ("so(1,1)", 0.4)])
    )
    changed = but(
        doubtful, "", subgroups=(), notes=("directions are missing",),
        inertial=InertialRecord(how="two_stage", kept=5, failed=2),
        events=EventsRecord(used=1000, available=2000, effective=500.0, negative=0.1),
    )  # fmt: skip
    text = one(changed, "cannot exclude", "warning")
    assert "may still exist" in text
    assert "Use 'subgroups: true'" in text
    assert "Alternatives: so(1,1) (40 %)" in one(changed, "algebra so(2): 0.6 of the resamplings", "warning")
    assert "10.0 % of the sum of absolute weights is negative" in one(changed, "negative", "warning")
    assert "2 elements preserve the density of the events but not" in one(changed, "inertial", "warning")
    assert "held-out events is 500 < 1,000" in one(changed, "more than a few per cent", "warning")
    assert "unreliable" not in one(changed, "more than a few per cent", "warning")
    assert "1 restart of 40" in one(changed, "not finite", "warning")
    assert "Directions are missing." in said(changed, "warning")
    assert "the violation of exchange may only reflect the pt ordering" in one(
        changed, "exchange may", "warning"
    )


def test_few_effective_events_are_a_warning_of_their_own(record: SymmetryGanRecord) -> None:
    few = but(record, "events", effective=60.0)
    assert "unreliable" in one(few, "held-out events is 60 <", "warning")


def test_refinement_is_reported_where_it_decides(record: SymmetryGanRecord) -> None:
    assert record.verdicts is not None
    v, refined = record.verdicts, "accepted after refinement"
    text = one(record, refined, "warning")
    assert text.startswith(f"{v.kept} elements are {refined}")
    assert f"but {v.kept_as_trained} before refinement" in text
    none = but(record, "verdicts", kept=1, kept_as_trained=0)
    assert "but none before refinement" in one(none, f"1 element is {refined}", "warning")
    same = but(record, "verdicts", kept_as_trained=v.kept)
    assert not any(refined in t for t in said(same, "warning"))


def test_a_record_without_anything_says_nothing() -> None:
    record = SymmetryGanRecord(
        events=EventsRecord(used=5000, available=10000, effective=5000.0, negative=0.0),
        vectors=VectorsRecord(number=1, components=("x",)), scale=1.0, unit="", significance_level=0.01,
    )  # fmt: skip
    assert list(statements(record)) == []
