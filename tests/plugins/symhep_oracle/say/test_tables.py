"""Tables from records made by hand: numbers and not text."""

from __future__ import annotations

from collections.abc import Callable

from symhep.methods.number import Number
from symhep_oracle.record import Entry, GeneratorRecord, OracleRecord, SpuriousField, SupportRecord
from symhep_oracle.say.tables import ROWS, tables

Make = Callable[..., OracleRecord]


def entry(row: int, column: int, value: float) -> Entry:
    return Entry(row=row, column=column, coefficient=Number.with_error(value, 0.01))


def test_generators_and_their_entries(so2: Make) -> None:
    turn = GeneratorRecord(
        name="J_12", overlap=0.99, residual=Number(value=0.1), largest_error=0.01,
        entries=(entry(1, 2, -1.0), entry(2, 1, 1.0)),
    )  # fmt: skip
    found = tables(so2(generators=(turn,)))
    assert list(found) == ["generators", "entries"]
    assert found["generators"].rows == (("J_12", "J_12", 0.99, Number(value=0.1), 0.01),)
    assert [row[:3] for row in found["entries"].rows] == [("J_12", 1, 2), ("J_12", 2, 1)]
    assert found["entries"].texts()[0] == ("J_12", "1", "2", "-1.000 ± 0.010")
    assert "first" not in found["entries"].caption


def test_complex_entries_say_which_part(so2: Make) -> None:
    record = so2()
    phase = GeneratorRecord(
        name="iE_11", residual=Number(value=0.0),
        entries=(Entry(row=1, column=1, imaginary=True, coefficient=Number(value=1.0)),),
    )  # fmt: skip
    layout = record.vectors.model_copy(update={"complex": True})
    found = tables(record.model_copy(update={"generators": (phase,), "vectors": layout}))["entries"]
    assert found.rows[0][:4] == ("iE_11", 1, 1, "imaginary")


def test_what_does_not_fit_is_counted(so2: Make) -> None:
    many = tuple(
        GeneratorRecord(
            name=f"X_{g}", residual=Number(value=0.0), entries=[entry(1, c + 1, 1.0) for c in range(16)], entries_more=4
        )
        for g in range(10)
    )  # fmt: skip
    found = tables(so2(generators=many))["entries"]
    assert len(found.rows) == ROWS
    assert found.caption.endswith(f"The first {ROWS} of 200.")


def test_spurious_fields(so2: Make) -> None:
    field = SpuriousField(
        name="X_1", overlap=0.95, near="D", moves_no_event=False, entries=(entry(1, 1, 1.0),)
    )
    found = tables(so2(support=SupportRecord(constraints=(), checked_off_support=True, spurious=(field,))))
    assert found["spurious"].rows == (("X_1", "D", 0.95, False),)
    assert len(found["spurious_entries"].rows) == 1
