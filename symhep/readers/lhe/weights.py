"""The named weights of events: <rwgt>, <weights> and <weight name=...>."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress

import numpy as np
import numpy.typing as npt

from symhep.readers.lhe.attributes import ATTRIBUTES, attributes
from symhep.readers.lhe.numbers import NUMBER, fortran_to_c, misread, parse_numbers

__all__ = ["undeclared", "weight_names", "weight_table"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Attributes and value of each weight. The attributes are read once for all events that have the same ones.
_WGT = re.compile(rb"<wgt\s(" + ATTRIBUTES + rb")>([^<]*)")
_WEIGHT = re.compile(rb"<weight\s(" + ATTRIBUTES + rb")>([^<]*)")
_NOT_FINITE = re.compile(rb"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_WEIGHTS = re.compile(rb"<weights(?:\s" + ATTRIBUTES + rb")?>([^<]*)")


def undeclared(position: int) -> str:
    """Name of the number at ``position`` (from 0) of a <weights> line that the header has no name for."""
    return f"weights[{position}]"


def _texts(tail: bytes, declared: Sequence[str]) -> tuple[tuple[bytes | str, ...], list[bytes]]:
    """Names (or the attributes that hold them) and values, as text, of the weights in one event."""
    found: list[tuple[bytes | str, bytes]] = _WGT.findall(tail)
    if b"<weight" in tail:
        found += _WEIGHT.findall(tail)
        for line in _WEIGHTS.findall(tail):
            # An <rwgt> weight of the same name carries its name itself and is to be trusted more.
            named = {_plain(n) for n, _ in found}
            for i, value in enumerate(line.split()):
                name = declared[i] if i < len(declared) else undeclared(i)
                if name not in named:
                    found.append((name, value))
    return tuple([name for name, _ in found]), [value for _, value in found]


def _plain(name: bytes | str) -> str | None:
    """A weight's name, which is an attribute where it is not a name already; None if it has none."""
    if isinstance(name, str):
        return name
    found = attributes(name)
    return found.get("id", found.get("name"))


def weight_names(tail: bytes, declared: Sequence[str]) -> list[str]:
    """Names of the weights one event has."""
    names = map(_plain, _texts(tail, declared)[0])
    return list(dict.fromkeys(name for name in names if name is not None))


def weight_table(
    tails: Sequence[bytes], declared: Sequence[str], wanted: Sequence[str] | None = None
) -> tuple[dict[str, int], FloatArray]:
    """The weights of N events as a table.

    Parameters
    ----------
    tails
        The inner tags of each event.
    declared
        Names from the header, in its order, for the numbers of ``<weights>``.
    wanted
        Only these names; None for all.

    Returns
    -------
    (dict, array)
        Column of each name, and the (N, columns) values: NaN where an event has
        no such weight, or has it as NaN. Infinite ones are left as they are.

    Raises
    ------
    ValueError
        A weight is not a number.
    """
    column: dict[str, int] = {}
    if not any(tails):
        return column, np.zeros((len(tails), 0))
    layouts: dict[tuple[bytes | str, ...], IntArray] = {}
    texts: list[bytes] = []
    columns: list[IntArray] = []
    for tail in tails:
        names, values = _texts(tail, declared)
        # Events of a file nearly always share one list of names: look each list up once.
        if names not in layouts:
            kept = [p if wanted is None or p in wanted else None for p in map(_plain, names)]
            layouts[names] = np.array(
                [-1 if p is None else column.setdefault(p, len(column)) for p in kept], dtype=np.int64
            )
        layout = layouts[names]
        columns.append(layout)
        texts += compress(values, (layout >= 0).tolist())
    index = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
    rows = np.repeat(np.arange(len(tails)), [len(c) for c in columns])
    table = np.full((len(tails), len(column)), np.nan)
    table[rows[index >= 0], index[index >= 0]] = _values(texts)
    return column, table


def _values(texts: list[bytes]) -> FloatArray:
    """Each text as one number; what a generator divides by zero comes as 'nan' or 'inf' in any spelling."""
    try:
        values, _ = parse_numbers(b"\n" + b"\n".join(texts) + b"\n")
        if len(values) == len(texts):
            return values
    except ValueError:
        pass
    values = np.empty(len(texts))
    for i, text in enumerate(texts):
        token = fortran_to_c(text.strip())
        if _NOT_FINITE.fullmatch(token) or NUMBER.fullmatch(token):
            values[i] = float(token)
            continue
        if len(token.split()) != 1:
            raise ValueError("a weight tag does not contain exactly one number")
        raise ValueError(f"in a weight, {misread(token)}")
    return values
