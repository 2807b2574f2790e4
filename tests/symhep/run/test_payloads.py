"""A card and a file of events together run no code: whatever a card names, nothing is called that nobody allowed."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from symhep.card.loader import load_card
from symhep.cli import main as cli
from symhep.errors import CardError
from symhep.plugin.functions import add_code_folder
from symhep.plugin.manager import Registry, build_registry
from symhep.run.pipeline import run
from symhep.run.plan import make_plan

#: Every option that names a function: method and its options with the name filled in.
OPTIONS: dict[str, Any] = {
    "oracle": lambda f: ("oracle", {"oracle": {"kind": "function", "function": f}}),
    "breaking": lambda f: (
        "oracle",
        {"oracle": "l2", "breaking": {"oracle": {"kind": "function", "function": f}}},
    ),
    "density": lambda f: ("moments", {"density": {"function": f}}),
    "test functions": lambda f: ("moments", {"functions": {"user": {"function": f}}}),
    "search": lambda f: ("symmetrygan", {"search": f}),
    "search on": lambda f: ("symmetrygan", {"search": {"group": f, "on": ["x1"]}}),
    "list": lambda f: ("symmetrygan", {"search": {"group": [f]}}),
    "term": lambda f: ("symmetrygan", {"terms": [{"name": f}]}),
    "inertial": lambda f: ("symmetrygan", {"inertial": {"of": {"kind": "user", "function": f}}}),
    "formula": lambda f: ("symmetrygan", {"map": {"formula": {"function": f}}}),
}
NAMES = ("builtins:exec", "pickle:loads", "p1_reexports:loads", "p1_reexports:run", "p1_reexports:bound")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return build_registry()


@pytest.fixture(autouse=True)
def _code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder that the user trusts, whose module imports what a card must not name."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "p1_reexports.py").write_text(
        "import functools\nfrom pickle import loads\nrun = exec\nbound = functools.partial(exec)\n"
    )
    monkeypatch.setenv("SYMHEP_CODE", "")
    monkeypatch.syspath_prepend(str(tmp_path / "code"))
    add_code_folder(tmp_path / "code")
    yield
    sys.modules.pop("p1_reexports", None)


def payload(kind: str, marker: Path) -> bytes:
    """What makes the folder ``marker`` when it is executed, or unpickled: text, so that its doubles are finite."""
    if kind == "source":
        return f"import os; os.mkdir({str(marker)!r})\n".encode()
    return f"cos\nmkdir\n(V{marker}\ntR.".encode()


def events(path: Path, content: bytes) -> np.ndarray[Any, Any]:
    """A Parquet file with one float64 column whose bytes are ``content``, again and again with blanks."""
    values = np.frombuffer(content + b"\n" * (8 * 500 - len(content)), dtype="<f8")
    assert np.isfinite(values).all()
    pq.write_table(pa.table({"x1": values}), path)
    return values


@pytest.mark.parametrize("kind", ["source", "pickle"])
def test_the_payloads_would_work(tmp_path: Path, kind: str) -> None:
    marker = tmp_path / "marker"
    values = events(tmp_path / "events.parquet", payload(kind, marker))
    if kind == "source":
        exec(values.tobytes())  # noqa: S102  # what the card asks for
    else:
        pickle.loads(values)  # noqa: S301
    assert marker.exists()


def card_of(tmp_path: Path, kind: str, option: str, name: str) -> dict[str, Any]:
    events(tmp_path / "events.parquet", payload(kind, tmp_path / "marker"))
    use, options = OPTIONS[option](name)
    return {
        "symhep": 1,
        "datasets": {"d": {"files": [str(tmp_path / "events.parquet")], "format": "parquet"}},
        "features": {"x": {"vars": ["x1"], "scaling": "none"}},
        "methods": {"m": {"use": use, "features": "x", "options": options}},
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("option", OPTIONS)
def test_nothing_is_executed(tmp_path: Path, registry: Registry, option: str, name: str) -> None:
    card = card_of(tmp_path, "source" if name.endswith(("exec", "run", "bound")) else "pickle", option, name)
    with pytest.raises(CardError, match=f"the function '{name}'"):
        make_plan(load_card(card), registry)
    with pytest.raises(CardError, match=f"the function '{name}'"):
        run(card, tmp_path / "out", registry=registry)
    assert not (tmp_path / "marker").exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["validate", "run"])
def test_the_commands_say_where_and_exit_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    events(tmp_path / "events.parquet", payload("source", tmp_path / "marker"))
    (tmp_path / "card.yaml").write_text(
        "symhep: 1\ndatasets:\n  d: {files: [events.parquet]}\nfeatures:\n  x: {vars: [x1], scaling: none}\n"
        "methods:\n  m:\n    use: oracle\n    features: x\n    options:\n"
        "      oracle: {kind: function, function: 'builtins:exec'}\n"
    )
    monkeypatch.setattr(sys, "argv", ["symhep", command, str(tmp_path / "card.yaml")])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    assert exit_.value.code == 2
    told = capsys.readouterr().err
    assert "card.yaml, line 11: " in told
    assert "the function 'builtins:exec'" in told
    assert not (tmp_path / "marker").exists()
