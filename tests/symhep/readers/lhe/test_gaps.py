"""What stands between events: harmless, or told with its place."""

from __future__ import annotations

import pytest

from symhep.readers.interface import LossLog


def told(losses: LossLog) -> list[tuple[int | None, int | None]]:
    return [(loss.events, loss.first_event) for loss in losses.losses]


@pytest.mark.parametrize("junk", [b"\1\1<\1", b"x><y", b">\n<a", b"<><>", b"#<a>"])
@pytest.mark.parametrize("inner", ["", "<w> 1 </w>\n"])
def test_four_bytes_anywhere_between_two_events(read, lhe, junk, inner):
    events = [lhe.event(i, inner=inner) for i in range(3)]
    text = lhe.document(*events).encode()
    tags = text.index(b"</event>\n<event>")
    for start in range(tags - len(junk), tags + len("</event>\n<event>") + 1):
        batches, losses = read(text[:start] + junk + text[start + len(junk) :])
        assert sum(map(len, batches)) == 3 or losses.losses, start


@pytest.mark.parametrize("at", [0, 1, 3])
@pytest.mark.parametrize("junk", ["junk\n", "<evnt>\n", "<foo> 1 </foo>\n", "\1", "</eventgroup\n", "&"])
def test_text_between_events_is_reported_with_its_place(read, lhe, which, at, junk):
    events = [lhe.event(i) for i in range(3)]
    before = lhe.document(*events[:at], footer="")
    text = before + junk + "".join(events[at:]) + lhe.footer
    batches, losses = read(text)
    assert which(batches) == [0, 1, 2]
    assert told(losses) == [(None, at)]
    assert losses.losses[0].byte == len(before)
    assert "text between events that is not a comment" in losses.losses[0].reason
    assert "check the file at this position" in losses.losses[0].hint


@pytest.mark.parametrize(
    "harmless",
    [
        "  \n\t\n",
        "<!-- <event> 1 </event> -->\n",
        "# a < b\n",
        "<eventgroup n='2'>\n</eventgroup>\n<eventgroup>\n",
    ],
)
def test_what_may_stand_between_events_is_no_damage(read, lhe, which, harmless):
    events = [harmless + lhe.event(i) for i in range(3)]
    batches, losses = read(lhe.document(*events, footer=harmless + lhe.footer + "anything 1 2 <x\n"))
    assert which(batches) == [0, 1, 2]
    assert losses.losses == []


def test_text_after_the_footer_of_a_long_file_is_nobodys(read, lhe):
    batches, losses = read(lhe.numbered(3) + "anything 1 2 3 <x>\n" * 50_000)
    assert sum(map(len, batches)) == 3
    assert losses.losses == []


def test_a_comment_whose_end_is_damaged_swallows_nothing_silently(read, lhe, which):
    events = [lhe.event(i, inner="<!-- remark -->\n") for i in range(4)]
    batches, losses = read(lhe.document(*events).replace("-->", "--!", 1))
    assert which(batches) == [0, 2, 3]
    assert "a comment begins within a comment" in losses.losses[0].reason
