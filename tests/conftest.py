"""Fixtures that every part of the suite may use."""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib as mpl
import pytest
from hypothesis import settings

mpl.use("Agg")

# The same few examples in every run of the suite, so that it cannot fail by chance; many new ones every night.
settings.register_profile("suite", max_examples=25, derandomize=True, deadline=None)
settings.register_profile("nightly", max_examples=300, deadline=None)
settings.load_profile("suite")

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
