"""Fixtures that every part of the suite may use."""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib as mpl
import pytest

mpl.use("Agg")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real event files of other people's generators: $SYMHEP_DATA, else ../shared/data beside the checkout."""
    folder = Path(os.environ.get("SYMHEP_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real event files: neither $SYMHEP_DATA nor {folder} is a folder")
    return folder


@pytest.fixture(scope="session")
def cuda() -> str:
    """A GPU, or the reason why the test is skipped."""
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device: run `tox -e gpu` on a machine that has one")
    return "cuda"
