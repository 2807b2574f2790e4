"""Fixtures that every part of the suite may use."""

from __future__ import annotations

import importlib
import importlib.util
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
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
    """The longest tests first: at the end of the list the other worker would wait for them."""
    longest = ("test_reproducible", "test_site")
    items.sort(
        key=lambda item: next((n for n, name in enumerate(longest) if name in item.nodeid), len(longest))
    )


#: What the run saves in place of a figure in tests that look at none: a picture of one pixel.
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63f80f0001010100b138f6140000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def _figures_are_not_set(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Laying out and saving figures is half of the time of a run: tests that look at them are marked `drawn`."""
    if request.node.get_closest_marker("drawn") is not None:
        return

    def save(
        figure: object, stem: Path, formats: Sequence[str] = ("pdf", "png"), heading: object = None
    ) -> list[Path]:
        stem.parent.mkdir(parents=True, exist_ok=True)
        paths = [stem.with_name(f"{stem.name}.{kind}") for kind in formats]
        for path in paths:
            path.write_bytes(_PIXEL)
        return paths

    # By its module: `symhep.run` is a function.
    monkeypatch.setattr(importlib.import_module("symhep.run.drawing"), "save_figure", save)


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
