"""Toys with four-momenta by name and options: a density, accepted, turned and signed, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.readers.interface import FieldSchema
from symhep.readers.layout import CollectionLayout, Layout, Leaf, WeightLeaf
from symhep.readers.toy.acceptance import Accepted, Tilted
from symhep.readers.toy.decays import Decay, FourBody, ThreeBody, TwoBody
from symhep.readers.toy.density import Density
from symhep.readers.toy.dijets import Dijets
from symhep.readers.toy.signs import Signed
from symhep.readers.toy.toy import Columns, Family, Toy

__all__ = ["PARTICLES", "density"]

_MOMENTUM = ("px", "py", "pz", "E")
_DENSITIES: Mapping[str, type[Decay] | type[Dijets]] = {
    "two_body": TwoBody,
    "three_body": ThreeBody,
    "four_body": FourBody,
    "dijets": Dijets,
}
#: Fields beside the momentum, one number per particle of an event.
_EXTRAS: Mapping[str, Mapping[str, tuple[tuple[int, ...], str]]] = {
    "two_body": {"charge": ((-1, 1), "mu- first"), "pdgId": ((13, -13), "Monte Carlo particle number")},
}
_ACCEPTANCE = ("modulation", "order", "tilt", "axis")


def density(name: str, **options: Any) -> Density:
    """The density of a toy with four-momenta; ``options`` as in a run card, but for ``negative``.

    Raises
    ------
    ValueError
        An option without the one it belongs to, or out of its bounds (pydantic's ValidationError is one).
    KeyError
        There is no such toy.

    >>> density("two_body", a_fb=0.0, modulation=0.1, tilt=0.5).symmetry
    'so(2) about z, P, exchange; times 1 + 0.1 cos(2 phi); turned by 0.5 about x'
    """
    own = {key: value for key, value in options.items() if key not in _ACCEPTANCE}
    found: Density = _DENSITIES[name](**own)
    for option, needed in (("order", "modulation"), ("axis", "tilt")):
        if option in options and needed not in options:
            raise ValueError(f"'{option}' has no effect without '{needed}'")
    # Without a modulation or a turn nothing is spent on them: the events are those without the option.
    if options.get("modulation"):
        found = Accepted(found, **{k: options[k] for k in ("modulation", "order") if k in options})
    if options.get("tilt"):
        found = Tilted(found, **{k: options[k] for k in ("tilt", "axis") if k in options})
    return found


def _toy(name: str, options: Mapping[str, Any]) -> Toy:
    negative = options.get("negative", 0.0)
    wanted = density(name, **{key: value for key, value in options.items() if key != "negative"})
    extras = _EXTRAS.get(name, {})

    def draw(rng: np.random.Generator, n: int) -> Columns:
        columns: dict[str, npt.NDArray[Any]] = {}
        if negative:
            momenta, columns["weight"] = Signed(wanted, negative).draw(rng, n)
        else:
            momenta = wanted.draw(rng, n)
        columns |= {field: momenta[:, :, i] for i, field in enumerate(("E", "px", "py", "pz"))}
        columns |= {
            field: np.tile(np.array(values, np.int32), (n, 1)) for field, (values, _) in extras.items()
        }
        return columns

    layout = _layout(extras, negative)
    return Toy(layout, 4 * wanted.particles, wanted.intrinsic, wanted.symmetry, draw)


def _layout(extras: Mapping[str, tuple[tuple[int, ...], str]], negative: float) -> Layout:
    collection = CollectionLayout(
        "particles",
        "particle",
        {name: Leaf(name, FieldSchema("float64", "GeV")) for name in _MOMENTUM},
        {name: Leaf(name, FieldSchema("int32", "", doc)) for name, (_, doc) in extras.items()},
    )
    if not negative:
        note = "Generated events without weights: all events have weight 1."
        return Layout({"particles": collection}, notes=(note,))
    note = f"A fraction {negative:g} of the generated events has weight -1, the others +1."
    return Layout(
        {"particles": collection},
        weights={"weight": WeightLeaf("weight")},
        auto_weight="weight",
        notes=(note,),
    )


PARTICLES: Mapping[str, Family] = {
    name: Family((*(f.name for f in fields(kind)), *_ACCEPTANCE, "negative"), _toy)
    for name, kind in _DENSITIES.items()
}
