"""Broken files: never fewer events without a word."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from symhep.errors import InputError
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.lhe import LheReader

NAMES = [
    "lhef3.lhe",
    "madgraph_mumu_to_ee_150GeV.lhe.gz",
    "madgraph_pp_to_jj_13TeV.lhe.gz",
    "powheg-box-v2-Z.lhe",
    "sherpa-3.0.1-eejjj.lhe",
    "whizard-3.1.4-eeWW.lhe",
]


def told(losses: LossLog) -> list[tuple[int | None, int | None]]:
    return [(loss.events, loss.first_event) for loss in losses.losses]


def test_concatenated_documents_are_all_read_and_told(read, lhe, which, tmp_path):
    text = lhe.numbered(3) + lhe.numbered(4).replace("2.5 0.1 3. 7", "3.5 0.1 3. 7")
    batches, losses = read(text, policy="fail")
    assert which(batches) == [0, 1, 2, 0, 1, 2, 3]
    assert losses.losses == []
    summary = LheReader().inspect(str(tmp_path / "events.lhe"), LheReader.Options(), LossLog())
    assert "2 LHE documents follow one another in this file; all were read (3 + 4 events)" in summary.notes[0]
    assert summary.cross_section_pb[0] == pytest.approx((3 * 2.5 + 4 * 3.5) / 7)
    assert summary.details["documents"] == 2
    assert summary.details["events_per_document"] == [3, 4]


def test_concatenated_gzip_members_are_all_read(read, lhe, which):
    data = gzip.compress(lhe.numbered(3).encode()) + gzip.compress(lhe.numbered(2).encode())
    batches, _ = read(data, policy="fail")
    assert which(batches) == [0, 1, 2, 0, 1]


def test_a_document_cut_before_the_next_is_reported(read, lhe, which):
    first = lhe.numbered(3)
    batches, losses = read(first[: first.rindex("</event>")] + lhe.numbered(2))
    assert which(batches) == [0, 1, 0, 1]
    assert told(losses) == [(1, 2), (None, 3)]
    assert "missing before the next document" in losses.losses[1].reason


def test_events_behind_a_header_without_its_end_are_told_and_kept(read, lhe, which):
    broken = lhe.numbered(2).replace("</init>", "")
    with pytest.raises(
        InputError, match=f"event 0, byte {broken.index('<event>')}: an event begins before </init>"
    ):
        read(broken, policy="fail")
    batches, losses = read(broken + lhe.numbered(3))
    assert which(batches) == [0, 1, 0, 1, 2]
    assert told(losses) == [(None, 0)]


def test_events_before_the_end_of_init(read, lhe, which):
    early = "".join(lhe.event(i) for i in range(3))
    text = lhe.numbered(2).replace("</init>", early + "</init>")
    batches, losses = read(text)
    assert which(batches) == [0, 1, 2, 0, 1]
    assert told(losses) == [(None, 0), (None, 3)]
    assert losses.losses[1].byte == text.index("</init>")


def test_a_header_cut_without_any_event(read, lhe, which):
    batches, losses = read(lhe.document().replace("</init>", "") + lhe.numbered(3))
    assert which(batches) == [0, 1, 2]
    assert told(losses) == [(None, 0)]
    assert "there is no complete <init> block" in losses.losses[0].reason


@pytest.mark.parametrize(
    "card",
    [
        "<header>\n<slha>\n# text </init> in the card\n</slha>\n</header>\n",
        "<header>\n<init> 1 2 </init> quoted\n<event>\n</header>\n",
        "<![CDATA[ <init> 7 </init> <event> ]]>\n",
        "<!-- <init> 7 </init>\n<event> 2 </event> -->\n",
    ],
)
def test_tags_that_a_header_quotes(read, lhe, which, tmp_path, card):
    text = lhe.numbered(3, header=card)
    batches, _ = read(text, policy="fail")
    assert which(batches) == [0, 1, 2]
    summary = LheReader().inspect(str(tmp_path / "events.lhe"), LheReader.Options(), LossLog())
    assert summary.cross_section_pb == (2.5, 0.1)


@pytest.mark.parametrize("opened", ["<header>\n", "<![CDATA[\n", "<!--\n"])
def test_a_header_that_is_never_closed_hides_no_event(read, lhe, which, opened):
    batches, _ = read(lhe.numbered(3, header=opened))
    assert which(batches) == [0, 1, 2]


def test_events_that_stand_in_a_header_are_told(read, lhe, which):
    misplaced = f"<header>\n{lhe.event(7)}{lhe.event(8)}</header>\n"
    batches, losses = read(lhe.numbered(3, header=misplaced))
    assert which(batches) == [0, 1, 2]
    assert told(losses) == [(2, 0)]


def test_a_bracket_in_the_attribute_of_an_event(read, lhe, which):
    tags = [" note='a>b'", ' npLO=" -1 " note="x > y\'s"', "", " note=it's"]
    text = lhe.document(*(lhe.event(i, attributes=a) for i, a in enumerate(tags)))
    batches, _ = read(text, policy="fail")
    assert which(batches) == [0, 1, 2, 3]


def test_missing_footer(read, lhe, which):
    text = lhe.numbered(3, footer="")
    with pytest.raises(
        InputError, match=f"event 3, byte {len(text)}: </LesHouchesEvents> is missing at the end"
    ) as e:
        read(text, policy="fail")
    assert (e.value.event, e.value.byte) == (3, len(text))
    batches, losses = read(text)
    assert which(batches) == [0, 1, 2]
    assert told(losses) == [(None, 3)]


def test_event_cut_at_the_end(read, lhe, which):
    text = lhe.numbered(3)
    text = text[: text.rindex("2.0e+01")]
    with pytest.raises(InputError, match="the event is cut short: its </event> is missing") as e:
        read(text, policy="fail")
    assert (e.value.event, e.value.byte) == (2, text.rindex("<event>"))
    batches, losses = read(text)
    assert which(batches) == [0, 1]
    assert told(losses) == [(1, 2), (None, 3)]


def test_event_cut_in_the_middle(read, lhe, which):
    text = lhe.document(lhe.event(0), lhe.event(1)[:40], lhe.event(2))
    batches, losses = read(text)
    assert which(batches) == [0, 2]
    assert told(losses) == [(1, 1)]
    assert [b.first for b in batches] == [0, 2]


def test_event_without_its_beginning(read, lhe, which):
    text = lhe.document(lhe.event(0), lhe.event(1).replace("<event>", "<ev"), lhe.event(2))
    batches, losses = read(text)
    assert which(batches) == [0, 2]
    assert told(losses) == [(1, 1)]
    assert "without its <event>" in losses.losses[0].reason


@pytest.mark.parametrize("size", [0.3, 0.7, 0.95])
def test_truncated_gzip(read, lhe, which, size):
    data = gzip.compress(lhe.numbered(200).encode(), 1)
    data = data[: int(len(data) * size)]
    with pytest.raises(InputError, match="the compressed file is truncated"):
        read(data, policy="fail")
    batches, losses = read(data)
    got = which(batches)
    assert 0 < len(got) < 200
    assert got == list(range(len(got)))
    assert losses.losses[0].events is None
    assert losses.losses[0].first_event == len(got)


def test_damaged_gzip(read, lhe):
    data = bytearray(gzip.compress(lhe.numbered(200).encode(), 1))
    data[len(data) // 2 : len(data) // 2 + 40] = b"\xff" * 40
    with pytest.raises(InputError, match=r"cannot be read further|instead of a number|announces|cut short"):
        read(bytes(data), policy="fail")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (" 2 7 2.5", " 3 7 2.5", r"should have 3 particles \(NUP\) but has 2"),
        (" 2 7 2.5", " 2 7", r"should have 2 particles \(NUP\) but has 1.92"),
        ("2.0e+01", "*********", "Fortran prints stars"),
        ("2.0e+01", "nan", "'nan' instead of a number"),
        ("2.0e+01", "1e999", "'1e999' instead of a number"),
        ("2.0e+01", "0x10", "'0x10' instead of a number"),
        ("2.0e+01", "2_0", "'2_0' instead of a number"),
        ("2.0e+01", "+-20", r"'\+-20' instead of a number"),
        ("2.0e+01", "\xff\xfe", "instead of a number"),
        (" 11 1 1 2", " 11.5 1 1 2", "pdgId of particle 1 is 11.5, not an integer"),
        (" 11 1 1 2", " 99999999999 1 1 2", "not an integer"),
        ("501", "", "but has 1.85"),
    ],
)
def test_an_event_that_makes_no_sense_is_named_and_the_others_are_read(read, lhe, which, old, new, reason):
    events = [lhe.event(i) for i in range(9)]
    assert old in events[5]
    events[5] = events[5].replace(old, new)
    text = lhe.document(*events)
    with pytest.raises(InputError, match=reason) as e:
        read(text, policy="fail")
    assert (e.value.event, e.value.byte) == (5, len(lhe.document(*events[:5], footer="").encode()))
    batches, losses = read(text)
    assert which(batches) == [0, 1, 2, 3, 4, 6, 7, 8]
    assert told(losses) == [(1, 5)]
    assert re.search(reason, losses.losses[0].reason)


def test_an_event_without_a_line(read, lhe):
    _, losses = read(lhe.document(lhe.event(0), "<event>\n</event>\n"))
    assert "no complete first line (0 of 6 numbers)" in losses.losses[0].reason


def test_many_bad_events_are_each_told(read, lhe, which):
    events = [lhe.event(i) if i % 3 else lhe.event(i).replace("2.0e+01", "**") for i in range(100)]
    batches, losses = read(lhe.document(*events))
    assert which(batches) == [i for i in range(100) if i % 3]
    assert told(losses) == [(1, i) for i in range(0, 100, 3)]


@pytest.mark.parametrize("inner", ["", "<rwgt>\n<wgt id='1'> 2.5 </wgt>\n</rwgt>\n", "<scales a='1'/>\n"])
@pytest.mark.parametrize(
    ("place", "junk"), [(7, "!!!"), (0, "!" * 17), (1, "!" * 9), (1, "x" * 9), (0, "\1" * 10)]
)
def test_two_events_that_run_into_one_another(read, lhe, which, inner, place, junk):
    events = [lhe.event(i, inner=inner) for i in range(4)]
    text = lhe.document(*events)
    middle = text.index("</event>\n<event>", text.index(events[1])) + place
    batches, losses = read(text[:middle] + junk + text[middle + len(junk) :])
    assert which(batches) == [0, 3]
    assert [loss.first_event for loss in losses.losses] == [1]


def test_numbers_between_events(read, lhe, which):
    text = lhe.document(lhe.event(0), lhe.event(1).replace("event>", "evnt>"), lhe.event(2))
    batches, losses = read(text.replace("<evnt>", "!evnt>").replace("</evnt>", "!/evnt>"))
    assert which(batches) == [0, 2]
    assert losses.losses[0].reason.startswith("text between events")


def test_zero_bytes(read, lhe):
    data = bytearray(lhe.numbered(9).encode())
    data[data.index(b"px") if b"px" in data else 700 : 900] = bytes(200)
    with pytest.raises(InputError, match="zero bytes instead of text"):
        read(bytes(data), policy="fail")
    batches, losses = read(bytes(data))
    assert losses.losses[0].events is None
    assert sum(map(len, batches)) < 9


def test_comment_that_never_ends(read, lhe, which):
    batches, losses = read(lhe.document(lhe.event(0), "<!-- ", lhe.event(1)))
    assert which(batches) == [0]
    assert "a comment is not closed" in losses.losses[0].reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file contains only blanks"),
        (b"\x00\x01garbage" * 50, "this is not an LHE file"),
        (b"x" * 3_000_000, "this is not an LHE file"),
        (b"<html><body>404</body></html>", "this is not an LHE file"),
        (b"<LesHouchesEvents version='1.0'>\n<header>\n", "there is no complete <init> block"),
        (b"<LesHouchesEvents version='1.0'>\n<init>\n 11 -11 40. 40.", "there is no complete <init> block"),
    ],
)
def test_files_without_events(read, tmp_path, data, reason):
    with pytest.raises(InputError, match=reason):
        read(data, policy="fail")
    batches, losses = read(data)
    assert batches == []
    assert told(losses) == [(None, 0)]
    with pytest.raises(InputError, match=reason):
        LheReader().schema(str(tmp_path / "events.lhe"), LheReader.Options())


def test_no_such_file(tmp_path):
    reader = LheReader()
    with pytest.raises(InputError, match="no such file"):
        list(reader.read(str(tmp_path / "none.lhe"), reader.Options(), ReadRequest(), LossLog()))
    with pytest.raises(InputError, match="no such file"):
        reader.schema(str(tmp_path / "none.lhe"), reader.Options())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_wherever_a_file_is_cut_nothing_is_lost_silently(read, lhe, which, data):
    inner = "<rwgt>\n<wgt id='1'> 2.5 </wgt>\n</rwgt>\n"
    text = lhe.document(*(lhe.event(i, inner=inner) for i in range(6)), header="<header>a < b</header>\n")
    whole = len(text.rstrip()) - len(">")
    cut = data.draw(st.integers(0, whole - 1))
    batches, losses = read(text[:cut])
    got = which(batches)
    assert got == list(range(len(got)))
    # The footer is gone, so there must be a word about an unknown number; an event that was begun counts as found.
    assert any(loss.events is None for loss in losses.losses)
    begun = len(re.findall(r"<event[\s>]", text[:cut]))
    assert len(got) + sum(loss.events or 0 for loss in losses.losses) == begun
    with pytest.raises(InputError) as error:
        read(text[:cut], policy="fail")
    assert "\n" not in str(error.value)


# Pieces that make and break tags, and any bytes at all.
TAGS = b"<event> </event> <a> </a> <!-- --> </init> <LesHouchesEvents> </LesHouchesEvents>"
PIECES = st.sampled_from([*TAGS.split(), *b"< > / # ! <? /> event 1 x".split(), b"\n", b" ", b"\0", b"\1"])
JUNK = st.binary(min_size=1, max_size=60) | st.lists(PIECES, min_size=1, max_size=20).map(
    lambda pieces: b"".join(pieces)[:60]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), junk=JUNK, inner=st.sampled_from(["", "<w> 1 </w>\n"]))
@example(place=0.8133, junk=b"\1\1<\1", inner="")
def test_overwritten_bytes_never_lose_an_event_silently(read, lhe, place, junk, inner):
    events = [lhe.event(i, inner=inner) for i in range(6)]
    text = lhe.document(*events).encode()
    # An event that is wiped with both its tags leaves nothing to be seen by: junk never reaches from one
    # end of an event to the other, and leaves more of its numbers than the six that betray it.
    assert len(junk) <= 60 < len(events[0]) // 2
    first = text.index(b"</init>")
    start = first + int(place * (len(text) - first))
    batches, losses = read(text[:start] + junk + text[start + len(junk) :])
    assert sum(map(len, batches)) == 6 or losses.losses


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("share", [0.02, 0.4, 0.77, 0.999])
def test_real_files_cut_short(shared_data, tmp_path, name, share):
    raw = (shared_data / name).read_bytes()
    path: Path = tmp_path / name
    path.write_bytes(raw[: int(len(raw) * share)])
    reader, losses = LheReader(), LossLog("skip")
    n = sum(len(b) for b in reader.read(str(path), reader.Options(), ReadRequest(), losses))
    data = gzip.decompress(raw) if name.endswith(".gz") else raw
    assert n <= len(re.findall(rb"<event[\s>]", data[: int(len(data) * share)] if raw is data else data))
    assert any(loss.events is None for loss in losses.losses)
    with pytest.raises(InputError, match=re.escape(str(path))) as error:
        reader.inspect(str(path), reader.Options(), LossLog("fail"))
    assert "\n" not in str(error.value)
