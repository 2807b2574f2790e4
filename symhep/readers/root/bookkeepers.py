"""Sums of weights of all generated events in ATLAS files.

PHYSLITE (``xAOD::CutBookkeeperAuxContainer`` in the tree ``MetaData``): that of the bookkeeper AllExecutedEvents of the
stream StreamAOD with the highest cycle, as AnalysisBase's SampleHandler takes it. Ntuples of the common CP algorithms:
the histograms ``CutBookkeeper_<dsid>_<run>_NOSYS``, whose bins are the number of events, the sum of weights, and of
their squares.
"""

from __future__ import annotations

import re
from typing import Any

from symhep.readers.root.damage import translated
from symhep.readers.root.opening import open_file

__all__ = ["sum_of_weights"]

_HISTOGRAM = re.compile(r"(?:^|/)CutBookkeeper_[^/]*_NOSYS;\d+$")
_CONTAINER = "CutBookkeepersAux."


def sum_of_weights(path: str) -> float | None:
    """None where the file has no bookkeepers of such a kind, as data and other experiments' files have none.

    Raises `InputError`.
    """
    with open_file(path) as file, translated(path, "the CutBookkeepers cannot be read"):
        kinds = file.classnames(cycle=True)
        histograms = {
            key.partition(";")[0]: key
            for key in sorted(kinds)
            if _HISTOGRAM.search(key) and kinds[key].startswith("TH1")
        }
        if histograms:
            return float(sum(file[key].values()[1] for key in histograms.values()))
        if "MetaData" in {key.partition(";")[0] for key in kinds}:
            return _container(file["MetaData"])
        return None


def _container(tree: Any) -> float | None:
    keys = {key.rpartition("/")[2]: key for key in tree.keys(full_paths=True)}
    names = [f"{_CONTAINER}{leaf}" for leaf in ("name", "inputStream", "cycle", "sumOfEventWeights")]
    if tree.classname == "ROOT::RNTuple" or not keys.keys() >= set(names):
        return None
    rows = [tree[keys[name]].array(library="np") for name in names]
    total, found = 0.0, False
    for name, stream, cycle, weight in zip(*rows, strict=True):  # an entry per file merged into this one
        best = max(
            (
                (int(c), float(w))
                for n, s, c, w in zip(name, stream, cycle, weight, strict=True)
                if str(n) == "AllExecutedEvents" and str(s) == "StreamAOD"
            ),
            default=None,
        )
        if best is not None:
            total, found = total + best[1], True
    return total if found else None
