"""Damaged files of every format, four hundred of them; twenty thousand run every night (tox -e slow)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="every case is a forked child")
def test_damaged_files_are_read_right_told_or_refused(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "tests/fuzz", "--cases", "400", "--seed", "1"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| all | 400 |" in done.stdout


CHILDREN = """
import os
from child import Outcome, outcomes

def fails():
    raise ValueError("of a library")

def endless():
    while True:
        pass

def large():
    return Outcome("same", str(len(b"x" * (100 << 20))))

asked = [lambda: Outcome("same"), fails, endless, large, lambda: os._exit(0), lambda: Outcome("told")]
print(*(found.kind for found in outcomes(asked, seconds=1, memory=1 << 26)))
"""

READERS = """
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path
import numpy as np
from cases import judge, measured
from samples import samples
from symhep.plugin.manager import build_registry
from symhep.readers.csv.reader import CsvReader
from symhep.readers.interface import Loss

registry, folder, read = build_registry(), Path(tempfile.mkdtemp()), CsvReader.read
(sample,) = (s for s in samples() if s.name == "csv")
good = measured(sample, folder, registry)

def shortened(self, path, options, request, losses):
    yield from read(self, path, options, replace(request, max_events=2), losses)

def told(self, path, options, request, losses):
    yield from shortened(self, path, options, request, losses)
    losses.record(Loss(path, "the rest", 4))

def told_too_few(self, path, options, request, losses):
    yield from shortened(self, path, options, request, losses)
    losses.record(Loss(path, "the rest", 3))

def weightless(self, path, options, request, losses):
    for batch in read(self, path, options, request, losses):
        yield replace(batch, weights=batch.weights * np.nan)

def fails(self, path, options, request, losses):
    if request.variations:  # not where the file is inspected
        raise ValueError("of a library")
    yield from read(self, path, options, request, losses)

def warns(self, path, options, request, losses):
    warnings.warn("of a library", RuntimeWarning, stacklevel=1)
    yield from read(self, path, options, request, losses)

for CsvReader.read in (read, shortened, told, told_too_few, weightless, fails, warns):
    print(judge(folder / "a.csv", good, registry).kind)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="every case is a forked child")
@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        (CHILDREN, "same foreign hang memory crash told"),
        (READERS, "same untold told untold nonsense foreign foreign"),
    ],
)
def test_what_may_not_happen_is_seen(root: Path, code: str, kinds: str) -> None:
    path = os.pathsep.join([str(root / "tests/fuzz"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path},
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.split() == kinds.split(), done.stderr
