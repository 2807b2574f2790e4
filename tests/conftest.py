"""Fixtures that every part of the suite may use."""

from __future__ import annotations

import importlib.util
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from symhep.plugin.manager import Registry

mpl.use("Agg")

# The same few examples in every run of the suite, so that it cannot fail by chance; many new ones every night.
settings.register_profile("suite", max_examples=25, derandomize=True, deadline=None)
settings.register_profile("nightly", max_examples=300, deadline=None)
settings.load_profile("suite")

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest test first: at the end of the list the other worker would wait for it."""
    items.sort(key=lambda item: "test_reproducible" not in item.nodeid)


@pytest.fixture(scope="session")
def text_boxes() -> Any:
    """The module tests/text_boxes.py: texts of a figure that overlap or are cut."""
    spec = importlib.util.spec_from_file_location("symhep_test_text_boxes", ROOT / "tests" / "text_boxes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """`symhep ARGUMENTS` in this process (importing everything anew takes seconds): exit code, stdout, stderr."""
    from symhep.cli.main import main

    def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        typed = ["symhep", *map(str, arguments)]
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", typed)
            patch.setattr(sys, "path", list(sys.path))
            patch.setenv("SYMHEP_CODE", "")  # --code adds to both
            patch.chdir(cwd or Path.cwd())
            with pytest.raises(SystemExit) as end:
                main()
        return subprocess.CompletedProcess(typed, int(end.value.code or 0), out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def announced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Registry]]:
    """Registry of a plugin 'mine' that is not installed and announces the functions of a source, beside ``others``."""

    def make(source: str, **others: object) -> Registry:
        import importlib

        from symhep.plugin.manager import build_registry

        hook = (
            "\n\nimport symhep\n\n\n@symhep.hookimpl\ndef symhep_register_functions():\n"
            "    from inspect import isfunction\n"
            "    return {k: v for k, v in globals().items() if isfunction(v) and not k.startswith('symhep')}\n"
        )
        (tmp_path / "announced_by_hand.py").write_text(source + hook)
        monkeypatch.syspath_prepend(str(tmp_path))
        mine = importlib.import_module("announced_by_hand")
        return build_registry({"mine": mine, **others}, points=())

    yield make
    sys.modules.pop("announced_by_hand", None)


@pytest.fixture(scope="session")
def cuda() -> str:
    """A GPU, or the reason why the test is skipped."""
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device: run `tox -e gpu` on a machine that has one")
    return "cuda"
