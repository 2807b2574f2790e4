"""How long the Delphes and NanoAOD readers take, over bare uproot reading the same branches.

    python benchmarks/root_files.py

Files of made-up events are written to a temporary folder (``--events`` of each). Both sides open
the file and read pt, eta, phi, mass and one more leaf of two collections, and the weight; bare uproot
stops at its arrays, symhep goes on to four-momenta in double precision. Runs alternate and medians are
compared, in seconds of CPU time (other work on the machine counts less there). Goal: a ratio of at most 1.2.

Then the processor time of the commands `symhep inspect` of a NanoAOD file of a thousand branches (goal 1.5 s) and
`symhep init` of a PHYSLITE file of 800 (goal 5 s), beside that of importing uproot and vector, which says how fast
the machine is just now.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import awkward as ak
import numpy as np
import uproot

from symhep.readers.delphes import DelphesReader
from symhep.readers.interface import LossLog, Reader, ReadRequest
from symhep.readers.nanoaod import NanoAODReader

CHUNK = 50_000


def objects(rng: np.random.Generator, events: int, mean: float) -> dict[str, ak.Array]:
    """Lists of pt, eta, phi, mass and an integer per event."""
    counts = rng.poisson(mean, events)
    total = int(counts.sum())
    flat = {
        "pt": 20 + rng.exponential(40, total),
        "eta": rng.normal(0, 2, total),
        "phi": rng.uniform(-np.pi, np.pi, total),
        "mass": rng.exponential(8, total),
    }
    lists = {name: ak.unflatten(values.astype(np.float32), counts) for name, values in flat.items()}
    return {**lists, "tag": ak.unflatten(rng.integers(0, 2, total).astype(np.int32), counts)}


def write_delphes(path: Path, events: int) -> list[str]:
    """Jets and large jets under Delphes' names; returns the branches to read."""
    rng = np.random.default_rng(1)
    leaves = {"pt": "PT", "eta": "Eta", "phi": "Phi", "mass": "Mass", "tag": "BTag"}
    columns = {
        f"{collection}.{leaves[name]}": values
        for collection, mean in (("Jet", 5.0), ("GenJet", 6.0))
        for name, values in objects(rng, events, mean).items()
    }
    columns["Event.Weight"] = ak.from_regular(ak.Array(np.ones((events, 1), dtype=np.float32)))
    columns["Event.Number"] = ak.from_regular(ak.Array(np.arange(events)[:, None]))
    columns["Event.ReadTime"] = columns["Event.Weight"]
    with uproot.recreate(path) as file:
        tree = file.mktree(
            "Delphes",
            {name: values.type.content for name, values in columns.items()},
            counter_name=lambda name: f"{name.split('.')[0]}_size",
        )
        for start in range(0, events, 20_000):
            tree.extend({name: values[start : start + 20_000] for name, values in columns.items()})
    return [name for name in columns if name not in {"Event.Number", "Event.ReadTime"}]


def write_nanoaod(path: Path, events: int) -> list[str]:
    """Jets and muons under NanoAOD's names; returns the branches to read."""
    rng = np.random.default_rng(2)
    columns = {
        f"{collection}_{name}": values
        for collection, mean in (("Jet", 6.0), ("Muon", 1.5))
        for name, values in objects(rng, events, mean).items()
    }
    columns["genWeight"] = ak.Array(rng.normal(1, 0.1, events).astype(np.float32))
    with uproot.recreate(path) as file:
        tree = file.mktree(
            "Events",
            {name: values.type.content for name, values in columns.items()},
            counter_name=lambda name: f"n{name.split('_')[0]}",
        )
        for start in range(0, events, 20_000):
            tree.extend({name: values[start : start + 20_000] for name, values in columns.items()})
    return list(columns)


def write_wide(path: Path, tree: str, collections: int, leaves: int, separator: str) -> None:
    """Many collections of many leaves, and some triggers."""
    rng = np.random.default_rng(3)
    events = 2_000
    columns: dict[str, ak.Array] = {
        name: ak.Array(np.arange(events)) for name in ("run", "luminosityBlock", "event")
    }
    columns |= {f"HLT_path{i}": ak.Array(rng.integers(0, 2, events).astype(bool)) for i in range(100)}
    for i in range(collections):
        counts = rng.poisson(2, events)
        for j in range(leaves):
            leaf = ("pt", "eta", "phi", "mass" if separator == "_" else "m")[j] if j < 4 else f"v{j}"
            values = rng.exponential(30, int(counts.sum())).astype(np.float32)
            columns[f"Coll{i}{separator}{leaf}"] = ak.unflatten(values, counts)
    with uproot.recreate(path) as file:
        types = {name: values.type.content for name, values in columns.items()}
        file.mktree(
            tree, types, counter_name=lambda name: "n" + name.replace(separator, "_").split("_")[0]
        ).extend(columns)


def processor(command: list[str]) -> float:
    """Seconds of processor that a command takes, the median of three."""
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(times)


def commands(folder: Path) -> None:
    """Print what inspect and init of wide files take."""
    write_wide(folder / "wide.root", "Events", 25, 36, "_")
    write_wide(folder / "physlite.root", "CollectionTree", 35, 20, "AuxDyn.")
    base = processor([sys.executable, "-c", "import uproot, vector"])
    inspect = processor([sys.executable, "-m", "symhep", "inspect", str(folder / "wide.root")])
    init = [sys.executable, "-m", "symhep", "init", str(folder / "physlite.root"), "--force"]
    made = processor([*init, "-o", str(folder / "card.yaml")])
    print(
        f"inspect, 1,000 branches {inspect:.2f} s (goal 1.5)   init, 800 branches {made:.2f} s (goal 5)   "
        f"imports alone {base:.2f} s"
    )


def bare(path: Path, tree: str, branches: list[str]) -> Callable[[], int]:
    """Reading ``branches`` with uproot and nothing else."""

    def read() -> int:
        with uproot.open({str(path): None}, object_cache=None, array_cache=None) as file:
            return sum(len(c[branches[0]]) for c in file[tree].iterate(branches, how=dict, step_size=CHUNK))

    return read


def symhep(path: Path, reader: Reader, fields: dict[str, frozenset[str]]) -> Callable[[], int]:
    """Reading ``fields`` with a reader of symhep."""
    request = ReadRequest(fields=fields, event_fields=frozenset(), chunk_events=CHUNK)

    def read() -> int:
        return sum(len(b) for b in reader.read(str(path), reader.Options(), request, LossLog()))

    return read


def compare(name: str, ours: Callable[[], int], theirs: Callable[[], int], repeat: int) -> None:
    """Print medians of alternating runs and the median of their ratios."""
    times: list[tuple[float, float]] = []
    for i in range(repeat + 1):
        pair = []
        for read in (ours, theirs):
            start = time.process_time()
            read()
            pair.append(time.process_time() - start)
        if i:  # the first pair warms the page cache
            times.append((pair[0], pair[1]))
    ratio = statistics.median(a / b for a, b in times)
    mine, bare_time = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"{name:8s} symhep {mine:.3f} s   bare uproot {bare_time:.3f} s   ratio {ratio:.2f} (goal 1.2)")


def main() -> None:
    """Write, read, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=9)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "delphes.root"
        branches = write_delphes(path, arguments.events)
        fields = {"Jet": frozenset({"BTag"}), "GenJet": frozenset({"BTag"})}
        compare(
            "delphes",
            symhep(path, DelphesReader(), fields),
            bare(path, "Delphes", branches),
            arguments.repeat,
        )
        path = Path(folder) / "nanoaod.root"
        branches = write_nanoaod(path, arguments.events)
        fields = {"Jet": frozenset({"tag"}), "Muon": frozenset({"tag"})}
        compare(
            "nanoaod", symhep(path, NanoAODReader(), fields), bare(path, "Events", branches), arguments.repeat
        )
        commands(Path(folder))
    print(
        "Both are bounded by inflating and byte-swapping the baskets; the rest is the step to double precision."
    )


if __name__ == "__main__":
    main()
