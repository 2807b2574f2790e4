"""Arrays of particles (N, P, C): what the C numbers are, and momenta from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.errors import InputError
from symhep.readers.npy.arrays import Member

__all__ = ["components_of", "lists_of", "offered"]

FloatArray = npt.NDArray[np.float64]

_SPELLINGS = {
    "e": "E", "energy": "E", "px": "px", "py": "py", "pz": "pz", "pt": "pt", "eta": "eta", "phi": "phi", "y": "y",
    "rap": "y", "rapidity": "y", "m": "mass", "mass": "mass", "pdgid": "pdgId", "pid": "pdgId",
}  # fmt: skip
_MOMENTUM = ("E", "px", "py", "pz", "pt", "eta", "phi", "y", "mass")
_SETS = ({"px", "py", "pz"}, {"pt", "eta", "phi"}, {"pt", "y", "phi"})
#: Events that are looked at to see what the numbers are.
_LOOK_AT = 500
_HINT = "give them, as in options: {components: [pt, eta, phi, mass]}"


def components_of(member: Member, given: Sequence[str] | None) -> tuple[tuple[str, ...], str]:
    """Names of the last axis, and a sentence about them. Raises `InputError` where they cannot be known."""
    if given is not None:
        names = tuple(_SPELLINGS.get(name.lower(), name) for name in given)
        if not any(needed <= set(names) for needed in _SETS) or len(set(names)) != len(names):
            raise InputError(
                f"the components {', '.join(given)} do not define a momentum",
                file=member.path,
                hint="required, each once: px, py, pz or pt, eta (or y), phi; and E, mass or pdgId",
            )
    else:
        names = _guess(member)
    axis = f"The last axis of '{member.name}'" if member.name else "The last axis"
    told = f"{axis} was taken as {', '.join(names)}; entries with only zeros are ignored (padding)."
    if "y" in names:
        told += " y is the rapidity"
        told += "; masses are from the PDG numbers." if _by_number(names) else "."
    return names, told


def _guess(member: Member) -> tuple[str, ...]:
    """From the sizes of the first numbers."""
    rows = min(_LOOK_AT, member.whole_rows)
    with member.pieces(0, rows, max(rows, 1)) as pieces:
        piece = next(pieces, np.zeros((0, *member.shape[1:])))
    sample = _doubles(piece).reshape(-1, member.shape[-1])
    sample = sample[(sample != 0).any(axis=1) & np.isfinite(sample).all(axis=1)]
    width = member.shape[-1]
    if len(sample) and width in (3, 4):
        a, b, c = sample[:, 0], sample[:, 1], sample[:, 2]
        # A particle's azimuth may be continued from its jet's, beyond a full turn.
        angles = bool(a.min() >= 0 and c.min() > -7 and c.max() < 10 and np.abs(b).max() < 20)
        if width == 4:
            d = sample[:, 3]
            if _energy(a, b, c, d):
                return ("E", "px", "py", "pz")
            if _energy(d, a, b, c) and not (angles and _numbers(d)):
                return ("px", "py", "pz", "E")
            if angles and _numbers(d):
                return ("pt", "y", "phi", "pdgId")
        elif angles:
            return ("pt", "y", "phi")
    raise InputError(
        f"the meaning of the {width} numbers of each particle cannot be inferred from their values",
        file=member.path,
        hint=_HINT,
    )


def _doubles(piece: npt.NDArray[Any]) -> FloatArray:
    """In double precision; damage may leave patterns that are no number of any kind."""
    with np.errstate(invalid="ignore"):
        return piece.astype(np.float64)


def _energy(e: FloatArray, *momentum: FloatArray) -> bool:
    """E >= |p|? Rounding of single precision may leave an energy a little short; damage may leave absurd numbers."""
    with np.errstate(over="ignore"):
        return bool((e * (1 + 1e-4) >= np.sqrt(sum(p**2 for p in momentum))).all())


def _numbers(values: FloatArray) -> bool:
    """PDG numbers?"""
    return bool(
        (values == np.rint(values)).all()
        and np.isin(np.abs(values), [0, 11, 13, 22, 130, 211, 321, 2112, 2212]).mean() > 0.9
    )


def _by_number(components: Sequence[str]) -> bool:
    """Is a mass to be had from the PDG numbers alone?"""
    return "pdgId" in components and "y" in components and not {"mass", "E"} & set(components)


def offered(components: Sequence[str]) -> tuple[str, ...]:
    """The fields of the particles: pseudorapidity instead of rapidity, and a mass where it can be known."""
    names = tuple("eta" if name == "y" else name for name in components)
    return (*names, "mass") if _by_number(components) else names


def lists_of(piece: npt.NDArray[Any], components: Sequence[str], gev: float) -> Mapping[str, ak.Array]:
    """Lists of the fields of (N, P, C) numbers, without the entries of zeros; ``gev`` is a GeV in the file's unit.

    With mT^2 = m^2 + pT^2 and y the rapidity, pz = mT sinh y and eta = asinh(pz / pT).
    """
    values = dict(zip(components, np.moveaxis(_doubles(piece), -1, 0), strict=True))
    momenta = [values[name] for name in _MOMENTUM if name in values]
    real = np.any([(v != 0) & ~np.isnan(v) for v in momenta], axis=0)
    offsets = ak.index.Index64(np.concatenate([[0], np.cumsum(real.sum(axis=1))]))
    flat: dict[str, npt.NDArray[Any]] = {name: column[real] for name, column in values.items()}
    if _by_number(components):
        flat["mass"] = _masses(flat["pdgId"]) * gev
    if "pdgId" in flat and (np.abs(flat["pdgId"]) < 2**31).all() and (flat["pdgId"] % 1 == 0).all():
        flat["pdgId"] = flat["pdgId"].astype(np.int32)
    if "y" in flat:
        flat["eta"] = _eta(flat.pop("y"), flat)
    return {
        name: ak.Array(
            ak.contents.ListOffsetArray(offsets, ak.contents.NumpyArray(np.ascontiguousarray(column)))
        )
        for name, column in flat.items()
    }


def _eta(y: FloatArray, of: Mapping[str, FloatArray]) -> FloatArray:
    """Pseudorapidity from the rapidity; the same where there is no mass."""
    with np.errstate(all="ignore"):
        if "mass" in of:
            mt2 = of["mass"] ** 2 + of["pt"] ** 2
            pz = np.sqrt(mt2) * np.sinh(y)
        elif "E" in of:
            pz = of["E"] * np.tanh(y)
        else:
            return y
        return np.where(of["pt"] > 0, np.arcsinh(pz / of["pt"]), y)


def _masses(numbers: FloatArray) -> FloatArray:
    """Masses in GeV by PDG number; 0 for numbers that name nothing."""
    kinds, place = np.unique(np.abs(numbers), return_inverse=True)
    return np.array([_mass(int(kind)) if np.isfinite(kind) else 0.0 for kind in kinds])[place]


@lru_cache(maxsize=4096)
def _mass(number: int) -> float:
    from particle import Particle, ParticleNotFound

    try:
        return (Particle.from_pdgid(number).mass or 0.0) / 1000
    except (ParticleNotFound, ValueError, OverflowError):
        return 0.0
