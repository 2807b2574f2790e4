"""Tables hold numbers with their errors and units, and only what there is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symhep.methods.number import Bounded
from symhep.methods.p_values import PValue
from symhep.methods.result import Result
from symhep.methods.table import Table
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.say.tables import tables

Made = Callable[..., Result[SymmetryGanRecord]]


def column(table: Table, name: str) -> list[object]:
    place = [head.name for head in table.columns].index(name)
    return [row[place] for row in table.rows]


def test_tables_hold_what_there_is(dijets: Made, line: Made) -> None:
    names = {"projections", "components", "generators", "subgroups", "candidates", "discrete"}
    assert set(tables(dijets().record)) == names
    assert tables(line().record) == {}


def test_tables_survive_json(dijets: Made) -> None:
    for table in tables(dijets().record).values():
        assert Table.from_json(table.to_json()) == table


def test_projections_have_excesses_with_limits(dijets: Made) -> None:
    record = dijets().record
    assert record.kl is not None
    table = tables(record)["projections"]
    for head, group in (("accepted", record.kl.kept), ("found, before refinement", record.kl.symmetry)):
        assert column(table, f"excess, {head}") == list(group.excess or ())
    assert column(table, "noise") == pytest.approx(record.kl.noise.mean)
    assert {head.unit for head in table.columns[1:]} == {"nats"}


def test_components_have_two_p_values_with_names(dijets: Made) -> None:
    table = tables(dijets().record)["components"]
    assert column(table, "verdict") == ["compatible", "compatible", "violated"]
    single, adjusted = column(table, "unadjusted p"), column(table, "adjusted p")
    assert isinstance(single[2], PValue)
    assert isinstance(adjusted[2], PValue)
    assert single[2].log10_p == pytest.approx(-120)
    assert adjusted[2].log10_p == pytest.approx(-120 + 0.60206)
    excess = column(table, "excess KL, azimuth of jet1")
    assert [number.value for number in excess if isinstance(number, Bounded)] == pytest.approx(
        [1e-3, 1e-3, 11e-3]
    )


def test_classes_and_generators_have_tables_of_their_own(dijets: Made) -> None:
    made = tables(dijets().record)
    assert made["subgroups"].rows[0][0] == "SO(2)"
    assert made["subgroups"].rows[0][-1] == "compatible, maximal"
    assert len(made["subgroups"].rows) == 14
    assert dict(zip(column(made["candidates"], "generator"), column(made["candidates"], "verdict"), strict=True)) == {
        "J_x": "violated", "J_y": "violated", "J_z": "compatible", "K_z": "violated",
    }  # fmt: skip
