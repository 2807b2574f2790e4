"""The vectors of one object, from any array of momenta, as lists of records: what a reader would have given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.arrays.coordinates import SYNONYMS, coordinates_of, momentum_fields
from symhep.arrays.plain import FORMS, FloatArray, axes_of, from_library, plain_numbers, shape_text
from symhep.errors import CardError, InputError
from symhep.events.batch import momentum_records
from symhep.events.kinds import COMPONENTS, MOMENTUM, VectorKind
from symhep.methods.enumeration import plural

__all__ = ["Members", "is_momenta", "members_of"]

#: Length of the last axis -> what it holds.
_BY_LENGTH: Mapping[int, tuple[VectorKind, tuple[str, ...]]] = {
    4: ("full", MOMENTUM),
    3: ("three", MOMENTUM[1:]),
    2: ("transverse", MOMENTUM[1:3]),
}


@dataclass(frozen=True)
class Members:
    """N lists of momenta in GeV.

    Attributes
    ----------
    records
        N lists of ``Momentum4D``, with the other numbers of each member as further fields.
    kind
        What is known of them.
    width
        Most members of an event, or the places that a mask has.
    varies
        May an event have fewer?
    """

    records: ak.Array
    kind: VectorKind
    width: int
    varies: bool


@dataclass(frozen=True)
class _Flat:
    """M members of N events one after the other: coordinates, other numbers, and which event has how many."""

    coordinates: dict[str, FloatArray]
    others: dict[str, FloatArray]
    counts: npt.NDArray[np.int64]
    kind: VectorKind
    width: int
    varies: bool


def is_momenta(x: Any) -> bool:
    """Is this an array of vectors, rather than of features?

    >>> is_momenta(np.zeros((5, 2, 4))), is_momenta(np.zeros((5, 4)))
    (True, False)
    """
    if from_library(x) == "vector":
        return True
    if (names := getattr(getattr(x, "dtype", None), "names", None)) is not None:
        return coordinates_of(names) is not None
    if isinstance(x, ak.Array):
        return coordinates_of(ak.fields(x)) is not None if ak.fields(x) else x.ndim == 3
    return axes_of(x) == 3


def members_of(
    name: str,
    x: Any,
    *,
    mask: Any = None,
    kind: VectorKind | None = None,
    factor: float = 1.0,
    varies: bool | None = None,
) -> Members:
    """The momenta of the object ``name``.

    Parameters
    ----------
    x
        numpy (N, P, 4), (N, P, 3) or (N, P, 2), also torch, masked or nested lists; awkward or vector arrays of momenta
        in any coordinates, (N,) for one of each event.
    mask
        (N, P) true where there is a member.
    kind
        What is to be used of the vectors; by default what is there.
    factor
        From the unit of the momenta to GeV.
    varies
        Whether the members are a set of a varying number; by default if some event has fewer than another.

    Raises `CardError` for shapes, and `InputError` for NaN, infinity and padding, with the event.
    """
    if isinstance(x, ak.Array) and ak.fields(x):
        flat = _from_awkward(name, x)
    elif isinstance(x, ak.Array) and "var" in str(x.type).split("*")[1]:
        flat = _from_awkward(name, _as_records(name, x))
    elif from_library(x) == "vector" or (isinstance(x, np.ndarray) and x.dtype.names):
        flat = _from_vector(name, x)
    else:
        flat = _from_numbers(name, x, mask)
        mask = None
    if mask is not None:
        raise CardError(f"mask: '{name}' already defines its members", hint="remove the mask")
    used = _kind(name, flat, kind)
    fields = momentum_fields(_used(flat, used), factor)
    _require_finite(name, fields | flat.others, flat.counts)
    varying = flat.varies or bool(len(flat.counts) and (flat.counts != flat.counts[0]).any())
    if varies is False and varying:
        raise CardError(f"sets: the number of '{name}' varies between events: they are a set")
    lists = {key: ak.unflatten(values, flat.counts) for key, values in (flat.others | fields).items()}
    return Members(momentum_records(lists), used, flat.width, varying if varies is None else varies)


def _from_numbers(name: str, x: Any, mask: Any) -> _Flat:
    """(N, P, 4), (N, P, 3) or (N, P, 2)."""
    hidden = np.ma.getmaskarray(x) if isinstance(x, np.ma.MaskedArray) else None
    values = plain_numbers(x, f"'{name}'")
    if values.ndim != 3 or values.shape[2] not in _BY_LENGTH or values.shape[1] == 0:
        raise CardError(f"'{name}' has shape {shape_text(values)}", hint=_shape_hint(values))
    there, varies = np.ones(values.shape[:2], dtype=bool), mask is not None
    if mask is not None:
        there = _mask(name, mask, values.shape[:2])
        if not there.any():
            raise InputError(f"the mask of '{name}' selects no member in any event")
    if hidden is not None and hidden.any():
        partly = there & hidden.any(axis=2) & ~hidden.all(axis=2)
        if partly.any():
            raise InputError(
                f"a member of '{name}' is masked in some of its components only", event=_first(partly),
                hint="mask all components of a member",
            )  # fmt: skip
        there, varies = there & ~hidden.all(axis=2), True
    empty = np.asarray((values == 0).all(axis=2))
    if not varies and empty.any():
        raise InputError(
            f"a member of '{name}' is 0 in all components, like padding ({plural(int(empty.sum()), 'such member')})",
            event=_first(empty), hint="give mask=(x != 0).any(axis=-1), or another mask",
        )  # fmt: skip
    empty = np.asarray(np.isnan(values).all(axis=2))
    if not varies and empty.any():
        raise InputError(
            f"a member of '{name}' is NaN in all components, like padding ({plural(int(empty.sum()), 'such member')})",
            event=_first(empty), hint="give mask=~np.isnan(x).all(axis=-1), or another mask",
        )  # fmt: skip
    kind, components = _BY_LENGTH[values.shape[2]]
    negative = there & (values[..., 0] < 0) if components[0] == "E" else np.zeros_like(there)
    if negative.any():
        # Three components of momentum and then the energy would otherwise be another event, and another answer.
        many = plural(int(negative.any(axis=1).sum()), "event")
        raise InputError(
            f"the energy of a member of '{name}' is negative (as in {many})",
            event=_first(negative),
            hint="four-momenta are (E, px, py, pz): x[..., [3, 0, 1, 2]] moves an energy in the last place to the "
            "first; pass numbers other than momenta as (N, F)",
        )
    coordinates = {c: values[..., i][there] for i, c in enumerate(components)}
    return _Flat(coordinates, {}, there.sum(axis=1), kind, values.shape[1], varies)


def _shape_hint(values: FloatArray) -> str:
    if values.ndim == 2 and values.shape[1] in _BY_LENGTH:
        return "for one vector per event use x[:, None, :]"
    return FORMS


def _mask(name: str, mask: Any, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    found = np.asarray(ak.to_numpy(mask) if isinstance(mask, ak.Array) else mask)
    if found.shape != shape or found.dtype.kind not in "biu" or not np.isin(found, (0, 1)).all():
        raise CardError(
            f"mask of '{name}' has shape {found.shape} and holds {found.dtype}",
            hint=f"give booleans of shape {shape}, true where there is a member",
        )
    return found.astype(bool)


def _from_vector(name: str, x: Any) -> _Flat:
    """Arrays of the vector library, and structured numpy arrays: (N,) or (N, P)."""
    if (names := getattr(getattr(x, "dtype", None), "names", None)) is None:
        raise CardError(f"'{name}' is a single vector, not an array of them", hint=FORMS)
    if x.ndim not in (1, 2):
        raise CardError(f"'{name}' has shape {x.shape}", hint="vector arrays need the shape (N,) or (N, P)")
    table = np.asarray(x).reshape(len(x), -1)
    numbers = {field: np.asarray(table[field]).reshape(-1) for field in names}
    counts = np.full(len(x), table.shape[1])
    return _flat(name, numbers, counts, table.shape[1], False)


def _as_records(name: str, x: ak.Array) -> ak.Array:
    """Lists of (E, px, py, pz), (px, py, pz) or (px, py) as records."""
    lengths = {int(n) for n in ak.flatten(ak.num(x, axis=2), axis=None)} if x.ndim == 3 else set[int]()
    if len(lengths) != 1 or not lengths <= set(_BY_LENGTH):
        raise CardError(f"'{name}' is an awkward array of type {x.type}", hint=FORMS)
    components = _BY_LENGTH[lengths.pop()][1]
    return ak.zip({c: x[:, :, i] for i, c in enumerate(components)}, depth_limit=2)


def _from_awkward(name: str, x: ak.Array) -> _Flat:
    """Records of momenta: one per event, or a list of them."""
    if isinstance(x.type.content, ak.types.OptionType):
        missing = ak.to_numpy(ak.is_none(x))
        if missing.any():
            told = f"'{name}' of an event is None"
            raise InputError(told, event=int(missing.argmax()), hint="drop such events")
        x = ak.drop_none(x, axis=0)
    x = x[:, np.newaxis] if x.ndim == 1 else x
    if x.ndim != 2:
        raise CardError(f"'{name}' has {x.ndim} axes", hint="give a list of momenta for each event")
    dropped = False
    if isinstance(getattr(x.type.content, "content", None), ak.types.OptionType):  # members, not their fields
        missing = ak.is_none(x, axis=1)
        dropped = bool(ak.any(missing, axis=None))
        x = x[~missing] if dropped else x  # an object that is missing is no object
    counts = ak.to_numpy(ak.num(x, axis=1)).astype(np.int64)
    numbers: dict[str, FloatArray] = {}
    for field in ak.fields(x):
        empty = ak.to_numpy(ak.flatten(ak.is_none(x[field], axis=1), axis=1)) if x[field].ndim == 2 else None
        if empty is not None and empty.any():
            first = np.repeat(np.arange(len(counts)), counts)[empty.argmax()]
            raise InputError(f"'{field}' of a member of '{name}' is None", event=int(first))
        flat = ak.flatten(x[field], axis=1)
        if flat.ndim == 1 and not ak.fields(flat) and "string" not in str(flat.type):
            numbers[field] = ak.to_numpy(flat)
    return _flat(name, numbers, counts, int(counts.max(initial=0)), dropped)


def _flat(
    name: str,
    numbers: Mapping[str, npt.NDArray[Any]],
    counts: npt.NDArray[np.int64],
    width: int,
    varies: bool,
) -> _Flat:
    found = coordinates_of(numbers)
    if found is None:
        raise CardError(
            f"'{name}' has the fields {', '.join(numbers)}, which do not define a momentum",
            hint="required: px, py or pt, phi; with pz, eta or theta; and E or mass",
        )
    known, kind = found
    coordinates = {c: np.asarray(numbers[field], dtype=np.float64) for c, field in known.items()}
    # Another coordinate of the same vector is no number of its own: its name stands for what follows from those used.
    others = {f: np.asarray(v, dtype=np.float64) for f, v in numbers.items() if f.lower() not in SYNONYMS}
    return _Flat(coordinates, others, counts, kind, width, varies)


def _kind(name: str, flat: _Flat, wanted: VectorKind | None) -> VectorKind:
    """The kind asked for, if the components are there."""
    if wanted is None or wanted == flat.kind:
        return flat.kind
    if wanted not in COMPONENTS:
        raise CardError(f"kinds: expected one of {', '.join(COMPONENTS)}, not {wanted!r}")
    # Of massless vectors the energy follows from the rest.
    needed = COMPONENTS["three" if wanted == "massless" else wanted]
    lacking = [c for c in needed if c not in COMPONENTS[flat.kind]]
    if lacking:
        raise CardError(
            f"kinds: '{name}' holds {flat.kind} vectors, without {' and '.join(lacking)}",
            hint=f"remove it, or give {wanted} vectors",
        )
    return wanted


def _used(flat: _Flat, kind: VectorKind) -> dict[str, FloatArray]:
    """The coordinates without an energy or a mass that is not to be used."""
    if kind in ("massless", "three"):
        return {c: v for c, v in flat.coordinates.items() if c not in ("E", "mass")}
    return flat.coordinates


def _require_finite(name: str, fields: Mapping[str, FloatArray], counts: npt.NDArray[np.int64]) -> None:
    for field, values in fields.items():
        bad = ~np.isfinite(values)
        if bad.any():
            events = np.unique(np.repeat(np.arange(len(counts)), counts)[bad])
            raise InputError(
                f"'{field}' of a member of '{name}' is {values[bad][0]} (as in {plural(len(events), 'event')})",
                event=int(events[0]), hint="drop such events, or exclude such members with a mask",
            )  # fmt: skip


def _first(bad: npt.NDArray[np.bool_]) -> int:
    """Number of the first event with a bad member (N, P)."""
    return int(bad.any(axis=1).argmax())
