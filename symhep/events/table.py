"""The feature set of one dataset as it is kept while events are read: arrays with a place for each member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError
from symhep.events.identity import NO_NUMBER
from symhep.events.kinds import VectorKind

__all__ = ["ARRAYS", "FeatureTable", "Places", "joined_ids", "joined_places", "wide_ids"]

FloatArray = npt.NDArray[np.float64]
#: What a table may take in memory.
MOST_BYTES = 8e9
#: Arrays of a table by their names in storage; those of members are place by place.
ARRAYS = ("values", "weights", "momenta", "mask", "tags", "spectators", "source", "identity", "alternatives")


@dataclass(frozen=True)
class Places:
    """Neighbouring places of an event for the members of one object.

    ``width`` places, of vectors of one ``kind``; ``varies``: events may have fewer members than places. ``variables``:
    those of the feature set that vectors of this kind have.
    """

    object: str
    width: int
    kind: VectorKind
    varies: bool
    variables: tuple[str, ...]


def _no_source() -> npt.NDArray[np.int64]:
    return np.zeros((0, 2), dtype=np.int64)


@dataclass(frozen=True)
class FeatureTable:
    """One feature set of one dataset, before scaling.

    Attributes
    ----------
    values
        (N, F) place by place, each with its variables; for features without an object the event's numbers.
    weights
        (N,).
    momenta
        (N, P, 4) as (E, px, py, pz) in GeV, or None; 0 where there is no member or no such component.
    mask
        (N, P) which places hold a member; None: all.
    tags
        (N, P, L), or None if the card names none.
    spectators
        (N, S).
    places
        Whose members the P places hold.
    pdg_ids
        For each place the PDG number if it is constant, else None.
    source
        (N, 2) the number of the event's file in the dataset, and its own number in that file; from 0.
    identity
        (N,) which event of the file it is by the numbers that the file gives it (`symhep.events.identity`); 0, or
        None, where it gives none.
    alternatives
        (N, A) other event weights, or None if none were asked for.
    block
        (N,) number of the block of its dataset that a row is of; None where nobody has cut the events into blocks.
    origin
        (N,) hash of the content of the file and the number of the event in it; None for events of no file.
    """

    values: FloatArray
    weights: FloatArray
    momenta: FloatArray | None = None
    pdg_ids: tuple[int | None, ...] = ()
    source: npt.NDArray[np.int64] = field(default_factory=_no_source)
    mask: npt.NDArray[np.bool_] | None = None
    tags: FloatArray | None = None
    spectators: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    places: tuple[Places, ...] = ()
    identity: npt.NDArray[np.int64] | None = None
    alternatives: FloatArray | None = None
    block: npt.NDArray[np.int64] | None = None
    origin: npt.NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        if self.spectators.shape[1] == 0:
            object.__setattr__(self, "spectators", np.zeros((len(self.values), 0)))

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def join(cls, tables: Sequence[FeatureTable]) -> FeatureTable:
        """One table from those of several files, or chunks; as wide as the widest.

        >>> one = Places("jets", 1, "full", True, ("px",))
        >>> two = Places("jets", 2, "full", True, ("px",))
        >>> tables = [
        ...     FeatureTable(np.ones((1, p.width)), np.ones(1), None, (None,) * p.width, places=(p,),
        ...                  mask=np.ones((1, p.width), dtype=bool))
        ...     for p in (one, two)
        ... ]
        >>> FeatureTable.join(tables).values.tolist(), FeatureTable.join(tables).mask.tolist()
        ([[1.0, 0.0], [1.0, 1.0]], [[True, False], [True, True]])
        """
        full = [t for t in tables if len(t)] or list(tables[:1])
        widths = [max(t.places[i].width for t in full) for i in range(len(full[0].places))]
        cls._require_room(full, widths)
        full = [t.widened(widths) for t in full]
        ids = joined_ids([t.pdg_ids for t in full])
        places = joined_places([t.places for t in full])
        return cls(
            np.concatenate([t.values for t in full]),
            np.concatenate([t.weights for t in full]),
            _concatenated(t.momenta for t in full),
            ids,
            np.concatenate([t.source for t in full]),
            _concatenated(t.mask for t in full),
            _concatenated(t.tags for t in full),
            np.concatenate([t.spectators for t in full]),
            places,
            _identity(full),
            _concatenated(t.alternatives for t in full),
            _concatenated(t.block for t in full),
            _concatenated(t.origin for t in full),
        )

    @staticmethod
    def _require_room(tables: Sequence[FeatureTable], widths: Sequence[int]) -> None:
        """Raise `CardError` for sets so wide that their empty places would fill the memory."""
        events = sum(len(t) for t in tables)
        each = sum(w * (len(p.variables) + 5) for w, p in zip(widths, tables[0].places, strict=True))
        varying = [(w, p.object) for w, p in zip(widths, tables[0].places, strict=True) if p.varies]
        if varying and 8 * events * each > MOST_BYTES:
            width, widest = max(varying)
            raise CardError(
                f"{events:,} events with up to {width} members of '{widest}' take "
                f"{8e-9 * events * each:.3g} GB of memory, most of it padding",
                hint=f"use fewer members, as in {widest}: {{..., take: {{up_to: 50}}}}",
            )

    def widened(self, widths: Sequence[int]) -> FeatureTable:
        """The same events with so many places for each object, the new ones empty."""
        if [p.width for p in self.places] == list(widths):
            return self
        old = [p.width for p in self.places]
        each = [len(p.variables) for p in self.places]
        values = _spread(self.values, [w * v for w, v in zip(old, each, strict=True)], [
            w * v for w, v in zip(widths, each, strict=True)
        ])  # fmt: skip
        ids = wide_ids(self.pdg_ids, old, widths)
        many = [None if a is None else _spread(a, old, widths) for a in (self.momenta, self.mask, self.tags)]
        return FeatureTable(
            values, self.weights, many[0], ids, self.source, many[1], many[2], self.spectators,
            tuple(
                Places(p.object, width, p.kind, p.varies, p.variables)
                for p, width in zip(self.places, widths, strict=True)
            ),
            self.identity,
            self.alternatives,
            self.block,
            self.origin,
        )  # fmt: skip

    def first(self, events: int) -> FeatureTable:
        """The first of the events."""
        return self.rows(slice(0, events))

    def rows(self, chosen: slice | npt.NDArray[np.bool_]) -> FeatureTable:
        """Some of the events."""
        arrays = {k: a[chosen] if len(a) == len(self) else a for k, a in self.arrays().items()}
        block, origin = (None if a is None else a[chosen] for a in (self.block, self.origin))
        return replace(self.from_stored(arrays, self.described()), block=block, origin=origin)

    def scaled(self, factor: float) -> FeatureTable:
        """With all weights times ``factor``."""
        others = None if self.alternatives is None else self.alternatives * factor
        return replace(self, weights=self.weights * factor, alternatives=others)

    def with_weights(self, weights: FloatArray) -> FeatureTable:
        """The same rows with other weights (N,)."""
        return replace(self, weights=weights, alternatives=None)

    def other_weights(self, column: int) -> FloatArray:
        """(N,) those of number ``column`` of the A alternative ones."""
        return np.zeros(0) if self.alternatives is None else self.alternatives[:, column]

    def same_rows(self, other: FeatureTable) -> bool:
        """Is ``other`` this table, but for its weights?"""
        return self.values is other.values

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Those that are there, by name."""
        found = {name: getattr(self, name) for name in ARRAYS}
        return {name: values for name, values in found.items() if values is not None}

    def described(self) -> dict[str, Any]:
        """What the arrays do not say, as JSON."""
        return {"pdg_ids": list(self.pdg_ids), "places": [asdict(p) for p in self.places]}

    @classmethod
    def from_stored(
        cls, arrays: Mapping[str, npt.NDArray[Any]], described: Mapping[str, Any]
    ) -> FeatureTable:
        """From what `arrays` and `described` gave."""
        places = tuple(Places(**{**p, "variables": tuple(p["variables"])}) for p in described["places"])
        return cls(pdg_ids=tuple(described["pdg_ids"]), places=places, **arrays)


def joined_ids(every: Sequence[tuple[int | None, ...]]) -> tuple[int | None, ...]:
    """For each place the PDG number that all tables have there, or None.

    >>> joined_ids([(11, -11), (11, 13)])
    (11, None)
    """
    positions = [set(column) for column in zip(*every, strict=True)]
    return tuple(next(iter(seen)) if len(seen) == 1 else None for seen in positions)


def wide_ids(ids: tuple[int | None, ...], old: Sequence[int], new: Sequence[int]) -> tuple[int | None, ...]:
    """PDG numbers of ``old`` places for each object, in ``new`` ones.

    >>> wide_ids((11, 13), (1, 1), (2, 1))
    (11, None, 13)
    """
    found, first = list[int | None](), 0
    for before, after in zip(old, new, strict=True):
        found += [*ids[first : first + before], *[None] * (after - before)]
        first += before
    return tuple(found)


def joined_places(every: Sequence[tuple[Places, ...]]) -> tuple[Places, ...]:
    """The places of several tables, as wide as the widest."""
    return tuple(
        Places(p[0].object, max(q.width for q in p), _kind({q.kind for q in p}), p[0].varies, p[0].variables)
        for p in zip(*every, strict=True)
    )


def _kind(kinds: set[VectorKind]) -> VectorKind:
    """Of vectors that were not all read from files of one kind; what is known of a momentum does not differ."""
    return next(iter(kinds)) if len(kinds) == 1 else "full"


def _spread(values: npt.NDArray[Any], old: Sequence[int], new: Sequence[int]) -> npt.NDArray[Any]:
    """Blocks of columns (N, sum(old), ...) in wider blocks (N, sum(new), ...), with zeros behind each."""
    made = np.zeros((len(values), sum(new), *values.shape[2:]), dtype=values.dtype)
    start, place = 0, 0
    for before, after in zip(old, new, strict=True):
        made[:, place : place + before] = values[:, start : start + before]
        start, place = start + before, place + after
    return made


def _identity(tables: Sequence[FeatureTable]) -> npt.NDArray[np.int64] | None:
    """Of all events, if any of the tables knows some."""
    if all(t.identity is None for t in tables):
        return None
    none = [np.full(len(t), NO_NUMBER, dtype=np.int64) for t in tables]
    return np.concatenate(
        [n if t.identity is None else t.identity for t, n in zip(tables, none, strict=True)]
    )


def _concatenated(arrays: Iterable[npt.NDArray[Any] | None]) -> npt.NDArray[Any] | None:
    found = [a for a in arrays if a is not None]
    return np.concatenate(found) if found else None
