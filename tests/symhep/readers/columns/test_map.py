"""The map of columns that a card gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from symhep.errors import InputError
from symhep.readers.interface import ReadRequest

TWO = {f"{leaf}{side}": [1.0 + k, 2.0 + k] for k, leaf in enumerate(("pt", "eta", "phi")) for side in "ab"}


def test_a_list_of_columns_makes_as_many_objects(read_columns: Callable[..., Any]) -> None:
    fields = {"pt": ["pta", "ptb"], "eta": ["etaa", "etab"], "phi": ["phia", "phib"], "q": ["qa", "qb"]}
    found = read_columns({**TWO, "qa": [1, 1], "qb": [-1, 2]}, columns={"leptons": fields})
    assert found.events.leptons.pt.tolist() == [[1.0, 1.0], [2.0, 2.0]]
    assert found.events.leptons.q.tolist() == [[1, -1], [1, 2]]
    assert "The column map has no mass for leptons: set to 0." in found.schema.notes


def test_a_map_speaks_of_rapidity_too(read_columns: Callable[..., Any]) -> None:
    fields = {"pt": "pta", "y": "etaa", "phi": "phia"}
    found = read_columns(TWO, columns={"jets": fields})
    assert found.events.jets.rapidity[0, 0] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"pt": ["pta", "ptb"], "phi": "phia"}, "'leptons' maps different numbers of columns: pt 2, phi 1"),
        ({"pt": [], "phi": []}, "'leptons' maps different numbers of columns"),
        ({"pt": ["pta", "ptc"], "phi": ["phia", "phib"]}, r"no column 'ptc' \(options: columns: leptons\)"),
        ({"pt": "pta", "eta": "etaa"}, "'leptons' needs px and py, or pt and phi"),
    ],
)
def test_maps_that_do_not_fit(read_columns: Callable[..., Any], fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_columns(TWO, columns={"leptons": fields})


def test_unequal_lists_name_the_event_and_leave_what_is_before_it(read_columns: Callable[..., Any]) -> None:
    columns = {"jet_pt": [[1.0], [2.0], [3.0, 4.0], []], "jet_eta": [[1.0], [2.0], [3.0], []],
               "jet_phi": [[1.0], [2.0], [3.0, 4.0], []]}  # fmt: skip
    with pytest.raises(
        InputError,
        match=r"event 2: the columns of collection 'jet' have lists of different lengths \('jet_eta'\)",
    ):
        read_columns(columns)
    assert len(read_columns(columns, ReadRequest(max_events=2)).batch) == 2


def test_names_that_meet_are_told_apart(read_columns: Callable[..., Any]) -> None:
    lists = {f"jet_{leaf}": [[1.0], [2.0]] for leaf in ("pt", "eta", "phi")}
    numbers = {f"jet.{leaf}": [1.0, 2.0] for leaf in ("pt", "eta", "phi")}
    found = read_columns({**lists, **numbers, "jet": [5.0, 6.0]})
    assert found.events.fields == ["jet", "jet_event", "jet_event_event"]
    assert found.events.jet_event_event.tolist() == [5.0, 6.0]
    assert found.events.jet.pt.tolist() == [[1.0], [2.0]]


def test_lists_that_only_begin_alike_are_left_out(read_columns: Callable[..., Any]) -> None:
    parts = {f"part_{leaf}": [[1.0, 2.0], [3.0]] for leaf in ("px", "py", "pz", "mass", "charge")}
    file = {**parts, "part_track_d0": [[0.1], [0.2]]}
    found = read_columns(file)
    assert found.events.part.fields == ["px", "py", "pz", "mass", "charge"]
    assert found.notes == [
        "Lists with names starting with 'part' but with different lengths are ignored: track_d0."
    ]
    with pytest.raises(InputError, match=r"event 0: .*different lengths \('part_track_d0'"):
        read_columns(file, ReadRequest(fields={"part": frozenset({"track_d0"})}))
