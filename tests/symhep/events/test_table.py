"""Tables of several chunks or files become as wide as the widest, and survive being stored."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from symhep.errors import CardError
from symhep.events.table import FeatureTable, Places


def _table(counts: list[int], width: int) -> FeatureTable:
    """A muon and up to ``width`` jets in each event, with numbers that tell where they come from."""
    n = len(counts)
    mask = np.c_[np.ones(n, dtype=bool), np.arange(width) < np.array(counts)[:, None]]
    momenta = np.where(mask[:, :, None], np.arange(n * (1 + width) * 4.0).reshape(n, 1 + width, 4) + 1, 0.0)
    values = momenta[:, :, 1:3].reshape(n, -1)
    places = (Places("mu", 1, "full", False, ("px", "py")), Places("jets", width, "full", True, ("px", "py")))
    return FeatureTable(
        values, np.ones(n), momenta, (13, *[None] * width), np.zeros((n, 2), dtype=np.int64), mask,
        momenta[:, :, :1], np.zeros((n, 1)), places,
    )  # fmt: skip


def test_the_widest_table_gives_the_places() -> None:
    narrow, wide = _table([1, 0], 1), _table([3, 2], 3)
    joined = FeatureTable.join([narrow, wide])
    assert [p.width for p in joined.places] == [1, 3]
    assert joined.pdg_ids == (13, None, None, None)
    assert joined.mask is not None
    assert joined.mask.sum(axis=1).tolist() == [2, 1, 4, 3]
    assert joined.momenta is not None
    assert_array_equal(joined.momenta[:2, :2], narrow.momenta)
    assert not joined.momenta[:2, 2:].any()
    assert_array_equal(joined.values[:2, :4], narrow.values)
    assert_array_equal(joined.values[2:], wide.values)
    assert joined.tags is not None
    assert_array_equal(joined.tags[:, :, 0], joined.momenta[:, :, 0])


def test_order_of_the_tables_does_not_change_the_places() -> None:
    tables = [_table([1], 1), _table([2], 2), _table([0], 4)]
    one, other = FeatureTable.join(tables), FeatureTable.join(tables[::-1])
    assert_array_equal(one.values, other.values[::-1])
    assert one.places == other.places


def test_stored_and_read_back() -> None:
    table = _table([1, 2], 2)
    again = FeatureTable.from_stored(table.arrays(), table.described()).scaled(2.0)
    assert again.places == table.places
    assert_array_equal(again.weights, [2.0, 2.0])
    for name, values in table.arrays().items():
        if name != "weights":
            assert_array_equal(getattr(again, name), values)


def test_kinds_that_differ_in_nothing_known_are_full() -> None:
    massless = FeatureTable(np.zeros((1, 1)), np.ones(1), np.zeros((1, 1, 4)), (None,), places=(
        Places("e", 1, "massless", False, ("px",)),
    ))  # fmt: skip
    full = FeatureTable(np.zeros((1, 1)), np.ones(1), np.zeros((1, 1, 4)), (None,), places=(
        Places("e", 1, "full", False, ("px",)),
    ))  # fmt: skip
    assert FeatureTable.join([massless, full]).places[0].kind == "full"


def test_sets_that_fill_the_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symhep.events.table.MOST_BYTES", 100)
    with pytest.raises(
        CardError, match=r"4 events with up to 3 members of 'jets' take .* GB.*take: \{up_to: 50\}"
    ):
        FeatureTable.join([_table([1, 0], 1), _table([3, 2], 3)])
