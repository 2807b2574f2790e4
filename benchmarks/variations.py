"""Time to read and select a card with systematic variations over the time without them, both in one process.

NanoAOD-like files are made first: collision data and two simulations of N events each (100,000 by default), with nine
scale weights and 103 weights of parton densities. The card has two regions, and of each simulation three variations by
weight (six scales, 100 members, one of two parton-shower weights), two by object (jet energy scale, electron energy
scale; up and down) and one by file (up; for the first simulation).

    python benchmarks/variations.py [EVENTS] [REPEAT]
"""

from __future__ import annotations

import cProfile
import logging
import pstats
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot

from symhep.card.loader import load_card
from symhep.methods.context import SilentProgress
from symhep.plugin.manager import Registry, build_registry
from symhep.run.folder import RunFolder
from symhep.run.plan import make_plan
from symhep.run.reading import read_dataset
from symhep.run.workers import open_workers

GOAL = 2.5
SCALE = {"weights": [f"LHEScaleWeight[{i}]" for i in (0, 1, 3, 5, 7, 8)], "combine": "envelope"}
PDF = {"weights": "LHEPdfWeight[1..100]", "combine": "hessian"}
SHOWER = {"up": {"weights": "PSWeight[0]"}, "down": {"weights": "PSWeight[2]"}}
JES = {w: {"objects": {"jets": f}} for w, f in (("up", "1.02"), ("down", "0.98"))}
EES = {w: {"objects": {"electrons": f}} for w, f in (("up", "1.005"), ("down", "0.995"))}
KINDS = {
    "by weight, six scales": {"scale": SCALE},
    "by weight, 100 members of a set of parton densities": {"pdf": PDF},
    "by object, jet energy scale": {"jes": JES},
    "by object, electron energy scale": {"ees": EES},
}


def main() -> None:
    """Prints the ratios."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    repeat = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    registry = build_registry()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for seed, name in enumerate(("data", "dy", "tt", "tune")):
            write(folder / f"{name}.root", events, seed)
        all_six = {"scale": SCALE, "pdf": PDF, "shower": SHOWER, "jes": JES, "ees": EES}
        tune = {"tune": {"up": {"files": [str(folder / "tune.root")]}}}
        cards = {"none": ({}, {}), "all six": (all_six | tune, all_six)}
        cards |= {name: (v, v) for name, v in KINDS.items()} | {
            "by file, one of the three samples": (tune, {})
        }
        times: dict[str, list[float]] = {name: [] for name in cards}
        for i in range(repeat):
            for name, variations in cards.items():
                times[name].append(read(folder, variations, registry, f"{i}{name}"))
        nominal = statistics.median(times["none"])
        print(
            f"{events:,} events of each of three samples; without variations {nominal:.2f} s of processor time"
        )
        for name in list(cards)[1:]:
            ratio = statistics.median(a / b for a, b in zip(times[name], times["none"], strict=True))
            print(f"{name}: {ratio:.2f} times{f' (goal {GOAL})' if name == 'all six' else ''}")
        with cProfile.Profile() as profile:
            read(folder, cards["all six"], registry, "profile")
        pstats.Stats(profile).sort_stats("tottime").print_stats(15)


def read(folder: Path, variations: tuple[Any, Any], registry: Registry, run: str) -> float:
    """Processor time to read and select all events of the card."""
    plan = make_plan(load_card(card(folder, *variations)), registry)
    place, start = RunFolder(folder / f"run{run.replace(' ', '_')}"), time.process_time()
    with open_workers("1") as pool:
        for name, found in plan.sources.items():
            read_dataset(
                name,
                plan.tables,
                found,
                plan.agreements[name],
                {},
                place,
                SilentProgress(),
                pool,
                plan.others[name],
            )
    return time.process_time() - start


def card(folder: Path, dy: Any, tt: Any) -> dict[str, Any]:
    """Leptons, cleaned jets and missing momentum in two regions."""

    def simulation(name: str, variations: Any) -> dict[str, Any]:
        files = {"files": [str(folder / f"{name}.root")], "format": "nanoaod", "role": "simulation"}
        return files | {"xsec_pb": 6077.0, "weights": {"branch": "genWeight"}, "variations": variations}

    return {
        "symhep": 1,
        "datasets": {
            "data": {
                "files": [str(folder / "data.root")],
                "format": "nanoaod",
                "role": "data",
                "weights": {"branch": "none"},
            },
            "dy": simulation("dy", dy),
            "tt": simulation("tt", tt),
        },
        "luminosity_fb": 59.7,
        "objects": {
            "electrons": {"collection": "Electron", "where": "pt > 20 and abs(eta) < 2.5", "sort": "pt", "take": 2},
            "jets": {
                "collection": "Jet",
                "where": "pt > 30 and abs(eta) < 2.5 and all(deltaR(self, electrons) > 0.4)",
                "take": {"up_to": 8},
            },
            "met": {"collection": "PuppiMET", "take": 1},
            "event": {"system": ["electrons", "met", "jets"]},
        },
        "selections": {
            "ee": [{"name": "two", "cut": "count(electrons) == 2"}],
            "ee_jet": [{"name": "two", "cut": "count(electrons) == 2"}, {"name": "jet", "cut": "count(jets) >= 1"}],
        },
        "features": {
            "plane": {"object": "event", "vars": ["px", "py"], "scaling": "isotropic", "spectators": ["count(jets)"]},
            "shapes": {"selection": "ee", "vars": ["transverse_thrust(jets)", "max(electrons[0].pt, met[0].pt)"]},
        },
        "regions": {"inclusive": "ee", "with_jet": "ee_jet"},
        "methods": {
            "symmetries": {
                "use": "moments", "features": "plane", "regions": ["inclusive", "with_jet"], "datasets": ["dy", "tt"],
            },
        },
    }  # fmt: skip


def write(path: Path, events: int, seed: int) -> None:
    """A file of so many events: 1.5 electrons and 5 jets on the average, and weights that NanoAOD has."""
    rng = np.random.default_rng(seed)

    def objects(mean: float, softest: float, slope: float) -> ak.Array:
        counts = rng.poisson(mean, events)
        n = int(counts.sum())
        fields = {
            "pt": softest + rng.exponential(slope, n), "eta": rng.normal(0, 1.5, n),
            "phi": rng.uniform(-np.pi, np.pi, n), "mass": np.full(n, 0.1),
        }  # fmt: skip
        return ak.unflatten(ak.zip({k: np.float32(v) for k, v in fields.items()}), counts)

    counted = {"Electron": objects(1.5, 5, 25), "Jet": objects(5, 15, 20)}
    for name, number in (("LHEScaleWeight", 9), ("LHEPdfWeight", 103), ("PSWeight", 4)):
        counted[name] = ak.from_regular(np.float32(1 + 0.1 * rng.normal(size=(events, number))))
    branches = {
        "run": np.ones(events, dtype=np.int32),
        "luminosityBlock": np.ones(events, dtype=np.int32),
        "event": np.arange(events),
        "PuppiMET_pt": np.float32(rng.exponential(30, events)),
        "PuppiMET_phi": np.float32(rng.uniform(-np.pi, np.pi, events)),
        "genWeight": np.float32(np.where(rng.random(events) < 0.1, -1, 1)),
    }
    with uproot.recreate(path) as file:
        types = {k: v.dtype for k, v in branches.items()} | {
            k: ak.type(v).content for k, v in counted.items()
        }
        file.mktree("Events", types)
        for first in range(0, events, 25_000):
            some = slice(first, first + 25_000)
            file["Events"].extend({k: v[some] for k, v in (branches | counted).items()})
        file["Runs"] = {"run": np.ones(1), "genEventSumw": np.array([0.8 * events])}


if __name__ == "__main__":
    main()
