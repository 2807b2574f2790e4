"""The account of a dataset: events read, lost, weighted, and cross-sections that average."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import symhep
from symhep.errors import CardError, InputError

HEAD = '<LesHouchesEvents version="1.0">\n<init>\n 11 -11 40 40 0 0 0 0 {idwtup} 1\n {xsec} {error} 1 1\n</init>\n'
EVENT = """<event>
 2 1 {weight} 80 -1 -1
 13 1 0 0 0 0 3 4 0 5 0 0 9
 -13 1 0 0 0 0 -3 -4 0 5 0 0 9
</event>
"""


def _write(
    path: Path, weights: list[float], xsec: float = 10.0, error: float = 1.0, foot: bool = True
) -> None:
    events = "".join(EVENT.format(weight=w) for w in weights)
    text = HEAD.format(idwtup=-4, xsec=xsec, error=error) + events + ("</LesHouchesEvents>\n" if foot else "")
    path.write_text(text)


def _run(tmp_path: Path, registry: Any, **changes: Any) -> tuple[Any, dict[str, Any]]:
    card: dict[str, Any] = {
        "symhep": 1,
        "datasets": {"d": {"files": [str(tmp_path / "*.lhe")], **changes.pop("dataset", {})}},
        "objects": {"mu": {"collection": "particles", "sort": "pdgId", "take": 2}},
        "features": {"p": {"object": "mu", "vars": ["px"], "scaling": "none"}},
        "methods": {"boot": {"use": "bootstrap", "features": "p"}},
        **changes,
    }
    done = symhep.run(card, tmp_path / "run", registry=registry)
    return done, json.loads((tmp_path / "run/cutflow.json").read_text())["datasets"]["d"]


def test_cross_sections_average_and_never_add(tmp_path: Path, registry: Any) -> None:
    _write(tmp_path / "a.lhe", [10.0] * 30, xsec=10.0, error=0.3)
    _write(tmp_path / "b.lhe", [14.0] * 10, xsec=14.0, error=0.5)
    account = _run(tmp_path, registry)[1]
    # (30 * 10 + 10 * 14) / 40 = 11; error sqrt((30 * 0.3)^2 + (10 * 0.5)^2) / 40
    np.testing.assert_allclose(account["cross_section_pb"], [11.0, np.hypot(9.0, 5.0) / 40])
    assert account["events_read"] == 40


def test_given_cross_section_is_the_sum_of_weights(tmp_path: Path, registry: Any) -> None:
    _write(tmp_path / "a.lhe", [1.0, 1.0, -1.0, 1.0])
    account = _run(tmp_path, registry, dataset={"xsec_pb": 5.0})[1]
    assert account["sum_of_weights"] * account["weight_factor"] == pytest.approx(5.0)
    assert account["negative_fraction"] == 0.25


def test_zero_sum_cannot_be_scaled(tmp_path: Path, registry: Any) -> None:
    _write(tmp_path / "a.lhe", [1.0, -1.0])
    with pytest.raises(InputError, match="the weights sum to 0, so xsec_pb cannot"):
        _run(tmp_path, registry, dataset={"xsec_pb": 5.0})


def test_a_damaged_file_stops_the_run(tmp_path: Path, registry: Any) -> None:
    _write(tmp_path / "a.lhe", [1.0] * 3)
    _write(tmp_path / "b.lhe", [1.0] * 3, foot=False)
    with pytest.raises(InputError, match=r"b\.lhe"):
        _run(tmp_path, registry)


def test_or_is_reported_and_the_rest_is_used(tmp_path: Path, registry: Any) -> None:
    _write(tmp_path / "a.lhe", [1.0] * 3)
    _write(tmp_path / "b.lhe", [1.0] * 3, foot=False)
    (tmp_path / "c.lhe").write_text('<LesHouchesEvents version="1.0">\n<init>\n garbage')
    done, account = _run(tmp_path, registry, run={"bad_files": "skip"})
    assert account["events_read"] == 6
    assert {Path(loss["file"]).name for loss in account["losses"]} == {"b.lhe", "c.lhe"}
    report = done.report.read_text()
    assert "b.lhe" in report
    assert "c.lhe" in report


def test_nothing_readable_at_all(tmp_path: Path, registry: Any) -> None:
    (tmp_path / "c.lhe").write_text('<LesHouchesEvents version="1.0">\n<init>\n garbage')
    with pytest.raises(InputError, match=r"c\.lhe"):
        _run(tmp_path, registry, run={"bad_files": "skip"})


def test_not_a_number_weight(tmp_path: Path, registry: Any) -> None:
    _write(tmp_path / "a.lhe", [1.0, float("nan"), 1.0])
    with pytest.raises(InputError, match=r"a\.lhe, event 1"):
        _run(tmp_path, registry)


def test_max_events_counts_over_files(tmp_path: Path, registry: Any) -> None:
    _write(tmp_path / "a.lhe", [1.0] * 3)
    _write(tmp_path / "b.lhe", [1.0] * 3)
    account = _run(tmp_path, registry, dataset={"max_events": 4})[1]
    assert [f["events"] for f in account["files"]] == [3, 1]


def test_datasets_with_and_without_cross_section_do_not_mix(tmp_path: Path, registry: Any) -> None:
    _write(tmp_path / "a.lhe", [1.0] * 3)
    file = str(tmp_path / "a.lhe")
    datasets = {"one": {"files": [file], "xsec_pb": 2.0}, "d": {"files": [file]}}
    with pytest.raises(CardError, match="datasets d have no xsec_pb"):
        _run(tmp_path, registry, datasets=datasets)


@pytest.mark.parametrize("policy", ["keep", "drop", "abs"])
def test_the_cross_section_is_that_of_the_weights_that_are_used(
    tmp_path: Path, registry: Any, policy: str
) -> None:
    _write(tmp_path / "a.lhe", [1.0, 1.0, -1.0, 1.0])
    account = _run(tmp_path, registry, dataset={"xsec_pb": 6.0}, weights={"negative": policy})[1]
    used = {"keep": 2.0, "drop": 3.0, "abs": 4.0}[policy]
    assert account["weight_factor"] == pytest.approx(6.0 / used)


def test_what_a_reader_notices_stays_with_the_run(tmp_path: Path, registry: Any) -> None:
    """Padding and doubtful units: in cutflow.json, the report, the run's notes, also when nothing is read again."""
    columns = {f"mu_{leaf}": pa.array([61_000.0, -1.0, 62_000.0]) for leaf in ("pt", "eta", "phi", "m")}
    for angle in ("mu_eta", "mu_phi"):
        columns[angle] = pa.array([1.0, -1.0, 2.0])
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    changes = {
        "datasets": {"d": {"files": [str(tmp_path / "a.parquet")]}},
        "objects": {"mu": {"collection": "mu", "take": 1}},
    }
    first, account = _run(tmp_path, registry, **changes)
    padding = "Padding entries of 'mu' are ignored"
    assert [(Path(n["file"]).name, n["text"], n["count"]) for n in account["file_notes"]] == [
        ("a.parquet", doubt := account["file_notes"][0]["text"], None),
        ("a.parquet", padding, 1),
    ]
    assert doubt.startswith("The median pt is 61,500 (mu) in the file, probably MeV")
    assert first.notes == [f"{tmp_path / 'a.parquet'}: {doubt}", f"{tmp_path / 'a.parquet'}: {padding}: 1."]
    assert padding in html.unescape(first.report.read_text())
    again, same = _run(tmp_path, registry, **changes)
    assert (again.computed, again.notes, same["file_notes"]) == ([], first.notes, account["file_notes"])
    with pytest.warns(UserWarning, match=r"a\.parquet: (Padding entries of 'mu'|The median pt)"):
        assert len(symhep.load(tmp_path / "a.parquet")) == 3


def test_a_copy_under_another_name_is_told(tmp_path: Path, registry: Any) -> None:
    for name in ("a.lhe", "b.lhe"):
        _write(tmp_path / name, [1.0] * 3)
    done, account = _run(tmp_path, registry)
    note = f"{tmp_path}/b.lhe has the same bytes as {tmp_path}/a.lhe: its events are counted twice."
    assert account["notes"] == [note]
    assert "has the same bytes as" in done.report.read_text()
