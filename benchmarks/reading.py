"""One file read by one process and by two that share its pieces: ``python benchmarks/reading.py [EVENTS]``.

A million dimuon events as plain LHE, four million as Parquet and ROOT, a tenth of a million as gzip, made in a
temporary folder. What is read are four-vectors, PDG numbers and weights, by the readers alone, in processes that have
been started before; to look for the places to begin is part of the time of two. Medians over alternating repetitions;
both readings have to give the same events and sums. Where other work is on the machine, processor times tell more than
the clock: those of one, and of the busier of two with the look. For gzip: which part of the time is unpacking.
"""

from __future__ import annotations

import gzip
import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from functools import cache
from itertools import pairwise
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any, NamedTuple

import awkward as ak
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import uproot

from symhep.plugin.manager import build_registry
from symhep.readers.interface import LossLog, Reader, ReadRequest, Start
from symhep.readers.stream import blocks
from symhep.run.blocks import joined

EVENTS, REPETITIONS, GROUP = 1_000_000, 3, 70_000
TOP = (
    "<LesHouchesEvents version='3.0'>\n<init>\n-13 13 75. 75. 0 0 0 0 -4 1\n5.5789 0.005 5.5789 1\n</init>\n"
)
END = "</LesHouchesEvents>\n"
LINE = " {:>3d} {:>2d} {} {} 0 0 {:+.10e} {:+.10e} {:+.10e} {:.10e} 0. 0. 9.\n"
BEAMS = LINE.format(-13, -1, 0, 0, 0.0, 0.0, 75.0, 75.0) + LINE.format(13, -1, 0, 0, 0.0, 0.0, -75.0, 75.0)


class Piece(NamedTuple):
    """What to know a piece by, and who read it in how many seconds of processor."""

    first: int
    events: int
    weights: float
    size: float  # sum of |px|
    process: int
    seconds: float


def momenta(events: int) -> npt.NDArray[np.float64]:
    """(N, 3) of one of two muons back to back, with 75 GeV each."""
    directions = np.random.default_rng(1).normal(size=(events, 3))
    return 75 * directions / np.linalg.norm(directions, axis=1, keepdims=True)


def write_lhe(path: Path, p: npt.NDArray[np.float64]) -> None:
    """As a generator writes them."""
    with path.open("w") as file:
        file.write(TOP)
        for x, y, z in p.tolist():
            muons = LINE.format(-11, 1, 1, 2, x, y, z, 75.0) + LINE.format(11, 1, 1, 2, -x, -y, -z, 75.0)
            file.write(
                f"<event>\n 4 1 +5.5789000e+00 1.50000000e+02 7.54677100e-03 1.09774200e-01\n{BEAMS}{muons}</event>\n"
            )
        file.write(END)


def columns(p: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[Any]]:
    """Both muons as numbers per event, and a weight."""
    found: dict[str, npt.NDArray[Any]] = {"weight": np.full(len(p), 5.5789)}
    for number, sign in ((1, 1), (2, -1)):
        found |= {f"p{axis}{number}": sign * p[:, i] for i, axis in enumerate("xyz")}
        found |= {f"E{number}": np.full(len(p), 75.0), f"pdgId{number}": np.full(len(p), -11 * sign)}
    return found


def write(folder: Path, events: int) -> dict[str, Path]:
    """All files, by what they are."""
    p = momenta(events)
    files = {
        name: folder / f"a.{end}"
        for name, end in (("LHE", "lhe"), ("LHE, gzip", "lhe.gz"), ("Parquet", "parquet"), ("ROOT", "root"))
    }
    write_lhe(folder / "tenth.lhe", p[: events // 10])
    with (folder / "tenth.lhe").open("rb") as plain, gzip.open(files["LHE, gzip"], "wb", 6) as packed:
        shutil.copyfileobj(plain, packed)
    write_lhe(files["LHE"], p)
    made = columns(momenta(4 * events))
    pq.write_table(pa.table(made), files["Parquet"], row_group_size=GROUP)
    with uproot.recreate(files["ROOT"]) as file:
        file.mktree("events", {name: values.dtype for name, values in made.items()})
        for first in range(0, 4 * events, GROUP):
            file["events"].extend({name: values[first : first + GROUP] for name, values in made.items()})
    return files


@cache
def reader_of(format_: str) -> Reader:
    """The reader of this name."""
    return build_registry().reader(format_)


def read(job: tuple[str, str, Start, int | None]) -> Piece:
    """One piece, and what to know it by."""
    format_, path, start, stop = job
    reader = reader_of(format_)
    request = ReadRequest(
        {"particles": frozenset({"pdgId"})}, frozenset(), variations=frozenset(), start=start, stop=stop
    )
    events, weights, size = 0, 0.0, 0.0
    before = time.process_time()
    for batch in reader.read(path, reader.Options(), request, LossLog()):
        events += len(batch)
        weights += float(batch.weights.sum())
        size += float(np.abs(ak.flatten(batch.events.particles.px)).to_numpy().sum())
    return Piece(start.event, events, weights, size, os.getpid(), time.process_time() - before)


def ready(_: int) -> None:
    """Whatever a process does once: importing, and opening each format's library."""
    reader_of("lhe")
    time.sleep(1)  # so that each process of the pool takes one


def shared(pool: Pool, format_: str, path: str) -> list[Piece]:
    """The file, by all processes of the pool."""
    reader = reader_of(format_)
    segments = joined(reader.starts(path, reader.Options()))
    jobs = [(format_, path, segment.start, segment.stop) for segment in segments]
    return sorted(pool.imap_unordered(read, jobs))


def whole(pool: Pool, format_: str, path: str) -> list[Piece]:
    """The file, by one process of the pool."""
    return [pool.apply(read, ((format_, path, Start(0), None),))]


def compare(one: Pool, two: Pool, name: str, path: Path) -> None:
    """Print events per second of one process and of two, and the ratios of their times."""
    format_ = {"Parquet": "parquet", "ROOT": "tree"}.get(name, "lhe")
    clock: list[tuple[float, float]] = []
    processor: list[tuple[float, float]] = []
    for _ in range(REPETITIONS):
        begin = time.perf_counter()
        alone = whole(one, format_, str(path))
        middle = time.perf_counter()
        before = time.process_time()
        both = shared(two, format_, str(path))
        looking = time.process_time() - before
        clock.append((middle - begin, time.perf_counter() - middle))
        require_same(alone, both)
        busy = Counter[int]()
        for piece in both:
            busy[piece.process] += piece.seconds
        processor.append((alone[0].seconds, looking + max(busy.values())))
    events = alone[0].events
    rates = [events / statistics.median(times) for times in zip(*clock, strict=True)]
    faster = [statistics.median(a / b for a, b in times) for times in (clock, processor)]
    print(
        f"{name:10s} {path.stat().st_size / 1e6:5.0f} MB {events:9,d} events: one {rates[0]:9,.0f}/s, two "
        f"{rates[1]:9,.0f}/s in {len(both):2d} pieces (to find them {looking:.2f} s): {faster[0]:.2f} times faster by "
        f"the clock, {faster[1]:.2f} by the processor; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def require_same(alone: list[Piece], both: list[Piece]) -> None:
    """Raise `ValueError` unless the pieces follow one another and add up to the whole."""
    follow = all(one.first + one.events == two.first for one, two in pairwise(both))
    sums = [
        [sum(getattr(p, what) for p in pieces) for what in ("events", "weights", "size")]
        for pieces in (alone, both)
    ]
    if not follow or not np.allclose(*sums, rtol=1e-9, atol=0):
        raise ValueError(f"pieces {both} are not {alone}")


def unpacking(path: Path) -> None:
    """How much of the time of a gzip file is unpacking."""
    times: dict[str, list[float]] = {"reading": [], "unpacking": []}
    for _ in range(REPETITIONS):
        begin = time.process_time()
        read(("lhe", str(path), Start(0), None))
        middle = time.process_time()
        sum(map(len, blocks(str(path))))
        times["unpacking"].append(time.process_time() - middle)
        times["reading"].append(middle - begin)
    reading, unpacked = (statistics.median(times[key]) for key in ("reading", "unpacking"))
    print(
        f"gzip: {unpacked:.2f} of {reading:.2f} s of processor are unpacking ({unpacked / reading:.0%}). It is entered "
        "at its beginning alone: each of several processes would have to unpack all that comes before its piece"
    )


def main() -> None:
    """All formats."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, spawn.Pool(1) as one, spawn.Pool(2) as two:
        files = write(Path(folder), events)
        one.map(ready, range(1))
        two.map(ready, range(2), chunksize=1)
        for name in ("LHE", "Parquet", "ROOT", "LHE, gzip"):
            compare(one, two, name, files[name])
        unpacking(files["LHE, gzip"])


if __name__ == "__main__":
    main()
