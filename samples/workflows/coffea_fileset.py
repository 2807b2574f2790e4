"""From a fileset of coffea to histograms: the events that a coffea analysis reads, given to symhep, and back as `hist`.

    python coffea_fileset.py fileset.json nanoaod OUT

The fileset is JSON as coffea writes it, {dataset: {"files": {FILE: TREE, ...}, "metadata": {...}}, ...}. Each of its
datasets becomes one of the run card; `is_data` and `xsec` (pb) of the metadata, if any, become role and cross-section.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import hist

import symhep

#: What is asked of the events of each dataset; collection and cuts are those of the analysis.
ASKED: dict[str, Any] = {
    "objects": {"jets": {"collection": "Jet", "where": "pt > 30", "sort": "pt", "take": 2}},
    "selections": {"dijet": [{"name": "two jets", "cut": "count(jets) >= 2"}]},
    "features": {
        "p4": {
            "selection": "dijet",
            "object": "jets",
            "vars": ["E", "px", "py", "pz"],
            "scaling": "isotropic",
        }
    },
    "methods": {
        "symmetries": {"use": "moments", "features": "p4", "options": {"subgroups": False, "discrete": None}}
    },
}


def datasets(fileset: Path, folder: Path, kind: str) -> dict[str, Any]:
    """The datasets of a card; the files of each are listed, with their trees, in a fileset of its own in ``folder``."""
    found = {}
    for name, entry in json.loads(fileset.read_text(encoding="utf-8")).items():
        # Names of files are relative to the fileset that lists them; URLs stay what they are.
        files = {
            file if "://" in file else str(fileset.resolve().parent / file): tree
            for file, tree in entry["files"].items()
        }
        part = folder / f"{name}.json"
        part.write_text(json.dumps({name: {"files": files}}, indent=1), encoding="utf-8")
        known = entry.get("metadata") or {}
        found[name] = {"files": [str(part)], "format": kind}
        if "is_data" in known:
            found[name]["role"] = "data" if known["is_data"] else "simulation"
        if "xsec" in known:
            found[name]["xsec_pb"] = known["xsec"]
    return found


def run(fileset: Path, kind: str, out: Path) -> symhep.Run:
    """Run the analysis of all datasets; ``out`` holds the run folder and the filesets it reads."""
    out.mkdir(parents=True, exist_ok=True)
    listed = datasets(fileset, out, kind)
    methods = {
        f"{method}_{name}": {**entry, "datasets": [name]}
        for name in listed
        for method, entry in ASKED["methods"].items()
    }
    return symhep.run({"symhep": 1, "datasets": listed, **ASKED, "methods": methods}, out / "run")


def histograms(done: symhep.Run) -> dict[str, hist.Hist[Any]]:
    """Every histogram of the run, ready for mplhep, coffea's accumulators and pyhf."""
    return {
        f"{method}/{name}": made
        for method, result in done.results.items()
        for name, made in result.histograms.items()
    }


if __name__ == "__main__":
    done = run(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
    for method, result in done.results.items():
        print(f"{method}: {result.statements[0].text}")
    for name, made in histograms(done).items():
        print(f"{name}: {made.ndim}D, sum {made.sum(flow=True)}")
