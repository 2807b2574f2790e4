"""LHE to four-vectors: how much faster than pylhe, what bounds it, and how much memory a long file takes.

    python benchmarks/lhe.py [FILE.lhe.gz]

Times are medians over alternating repetitions in one process, so that a slow
moment of the machine hits all alike. Without a file a generated one is read.
"""

from __future__ import annotations

import gzip
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pylhe

from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.lhe import LheReader
from symhep.readers.stream import blocks

REPETITIONS = 11
EVENT = """<event>
 4      1 +5.5789000e+00 1.50000000e+02 7.54677100e-03 1.09774200e-01
      -13 -1    0    0    0    0 +0.0000000000e+00 +0.0000000000e+00 +7.5000000000e+01 7.5000000000e+01 0. 0. 1.0
       13 -1    0    0    0    0 -0.0000000000e+00 -0.0000000000e+00 -7.5000000000e+01 7.5000000000e+01 0. 0. -1.0
      -11  1    1    2    0    0 -5.48352358{i:02d}e+01 +4.5731393671e+01 -2.2950741709e+01 7.5000000000e+01 0. 0. 1.0
       11  1    1    2    0    0 +5.48352358{i:02d}e+01 -4.5731393671e+01 +2.2950741709e+01 7.5000000000e+01 0. 0. -1.0
</event>
"""
TOP = (
    "<LesHouchesEvents version='3.0'>\n<init>\n-13 13 75. 75. 0 0 0 0 -4 1\n5.5789 0.005 5.5789 1\n</init>\n"
)
END = "</LesHouchesEvents>\n"
# VmHWM and not ru_maxrss: the latter starts at the size of the process that this one was forked from.
CHILD = """
import re, sys
from pathlib import Path
from symhep.readers.lhe import LheReader
from symhep.readers.interface import LossLog, ReadRequest
reader = LheReader()
n = sum(len(b) for b in reader.read(sys.argv[1], reader.Options(), ReadRequest(), LossLog()))
peak_kb = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(n, peak_kb / 1024)
"""


def write(path: Path, events: int) -> None:
    """A file of ``events`` events, never held in memory."""
    hundred = "".join(EVENT.format(i=i) for i in range(100))
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write(TOP)
        for _ in range(events // 100):
            file.write(hundred)
        file.write(END)


def read(path: str, **request: object) -> int:
    """Everything of a file, through the reader."""
    reader = LheReader()
    batches = reader.read(path, reader.Options(), ReadRequest(**request), LossLog())  # type: ignore[arg-type]
    return sum(len(batch) for batch in batches)


def referee(path: str) -> int:
    """The same through pylhe."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(pylhe.to_awkward(pylhe.LHEFile.fromfile(path)))


def compare(path: str) -> float:
    """Print the times and give the ratio for all columns and weights."""
    momenta = {"fields": {"particles": frozenset()}, "event_fields": frozenset()}
    tasks: dict[str, Callable[[], int]] = {
        "pylhe.to_awkward": lambda: referee(path),
        # pylhe always reads the named weights: on files that have them only this line does the same work.
        "symhep, and all weights": lambda: read(path, variations=True),
        "symhep, all columns": lambda: read(path),
        "symhep, four-vectors": lambda: read(path, **momenta),
        "decompressing alone": lambda: sum(map(len, blocks(path))),
    }
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(REPETITIONS):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            times[name].append(time.perf_counter() - start)
    median = {name: statistics.median(values) for name, values in times.items()}
    slow = median["pylhe.to_awkward"]
    for name, seconds in median.items():
        print(f"{name:24s} {1e3 * seconds:8.1f} ms   pylhe / this = {slow / seconds:6.1f}")
    ratios = [a / b for a, b in zip(times["pylhe.to_awkward"], times["symhep, and all weights"], strict=True)]
    print(
        f"ratio over repetitions: median {statistics.median(ratios):.1f}, {min(ratios):.1f} to {max(ratios):.1f}"
    )
    return statistics.median(ratios)


def memory(events: int) -> float:
    """Peak resident memory in MB of a process that reads ``events`` events."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.lhe.gz"
        write(path, events)
        start = time.perf_counter()
        out = subprocess.run([sys.executable, "-c", CHILD, path], capture_output=True, text=True, check=True)
        n, peak = out.stdout.split()
        assert int(n) == events
        print(f"{events:9d} events: {float(peak):6.0f} MB at most, {time.perf_counter() - start:5.1f} s")
        return float(peak)


def main() -> None:
    """Both measurements."""
    with tempfile.TemporaryDirectory() as folder:
        path = sys.argv[1] if len(sys.argv) > 1 else str(Path(folder) / "generated.lhe.gz")
        if len(sys.argv) == 1:
            write(Path(path), 10_000)
        compare(path)
    print("bound by one core: decompression and checksum, finding where numbers begin and end (two passes of")
    print("numpy over the bytes), and correctly rounded decimal-to-binary conversion (fast_float in Arrow)")
    for events in (10_000, 1_000_000):
        memory(events)


if __name__ == "__main__":
    main()
