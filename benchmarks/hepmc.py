"""HepMC: the reader against pyhepmc's own numpy view, and its memory: ``python benchmarks/hepmc.py [FILE]``.

Both give px, py, pz, E, PDG number and status of every particle. Processor times, medians over alternating
repetitions in one process. Without a file generated ones are read: events of a thousand particles, as a shower has.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyhepmc

from symhep.readers.hepmc import HepMCReader
from symhep.readers.interface import LossLog, ReadRequest

REPETITIONS = 7
MOMENTA = {"fields": {"particles": frozenset({"pdgId", "status"})}, "event_fields": frozenset()}
CHILD = """
import re, sys
from pathlib import Path
from symhep.readers.hepmc import HepMCReader
from symhep.readers.interface import LossLog, ReadRequest
reader = HepMCReader()
request = ReadRequest(chunk_events=100)
n = sum(len(b) for b in reader.read(sys.argv[1], reader.Options(), request, LossLog()))
peak_kb = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(n, peak_kb / 1024)
"""


def write(path: Path, version: int, events: int, decays: int = 250) -> None:
    """Events of ``decays`` decays to three particles each, with places of their vertices."""
    rng = np.random.default_rng(version)
    info = pyhepmc.GenRunInfo()
    info.weight_names = ["Default"]
    with pyhepmc.open(str(path), "w", format=f"HepMC{version}") as file:
        for number in range(events):
            event = pyhepmc.GenEvent(pyhepmc.Units.GEV, pyhepmc.Units.MM)
            event.run_info, event.event_number = info, number
            hard = pyhepmc.GenVertex((0, 0, 0, 0))
            for sign in (1, -1):
                hard.add_particle_in(pyhepmc.GenParticle((0, 0, sign * 6500, 6500), 2212, 4))
            event.add_vertex(hard)
            for _ in range(decays):
                mother = pyhepmc.GenParticle(tuple(rng.normal(size=4) * 20), 23, 2)
                hard.add_particle_out(mother)
                vertex = pyhepmc.GenVertex(tuple(rng.normal(size=4)))
                vertex.add_particle_in(mother)
                for pdg in (211, -211, 111):
                    vertex.add_particle_out(pyhepmc.GenParticle(tuple(rng.normal(size=4)), pdg, 1))
                event.add_vertex(vertex)
            event.weights = [1.0]
            file.write(event)


def read(path: str, **request: object) -> int:
    """Particles in a file, through the reader."""
    reader = HepMCReader()
    batches = reader.read(path, reader.Options(), ReadRequest(**request), LossLog())  # type: ignore[arg-type]
    return sum(len(particles) for batch in batches for particles in batch.events.particles)


def referee(path: str) -> int:
    """The same through pyhepmc."""
    total = 0
    with pyhepmc.open(path) as file:
        for event in file:
            view = event.numpy.particles
            columns = (view.px, view.py, view.pz, view.e, view.pid, view.status)
            total += len(columns[0])
    return total


def compare(path: str) -> float:
    """Print the times and give the ratio for four-vectors, PDG number and status."""
    tasks: dict[str, Callable[[], int]] = {
        "pyhepmc, numpy view": lambda: referee(path),
        "symhep, the same": lambda: read(path, **MOMENTA),
        "symhep, all columns": lambda: read(path),
    }
    assert len({task() for task in tasks.values()}) == 1
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(REPETITIONS):
        for name, task in tasks.items():
            start = time.process_time()
            task()
            times[name].append(time.process_time() - start)
    median = {name: statistics.median(values) for name, values in times.items()}
    for name, seconds in median.items():
        ratio = seconds / median["pyhepmc, numpy view"]
        print(f"{Path(path).name:16s} {name:20s} {1e3 * seconds:8.1f} ms   {ratio:5.2f} of pyhepmc's time")
    return median["symhep, the same"] / median["pyhepmc, numpy view"]


def memory(path: str) -> None:
    """Peak resident memory of a process that reads the file."""
    out = subprocess.run([sys.executable, "-c", CHILD, path], capture_output=True, text=True, check=True)
    events, peak = out.stdout.split()
    size = Path(path).stat().st_size / 2**20
    print(f"{Path(path).name:16s} {events} events, {size:.0f} MB of text: {float(peak):.0f} MB at most")


def main() -> None:
    """Both measurements."""
    with tempfile.TemporaryDirectory() as folder:
        paths = sys.argv[1:]
        for version in () if paths else (2, 3):
            write(Path(folder) / f"version{version}.hepmc", version, 200)
            paths.append(str(Path(folder) / f"version{version}.hepmc"))
        for path in paths:
            compare(path)
            memory(path)


if __name__ == "__main__":
    main()
