"""Events of a file that are lost, and what a person should know of the others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from symhep.errors import InputError

__all__ = ["Loss", "LossLog", "Note"]


@dataclass(frozen=True)
class Loss:
    """Events of a file that were not delivered. ``events`` is None when nobody can know how many."""

    file: str
    reason: str
    events: int | None = None
    first_event: int | None = None
    byte: int | None = None
    hint: str | None = None


@dataclass(frozen=True)
class Note:
    """What a person should know of the numbers of a file, found while reading them; no event is lost by it.

    ``count`` is of what ``text`` speaks of, None where nothing is counted.
    """

    file: str
    text: str
    count: int | None = None

    def sentence(self) -> str:
        """As it is printed.

        >>> Note("a.root", "Entries of 'mu' that stand for no muon are left out", 1200).sentence()
        "Entries of 'mu' that stand for no muon are left out: 1,200."
        """
        return self.text if self.count is None else f"{self.text}: {self.count:,}."


@dataclass
class LossLog:
    """The one way a reader tells of lost events: raises under 'fail', keeps the row under 'skip'.

    Also what it has to say of the events that it delivers: `note`.
    """

    policy: Literal["fail", "skip"] = "fail"
    losses: list[Loss] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def record(self, loss: Loss) -> None:
        """Raise `InputError` (policy 'fail') or remember ``loss`` for the report (policy 'skip').

        Events lost for one reason that follow one another, as pieces of a file tell them, are one loss.

        >>> log = LossLog("skip")
        >>> log.record(Loss("a.root", "damaged", 100, first_event=0))
        >>> log.record(Loss("a.root", "damaged", 50, first_event=100))
        >>> [(loss.first_event, loss.events) for loss in log.losses]
        [(0, 150)]
        """
        if self.policy == "fail":
            raise InputError(
                loss.reason, file=loss.file, event=loss.first_event, byte=loss.byte, hint=loss.hint
            )
        if self.losses and (joined := _joined(self.losses[-1], loss)) is not None:
            self.losses[-1] = joined
        else:
            self.losses.append(loss)

    def note(self, file: str, text: str, count: int | None = None) -> None:
        """Remember a sentence for inspect, terminal and report; the counts of one text and file are added up.

        >>> log = LossLog()
        >>> log.note("a.root", "left out", 2)
        >>> log.note("a.root", "left out", 3)
        >>> log.notes
        [Note(file='a.root', text='left out', count=5)]
        """
        for i, known in enumerate(self.notes):
            if (known.file, known.text) == (file, text):
                if count is not None:
                    self.notes[i] = Note(file, text, count + (known.count or 0))
                return
        self.notes.append(Note(file, text, count))


def _joined(before: Loss, loss: Loss) -> Loss | None:
    """Two losses as one; None where they are two. Damaged places of a text, known by their bytes, stay apart."""
    alike = (before.file, before.reason, before.hint) == (loss.file, loss.reason, loss.hint)
    if not alike or before.byte is not None or loss.byte is not None:
        return None
    if before.events is None or loss.events is None or before.first_event is None:
        return None
    if before.first_event + before.events != loss.first_event:
        return None
    return replace(before, events=before.events + loss.events)
