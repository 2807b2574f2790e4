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
