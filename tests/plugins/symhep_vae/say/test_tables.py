"""Tables hold numbers, not text."""

from __future__ import annotations

from collections.abc import Callable

from symhep.methods.number import Number
from symhep_vae.record import VaeRecord
from symhep_vae.say.tables import tables

MakeRecord = Callable[..., VaeRecord]


def test_latents_with_what_they_follow(make_record: MakeRecord) -> None:
    table = tables(make_record())["latents"]
    assert [str(c) for c in table.columns] == [
        "latent", "relevance", "information [bits]", "KL [nats]", "follows", "|r|",
    ]  # fmt: skip
    assert len(table.rows) == 6
    assert table.texts()[0] == (
        "1",
        "5.1 ± 0.4",
        "2.40 ± 0.10",
        "1.60 ± 0.10",
        "py(mu-) - py(mu+)",
        "0.950 ± 0.010",
    )
    assert table.rows[3][4:] == (None, None)
    assert isinstance(table.rows[0][1], Number)
    assert "(run 2)" in table.caption


def test_combinations_with_what_is_carried(make_record: MakeRecord) -> None:
    record = make_record()
    table = tables(record)["combinations"]
    assert [row[0] for row in table.rows] == [c.name for c in record.combinations]
    assert table.rows[0][1] == record.combinations[0].r_squared
    assert table.texts()[0][1:] == ("0.980 ± 0.010", "0.80 ± 0.10")


def test_without_a_varying_combination_there_is_no_table_of_them(make_record: MakeRecord) -> None:
    assert set(tables(make_record({"combinations": [], "carried": [], "followed": []}))) == {"latents"}
