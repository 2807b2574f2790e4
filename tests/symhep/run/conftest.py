"""A real run of a bundled sample by a quick method, with everything that can be published or compared."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

import symhep


@pytest.fixture(scope="session")
def tally() -> Any:
    """The module tests/symhep/run/tally.py."""
    path = Path(__file__).with_name("tally.py")
    spec = importlib.util.spec_from_file_location("symhep_test_tally", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def tally_registry(tally: Any) -> Any:
    """The installed plugins and the method 'tally'."""
    return tally.registry()


@pytest.fixture(scope="session")
def run_folder(tally: Any, tally_registry: Any, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the run; nobody writes there."""
    folder = tmp_path_factory.mktemp("published") / "period_a"
    done = symhep.run(tally.card(root / "samples/pp_dijets_13TeV.root"), folder, registry=tally_registry)
    assert list(done.results) == ["means/control", "simulated/control", "simulated/signal"]
    return done.folder


@pytest.fixture(scope="session")
def other_folder(
    tally: Any, tally_registry: Any, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same events with other options, and without figures."""
    folder = tmp_path_factory.mktemp("published") / "period_b"
    card = tally.card(root / "samples/pp_dijets_13TeV.root", seed=2, offset=400.0)
    card["output"]["figures"] = []
    card["methods"]["simulated"]["regions"] = ["control"]
    return symhep.run(card, folder, registry=tally_registry).folder


@pytest.fixture(scope="session")
def stored(run_folder: Path, tally_registry: Any) -> Any:
    """The run, loaded."""
    from symhep.run.stored import read_run

    return read_run(run_folder, tally_registry)


@pytest.fixture(scope="session")
def other(other_folder: Path, tally_registry: Any) -> Any:
    """The other run, loaded."""
    from symhep.run.stored import read_run

    return read_run(other_folder, tally_registry)
