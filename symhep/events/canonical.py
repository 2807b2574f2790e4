"""Events in a frame of their own: rotated until a reference object points where the card says."""

from __future__ import annotations

from collections.abc import Iterable

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.card.schema import CanonicalCard
from symhep.errors import CardError
from symhep.events.batch import MOMENTUM_SETS, momentum_records

__all__ = ["canonical_members", "canonicalise", "check_canonical"]

FloatArray = npt.NDArray[np.float64]

_AXES = ("x", "y", "z")
#: A component below this part of its momentum is rounding: it has no sign and no direction.
ROUNDING = 1e-9
#: What is measured from the beam, and means nothing in a frame whose z axis is not the beam's.
BEAM = frozenset({"pt", "eta", "rapidity", "mt", "et", "deltaR", "deltaphi", "deltaeta"})
#: Of pairs, stored with a sign that a mirror changes.
SIGNED = {"px": frozenset({"deltaphi"}), "py": frozenset({"deltaphi"}), "pz": frozenset({"deltaeta"})}
_COORDINATES = frozenset(name for names in MOMENTUM_SETS for name in names)


def canonicalise(momenta: FloatArray, card: CanonicalCard) -> FloatArray:
    """Four-momenta (N, P, 4) as (E, px, py, pz), each event in the frame that ``card`` describes.

    so(2): turned about the axis until the reference object has azimuth 0 about it. so(3): turned until the reference
    points along z, and the first other object that does not lie on that line is in the x-z plane with px > 0. A
    reflection then makes the component positive for the first object, from the reference on, that has any. Masses and
    energies stay, about an axis also all that is measured from it. What is done twice is done once, to the last bit.

    An object without a direction (at rest, or along the axis) turns nothing.

    >>> event = np.array([[[5.0, 0.0, 3.0, 4.0], [5.0, 3.0, 0.0, 4.0]]])
    >>> canonicalise(event, CanonicalCard(group="so(2)"))[0].tolist()
    [[5.0, 3.0, 0.0, 4.0], [5.0, 0.0, -3.0, 4.0]]
    """
    p = np.array(momenta[..., 1:], dtype=np.float64)
    order = _order(p.shape[1], card.position)
    with np.errstate(invalid="ignore", over="ignore"):  # infinite momenta leave the sample right after this
        if card.group == "so(2)":
            _turn(p, np.full(len(p), order[0]), _AXES.index(card.axis))
        elif card.group == "so(3)":
            _lift(p, order[0])
            _turn(p, _first(np.hypot(p[:, order, 0], p[:, order, 1]), p[:, order], order), 2)
        for name in card.reflection:
            component = _AXES.index(name[1])
            first = _first(np.abs(p[:, order, component]), p[:, order], order)
            sign = np.where(p[np.arange(len(p)), first, component] < 0, -1.0, 1.0)
            p[..., component] *= sign[:, None]
    return np.concatenate([momenta[..., :1], p + 0.0], axis=-1)  # + 0.0: no -0.0


def canonical_members(members: ak.Array, momenta: FloatArray) -> ak.Array:
    """``members`` (N lists of P) with the four-momenta (N, P, 4), and with all their other fields."""
    fields = {name: ak.Array(momenta[..., i]) for i, name in enumerate(("E", "px", "py", "pz"))}
    others = {name: members[name] for name in ak.fields(members) if name not in _COORDINATES}
    return momentum_records(fields | others)


def check_canonical(card: CanonicalCard, take: int, names: Iterable[str], where: str | None = None) -> None:
    """Raise `CardError` for a reference that is not there, or variables (their ``names``) without a meaning there."""
    if card.position >= take:
        raise CardError(
            f"canonicalise: object {card.reference} cannot be the reference: only {take} are used",
            where=where,
            hint=f"give leading, or 1 to {take}",
        )
    about_beam = card.group is None or (card.group == "so(2)" and card.axis == "z")
    lost = set() if about_beam else set(BEAM)
    for component in card.reflection:
        lost |= SIGNED[component]
    for name in names:
        if name in lost:
            raise CardError(
                f"'{name}' is not defined in the frame of 'canonicalise'",
                where=where,
                hint="it depends on the direction of the beam, or on the sign of a reflected component; "
                "use px, py, pz, E, p, m",
            )


def _order(particles: int, reference: int) -> list[int]:
    """The reference, then the others from the front."""
    return [reference, *(i for i in range(particles) if i != reference)]


def _first(sizes: FloatArray, p: FloatArray, order: list[int]) -> npt.NDArray[np.int64]:
    """(N,) the first object in ``order`` whose size (N, P) is more than rounding; the reference if there is none."""
    seen = sizes > ROUNDING * np.linalg.norm(p, axis=-1)
    return np.asarray(order)[seen.argmax(axis=1)]


def _turn(p: FloatArray, objects: npt.NDArray[np.int64], axis: int) -> None:
    """Rotate events ``p`` (N, P, 3) about a coordinate axis until their ``objects`` (N,) have azimuth 0 about it."""
    a, b = (axis + 1) % 3, (axis + 2) % 3
    event = np.arange(len(p))
    along, across = p[event, objects, a], p[event, objects, b]
    size = np.hypot(along, across)
    still = size == 0
    cos = np.where(still, 1.0, along / np.where(still, 1.0, size))[:, None]
    sin = np.where(still, 0.0, across / np.where(still, 1.0, size))[:, None]
    p[..., a], p[..., b] = cos * p[..., a] + sin * p[..., b], cos * p[..., b] - sin * p[..., a]
    # Exactly, so that a second time turns by nothing.
    p[event, objects, a], p[event, objects, b] = size, 0.0


def _lift(p: FloatArray, reference: int) -> None:
    """Rotate events until the object ``reference`` points along z: about z into the x-z plane, then about y."""
    objects = np.full(len(p), reference)
    _turn(p, objects, 2)
    _turn(p, objects, 1)
