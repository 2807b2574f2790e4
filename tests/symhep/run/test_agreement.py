"""Files of one dataset that differ in what is taken from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

import symhep
from symhep.errors import InputError
from symhep.readers.interface import CollectionSchema, FieldSchema, ReadRequest, Schema
from symhep.run.agreement import check_agreement, lacking, merged, taken

Columns = dict[str, Any]
MUONS: Columns = {"mu_pt": [30.0, 40.0], "mu_eta": [0.5, -0.5], "mu_phi": [0.1, 0.2], "mu_m": [0.1, 0.1]}


def _write(path: Path, columns: Columns) -> None:
    with uproot.recreate(path) as file:
        arrays = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
        file.mktree("t", dict.fromkeys(arrays, "float64"))
        file["t"].extend(arrays)


def _without(name: str) -> Columns:
    return {key: values for key, values in MUONS.items() if key != name}


def _card(tmp_path: Path, **dataset: Any) -> dict[str, Any]:
    return {
        "symhep": 1,
        "datasets": {"d": {"files": str(tmp_path / "*.root"), "format": "tree", **dataset}},
        "objects": {"mu": {"collection": "mu", "take": 1}},
        "features": {"p": {"object": "mu", "vars": ["pt", "m"], "scaling": "none"}},
        "methods": {"boot": {"use": "bootstrap", "features": "p"}},
    }


def _run(tmp_path: Path, card: dict[str, Any], registry: Any) -> tuple[Any, dict[str, Any]]:
    done = symhep.run(card, tmp_path / "run", registry=registry)
    return done, json.loads((tmp_path / "run/cutflow.json").read_text())["datasets"]["d"]


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (
            MUONS | {"weight": [2.0, 2.0]},
            MUONS,
            r"the event weight 'weight' is in 1 of 2 files: b\.root lacks it; without it all events have "
            r"weight 1: "
            "split them into two datasets, or set 'missing: fill'",
        ),
        (
            MUONS,
            _without("mu_m"),
            r"component mass or energy of collection 'mu' is in 1 of 2 files: b\.root lacks it; .* is 0",
        ),
        (
            _without("mu_eta"),
            MUONS,
            r"component pz or eta of collection 'mu' is in 1 of 2 files: a\.root lacks it",
        ),
        (
            MUONS | {"weight": [1.0, 1.0]},
            MUONS | {"genWeight": [1.0, 1.0]},
            r"the event weight is 'weight' in a\.root; 'genWeight' in b\.root; name one with weights\.branch",
        ),
        (MUONS, {"el_pt": [1.0], "el_phi": [0.0]}, r"collection 'mu' is in 1 of 2 files: b\.root lacks it"),
    ],
    ids=["weight", "mass", "eta", "names", "collection"],
)
def test_what_one_file_lacks_is_told_before_anything_is_read(
    tmp_path: Path, registry: Any, a: Columns, b: Columns, message: str
) -> None:
    _write(tmp_path / "a.root", a)
    _write(tmp_path / "b.root", b)
    with pytest.raises(InputError, match=rf"^dataset 'd': {message}"):
        _run(tmp_path, _card(tmp_path), registry)
    assert not (tmp_path / "run").exists()
    with pytest.raises(InputError, match="dataset 'these files'"):
        symhep.load(tmp_path / "*.root", format="tree", fields={"mu": []})


def test_columns_that_nobody_takes_may_differ(tmp_path: Path, registry: Any) -> None:
    _write(tmp_path / "a.root", MUONS | {"mu_iso": [0.0, 0.0], "HT": [1.0, 2.0]})
    _write(tmp_path / "b.root", MUONS)
    assert _run(tmp_path, _card(tmp_path), registry)[1]["events_read"] == 4
    assert len(symhep.load(tmp_path / "*.root", format="tree", fields={"mu": []})) == 4
    with pytest.raises(InputError, match=r"field 'iso' of collection 'mu' is in 1 of 2 files"):
        symhep.load(tmp_path / "*.root", format="tree")


def test_fill_is_a_choice_that_is_told(tmp_path: Path, registry: Any) -> None:
    _write(tmp_path / "a.root", MUONS | {"weight": [2.0, 3.0], "mu_iso": [0.1, 0.9], "HT": [1.0, 9.0]})
    _write(tmp_path / "b.root", _without("mu_m"))
    card = _card(tmp_path, missing="fill")
    card["objects"]["mu"]["where"] = "not (iso > 0.5)"
    card["selections"] = {"s": [{"name": "ht", "cut": "HT < 5"}]}
    card["features"]["p"]["selection"] = "s"
    done, account = _run(tmp_path, card, registry)
    assert account["sum_of_weights"] == 2.0 + 3.0 + 1.0 + 1.0
    # HT is not there in b: the comparison does not hold.
    assert [row["events"] for row in account["selections"]["s"]] == [4, 1, 1]
    assert account["notes"] == [
        "Component mass or energy of collection 'mu' is in 1 of 2 files: b.root lacks it; there it is 0.",
        "Field 'iso' of collection 'mu' is in 1 of 2 files: b.root lacks it; there every comparison with "
        "it is false.",
        "Number 'HT' is in 1 of 2 files: b.root lacks it; there every comparison with it is false.",
        "The event weight 'weight' is in 1 of 2 files: b.root lacks it; there all events have weight 1.",
    ]
    assert "The event weight &#39;weight&#39; is in 1 of 2 files" in done.report.read_text()
    again = symhep.run(card, tmp_path / "run", registry=registry)
    assert again.computed == []


def test_load_fills_with_a_warning(tmp_path: Path) -> None:
    _write(tmp_path / "a.root", MUONS | {"weight": [2.0, 3.0]})
    _write(tmp_path / "b.root", {"weight": [5.0, 7.0]})
    with pytest.warns(
        UserWarning,
        match=r"Collection 'mu' is in 1 of 2 files: b\.root lacks it; there the object has no members",
    ):
        found = symhep.load(tmp_path / "*.root", format="tree", missing="fill")
    assert ak.num(found.events.mu).to_list() == [1, 1, 0, 0]
    assert found.weights.tolist() == [2.0, 3.0, 5.0, 7.0]


def test_of_many_files_the_last_ones_are_compared_as_they_are_read(tmp_path: Path, registry: Any) -> None:
    for number in range(14):
        _write(tmp_path / f"f{number:02}.root", MUONS if number == 12 else MUONS | {"weight": [2.0, 2.0]})
    card = _card(tmp_path)
    assert symhep.run(card, tmp_path / "run", dry_run=True, registry=registry).results == {}
    with pytest.raises(InputError, match=r"is in 1 of 2 files: f12\.root lacks it"):
        _run(tmp_path, card, registry)
    # What was read by then is kept, and compared again with the whole.
    card["datasets"]["d"]["missing"] = "fill"
    note = _run(tmp_path, card, registry)[1]["notes"]
    assert note == [
        "The event weight 'weight' is in 13 of 14 files: f12.root lacks it; there all events have weight 1."
    ]


def _schema(*, singleton: bool = False, unit: str = "GeV", **fields: bool) -> Schema:
    columns = {name: FieldSchema("float64", unit, stored=stored) for name, stored in fields.items()}
    return Schema({"mu": CollectionSchema("mu", "mu", columns, singleton)})


def test_lists_and_numbers_and_units() -> None:
    request = ReadRequest({"mu": frozenset({"d0"})}, frozenset())
    lists, one, cm = (
        _schema(pt=True, d0=True),
        _schema(singleton=True, pt=True, d0=True),
        _schema(d0=True, unit="cm"),
    )
    with pytest.raises(
        InputError, match="collection 'mu' is a list per event in a; one object per event in b"
    ):
        check_agreement("d", {"a": taken(lists, request), "b": taken(one, request)}, fill=True)
    with pytest.raises(
        InputError, match=r"field 'd0' of collection 'mu' is in GeV in a; in cm in b; split them"
    ):
        check_agreement("d", {"a": taken(lists, request), "b": taken(cm, request)})


def test_weights_that_the_same_files_lack_are_one_note() -> None:
    names = [f"LHEPdfWeight[{i}]" for i in range(1, 101)]
    request = ReadRequest({}, frozenset(), variations=frozenset(names))
    files = {"a": taken(Schema(weights=tuple(names)), request), "b": taken(Schema(), request)}
    (note,) = check_agreement("d", files, fill=True)
    assert note.startswith("Alternative weights 'LHEPdfWeight[1]' and 99 others are in 1 of 2 files: ")
    assert note.endswith("b lacks them; there the nominal weight is used.")


def test_many_files_are_named_by_a_few() -> None:
    request = ReadRequest({"mu": frozenset()}, frozenset())
    files = {f"/x{i}/f.root": taken(_schema(E=i > 4), request) for i in range(9)}
    with pytest.raises(
        InputError, match=r"is in 4 of 9 \(of 90\) files: /x0/f\.root, /x1.*, /x2.* and 2 more lack it"
    ):
        check_agreement("d", files, total=90)


def test_what_a_file_lacks_of_a_request() -> None:
    whole = merged([_schema(pt=True), _schema(d0=True), Schema(weights=("w",), auto_weight="w")])
    assert (set(whole.collections["mu"].fields), whole.auto_weight) == ({"pt", "d0"}, "w")
    request = ReadRequest({"mu": frozenset({"d0"}), "el": frozenset()}, frozenset({"HT"}), "w")
    lacks = lacking(_schema(pt=True), request)
    reduced = lacks.reduced(request)
    assert (reduced.fields, reduced.event_fields, reduced.weight) == (
        {"mu": frozenset()},
        frozenset(),
        "none",
    )
