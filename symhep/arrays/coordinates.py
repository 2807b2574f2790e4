"""Momenta of arrays by the names of their coordinates: which of them say how much of a vector is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError
from symhep.events.kinds import VectorKind
from symhep.readers.coordinates import ALONG, ENERGIES, IN_TIME, to_momentum_set

__all__ = ["SYNONYMS", "UNITS", "coordinates_of", "momentum_fields", "unit_factor"]

FloatArray = npt.NDArray[np.float64]

#: Names of `vector` and of files -> the names of symhep.
SYNONYMS: Mapping[str, str] = {
    "px": "px", "x": "px", "py": "py", "y": "py", "pz": "pz", "z": "pz",
    "pt": "pt", "rho": "pt", "phi": "phi", "p": "p", "eta": "eta", "theta": "theta", "rapidity": "rapidity",
    "e": "E", "energy": "E", "t": "E", "m": "mass", "mass": "mass", "tau": "mass",
}  # fmt: skip
#: Unit -> GeV.
UNITS: Mapping[str, float] = {"GeV": 1.0, "MeV": 1e-3, "TeV": 1e3, "keV": 1e-6}


def unit_factor(units: str) -> float:
    """What momenta in these units are multiplied by. Raises `CardError` for unknown ones.

    >>> unit_factor("MeV")
    0.001
    """
    if units not in UNITS:
        raise CardError(f"units={units!r} is not a unit of momenta", hint=f"known: {', '.join(UNITS)}")
    return UNITS[units]


def coordinates_of(fields: Iterable[str]) -> tuple[dict[str, str], VectorKind] | None:
    """Coordinate -> field that holds it, and what they say of a vector; None where they are no momenta.

    >>> coordinates_of(["pt", "eta", "phi", "M", "charge"])
    ({'pt': 'pt', 'phi': 'phi', 'eta': 'eta', 'mass': 'M'}, 'full')
    >>> coordinates_of(["x", "y"])[1], coordinates_of(["rho", "phi", "theta"])[1], coordinates_of(["a", "b"])
    ('transverse', 'three', None)
    """
    known: dict[str, str] = {}
    for field in fields:
        if (name := SYNONYMS.get(field.lower())) is not None:
            known.setdefault(name, field)
    across = next(
        (pair for pair in (("px", "py"), ("pt", "phi"), ("p", "phi")) if set(pair) <= set(known)), None
    )
    if across is None:
        return None
    along = next((name for name in ALONG[across[0]] if name in known), None)
    if along is None:
        return None if across[0] == "p" else ({c: known[c] for c in across}, "transverse")
    time = next((name for name in IN_TIME[across[0]] if name in known), None)
    if time is None:
        # Without a mass a rapidity leaves pz unknown.
        return None if along == "rapidity" else ({c: known[c] for c in (*across, along)}, "three")
    return {c: known[c] for c in (*across, along, time)}, "full"


def momentum_fields(stored: Mapping[str, FloatArray], factor: float) -> dict[str, FloatArray]:
    """Coordinates as one of the sets that symhep computes with, in GeV; what is not known is 0, the mass too.

    >>> one = np.ones(1)
    >>> {k: round(float(v[0]), 3) for k, v in momentum_fields({"pt": 2e3 * one, "phi": 0 * one}, 1e-3).items()}
    {'px': 2.0, 'py': 0.0, 'pz': 0.0, 'mass': 0.0}
    """
    known = {name: values * factor if name in ENERGIES else values for name, values in stored.items()}
    nothing = np.zeros_like(next(iter(known.values())))
    if not {"pz", "eta", "theta", "rapidity"} & set(known):
        known["pz"] = nothing
    if not {"E", "mass"} & set(known):
        known["mass"] = nothing
    return to_momentum_set(known)
