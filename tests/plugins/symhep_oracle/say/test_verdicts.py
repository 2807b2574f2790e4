"""Verdicts of the oracle: the algebra, closure, the algebra of the card."""

from __future__ import annotations

from collections.abc import Callable

from symhep.methods.number import Number
from symhep.methods.verdict import Verdict
from symhep_oracle.fit.record import BreakingRecord, BrokenGenerator, CompareRecord, Survivors
from symhep_oracle.record import OracleRecord
from symhep_oracle.say.verdicts import verdicts

Make = Callable[..., OracleRecord]


def one(record: OracleRecord, start: str) -> Verdict:
    (found,) = [v for v in verdicts(record) if v.question.startswith(start)]
    return found


def compared(record: OracleRecord, dimension: int, angle: float, distance: Number) -> OracleRecord:
    found = CompareRecord(
        name="so(2)", dimension=dimension, principal_angles=(angle,), distance=distance,
        largest_angle_outside=Number(value=angle), rounding=1e-12,
    )  # fmt: skip
    return record.model_copy(update={"compare": found})


def test_the_algebra_is_named_with_its_number_of_generators(so2: Make) -> None:
    first = one(so2(), "Which algebra preserves |x|?")
    assert (first.answer, first.conclusion, first.figure) == ("so(2), 1 generator", "measured", "generators")
    assert first.size_of == "residual of invariance"
    assert not [v for v in verdicts(so2()) if "close" in v.question], "one generator closes by itself"


def test_what_is_not_sure_is_undecided(so2: Make) -> None:
    record = so2()
    low = record.algebra.model_copy(update={"dimension_stability": 0.3})
    assert one(so2(algebra=low), "Which algebra").conclusion == "undecided"
    none = record.algebra.model_copy(update={"dimension": 0, "name": "0"})
    assert one(so2(algebra=none, generators=()), "Which algebra").answer == "none"


def test_breaking_is_the_size_where_there_is_one(so2: Make) -> None:
    broken = so2().algebra.model_copy(
        update={
            "unbroken": "so(2)",
            "name": "so(2), broken by up to 11 %",
            "breaking": Number(value=11.0, unit="%"),
        }
    )
    first = one(so2(algebra=broken), "Which algebra")
    assert first.answer == "so(2), 1 generator"
    assert first.size is not None
    assert first.size.text() == "11 %"


def test_brackets_close_or_not(so2: Make) -> None:
    two = so2().algebra.model_copy(update={"dimension": 2})
    assert one(so2(algebra=two), "Do the generators close").conclusion == "compatible"
    open_ = two.model_copy(update={"name": "not closed"})
    assert one(so2(algebra=open_), "Do the generators close").conclusion == "violated"


def test_comparison_by_dimension_rounding_and_error(so2: Make) -> None:
    exact = Number(value=1e-16, level=None)
    assert one(compared(so2(), 1, 1e-15, exact), "Is it so(2)?").answer == "yes, up to rounding"
    other = one(compared(so2(), 3, 1e-15, exact), "Is it so(2)?")
    assert (other.answer, other.conclusion) == ("no: 1 generator instead of 3", "violated")
    within = one(compared(so2(), 1, 0.02, Number.with_error(0.02, 0.015)), "Is it so(2)?")
    assert (within.answer, within.conclusion) == ("yes, within errors", "compatible")
    away = one(compared(so2(), 1, 0.2, Number.with_error(0.2, 0.015)), "Is it so(2)?")
    assert away.conclusion == "undecided"


def test_what_a_breaking_term_leaves(so2: Make) -> None:
    broken = BrokenGenerator(name="J_12", violation=(Number(value=0.1),))
    found = BreakingRecord(
        oracle="x1", strengths=(0.1,), surviving=Survivors(name="0", generator_names=()), broken=(broken,),
        algebra_of_the_whole=(),
    )  # fmt: skip
    row = one(so2(breaking=found), "Which symmetry is left with x1 added?")
    assert (row.answer, row.figure) == ("none", "breaking")
