"""Is it GeV? What the names of columns and the sizes of momenta say about units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import awkward as ak
import numpy as np

__all__ = ["HALF_A_BEAM", "doubtful_unit", "in_mev"]

#: Half the energy of a beam of the LHC, in GeV. No particle of a collision there has a transverse momentum above the
#: 7 TeV of a beam, and no sample that experiments or generators make has half of its particles above 3.5 TeV: triggers
#: and searches begin at tens of GeV to 2 TeV. In MeV the same samples have medians of 10,000 to 1,000,000.
HALF_A_BEAM = 3_500.0
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
    'The median pt is 61,000 (jets) in the file: MeV? Say options: {units: MeV}, or {units: GeV} if it is GeV.'
    """
    medians = {}
    for name, members in collections.items():
        pt = ak.to_numpy(ak.flatten(members.pt))
        if pt.size and (median := float(np.median(pt))) > HALF_A_BEAM:
            medians[name] = median
    if not medians:
        return None
    said = ", ".join(f"{median:,.0f} ({name})" for name, median in medians.items())
    return f"The median pt is {said} in the file: MeV? Say options: {{units: MeV}}, or {{units: GeV}} if it is GeV."
