"""How the coordinates of a four-vector are spelled, in the naming of analyses, ROOT's classes and `vector`.

A spelling counts in the company it is used in: ``y`` beside pt and phi is the rapidity, beside x, z and t a
component; ``tau`` is a mass where the transverse momentum is called rho, and N-subjettiness in a jet.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from symhep.readers.coordinates import ACROSS, ALONG, IN_TIME

__all__ = ["Momentum", "is_missing_momentum", "momentum_of", "spelled", "spellings"]

#: Coordinate -> its spellings in lower case, the best first; '.' stands for any separator.
_PLAIN: Mapping[str, tuple[str, ...]] = {
    "px": ("px", "p.x", "momentum.x", "mpx", "fpx"),
    "py": ("py", "p.y", "momentum.y", "mpy", "fpy"),
    "pz": ("pz", "p.z", "momentum.z", "fpz"),
    "pt": ("pt", "p.t", "momentum.pt", "fpt", "et", "met"),
    "p": ("p", "fp"),
    "eta": ("eta", "momentum.eta", "feta"),
    "phi": ("phi", "momentum.phi", "fphi"),
    "theta": ("theta", "momentum.theta", "ftheta"),
    "rapidity": ("rapidity", "rap", "y", "frapidity"),
    "E": ("e", "energy", "en", "pe", "fe", "fenergy"),
    "mass": ("m", "mass", "momentum.m", "fm", "fmass"),
}
#: Members of TLorentzVector, and of ROOT::Math::LorentzVector with any of its coordinate systems.
_TLORENTZ = {
    "px": ("fp.fx",),
    "py": ("fp.fy",),
    "pz": ("fp.fz",),
    "E": ("fe", "e"),
}
_GENVECTOR = {
    "px": ("fcoordinates.fx",),
    "py": ("fcoordinates.fy",),
    "pz": ("fcoordinates.fz",),
    "E": ("fcoordinates.ft", "fcoordinates.fe"),
    "pt": ("fcoordinates.fpt",),
    "eta": ("fcoordinates.feta",),
    "phi": ("fcoordinates.fphi",),
    "mass": ("fcoordinates.fm",),
}
#: `vector`'s generic names. They describe positions as well: a time component must be there.
_VECTOR = {
    "px": ("x",),
    "py": ("y",),
    "pz": ("z",),
    "pt": ("rho",),
    "phi": ("phi",),
    "eta": ("eta",),
    "theta": ("theta",),
    "E": ("t",),
    "mass": ("tau",),
}
#: TVector2, which is a place as well: read where the name says that it is the missing momentum.
_PLANE = {"px": ("fx", "x"), "py": ("fy", "y")}
#: Names of things with a place and a time.
_PLACES = re.compile(
    r"vtx|vert|pos|point|hit|cell|clus|origin|prod|decay|start|end|(^|[._:])(pv|sv|bs|beamspot)",
    re.IGNORECASE,
)
#: Things that are written like a momentum and are none: uncertainties, and the areas of jets.
_NO_MOMENTA = re.compile(
    r"(err(or)?s?|cov(ariance)?|sigma|resolution|uncertainty|area(4vec)?)$", re.IGNORECASE
)
_MISSING = re.compile(
    r"(^|[._:]|pf|puppi|calo|raw|gen|tk|trk|track|chs|deep|true|reco)met(?![a-z])|^met|etmiss|ptmiss|missinget|met$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Momentum:
    """Which leaves hold a four-vector: coordinate -> leaf, and all leaves that are coordinates of it.

    ``generic`` tells that only `vector`'s names x, y, z, t say that it is one.
    """

    leaves: Mapping[str, str]
    coordinates: frozenset[str]
    generic: bool = False

    @property
    def complete(self) -> bool:
        """Is there a component along the beam, and one in time?"""
        return len(self.leaves) == 4


def spellings() -> frozenset[str]:
    """All spellings, in lower case with '.' for a separator."""
    return frozenset(
        name
        for d in (_PLAIN, _TLORENTZ, _GENVECTOR, _VECTOR, _PLANE)
        for names in d.values()
        for name in names
    )


def spelled(leaf: str) -> str:
    """A leaf in the form in which spellings are written here.

    >>> spelled("Momentum_X"), spelled("PT")
    ('momentum.x', 'pt')
    """
    return re.sub(r"[_:]", ".", leaf).lower()


def is_missing_momentum(name: str) -> bool:
    """Is a collection of this name the missing transverse momentum?

    >>> is_missing_momentum("PuppiMET"), is_missing_momentum("met"), is_missing_momentum("metallic")
    (True, True, True)
    >>> is_missing_momentum("Jet")
    False
    """
    return bool(_MISSING.search(name))


def momentum_of(leaves: Collection[str], name: str) -> Momentum | None:
    """The four-vector among the `spelled` leaves of the collection ``name``; None if there is none.

    >>> dict(momentum_of(["pt", "y", "phi", "m", "btag"], "Jet").leaves)
    {'pt': 'pt', 'phi': 'phi', 'rapidity': 'y', 'mass': 'm'}
    """
    if _NO_MOMENTA.search(name):
        return None
    for spelling in (_TLORENTZ, _GENVECTOR, _PLAIN, *((_PLANE,) if is_missing_momentum(name) else ())):
        found = _coordinates(spelling, leaves)
        if {"x", "y", "z"} <= set(leaves):
            found.pop("rapidity", None)
        chosen = _choose(found, name)
        if chosen is not None and (spelling is not _GENVECTOR or {"E", "mass"} & chosen.keys()):
            return Momentum(chosen, frozenset(found.values()))
    found = _coordinates(_VECTOR, leaves)
    chosen = _choose(found, name)
    if chosen is None or not {"E", "mass"} & chosen.keys() or not {"pz", "eta", "theta"} & chosen.keys():
        return None
    if {"e", "energy"} & set(leaves) or _PLACES.search(name):
        return None
    return Momentum(chosen, frozenset(found.values()), generic="px" in chosen)


def _coordinates(spelling: Mapping[str, tuple[str, ...]], leaves: Collection[str]) -> dict[str, str]:
    return {
        coordinate: next(name for name in names if name in leaves)
        for coordinate, names in spelling.items()
        if any(name in leaves for name in names)
    }


def _choose(found: Mapping[str, str], name: str) -> dict[str, str] | None:
    """Of the coordinates a file has, those that make the most complete vector."""
    best: dict[str, str] | None = None
    for across in ACROSS:
        if not set(across) <= found.keys():
            continue
        along = next((c for c in ALONG[across[0]] if c in found), None)
        if across[0] == "p" and along is None:
            continue
        if is_missing_momentum(name) and along != "pz":
            along = None  # the angle of missing transverse momentum is that of something else
        in_time = next((c for c in IN_TIME[across[0]] if c in found), None)
        chosen = {c: found[c] for c in (*across, along, in_time) if c is not None}
        if best is None or len(chosen) > len(best):
            best = chosen
    return best
