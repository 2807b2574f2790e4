"""Ways in which a file goes wrong: on the disk, on the way, and by the hand of somebody who edits it."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

__all__ = ["MUTATIONS", "mutated"]

Random = np.random.Generator
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
#: What stands in place of a number: too large, no number, another sign, another type.
_NUMBERS = (
    b"-1",
    b"0",
    b"1e999",
    b"nan",
    b"-inf",
    b"99999999999999999999",
    b"2147483648",
    b"0x10",
    b"1.5D+03",
    b"",
)
#: Counts in binary headers, as they are after a bit too many.
_COUNTS = (0, 1, 0x7F, 0xFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def bits(data: bytearray, rng: Random) -> None:
    """One to eight bits the other way round."""
    for place in rng.integers(0, len(data), size=rng.integers(1, 9)):
        data[place] ^= 1 << int(rng.integers(8))


def deletion(data: bytearray, rng: Random) -> None:
    """A stretch is missing."""
    start, stop = stretch(data, rng)
    del data[start:stop]


def insertion(data: bytearray, rng: Random) -> None:
    """Bytes that were not there: random ones, zeros, or a word of markup."""
    size = int(rng.integers(1, 65))
    words = (rng.bytes(size), bytes(size), b"\x1b[31m", b"<event>\n", b"</init>", b'"', b"\n", b"\xff\xfe")
    place = int(rng.integers(0, len(data)))
    data[place:place] = words[int(rng.integers(len(words)))]


def swap(data: bytearray, rng: Random) -> None:
    """Two stretches of one length change places."""
    start, stop = stretch(data, rng)
    size = stop - start
    other = int(rng.integers(0, len(data) - size + 1))
    if abs(other - start) >= size:
        data[start:stop], data[other : other + size] = data[other : other + size], data[start:stop]


def cut(data: bytearray, rng: Random) -> None:
    """The end is missing."""
    del data[int(rng.integers(0, len(data))) :]


def number(data: bytearray, rng: Random) -> None:
    """A number in the text is another one."""
    found = list(_NUMBER.finditer(data))
    if not found:
        return count(data, rng)
    chosen = found[int(rng.integers(len(found)))]
    data[chosen.start() : chosen.end()] = _NUMBERS[int(rng.integers(len(_NUMBERS)))]
    return None


def count(data: bytearray, rng: Random) -> None:
    """Four bytes, of either order, hold a count that is too small or too large."""
    value = _COUNTS[int(rng.integers(len(_COUNTS)))]
    place = int(rng.integers(0, max(len(data) - 4, 1)))
    data[place : place + 4] = value.to_bytes(4, "big" if rng.integers(2) else "little")


def duplicate(data: bytearray, rng: Random) -> None:
    """A stretch stands there twice."""
    start, stop = stretch(data, rng)
    data[stop:stop] = data[start:stop]


def stretch(data: bytearray, rng: Random) -> tuple[int, int]:
    """A stretch of the file, short ones as likely as long ones; in text it often begins and ends with lines."""
    start = int(rng.integers(0, len(data)))
    size = int(2 ** rng.uniform(0, np.log2(max(len(data) // 2, 2))))
    stop = min(start + size, len(data))
    if rng.integers(2):
        start = data.rfind(b"\n", 0, start) + 1
        end = data.find(b"\n", stop)
        stop = end + 1 if end >= 0 else stop
    return start, max(stop, start)


MUTATIONS: dict[str, Callable[[bytearray, Random], None]] = {
    "bits": bits,
    "deletion": deletion,
    "insertion": insertion,
    "swap": swap,
    "cut": cut,
    "number": number,
    "count": count,
    "duplicate": duplicate,
}


def mutated(data: bytes, rng: Random) -> tuple[str, bytes]:
    """The file with one to three mutations, and their names.

    >>> mutated(b"1 2 3", np.random.default_rng(1))[1] != b"1 2 3"
    True
    """
    changed, names = bytearray(data), []
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        name = list(MUTATIONS)[int(rng.integers(len(MUTATIONS)))]
        if changed:
            MUTATIONS[name](changed, rng)
            names.append(name)
    return "+".join(names), bytes(changed)
