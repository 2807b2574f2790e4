"""Long files: memory that does not grow with them."""

from __future__ import annotations

import gzip
import subprocess
import sys

import pytest

from symhep.errors import InputError
from symhep.readers.interface import ReadRequest

# VmHWM and not ru_maxrss: the latter starts at the size of the process that this one was forked from.
CHILD = """
import re, sys
from pathlib import Path
from symhep.readers.lhe import LheReader
from symhep.readers.interface import LossLog, ReadRequest
reader = LheReader()
for path in sys.argv[2:]:
    request = ReadRequest(chunk_events=int(sys.argv[1]))
    n = sum(len(b) for b in reader.read(path, reader.Options(), request, LossLog()))
    peak_kb = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    print(n, peak_kb // 1024)
"""


def peaks(lhe, folder, chunk, *thousands):
    """Events of files that are read one after the other by one process, and its peak memory in MB after each."""
    paths = [folder / f"{n}.lhe.gz" for n in thousands]
    thousand = "".join(lhe.event(i, particles=4) for i in range(1000))
    for n, path in zip(thousands, paths, strict=True):
        with gzip.open(path, "wt", compresslevel=1) as file:
            file.write(lhe.document(footer=""))
            for _ in range(n):
                file.write(thousand)
            file.write(lhe.footer)
    out = subprocess.run(
        [sys.executable, "-c", CHILD, str(chunk), *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [tuple(map(int, line.split())) for line in out.stdout.splitlines()]


def test_memory_does_not_grow_with_the_file(lhe, tmp_path):
    (short, before), (long, after) = peaks(lhe, tmp_path, 2000, 20, 200)
    assert (short, long) == (20_000, 200_000)
    assert after - before < 30  # measured: 4 MB; 65 MB where the batches are kept


@pytest.mark.slow
def test_a_million_events_in_less_than_a_gigabyte(lhe, tmp_path):
    ((events, peak),) = peaks(lhe, tmp_path, ReadRequest().chunk_events, 1000)
    assert events == 1_000_000
    assert peak < 500


@pytest.mark.parametrize("where", ["header", "event"])
def test_what_never_ends_is_an_error_and_not_a_full_memory(read, lhe, monkeypatch, where):
    monkeypatch.setattr("symhep.readers.lhe.document._LIMIT", 1 << 20)
    long = "1.0 " * (1 << 20)
    whole = lhe.document(lhe.event(0))
    text = (
        whole.replace("<init>", long + "<init>")
        if where == "header"
        else whole.replace(" 2 7", long + " 2 7")
    )
    with pytest.raises(InputError, match=f"the {where} that begins here has no end within 1 MB"):
        read(text, policy="fail")
