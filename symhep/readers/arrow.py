"""Columns of an Arrow schema, however deep in structs they lie, as numbers or lists of numbers per event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Leaf", "MissingValue", "leaves", "lists_of"]

#: What stands for the name of an array of structs that was written without one.
_NAMELESS = "vectors"


class MissingValue(Exception):
    """There is no number where one is needed, first in ``event`` of the array."""

    def __init__(self, event: int) -> None:
        super().__init__(event)
        self.event = event


@dataclass(frozen=True)
class Leaf:
    """A column: numbers of one kind at the end of a way through lists and structs.

    ``route`` are the names of the top column and of the members of structs on the way; ``type`` is
    the numbers' type in numpy's words; ``lists`` counts the lists on the way; ``depth`` is 0 for a
    number per event and 1 for a list; ``refused`` says why the column is not offered; ``optional``
    that it lies in a struct per event which may be null.
    """

    route: tuple[str, ...]
    type: str = ""
    depth: int = 0
    lists: int = 0
    refused: str | None = None
    optional: bool = False

    @property
    def name(self) -> str:
        """'Jet.pt' for the member pt of Jet."""
        return ".".join((self.route[0] or _NAMELESS, *self.route[1:]))

    def as_list(self) -> Leaf:
        """The same, as a list that is empty where the struct is null."""
        return replace(self, depth=1)


def leaves(schema: pa.Schema) -> Iterator[Leaf]:
    """All columns of a schema, in the order in which a file stores them.

    >>> jet = pa.struct([("pt", pa.float32()), ("tag", pa.string())])
    >>> [(x.name, x.type, x.depth, x.refused) for x in leaves(pa.schema([("Jet", pa.list_(jet)), ("ht", pa.int8())]))]
    [('Jet.pt', 'float32', 1, None), ('Jet.tag', '', 1, 'text'), ('ht', 'int8', 0, None)]
    """
    for field in schema:
        yield from _walk(field.type, Leaf((field.name,)), field.nullable)


def lists_of(array: Any, leaf: Leaf) -> tuple[npt.NDArray[np.int64] | None, npt.NDArray[np.generic]]:
    """(offsets of N lists, or None for a number per event; the numbers) of a column.

    A null list and a null struct hold no object. Raises `MissingValue` for any other null.

    >>> jets = pa.array([[{"pt": 3.0}, None], None, [{"pt": 5.0}]])
    >>> offsets, pt = lists_of(jets, Leaf(("Jet", "pt"), depth=1, lists=1))
    >>> offsets.tolist(), pt.tolist()
    ([0, 1, 1, 2], [3.0, 5.0])
    """
    members = iter(leaf.route[1:])
    offsets: npt.NDArray[np.int64] | None = None
    inside = False  # of an object: a struct that is null there is no missing object
    while True:
        kind = array.type
        if isinstance(kind, pa.BaseExtensionType):
            array = array.storage
        elif _is_list(kind):
            offsets = _nested(offsets, pc.fill_null(pc.list_value_length(array), 0))
            array, inside = array.flatten(), False
        elif pa.types.is_struct(kind):
            as_list = offsets is None and leaf.depth > leaf.lists
            if as_list or array.null_count:
                if inside or not leaf.depth:
                    raise MissingValue(_first_null(array, offsets))
                offsets = _nested(offsets, array.is_valid())
                array = array.filter(array.is_valid())
            array, inside = array.field(next(members)), True
        elif array.null_count:
            raise MissingValue(_first_null(array, offsets))
        elif pa.types.is_dictionary(kind):
            array = array.dictionary_decode()
        else:
            break
    if pa.types.is_decimal(kind):
        array = array.cast(pa.float64(), safe=False)
    numbers = array.to_numpy(zero_copy_only=False)
    # numpy's half precision overflows in sums; single precision holds the same numbers.
    return offsets, numbers.astype(np.float32) if numbers.dtype == np.float16 else numbers


def _walk(kind: Any, leaf: Leaf, nullable: bool) -> Iterator[Leaf]:
    """The columns below one of a type."""
    if isinstance(kind, pa.BaseExtensionType):
        yield from _walk(kind.storage_type, leaf, nullable)
    elif _is_list(kind):
        deeper = replace(leaf, depth=leaf.depth + 1, lists=leaf.lists + 1)
        yield from _walk(kind.value_type, deeper, False)
    elif pa.types.is_struct(kind):
        for member in kind:
            below = replace(
                leaf,
                route=(*leaf.route, member.name),
                optional=leaf.optional or (nullable and not leaf.lists),
            )
            yield from _walk(member.type, below, False)
    elif pa.types.is_map(kind):
        for part in ("key", "value"):
            yield replace(leaf, route=(*leaf.route, part), refused="a map")
    elif leaf.depth > 1:
        yield replace(leaf, refused="lists of lists")
    else:
        type_, refused = _numbers(kind)
        yield replace(leaf, type=type_, refused=refused)


def _numbers(kind: Any) -> tuple[str, str | None]:
    """The numbers of a type in numpy's words, or why it has none."""
    if pa.types.is_dictionary(kind):
        return _numbers(kind.value_type)
    if pa.types.is_boolean(kind):
        return "bool", None
    if pa.types.is_float16(kind):
        return "float32", None
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return str(kind.to_pandas_dtype().__name__), None
    if pa.types.is_decimal(kind):
        return "float64", None
    if pa.types.is_temporal(kind):
        return "", "times"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "", "text"
    if pa.types.is_null(kind):
        return "", "empty"
    return "", str(kind)


def _is_list(kind: Any) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _nested(offsets: npt.NDArray[np.int64] | None, lengths: Any) -> npt.NDArray[np.int64]:
    """Offsets of events, where what they pointed to consists of so many members each."""
    counts = lengths.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    return ends if offsets is None else ends[offsets]


def _first_null(array: Any, offsets: npt.NDArray[np.int64] | None) -> int:
    """The event of the first null."""
    first = int(np.argmax(array.is_null().to_numpy(zero_copy_only=False)))
    return first if offsets is None else int(np.searchsorted(offsets, first, side="right")) - 1
