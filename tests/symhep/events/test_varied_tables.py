"""From tables of alternatives to datasets: rows, units, places, and what is left out."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.card.loader import load_card
from symhep.errors import MethodError
from symhep.events.assemble import assemble
from symhep.events.dataset import Dataset
from symhep.events.table import FeatureTable, Places
from symhep.events.varied_tables import VariedTables

CARD = load_card(
    {
        "symhep": 1,
        "datasets": {"mc": {"files": ["a"]}},
        "objects": {"jets": {"collection": "Jet", "take": "all"}},
        "features": {"x": {"vars": ["x"], "scaling": "standard"}, "p": {"object": "jets", "vars": ["px"]}},
    }
).card


def table(
    values: list[float],
    events: list[int],
    weights: list[float] | None = None,
    identity: list[int] | None = None,
) -> FeatureTable:
    source = np.stack([np.zeros(len(events), dtype=np.int64), np.array(events, dtype=np.int64)], axis=1)
    return FeatureTable(
        np.array(values)[:, None], np.array(weights or [1.0] * len(values)), source=source,
        identity=None if identity is None else np.array(identity, dtype=np.int64),
    )  # fmt: skip


def put_together(
    nominal: FeatureTable, other_files: bool = False, features: str = "x", **tables: FeatureTable
) -> Dataset:
    others = frozenset(tables) if other_files else frozenset[str]()
    return assemble(
        CARD, features, {"mc": nominal}, varied={"mc": {"v": VariedTables("up_down", 0.6827, tables, others)}}
    )


def test_rows_of_one_event_share_their_unit_and_new_ones_have_their_own() -> None:
    data = put_together(table([1.5, 2.5, 3.5], [0, 4, 7]), up=table([9.5, 1.6, 3.6, 8.5], [2, 0, 7, 9]))
    (alternative,) = data.variations[0].alternatives
    assert (data.unit.tolist(), alternative.data.unit.tolist()) == ([0, 1, 2], [3, 0, 2, 4])
    assert not alternative.same_rows
    assert alternative.data.scaler == data.scaler


def test_another_row_of_an_event_shares_its_unit() -> None:
    """Two candidates of event 70, of which one passes nominally and the other in the alternative."""
    nominal = table([1.5, 2.5, 3.5], [0, 1, 2], identity=[50, 50, 70])
    data = put_together(nominal, up=table([1.6, 4.6], [0, 3], identity=[50, 70]))
    assert (data.unit.tolist(), data.variations[0].alternatives[0].data.unit.tolist()) == ([0, 0, 2], [0, 2])


def test_events_of_other_files_are_no_nominal_ones() -> None:
    data = put_together(table([1.5, 2.5], [0, 1]), other_files=True, up=table([1.6, 2.6], [0, 1]))
    assert not np.isin(data.variations[0].alternatives[0].data.unit, data.unit).any()


def test_places_for_the_widest_event_of_any_alternative() -> None:
    def jets(rows: list[list[float]]) -> FeatureTable:
        width = max(map(len, rows))
        mask = np.array([[i < len(row) for i in range(width)] for row in rows])
        px = np.array([row + [0.0] * (width - len(row)) for row in rows])
        momenta = np.stack([abs(px), px, 0 * px, 0 * px], axis=2)
        source = np.stack([np.zeros(len(rows), dtype=np.int64), np.arange(len(rows))], axis=1)
        places = (Places("jets", width, "full", True, ("px",)),)
        return FeatureTable(px, np.ones(len(rows)), momenta, (None,) * width, source, mask, places=places)

    data = put_together(jets([[5.0], [-4.0]]), features="p", up=jets([[5.1, 3.0], [-4.1]]))
    up = data.variations[0].alternatives[0].data
    assert data.values.tolist() == [[5.0, 0.0], [-4.0, 0.0]]
    assert up.values.tolist() == [[5.1, 3.0], [-4.1, 0.0]]
    assert data.mask is not None
    assert up.mask is not None
    assert (data.mask.tolist(), up.mask.tolist()) == ([[True, False]] * 2, [[True, True], [True, False]])
    assert up.columns == data.columns


def test_an_alternative_without_events() -> None:
    with pytest.raises(MethodError, match=r"variation 'v' \(down\): no event of 'x' passes the selection"):
        put_together(table([1.5, 2.5], [0, 1]), up=table([1.6], [0]), down=table([], []))


def test_all_weights_zero() -> None:
    nominal = table([1.5, 2.5], [0, 1])
    with pytest.raises(MethodError, match=r"variation 'v' \(up\): all events of 'x' have weight 0"):
        put_together(nominal, up=nominal.with_weights(np.zeros(2)))


def test_a_table_that_is_the_nominal_one() -> None:
    nominal = table([1.5, 2.5], [0, 1])
    assert put_together(nominal, up=nominal, down=nominal).variations == ()
    data = put_together(nominal, up=nominal, down=table([1.4], [0]))
    up, down = data.variations[0].alternatives
    assert (up.same_rows, down.same_rows) == (True, False)
    assert up.data.values is data.values
