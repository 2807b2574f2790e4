"""Long files: memory that does not grow with them, and time well below that of the referee."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
import warnings

import pylhe
import pytest

from symhep.errors import InputError
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.lhe import LheReader

# VmHWM and not ru_maxrss: the latter starts at the size of the process that this one was forked from.
CHILD = """
import re, sys
from pathlib import Path
from symhep.readers.lhe import LheReader
from symhep.readers.interface import LossLog, ReadRequest
reader = LheReader()
n = sum(len(b) for b in reader.read(sys.argv[1], reader.Options(), ReadRequest(), LossLog()))
peak_kb = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(n, peak_kb // 1024)
"""


@pytest.mark.slow
def test_a_million_events_in_less_than_a_gigabyte(lhe, tmp_path):
    path = tmp_path / "long.lhe.gz"
    thousand = "".join(lhe.event(i, particles=4) for i in range(1000))
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write(lhe.document(footer=""))
        for _ in range(1000):
            file.write(thousand)
        file.write(lhe.footer)
    out = subprocess.run([sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=True)
    events, peak_mb = map(int, out.stdout.split())
    assert events == 1_000_000
    assert peak_mb < 500


@pytest.mark.slow
def test_at_least_five_times_as_fast_as_pylhe(shared_data):
    path = str(shared_data / "madgraph_mumu_to_ee_150GeV.lhe.gz")
    reader, ours, theirs = LheReader(), [], []
    for _ in range(5):
        start = time.process_time()
        list(reader.read(path, reader.Options(), ReadRequest(), LossLog()))
        ours.append(time.process_time() - start)
        start = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pylhe.to_awkward(pylhe.LHEFile.fromfile(path))
        theirs.append(time.process_time() - start)
    assert min(theirs) / min(ours) > 5


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
