"""Nothing depends on threads, processes or the size of a chunk: the same card gives the same bits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

SHORT = {"classes": ["SO(3)", "J_z", "K_z"], "restarts": 3, "steps": 20, "posthoc_steps": 30}
ELEMENTS = {"elements": ["P", "exchange(1,2)"], "steps": 30}
NETWORK = {"kind": "learned", "task": "regressor", "target": "muons[0].E", "network": "plain", "hidden": [16]}

#: Every method, and every place where networks or matrices are trained side by side.
METHODS: dict[str, dict[str, Any]] = {
    "directions": {
        "use": "vae",
        "features": "p3",
        "options": {"latent_dim": 3, "runs": 22, "epochs": 1, "min_steps": 30},
    },
    "generators": {
        "use": "moments",
        "features": "p4",
        "options": {"discrete": {"classifier": {"min_steps": 20, "epochs": 1}}},
    },
    "elements": {
        "use": "symmetrygan",
        "features": "xy",
        "options": {
            "search": "similarity",
            "training": {"restarts": 24, "steps": 40, "replicas_per_batch": 16},
            "validation": {"steps": 5, "posthoc": {"steps": 30}, "random": 5},
            "map": {"formula": "radial", "learn": {"steps": 20, "warm_up": 5}},
        },
    },
    "classes": {
        "use": "symmetrygan",
        "features": "p4",
        "options": {"search": False, "subgroups": SHORT, "discrete": ELEMENTS},
    },
    "energy": {
        "use": "oracle",
        "features": "energy",
        "options": {
            "oracle": NETWORK | {"min_steps": 30, "epochs": 1},
            "latent": {"dimension": 4, "steps": 30, "flows": 2, "hidden": [16]},
        },
    },
    "matrices": {
        "use": "oracle",
        "features": "xy",
        "options": {
            "oracle": "l1",
            "solver": "gradient",
            "gradient": {"generators": [1, 2], "seeds": 5, "epochs": 30},
        },
    },
    "fields": {
        "use": "oracle",
        "features": "xy",
        "options": {"oracle": "squeeze", "solver": "flows", "flows": {"seeds": 4, "epochs": 20}},
    },
}
#: Of these the methods whose work is several shards, so that processes share it.
SHARDED = ("directions", "elements")


def card(root: Path) -> dict[str, Any]:
    muons = {
        "collection": "particles",
        "where": "abs(pdgId) == 13 and status == 1",
        "sort": "pdgId",
        "take": 2,
    }
    return {
        "symhep": 1,
        "datasets": {
            "pp": {"files": [str(root / "samples" / "pp_mumu_13TeV.lhe.gz")], "max_events": 2000},
        },
        "objects": {"muons": muons},
        "features": {
            "p3": {"object": "muons", "vars": ["px", "py", "pz"], "scaling": "standard"},
            "p4": {"object": "muons", "vars": ["E", "px", "py", "pz"], "scaling": "isotropic"},
            "xy": {"vars": ["muons[0].px", "muons[0].py"], "scaling": "isotropic"},
            "energy": {"vars": [f"muons[0].{k}" for k in ("px", "py", "pz", "E")], "scaling": "isotropic"},
        },
        "methods": METHODS,
        "output": {"figures": []},
    }


def run(
    text: dict[str, Any], folder: Path, threads: int, workers: int, chunk: int, only: Sequence[str] = ()
) -> None:
    path = folder.with_suffix(".json")
    path.write_text(json.dumps(text | {"run": {"seed": 1, "device": "cpu", "chunk_events": chunk}}))
    chosen = [word for name in only for word in ("--only", name)]
    subprocess.run(
        [sys.executable, "-m", "symhep", "run", str(path), "-o", str(folder), "-j", str(workers), *chosen],
        check=True,
        env=os.environ | {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)},
    )


def read(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "results.json").read_text())["methods"])


def bits(folder: Path) -> dict[str, bytes]:
    """All arrays of a result."""
    stored = folder / "arrays.npz"
    if not stored.exists():
        return {}
    with np.load(stored) as arrays:
        return {key: arrays[key].tobytes() for key in arrays.files}


def test_threads_workers_and_chunks_change_no_bit(tmp_path: Path, root: Path) -> None:
    one, threads, workers = tmp_path / "one", tmp_path / "threads", tmp_path / "workers"
    run(card(root), one, 1, 1, 50_000)
    run(card(root), threads, 2, 1, 777)
    run(card(root), workers, 2, 2, 777, only=SHARDED)
    results = read(one)
    assert {name: found["error"] for name, found in results.items()} == dict.fromkeys(METHODS)
    for folder, names in ((threads, METHODS), (workers, SHARDED)):
        assert (folder / "cutflow.json").read_bytes() == (one / "cutflow.json").read_bytes()
        again = read(folder)
        for name in names:
            assert json.dumps(again[name]["summary"]) == json.dumps(results[name]["summary"]), (folder, name)
            assert bits(folder / name) == bits(one / name), (folder, name)
