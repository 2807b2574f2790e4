"""The number of an event in its file, by which rows of one event are known: images, candidates, copies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["NO_NUMBER", "event_numbers", "hashes", "identities"]

#: Identity of a row that has no number.
NO_NUMBER = 0
_EVENT = re.compile(r"^(event|evt|ev)_?(number|num|no|nr|id)?$|^number$", re.IGNORECASE)
_BESIDE = re.compile(
    r"^run(_?(number|num|no|nr))?$|^(lumi|lumi_?block|luminosity_?block|lumi_?section|ls|lbn)(_?(number|num|no|nr))?$",
    re.IGNORECASE,
)
#: What `symhep augment` writes beside its images.
_SOURCE = ("dataset", "source_file", "source_event")
_MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def event_numbers(names: Iterable[str]) -> tuple[str, ...]:
    """Which of the numbers of an event, called ``names``, say which event it is; () if none does.

    Those that `symhep augment` wrote, else the number of the event with those of run and luminosity block. 'Number' is
    one in the branch 'Event' of Delphes alone.

    >>> event_numbers(["run", "luminosityBlock", "event", "MET"]), event_numbers(["Event.Number", "Event.Weight"])
    (('run', 'luminosityBlock', 'event'), ('Event.Number',))
    >>> event_numbers(["source_event", "source_file", "dataset", "copy", "event"])
    ('dataset', 'source_file', 'source_event')
    >>> event_numbers(["run", "Vertex.Number"])
    ()
    """
    known = tuple(names)
    if "source_event" in known:
        return tuple(name for name in _SOURCE if name in known)
    own = [name for name in known if _EVENT.search(_leaf(name)) and _of_event(name)]
    if not own:
        return ()
    return (*(name for name in known if _BESIDE.search(_leaf(name))), own[0])


def identities(columns: Sequence[npt.ArrayLike], count: int) -> npt.NDArray[np.int64]:
    """(N,) one number for the numbers of each event, equal where all of these are; `NO_NUMBER` where one is missing.

    Two different ones agree by chance once in 2^64 (the mixing function of Steele, Lea and Flood 2014).

    >>> run, event = [1, 1, 2, 2], [7, 8, 7, 7]
    >>> len(set(identities([run, event], 4).tolist()))
    3
    """
    if not columns:
        return np.full(count, NO_NUMBER, dtype=np.int64)
    mixed, known = hashes(columns, count), np.ones(count, dtype=bool)
    for column in columns:
        values = np.asarray(column)
        if values.dtype.kind == "f":
            known &= np.isfinite(values)
    return np.where(known, np.where(mixed == NO_NUMBER, 1, mixed), NO_NUMBER)


def hashes(columns: Iterable[npt.ArrayLike], count: int) -> npt.NDArray[np.int64]:
    """(N,) as `identities`, of rows of numbers that are all there; -0 is 0, and NaN equals itself."""
    state = np.zeros(count, dtype=np.uint64)
    for column in columns:
        values = np.asarray(column)
        if values.dtype.kind == "f":
            bits = (values + 0.0).astype(np.float64).view(np.uint64)
        else:
            bits = values.astype(np.int64).view(np.uint64)
        state = _mixed(state ^ (bits + _MIX[0]))
    return state.view(np.int64)


def _mixed(z: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Each bit of the result depends on all bits of ``z``; one to one."""
    z = (z ^ (z >> np.uint64(30))) * _MIX[1]
    z = (z ^ (z >> np.uint64(27))) * _MIX[2]
    return np.asarray((z ^ (z >> np.uint64(31))) + _MIX[0])


def _leaf(name: str) -> str:
    return re.split(r"[.:]", name.rpartition("/")[2])[-1]


def _of_event(name: str) -> bool:
    """'Number' alone may count anything; in a branch that is called after the event it counts events."""
    short = name.rpartition("/")[2]
    if _leaf(name).lower() != "number":
        return True
    return bool(re.search(r"(^|[\W_])(event|evt)s?[.:]", short, re.IGNORECASE))
