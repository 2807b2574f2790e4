"""Is it GeV? What the names of columns and the sizes of momenta say about units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import awkward as ak
import numpy as np

__all__ = ["BEAM", "doubtful_unit", "in_mev"]

#: Energy of a beam of the LHC, in GeV. No particle of a collision there has a larger momentum, and no sample that
#: experiments or generators make has half of its particles above half of it across the beam: triggers and searches
#: begin at tens of GeV to 2 TeV. In MeV the same samples have medians of 10,000 to 1,000,000.
BEAM = 7_000.0
#: ATLAS' xAOD, of which PHYSLITE is one, writes MeV everywhere.
_XAOD = re.compile(r"Aux(Dyn)?[.:]")


def in_mev(columns: Iterable[str]) -> bool:
    """Do the names of these columns say that the numbers are in MeV?

    >>> in_mev(["AnalysisJetsAuxDyn.pt"]), in_mev(["Jet_pt"])
    (True, False)
    """
    return any(_XAOD.search(name) for name in columns)


def doubtful_unit(collections: Mapping[str, ak.Array]) -> str | None:
    """A sentence if the transverse momenta, taken to be in GeV, look like MeV; None if they do not.

    >>> jets = ak.zip({"pt": [[61_000.0, 40_000.0], [80_000.0]], "eta": [[0, 0], [0]], "phi": [[0, 0], [0]],
    ...                "mass": [[0, 0], [0]]}, with_name="Momentum4D")
    >>> doubtful_unit({"jets": jets})
    'The median pt is 61,000 (jets) in the file, probably MeV. Set options: {units: MeV}, or {units: GeV}.'
    """
    large: dict[str, list[str]] = {}
    for name, members in collections.items():
        flat = ak.flatten(members)
        for what, limit in (("pt", BEAM / 2), ("p", BEAM)):
            values = ak.to_numpy(getattr(flat, what))
            if values.size and (median := float(np.median(values))) > limit:
                large.setdefault(what, []).append(f"{median:,.0f} ({name})")
                break
    if not large:
        return None
    said = ", ".join(f"{what} is {', '.join(found)}" for what, found in large.items())
    return f"The median {said} in the file, probably MeV. Set options: {{units: MeV}}, or {{units: GeV}}."
