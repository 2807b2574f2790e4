"""Verdicts of the search for symmetries: the group, components, elements, subgroups, generators, discrete elements."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import pytest

from symhep.methods.events import EventsRecord, VectorsRecord
from symhep.methods.number import Number
from symhep.methods.result import Result
from symhep.methods.verdict import Verdict
from symhep_symmetrygan.figures.all import draw_all
from symhep_symmetrygan.inference.record import FiniteGroupRecord
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.say.verdicts import verdicts

Made = Callable[..., Result[SymmetryGanRecord]]


def one(record: SymmetryGanRecord, start: str) -> Verdict:
    (found,) = [v for v in verdicts(record) if v.question.startswith(start)]
    return found


def test_the_group_comes_first_with_the_p_of_its_fit(dijets: Made) -> None:
    first = next(verdicts(dijets().record))
    assert first.question.startswith("Which continuous symmetries")
    assert (first.answer, first.conclusion, first.figure) == ("so(2)", "compatible", "span")
    assert first.p is not None
    assert first.p.log10_p == -0.3


def test_what_is_not_determined_is_undecided(dijets: Made) -> None:
    record = dijets().record
    assert record.algebra is not None
    algebra = record.algebra.model_copy(update={"kind": "not determined", "why": "too few elements"})
    first = next(verdicts(record.model_copy(update={"algebra": algebra})))
    assert (first.answer, first.conclusion) == ("not determined: too few elements", "undecided")


def test_components_are_asked_by_answer(dijets: Made) -> None:
    record = dijets().record
    assert one(record, "Component reflection?").conclusion == "compatible"
    exchange = one(record, "Component exchange?")
    assert (exchange.conclusion, exchange.figure) == ("violated", "components")
    assert exchange.p is not None
    assert exchange.p.log10_p == pytest.approx(-120.0, abs=1.0)


def test_elements_and_generators(dijets: Made) -> None:
    record = dijets().record
    assert record.verdicts is not None
    kept, failed = record.verdicts.kept, record.verdicts.failed
    assert one(record, "How many of 40 restarts").answer == f"{kept} of {kept + failed} tested"
    assert one(record, "Rotations about the beam, SO(2)?").conclusion == "compatible"
    assert one(record, "Rotations about x and y?").conclusion == "violated"
    assert one(record, "Parity P of the final state?").conclusion == "violated"
    assert one(record, "Maximal compatible connected subgroups of the Lorentz group").answer == "SO(2)"


def test_a_finite_group_is_named(dijets: Made) -> None:
    group = FiniteGroupRecord(
        name="Z_7",
        order=7,
        found=7,
        elements=30,
        orders={"7": 6, "1": 1},
        closed=True,
        rotations=7,
        reflections=0,
    )
    record = dijets(finite_group=group).record
    assert one(record, "Which finite group").answer == "Z_7 (7 elements)"
    assert not [v for v in verdicts(record) if v.question.startswith("Component")]
    open_ = group.model_copy(update={"closed": False})
    assert one(dijets(finite_group=open_).record, "Which finite group").conclusion == "undecided"


def test_an_asymmetry_is_in_per_cent(dijets: Made) -> None:
    record = dijets(forward_backward_asymmetry=Number(value=-0.3, low=-0.32, high=-0.28)).record
    row = one(record, "Forward-backward asymmetry?")
    assert row.answer == "different from zero"
    assert row.size is not None
    assert row.size.text() == "-30 [-32, -28] %"


def test_every_figure_that_is_named_is_drawn(dijets: Made, line: Made) -> None:
    for result in (dijets(), line()):
        drawn = {figure.name for figure in draw_all(result)}
        assert {v.figure for v in verdicts(result.record)} - {None} <= drawn
        plt.close("all")


def test_a_record_without_anything_has_no_verdict() -> None:
    record = SymmetryGanRecord(
        events=EventsRecord(used=5, available=10, effective=5.0, negative=0.0),
        vectors=VectorsRecord(number=1, components=("x",)), scale=1.0, unit="", significance_level=0.01,
    )  # fmt: skip
    assert list(verdicts(record)) == []
