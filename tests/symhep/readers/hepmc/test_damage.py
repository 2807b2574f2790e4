"""Damaged HepMC files: no event is lost without a word, and every word names the place."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symhep.errors import InputError
from symhep.readers.hepmc import HepMCReader
from symhep.readers.interface import LossLog, ReadRequest

READER = HepMCReader()
VERSIONS = pytest.mark.parametrize("version", [2, 3])


@VERSIONS
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("P", "Q", "is not part of an event"),
        (" 0.105 1", " 0.105 1.5", "status of a particle is 1.5, not an integer"),
        (" 0.105 1", " 0.1o5 1", "'0.1o5' instead of a number"),
        (" -.5 12.5", " 12.5", r"needs 9 numbers|does not have the stated number of entries"),
        ("GEV", "TEV", "the units 'TEV MM' are not GEV or MEV and MM or CM"),
        ("U GEV MM\n", "", "needs one line of units"),
        ("13 ", "13\x00 ", "bytes that are not text"),
        ("7000 7000", "7000 nan", "'nan' instead of a number"),
        (
            "V -1 ",
            "V -2 ",
            "a vertex has a number, or incoming particles,|ends at a vertex that the event does not have",
        ),
    ],
)
def test_one_bad_event(
    version: int, old: str, new: str, reason: str, hepmc: Any, read: Any, which: Any
) -> None:
    events = [hepmc.event(version, i) for i in range(5)]
    bad = events[3].replace(old, new, 1) if old != "P" else events[3].replace("\nP", "\nQ", 1)
    text = hepmc.document(version, *events[:3], bad, *events[4:])
    batches, losses = read(text)
    assert which(batches) == [0, 1, 2, 4]
    (loss,) = losses.losses
    assert (loss.events, loss.first_event, loss.byte) == (1, 3, text.index(bad))
    with pytest.raises(InputError, match=reason) as caught:
        read(text, policy="fail")
    assert (caught.value.event, caught.value.byte) == (3, text.index(bad))


@VERSIONS
def test_a_lost_line_is_noticed(version: int, hepmc: Any, read: Any, which: Any) -> None:
    events = [hepmc.event(version, i, out=4) for i in range(3)]
    lines = events[1].splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.startswith(("E", "W", "N")):
            continue
        bad = "".join(lines[:number] + lines[number + 1 :])
        batches, losses = read(hepmc.document(version, events[0], bad, events[2]))
        assert which(batches) == [0, 2], line
        assert [loss.events for loss in losses.losses] == [1], line


@VERSIONS
def test_an_event_without_its_first_line_spoils_the_one_before(
    version: int, hepmc: Any, read: Any, which: Any
) -> None:
    events = [hepmc.event(version, i) for i in range(4)]
    headless = events[2].partition("\n")[2]
    batches, losses = read(hepmc.document(version, *events[:2], headless, events[3]))
    assert which(batches) == [0, 3]
    # Two events are gone, and only the line that is missing said so.
    assert [(loss.events, loss.first_event) for loss in losses.losses] == [(None, 1)]


@VERSIONS
def test_cut_files(version: int, hepmc: Any, read: Any, which: Any) -> None:
    text = hepmc.numbered(version, 4)
    last = text.rindex("\nE ") + 1
    batches, losses = read(text[: last + 80])
    assert which(batches) == [0, 1, 2]
    assert [(loss.events, loss.first_event) for loss in losses.losses] == [(1, 3), (None, 4)]
    assert losses.losses[1].reason.startswith("END_EVENT_LISTING is missing at the end of the file")
    with pytest.raises(InputError, match="event 3, byte"):
        read(text[: last + 80], policy="fail")
    # Cut between two events: what there is is whole, and yet more may have been.
    batches, losses = read(text[:last])
    assert which(batches) == [0, 1, 2]
    assert [loss.events for loss in losses.losses] == [None]


@VERSIONS
def test_a_cut_gzip_file(version: int, hepmc: Any, read: Any, which: Any, tmp_path: Path) -> None:
    data = gzip.compress(hepmc.numbered(version, 400, out=9).encode())
    path = tmp_path / "a.hepmc.gz"
    path.write_bytes(data[: len(data) // 2])
    batches, losses = read(path)
    found = which(batches)
    assert found == list(range(len(found)))
    assert 0 < len(found) < 400
    assert [(loss.reason, loss.events, loss.first_event) for loss in losses.losses] == [
        ("the compressed file is truncated", None, len(found))
    ]


@VERSIONS
def test_weights_that_do_not_fit_their_names(version: int, hepmc: Any, read: Any) -> None:
    events = [hepmc.event(version, i, weights=("1", "2"), names=("a", "b")) for i in range(2)]
    bad = hepmc.event(version, 2, weights=("1",), names=("a", "b"))
    text = hepmc.document(version, *events, bad, header="W a\\|b\n" if version == 3 else "")
    assert [loss.reason for loss in read(text)[1].losses] == [
        "the event has 1 weights, but 2 names of weights are declared"
    ]


def test_what_is_no_hepmc_file(hepmc: Any, read: Any, tmp_path: Path) -> None:
    for text, reason in (
        ("", "the file is empty"),
        ("\n\n", "the file contains only blanks"),
        ("P 1 2\nE 1\n", "no line HepMC::...START_EVENT_LISTING"),
        ("HepMC::IO_Ascii-START_EVENT_LISTING\nE 1\n", "is not of a supported format"),
        ("x" * 100_000, "no line HepMC::...START_EVENT_LISTING"),
    ):
        with pytest.raises(InputError, match=reason):
            read(text, policy="fail")
        with pytest.raises(InputError, match=reason):
            READER.schema(str(tmp_path / "events.hepmc"), READER.Options())
    after = hepmc.numbered(3, 2) + hepmc.event(3, 2)
    losses = read(after)[1].losses
    assert [(loss.events, loss.first_event) for loss in losses] == [(1, 2)]
    assert "text after END_EVENT_LISTING" in losses[0].reason


@VERSIONS
def test_the_next_document_without_the_end_of_the_first(
    version: int, hepmc: Any, read: Any, which: Any
) -> None:
    text = hepmc.document(version, hepmc.event(version, 0), footer="") + hepmc.document(
        version, hepmc.event(version, 1)
    )
    batches, losses = read(text)
    assert which(batches) == [0, 1]
    assert ["before the next document begins" in loss.reason for loss in losses.losses] == [True]


@VERSIONS
def test_max_events_stops_before_later_damage(version: int, hepmc: Any, read: Any, which: Any) -> None:
    events = [hepmc.event(version, i) for i in range(4)]
    text = hepmc.document(version, *events[:3], events[3].replace("GEV", "TEV"))
    assert which(read(text, policy="fail", max_events=3)[0]) == [0, 1, 2]


@VERSIONS
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_happens_to_the_bytes(version: int, data: st.DataObject, hepmc: Any, tmp_path: Path) -> None:
    """Only symhep's own errors come out, and events = delivered + lost unless nobody can know."""
    text = bytearray(hepmc.numbered(version, 4).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        change = data.draw(st.sampled_from(["flip", "delete", "insert", "cut"]))
        if change == "flip":
            text[at] ^= 1 << data.draw(st.integers(0, 7))
        elif change == "delete":
            del text[at : at + data.draw(st.integers(1, 60))]
        elif change == "insert":
            text[at:at] = data.draw(st.binary(max_size=8))
        else:
            del text[max(at, 1) :]
        text = text or bytearray(b"\n")
    path = tmp_path / "a.hepmc"
    path.write_bytes(bytes(text))
    losses = LossLog("skip")
    found = sum(len(b) for b in READER.read(str(path), READER.Options(), ReadRequest(), losses))
    assert losses.losses or found == text.count(b"\nE ") >= 3
