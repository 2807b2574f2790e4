"""The energy of the collisions: what the card writes above its figures, or the headers of the files say."""

from __future__ import annotations

import re

from symhep.card.schema import DatasetCard
from symhep.errors import SymhepError
from symhep.plugin.manager import Registry
from symhep.run.sources import sources
from symhep.run.stored import StoredRun

__all__ = ["energy_gev"]

#: '13.6 TeV' in '138 fb$^{-1}$ (13.6 TeV)'.
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*(TeV|GeV)\b")
_GEV = {"TeV": 1000.0, "GeV": 1.0}


def energy_gev(run: StoredRun, registry: Registry) -> float | None:
    """sqrt(s) in GeV; None where nobody says, or the files do not agree."""
    written = _WRITTEN.search(run.card.output.label_right)
    if written:
        return float(written[1]) * _GEV[written[2]]
    found = {_of_files(dataset, registry) for dataset in run.card.datasets.values()} - {None}
    return found.pop() if len(found) == 1 else None


def _of_files(dataset: DatasetCard, registry: Registry) -> float | None:
    """Of the first file, if it still lies where it was."""
    try:
        found = sources(dataset, registry)
        return found[0].schema().sqrt_s_gev if found else None
    except SymhepError:
        return None
