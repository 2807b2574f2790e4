"""From the objects of a chunk of events to arrays with a place for each member."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt
import vector

from symhep.card.expressions import KINEMATICS, parse_expression
from symhep.card.schema import CanonicalCard, FeatureCard, ObjectCard, UpTo
from symhep.events.batch import MOMENTUM_SETS
from symhep.events.canonical import canonical_members, canonicalise
from symhep.events.kinds import COMPONENTS, MOMENTUM, VectorKind, known_variables
from symhep.events.scope import kinematic
from symhep.events.table import FeatureTable, Places
from symhep.events.uses import lacking_variables

__all__ = ["Part", "need", "parts_of", "table_of"]

FloatArray = npt.NDArray[np.float64]
#: One number for each member, from an expression: (text, members of the chosen events, which events) -> list per event.
PerMember = Callable[[str, ak.Array, npt.NDArray[np.bool_]], ak.Array]


@dataclass(frozen=True)
class Part:
    """An object of which members enter a feature set.

    ``most``: places, None for as many as the widest event has; ``varies``: events with fewer members are kept.
    """

    object: str
    most: int | None
    varies: bool
    kind: VectorKind


def parts_of(
    feature: FeatureCard, cards: Mapping[str, ObjectCard], kinds: Mapping[str, VectorKind]
) -> list[Part]:
    """The objects whose members make up a feature set: those of a system, or its object."""
    if feature.object is None:
        return []
    found = []
    for name in cards[feature.object].system or (feature.object,):
        take = cards[name].take
        most = take.up_to if isinstance(take, UpTo) else take if isinstance(take, int) else None
        found.append(Part(name, most, cards[name].varies, kinds.get(name, "full")))
    return found


def need(part: Part) -> str:
    """What an event must have, in words.

    >>> need(Part("jets", 8, True, "full")), need(Part("met", 1, False, "transverse"))
    ('up to 8 jets', '1 met')
    """
    if part.varies:
        return f"all {part.object}" if part.most is None else f"up to {part.most} {part.object}"
    return f"{part.most} {part.object}"


def variables_of(variables: tuple[str, ...], kind: VectorKind) -> tuple[str, ...]:
    """Those that vectors of this kind have: pz of missing transverse momentum is none."""
    return tuple(v for v in variables if not lacking_variables(parse_expression(v), kind))


def table_of(
    feature: FeatureCard,
    parts: list[Part],
    objects: Mapping[str, ak.Array],
    passed: npt.NDArray[np.bool_],
    per_member: PerMember,
    outside: Collection[str] = (),
) -> tuple[npt.NDArray[np.bool_], FeatureTable]:
    """Which of the events that ``passed`` are complete (N,), and of these K events the table, without weights.

    ``outside``: what expressions may name besides the fields of a member.
    """
    enough = passed.copy()
    for part in parts:
        if not part.varies:
            enough &= ak.to_numpy(ak.num(objects[part.object], axis=1)) >= (part.most or 0)
    blocks = [
        _block(feature, part, objects[part.object][enough], enough, per_member, outside) for part in parts
    ]
    momenta = np.concatenate([b.momenta for b in blocks], axis=1)
    values = np.concatenate([b.values for b in blocks], axis=1)
    finite = np.isfinite(values).all(axis=1) & np.isfinite(momenta).all(axis=(1, 2))
    tags = None
    if feature.tags:
        tags = np.concatenate([b.tags for b in blocks], axis=1)
        finite &= np.isfinite(tags).all(axis=(1, 2))
    complete = enough.copy()
    complete[enough] = finite
    mask = None
    if any(part.varies for part in parts):
        mask = np.concatenate([b.mask for b in blocks], axis=1)[finite]
    ids = [
        _constant(b.ids[finite][:, i]) if b.ids is not None else None
        for b in blocks
        for i in range(b.places.width)
    ]
    return complete, FeatureTable(
        values[finite],
        np.ones(int(finite.sum())),
        momenta[finite],
        tuple(ids),
        mask=mask,
        tags=None if tags is None else tags[finite],
        places=tuple(b.places for b in blocks),
    )


@dataclass(frozen=True)
class _Block:
    """Of one object, in n events: values (n, w V), momenta (n, w, 4), mask (n, w), tags (n, w, L), PDG numbers."""

    places: Places
    values: FloatArray
    momenta: FloatArray
    mask: npt.NDArray[np.bool_]
    tags: FloatArray
    ids: npt.NDArray[np.int64] | None


def _block(
    feature: FeatureCard,
    part: Part,
    members: ak.Array,
    chosen: npt.NDArray[np.bool_],
    per_member: PerMember,
    outside: Collection[str],
) -> _Block:
    counts = ak.to_numpy(ak.num(members, axis=1))
    width = part.most if part.most is not None else int(counts.max(initial=0))
    front = members[:, :width]
    mask = np.arange(width) < counts[:, None]
    known: dict[str, FloatArray] = {}
    flat = _Flat(front)

    def placed(text: str) -> FloatArray:
        """(n, w) of an expression; 0 where there is no member."""
        if text not in known:
            values = flat.variable(text)
            made = np.zeros(mask.shape)
            made[mask] = (
                ak.to_numpy(ak.flatten(per_member(text, front, chosen), axis=1)) if values is None else values
            )
            known[text] = made
        return known[text]

    there = COMPONENTS[part.kind]
    momenta = np.stack([placed(c) if c in there else np.zeros(mask.shape) for c in MOMENTUM], axis=2)
    if feature.canonicalise is not None:
        front, momenta = _turned(front, momenta, feature.canonicalise)
        known, flat = {}, _Flat(front)
    variables = variables_of(feature.vars, part.kind)
    values = np.stack([placed(v) for v in variables], axis=2) if variables else np.zeros((*mask.shape, 0))
    fields = set(ak.fields(front))
    named = fields | known_variables(part.kind) | {"self", *outside}
    tags = [
        placed(tag) if parse_expression(tag).names <= named else np.zeros(mask.shape) for tag in feature.tags
    ]
    ids = None
    if "pdgId" in fields and not part.varies:
        flat = ak.flatten(ak.fill_none(front["pdgId"], 0), axis=1)
        ids = ak.to_numpy(flat).astype(np.int64).reshape(-1, width)
    return _Block(
        Places(part.object, width, part.kind, part.varies, variables),
        values.reshape(len(counts), width * len(variables)),
        momenta,
        mask,
        np.stack(tags, axis=2) if tags else np.zeros((*mask.shape, 0)),
        ids,
    )


class _Flat:
    """All members of some events, one after the other, as numpy arrays.

    Fields and kinematic variables are what `symhep.events.evaluate.per_member` gives, without the dozen steps that an
    expression takes.
    """

    def __init__(self, members: ak.Array) -> None:
        self._flat = ak.flatten(members, axis=1)
        self._fields = ak.fields(self._flat)
        self._vectors: Any = None

    def variable(self, text: str) -> FloatArray | None:
        """(M,) of all members; None for any other expression, and for what some of them lack."""
        if text in self._fields:
            return _numbers(self._flat[text])
        if text not in KINEMATICS:
            return None
        if self._vectors is None:
            names = next((s for s in MOMENTUM_SETS if set(s) <= set(self._fields)), ())
            columns = {name: _numbers(self._flat[name], None) for name in names}
            some = [c for c in columns.values() if c is not None]
            if not names or len(some) < len(names):
                return None
            self._vectors = vector.array(columns)
        return np.asarray(kinematic(self._vectors, text), dtype=np.float64)


def _numbers(values: ak.Array, dtype: Any = np.float64) -> npt.NDArray[Any] | None:
    """As a plain array; None if some are missing. ``dtype`` None: of their own type."""
    if values.layout.is_option or values.ndim != 1:
        return None
    found = ak.to_numpy(values)
    return None if isinstance(found, np.ma.MaskedArray) else np.asarray(found, dtype=dtype)


def _turned(front: ak.Array, momenta: FloatArray, card: CanonicalCard) -> tuple[ak.Array, FloatArray]:
    """The members in the frame that the card asks for."""
    turned = canonicalise(momenta, card)
    return canonical_members(front, turned), turned


def _constant(ids: npt.NDArray[np.int64]) -> int | None:
    return int(ids[0]) if len(ids) and (ids == ids[0]).all() else None
