"""Members of records: a branch of ``TLorentzVector`` becomes columns ``.fP.fX``, ``.fP.fY``, ``.fP.fZ``, ``.fE``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from awkward.forms import ListForm, ListOffsetForm, NumpyForm, RecordForm, RegularForm

__all__ = ["Member", "members"]


@dataclass(frozen=True)
class Member:
    """A member of numbers by its path from the branch; ``refused`` says why it cannot be a column."""

    path: tuple[str, ...]
    type: str = ""
    depth: int = 0
    refused: str | None = None


def members(form: Any, path: tuple[str, ...] = (), depth: int = 0) -> Iterator[Member]:
    """The members of an awkward form, those that are no numbers or lists of numbers with the reason.

    >>> from awkward.forms import from_type
    >>> from awkward.types import from_datashape
    >>> form = from_type(from_datashape("var * {fP: {fX: float64}, fE: float64}", highlevel=False))
    >>> [(".".join(m.path), m.type, m.depth) for m in members(form)]
    [('fP.fX', 'float64', 1), ('fE', 'float64', 1)]
    """
    if isinstance(form, NumpyForm):
        yield Member(path, form.primitive + _shape(form.inner_shape), depth)
    elif form.parameter("__array__") in {"string", "bytestring"}:
        yield Member(path, refused="text")
    elif isinstance(form, RecordForm):
        for name in form.fields:
            if not name.startswith("@"):  # bookkeeping of ROOT's TObject
                yield from members(form.content(name), (*path, name), depth)
    elif isinstance(form, ListOffsetForm | ListForm):
        if depth:
            yield Member(path, refused="lists of lists")
        else:
            yield from members(form.content, path, 1)
    elif isinstance(form, RegularForm):
        inner = list(members(form.content, path, depth))
        for member in inner:
            if member.refused or member.depth != depth or member.path != path:
                yield Member(member.path, refused=member.refused or "arrays of lists or objects")
            else:
                base, bracket, shape = member.type.partition("[")
                yield Member(path, f"{base}[{form.size}{',' + shape if bracket else ']'}", depth)
    else:
        yield Member(path, refused="values that may be missing or of several types")


def _shape(inner: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, inner))}]" if inner else ""
