"""What a command loads: checking a card needs neither torch nor what draws."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: Libraries that take a good part of a second each.
HEAVY = (
    "torch",
    "scipy",
    "sklearn",
    "skdim",
    "matplotlib",
    "mplhep",
    "hist",
    "uproot",
    "h5py",
    "pandas",
    "jinja2",
)
SCRIPT = """
import sys
from symhep.cli.main import main
sys.argv = ["symhep", "validate", sys.argv[1]]
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("card", ["ee_mumu.yaml"])
def test_validate_loads_what_it_needs(root: Path, card: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, root / "samples" / card], capture_output=True, text=True, check=True
    )
    first, loaded = done.stdout.splitlines()
    assert "OK: 1 file, methods: symmetries, relevance" in first
    assert not set(HEAVY) & set(loaded.split())
