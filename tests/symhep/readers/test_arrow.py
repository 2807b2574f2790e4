"""Columns of Arrow arrays as lists of numbers, compared with awkward's own reading."""

from __future__ import annotations

import itertools

import awkward as ak
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhep.readers.arrow import Leaf, MissingValue, leaves, lists_of

VECTOR = pa.struct([("pt", pa.float64()), ("phi", pa.float64())])
numbers = st.floats(-1e3, 1e3)
objects = st.none() | st.fixed_dictionaries({"pt": numbers, "phi": numbers})


@given(st.lists(st.none() | st.lists(objects, max_size=4), max_size=8), st.integers(0, 8), st.integers(0, 8))
def test_lists_of_structs_with_nulls(
    events: list[list[dict[str, float] | None] | None], a: int, b: int
) -> None:
    array = pa.array(events, pa.list_(VECTOR)).slice(a, b)
    found = list(leaves(pa.schema([("j", array.type)])))
    assert [leaf.name for leaf in found] == ["j.pt", "j.phi"]
    for leaf in found:
        offsets, values = lists_of(array, leaf)
        assert offsets is not None
        lists = [values[i:j].tolist() for i, j in itertools.pairwise(offsets)]
        given_ = events[a : a + b]
        assert lists == [[x[leaf.route[1]] for x in event or [] if x is not None] for event in given_]


@given(st.lists(objects, max_size=8))
def test_a_struct_per_event_as_a_list(events: list[dict[str, float] | None]) -> None:
    array = pa.array(events, VECTOR)
    (pt, _) = leaves(pa.schema([("j", array.type)]))
    assert pt.optional
    offsets, values = lists_of(array, pt.as_list())
    assert offsets is not None
    counts = (offsets[1:] - offsets[:-1]).tolist()
    assert counts == [int(x is not None) for x in events]
    assert values.tolist() == [x["pt"] for x in events if x is not None]
    if None in events:
        with pytest.raises(MissingValue) as caught:
            lists_of(array, pt)
        assert caught.value.event == events.index(None)


@given(st.lists(st.lists(numbers | st.none(), max_size=3), min_size=1, max_size=8))
def test_the_event_of_a_missing_number(events: list[list[float | None]]) -> None:
    array = pa.array(events, pa.large_list(pa.float64()))
    leaf = Leaf(("x",), "float64", 1, 1)
    holes = [k for k, event in enumerate(events) if None in event]
    if holes:
        with pytest.raises(MissingValue) as caught:
            lists_of(array, leaf)
        assert caught.value.event == holes[0]
    else:
        offsets, values = lists_of(array, leaf)
        assert offsets is not None
        content = ak.contents.ListOffsetArray(ak.index.Index64(offsets), ak.contents.NumpyArray(values))
        assert ak.Array(content).tolist() == events


def test_structs_above_and_below_lists() -> None:
    inner = pa.struct([("x", pa.float32())])
    event = pa.struct([("jets", pa.list_(pa.struct([("p4", inner)]))), ("ht", pa.float64())])
    array = pa.array([{"jets": [{"p4": {"x": 1.0}}], "ht": 2.0}, None, {"jets": [None], "ht": 3.0}], event)
    x, ht = leaves(pa.schema([("e", event)]))
    assert (x.name, x.depth, ht.name, ht.depth, ht.optional) == ("e.jets.p4.x", 1, "e.ht", 0, True)
    offsets, values = lists_of(array, x)
    assert (offsets is not None and offsets.tolist(), values.tolist()) == ([0, 1, 1, 1], [1.0])
    offsets, values = lists_of(array, ht.as_list())
    assert (offsets is not None and offsets.tolist(), values.tolist()) == ([0, 1, 1, 2], [2.0, 3.0])


def test_fixed_lists_with_nulls() -> None:
    array = pa.array([[1.0, 2.0], None, [3.0, 4.0]], pa.list_(pa.float64(), 2))
    offsets, values = lists_of(array, Leaf(("x",), "float64", 1, 1))
    assert (offsets is not None and offsets.tolist(), values.tolist()) == ([0, 2, 2, 4], [1.0, 2.0, 3.0, 4.0])
