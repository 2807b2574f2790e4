"""Events of a file that are lost, and what a person should know of the others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from symhep.errors import InputError

__all__ = ["Loss", "LossLog", "Note"]


@dataclass(frozen=True)
class Loss:
    """Events of a file that were not delivered.

    Attributes
    ----------
    file
        Path or URL.
    reason
        What is wrong, in words.
    events
        How many are lost; None when nobody can know.
    first_event
        Number in the file of the first one, from 0; None: unknown.
    byte
        Offset of the damage in the (uncompressed) file, where that helps to find it.
    hint
        What to do.

    Examples
    --------
    >>> Loss("a.lhe", "the event is cut short", events=1, first_event=7, hint="run the job again").events
    1
    """

    file: str
    reason: str
    events: int | None = None
    first_event: int | None = None
    byte: int | None = None
    hint: str | None = None


@dataclass(frozen=True)
class Note:
    """What a person should know of the numbers of a file, found while reading them; no event is lost by it.

    Attributes
    ----------
    file
        Path or URL.
    text
        A sentence without its full stop.
    count
        Of what ``text`` speaks of; None where nothing is counted.
    """

    file: str
    text: str
    count: int | None = None

    def sentence(self) -> str:
        """As it is printed.

        Returns
        -------
        str
            ``text``, with the count behind it.

        Examples
        --------
        >>> Note("a.root", "Entries of 'mu' that stand for no muon are left out", 1200).sentence()
        "Entries of 'mu' that stand for no muon are left out: 1,200."
        """
        return self.text if self.count is None else f"{self.text}: {self.count:,}."


@dataclass
class LossLog:
    """Where a reader reports lost events, and what it notices in those that it delivers.

    Attributes
    ----------
    policy
        'fail': the first lost event ends the run. 'skip': it is listed in the report, and reading goes on.
    losses
        What was lost so far, under 'skip'.
    notes
        What was noticed so far.

    Examples
    --------
    >>> log = LossLog("skip")
    >>> log.record(Loss("a.lhe", "the event is cut short", 1, first_event=7))
    >>> log.note("a.lhe", "Weights are all 1")
    >>> len(log.losses), log.notes[0].sentence()
    (1, 'Weights are all 1')
    """

    policy: Literal["fail", "skip"] = "fail"
    losses: list[Loss] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def record(self, loss: Loss) -> None:
        """Report lost events. Losses for one reason that follow one another in a file are joined to one.

        Parameters
        ----------
        loss
            What is lost, where and why.

        Raises
        ------
        InputError
            Under the policy 'fail', with the file, event and byte of the loss.

        Examples
        --------
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
        """Keep a sentence for `symhep inspect`, terminal and report.

        Parameters
        ----------
        file
            Path or URL.
        text
            A sentence without its full stop; the same text of one file is kept once.
        count
            Of what it speaks of: counts of the same text and file are added.

        Examples
        --------
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
