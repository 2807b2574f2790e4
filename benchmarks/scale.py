"""Dijets of 10^5 to 4 10^7 events with all of `moments`: time and memory of `symhep run`.

    python benchmarks/scale.py [--events 1e5,1e6,4e6] [--workers 1,2] [--formats parquet,root,lhe] [--folder DIR]

Each row is a run of its own in a new process, with figures and report, as a user starts it. Memory is looked at four
times a second: the sum over all processes of the proportional set size, which counts shared pages once, and of the
resident set size, which counts them for each process. Times of the steps come from provenance.json. Files are made
where they are not there yet; rows that are done are taken from DIR/rows.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import uproot

from symhep.readers.toy.dijets import Dijets

CHUNK = 100_000
COMPONENTS = ("E", "px", "py", "pz")
CARD = {
    "objects": {"jets": {"collection": "jets", "take": 2}},
    "features": {"p4": {"object": "jets", "vars": list(COMPONENTS), "scaling": "isotropic"}},
    "methods": {"symmetries": {"use": "moments", "features": "p4"}},
}
LHE = "<LesHouchesEvents version='3.0'>\n<init>\n2212 2212 6500 6500 0 0 0 0 -4 1\n1 0.1 1 1\n</init>\n"
LINE = " 21 1 0 0 0 0 {:+.10e} {:+.10e} {:+.10e} {:.10e} 0 0 9\n"


def chunks(events: int) -> Iterator[np.ndarray[Any, Any]]:
    """(n, 2, 4) four-momenta, the same for the same number of events before."""
    rng = np.random.default_rng(5)
    for first in range(0, events, CHUNK):
        yield Dijets().draw(rng, min(CHUNK, events - first))


def write_parquet(path: Path, events: int) -> None:
    """Lists of structs, in double precision."""
    writer = None
    for p in chunks(events):
        numbers = [pa.array(p[..., i].ravel()) for i in range(4)]
        offsets = pa.array(np.arange(0, 2 * len(p) + 1, 2, dtype=np.int32))
        jets = pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(numbers, names=list(COMPONENTS)))
        table = pa.table({"jets": jets})
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=CHUNK)
    assert writer is not None
    writer.close()


def write_root(path: Path, events: int) -> None:
    """A tree of flat columns in double precision."""
    with uproot.recreate(path) as file:
        names = {f"jets_{c}": np.dtype("2f8") for c in COMPONENTS}
        file.mktree("events", names)
        for p in chunks(events):
            file["events"].extend({f"jets_{c}": p[..., i] for i, c in enumerate(COMPONENTS)})


def write_lhe(path: Path, events: int) -> None:
    """Two gluons per event, as text."""
    with path.open("w") as file:
        file.write(LHE)
        for p in chunks(events):
            for (e1, x1, y1, z1), (e2, x2, y2, z2) in p.tolist():
                lines = LINE.format(x1, y1, z1, e1) + LINE.format(x2, y2, z2, e2)
                file.write(f"<event>\n 2 1 1. 1. 1. 1.\n{lines}</event>\n")
        file.write("</LesHouchesEvents>\n")


WRITE = {"parquet": write_parquet, "root": write_root, "lhe": write_lhe}


def memory(group: int) -> tuple[float, float]:
    """Megabytes of all processes of a session: proportional, resident."""
    found = {"Pss": 0.0, "Rss": 0.0}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if int((entry / "stat").read_text().rpartition(")")[2].split()[3]) != group:
                continue
            lines = (entry / "smaps_rollup").read_text().splitlines()[1:]
        except (OSError, IndexError, ValueError):
            continue
        for line in lines:
            key, _, value = line.partition(":")
            if key in found:
                found[key] += int(value.split()[0]) * 1.024e-3
    return found["Pss"], found["Rss"]


def measured(file: Path, out: Path, workers: int, events: int) -> dict[str, Any]:
    """One run, from the first line to the last."""
    shutil.rmtree(out, ignore_errors=True)
    objects = CARD["objects"] if file.suffix != ".lhe" else {"jets": {"collection": "particles", "take": 2}}
    card = {"symhep": 1, "datasets": {"jj": {"files": [str(file)]}}, **CARD, "objects": objects}
    path = out.with_suffix(".json")
    path.write_text(json.dumps(card))
    command = [sys.executable, "-m", "symhep", "run", str(path), "-o", str(out), "-j", str(workers)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    most = (0.0, 0.0)
    while process.poll() is None:
        most = tuple(map(max, zip(most, memory(process.pid), strict=True)))  # type: ignore[assignment]
        time.sleep(0.25)
    wall = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    steps = {s["step"]: s for s in json.loads((out / "provenance.json").read_text())["runs"][-1]["steps"]}
    name = json.loads((out / "results.json").read_text())["methods"]["symmetries"]["summary"]["algebra"][
        "name"
    ]
    shutil.rmtree(out)
    return {
        "format": file.suffix[1:], "events": events, "workers": workers, "wall_s": wall, "pss_mb": most[0],
        "rss_mb": most[1], "file_mb": file.stat().st_size / 1e6, "name": name, "load": os.getloadavg()[0],
        "hash_s": steps["hashing input files"]["wall_s"], "read_s": steps["reading jj"]["wall_s"],
        "read_cpu_s": steps["reading jj"]["cpu_s"], "fit_s": steps["symmetries"]["wall_s"],
        "fit_cpu_s": steps["symmetries"]["cpu_s"],
    }  # fmt: skip


def main() -> None:
    """Rows of a table, one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", default="1e5,1e6,4e6")
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--formats", default="parquet,root,lhe")
    parser.add_argument("--folder", type=Path, default=Path("/tmp/symhep_scale"))
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    kept = asked.folder / "rows.json"
    rows = json.loads(kept.read_text()) if kept.is_file() else {}
    print("format, events, workers: wall s | hash, read (processor), fit (processor) s | PSS, RSS MB | found")
    for events in (round(float(n)) for n in asked.events.split(",")):
        for format_ in asked.formats.split(","):
            if format_ == "lhe" and events > 1_000_000:
                continue
            file = asked.folder / f"{events}.{format_}"
            for workers in map(int, asked.workers.split(",")):
                key = f"{format_} {events} {workers}"
                if key not in rows:
                    if not file.is_file():
                        WRITE[format_](file.with_suffix(".part"), events)
                        file.with_suffix(".part").rename(file)
                    rows[key] = measured(file, asked.folder / "run", workers, events)
                    kept.write_text(json.dumps(rows, indent=1))
                r = rows[key]
                print(
                    f"{format_}, {events:.0e}, {workers}: {r['wall_s']:.1f} | {r['hash_s']:.1f}, {r['read_s']:.1f} "
                    f"({r['read_cpu_s']:.1f}), {r['fit_s']:.1f} ({r['fit_cpu_s']:.1f}) | {r['pss_mb']:.0f}, "
                    f"{r['rss_mb']:.0f} | {r['name']}; load {r['load']:.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
