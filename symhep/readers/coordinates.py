"""The coordinates in which files store four-momenta, brought to one of the sets that symhep computes with.

A file gives a vector by one coordinate pair across the beam, one along it, and one in time:

- across: px, py, or pt, phi, or the magnitude p with phi;
- along: pz; pseudorapidity eta, pz = pt sinh(eta); rapidity y, pz = mT sinh(y) with mT^2 = m^2 + pt^2, or
  pz = E tanh(y); polar angle theta, pz = pt / tan(theta);
- in time: E or mass.

The sets of `symhep.events.batch.MOMENTUM_SETS` are kept as they are; all others become px, py, pz with the E or
mass of the file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt

from symhep.events.batch import MOMENTUM_SETS

__all__ = ["ACROSS", "ALONG", "ENERGIES", "IN_TIME", "momentum_set", "to_momentum_set"]

FloatArray = npt.NDArray[np.float64]

#: In the order of preference where a file has several.
ACROSS = (("px", "py"), ("pt", "phi"), ("p", "phi"))
ALONG = {
    "px": ("pz", "eta", "rapidity", "theta"),
    "pt": ("eta", "pz", "rapidity", "theta"),
    "p": ("eta", "theta", "pz"),
}
IN_TIME = {"px": ("E", "mass"), "pt": ("mass", "E"), "p": ("mass", "E")}
#: Those that are measured in GeV.
ENERGIES = frozenset({"px", "py", "pz", "pt", "p", "E", "mass"})


def momentum_set(stored: Collection[str]) -> tuple[str, str, str, str]:
    """The set of `MOMENTUM_SETS` in which a vector with these four coordinates is handed on.

    >>> momentum_set(["pt", "phi", "rapidity", "mass"])
    ('px', 'py', 'pz', 'mass')
    """
    for names in MOMENTUM_SETS:
        if set(names) == set(stored):
            return names
    return ("px", "py", "pz", "E" if "E" in stored else "mass")


def to_momentum_set(stored: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Arrays of four stored coordinates, GeV and radians, as those of `momentum_set`.

    >>> one = np.ones(1)
    >>> found = to_momentum_set({"pt": 3 * one, "phi": 0 * one, "rapidity": one, "mass": 4 * one})
    >>> {name: round(float(values[0]), 3) for name, values in found.items()}
    {'px': 3.0, 'py': 0.0, 'pz': 5.876, 'mass': 4.0}
    """
    names = momentum_set(stored)
    if set(names) == set(stored):
        return {name: stored[name] for name in names}
    known = dict(stored)
    if "p" in known:
        known |= _from_magnitude(known)
    if "px" not in known:
        known["px"] = known["pt"] * np.cos(known["phi"])
        known["py"] = known["pt"] * np.sin(known["phi"])
    elif "pt" not in known:
        known["pt"] = np.hypot(known["px"], known["py"])
    if "pz" not in known:
        known["pz"] = _along(known)
    return {name: known[name] for name in names}


def _from_magnitude(known: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    p = known["p"]
    if "theta" in known:
        return {"pt": p * np.sin(known["theta"]), "pz": p * np.cos(known["theta"])}
    if "pz" in known:
        return {"pt": np.sqrt(np.maximum((p - known["pz"]) * (p + known["pz"]), 0.0))}
    return {"pt": p / np.cosh(known["eta"]), "pz": p * np.tanh(known["eta"])}


def _along(known: Mapping[str, FloatArray]) -> FloatArray:
    """pz of vectors that store an angle along the beam."""
    pt = known["pt"]
    if "eta" in known:
        return pt * np.sinh(known["eta"])
    if "theta" in known:
        return pt / np.tan(known["theta"])
    if "E" in known:
        return known["E"] * np.tanh(known["rapidity"])
    # A negative mass stands for a negative square, as everywhere in symhep.
    squared = np.maximum(pt**2 + known["mass"] * np.abs(known["mass"]), 0.0)
    return np.sqrt(squared) * np.sinh(known["rapidity"])
