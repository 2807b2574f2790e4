"""Functions named in cards: where they may come from."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from symhep.errors import CardError
from symhep.plugin import functions
from symhep.plugin.functions import add_code_folder, code_folders, load_function, source_checksum
from symhep.plugin.sources import reachable

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    path, before, known = list(sys.path), os.environ.pop("SYMHEP_CODE", None), set(sys.modules)
    yield
    sys.path[:] = path
    os.environ.pop("SYMHEP_CODE", None)
    if before is not None:
        os.environ["SYMHEP_CODE"] = before
    for name in set(sys.modules) - known:
        if name.startswith("o1_"):
            del sys.modules[name]


def write(folder: Path, name: str, text: str = "def phi(x):\n    return x[:, 0]\n") -> None:
    (folder / f"{name}.py").write_text(text)


@pytest.mark.parametrize(
    "name",
    [
        "builtins:exec",
        "pickle:loads",
        "pickle:Unpickler",
        "os:system",
        "subprocess:Popen",
        "numpy:hypot",
        "symhep:run",
    ],
)
def test_what_is_merely_installed_is_refused(name: str) -> None:
    with pytest.raises(
        CardError, match=f"the function '{name}' is not allowed in a card: no --code folder has"
    ):
        load_function(name)


def test_nothing_is_imported_for_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "o1_installed", f"open({str(tmp_path / 'marker')!r}, 'w')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("o1_installed:open", "o1_installed.deep:open"):
        with pytest.raises(CardError, match="is not allowed in a card"):
            load_function(name)
    assert not (tmp_path / "marker").exists()


#: What a module of the user's may hold without having written it, or without its being a function.
NOT_WRITTEN_THERE = {
    "loads": ("from pickle import loads", "it is a builtin_function_or_method, not a Python"),
    "dedent": ("from textwrap import dedent", "it is defined in the module 'textwrap'"),
    "renamed": ("import textwrap; renamed = textwrap.dedent", "it is defined in the module 'textwrap'"),
    "_loads": ("from pickle import _loads", "it is defined in the module '_?pickle'"),
    "Popen": ("from subprocess import Popen", "it is defined in the module 'subprocess'"),
    "part": ("import functools, pickle; part = functools.partial(pickle.loads)", "it is a partial"),
    "bound": ("import shlex; bound = shlex.shlex('x').push_token", "it is a method"),
    "lent": ("import inspect; lent = inspect.Signature.replace", "it is defined in the module 'inspect'"),
    "ufunc": ("import numpy; ufunc = numpy.hypot", "it is a ufunc"),
    "cached": ("import functools\n@functools.cache\ndef cached(x): return x", "it is a _lru_cache_wrapper"),
    "context": (  # the code that runs is contextlib's, though its __module__ says otherwise
        "import contextlib\n@contextlib.contextmanager\ndef context(x): yield x",
        "it is defined in the module 'contextlib'",
    ),
    "wraps": (
        "import functools, pickle\n@functools.wraps(pickle.loads)\ndef wraps(x): return pickle.loads(x)",
        "of what it wraps, it is a builtin",
    ),
    "faked": ("import shlex\nfaked = shlex.join\nfaked.__module__ = __name__", "the module 'shlex'"),
    "made": ("exec(compile('def made(x): return x', 'elsewhere.py', 'exec'))", "it is defined in .*elsewhere.py"),
    "Child": ("import subprocess\nclass Child(subprocess.Popen): pass", "'Popen.__init__' is of .*subprocess"),
    "Named": ("import enum\nclass Named(enum.Enum): A = 1", "constructor 'EnumType?(Meta)?.__call__' is of .*enum"),
    "Numbers": ("class Numbers(dict): pass", "constructor .* is of Python or a compiled library"),
}  # fmt: skip


@pytest.mark.parametrize("attribute", NOT_WRITTEN_THERE)
def test_what_a_module_did_not_write_is_refused(tmp_path: Path, attribute: str) -> None:
    text, why = NOT_WRITTEN_THERE[attribute]
    write(tmp_path, f"o1_has_{attribute}", text + "\n")
    add_code_folder(tmp_path)
    advice = f"write in .*{attribute}.py a function"
    message = f"the function 'o1_has_{attribute}:{attribute}' is not allowed in a card: .*{why}.*; {advice}"
    with pytest.raises(CardError, match=message):
        load_function(f"o1_has_{attribute}:{attribute}")


WRITTEN_THERE = """
import dataclasses, functools
from symhep.lie.groups import PlaneRotations
from o1_neighbour import helper
line = lambda x: 2 * x
def plain(x): return 2 * x
def twice(f):
    @functools.wraps(f)
    def inner(x): return f(f(x))
    return inner
@twice
def decorated(x): return x + 1
class Own:
    def __init__(self, x): self.x = x
@dataclasses.dataclass
class Data:
    x: int
class Turn(PlaneRotations):
    pass
"""


def test_functions_and_classes_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "o1_written", WRITTEN_THERE)
    write(tmp_path, "o1_neighbour", "def helper(x): return 3 * x\n")
    add_code_folder(tmp_path)
    numbers = {n: load_function(f"o1_written:{n}")(2) for n in ("line", "plain", "decorated", "helper")}
    assert numbers == {"line": 4, "plain": 4, "decorated": 4, "helper": 6}
    assert load_function("o1_written:Own")(5).x == load_function("o1_written:Data")(5).x == 5
    assert load_function("o1_written:Turn")(3).vector == 3


def test_an_environment_below_the_folder_is_not_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--code . where the packages are installed in ./env: what they hold is not the user's."""
    (tmp_path / "env").mkdir()
    write(tmp_path / "env", "o1_package", "def load(x): return x\n")
    write(tmp_path, "o1_main", "from o1_package import load\n")
    monkeypatch.syspath_prepend(str(tmp_path / "env"))
    add_code_folder(tmp_path)
    with pytest.raises(CardError, match="it is defined in the module 'o1_package'"):
        load_function("o1_main:load")
    monkeypatch.setattr(functions, "_installed", lambda: (tmp_path / "env",))
    with pytest.raises(CardError, match=r"has a module 'env\.o1_package'"):
        load_function("env.o1_package:load")


def test_a_module_in_the_current_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "o1_here")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CardError, match=f"the function 'o1_here:phi'.*add --code {tmp_path}"):
        load_function("o1_here:phi")
    monkeypatch.syspath_prepend(str(tmp_path))  # as `python -m symhep` does
    with pytest.raises(CardError, match=f"the function 'o1_here:phi'.*add --code {tmp_path}"):
        load_function("o1_here:phi")
    add_code_folder(".")
    assert load_function("o1_here:phi")(np.ones((2, 3))).tolist() == [1.0, 1.0]
    assert code_folders() == [tmp_path.resolve()]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("o1_nowhere:f", "no --code folder has a module 'o1_nowhere'"),
        ("o1_broken:f", "'o1_broken' cannot be imported: ZeroDivisionError"),
        ("o1_good:phy", "has no function 'phy'; did you mean 'phi'"),
        ("o1_good:number", "has no function 'number'"),
    ],
)
def test_what_cannot_be_loaded(tmp_path: Path, name: str, message: str) -> None:
    write(tmp_path, "o1_good", "number = 3\ndef phi(x):\n    return x\n")
    write(tmp_path, "o1_broken", "1 / 0\n")
    add_code_folder(tmp_path)
    with pytest.raises(CardError, match=message):
        load_function(name)


def test_code_that_the_module_imports_counts_as_its_own(tmp_path: Path) -> None:
    (tmp_path / "o1_pack" / "deep").mkdir(parents=True)
    write(tmp_path, "o1_main", "def phi(x):\n    from o1_pack.deep import part\n    return part.f(x)\n")
    write(tmp_path / "o1_pack", "__init__", "")
    write(tmp_path / "o1_pack" / "deep", "__init__", "")
    write(tmp_path / "o1_pack" / "deep", "part", "from ..low import f\n")
    write(tmp_path / "o1_pack", "low", "def f(x):\n    return x\n")
    write(tmp_path, "o1_unused", "")
    add_code_folder(tmp_path)
    files = list(reachable("o1_main", code_folders()))
    assert sorted(files) == ["o1_main", "o1_pack", "o1_pack.deep", "o1_pack.deep.part", "o1_pack.low"]
    before = source_checksum("o1_main:phi")
    write(tmp_path, "o1_unused", "changed = 1\n")
    assert source_checksum("o1_main:phi") == before
    write(tmp_path / "o1_pack", "low", "def f(x):\n    return 2 * x\n")
    assert source_checksum("o1_main:phi") != before


def test_a_namespace_package_in_the_current_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "o1_bare").mkdir()
    write(tmp_path / "o1_bare", "inner")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(
        CardError, match=f"no --code folder has a module 'o1_bare.inner'.*add --code {tmp_path}"
    ):
        load_function("o1_bare.inner:phi")
    add_code_folder(tmp_path)
    assert load_function("o1_bare.inner:phi")(np.ones((1, 1))).tolist() == [1.0]


def test_a_link_in_the_current_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    write(tmp_path / "there", "o1_linked")
    (tmp_path / "here" / "o1_linked.py").symlink_to(tmp_path / "there" / "o1_linked.py")
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.syspath_prepend(str(tmp_path / "here"))
    with pytest.raises(CardError, match="no --code folder has a module 'o1_linked'"):
        load_function("o1_linked:phi")


def test_a_module_that_exits_is_an_error_of_the_card(tmp_path: Path) -> None:
    write(tmp_path, "o1_exits", "raise SystemExit(0)\n")
    add_code_folder(tmp_path)
    with pytest.raises(CardError, match="'o1_exits' cannot be imported: SystemExit: 0"):
        load_function("o1_exits:phi")


def test_of_two_modules_with_one_name_neither_is_taken(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, "o1_twin")
        add_code_folder(tmp_path / name)
    write(tmp_path / "b", "o1_only", "from o1_twin import phi\n")
    both = f"a module 'o1_twin' in {tmp_path / 'a'} and in {tmp_path / 'b'}; rename one of the two"
    for function in ("o1_twin:phi", "o1_only:phi"):
        with pytest.raises(CardError, match=both):
            load_function(function)


@pytest.mark.parametrize(
    ("hidden", "by"),
    [("random", "the standard library"), ("sys", "the standard library"), ("numpy", ".*numpy")],
)
def test_modules_that_python_would_not_take_are_refused(tmp_path: Path, hidden: str, by: str) -> None:
    write(tmp_path, hidden)
    write(tmp_path, "o1_uses", f"import {hidden}\ndef phi(x):\n    return x\n")
    add_code_folder(tmp_path)
    for name in (hidden, "o1_uses"):
        with pytest.raises(
            CardError, match=f"'{hidden}' in {tmp_path} has the same name as one of {by}.*; rename it"
        ):
            load_function(f"{name}:phi")


CARD = """symhep: 1
datasets:
  toy: {format: toy, options: {name: gaussian, dimension: 3, events: 200}}
features:
  x: {vars: [x1..x3], scaling: isotropic}
methods:
  mine: {use: oracle, features: x, options: {oracle: {kind: function, function: "o1_mine:phi"}}}
"""


def test_the_command_line_names_the_folder(command: Command, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    write(tmp_path / "code", "o1_mine", "def phi(x):\n    return (x**2).sum(1)\n")
    card = tmp_path / "card.yaml"
    card.write_text(CARD)
    refused = command("validate", card)
    assert refused.returncode == 2
    assert "card.yaml, line 7: " in refused.stderr
    assert "no --code folder has a module 'o1_mine'" in refused.stderr
    code = ("--code", tmp_path / "code")
    assert command("validate", card, *code).returncode == 0
    done = command("run", card, "-o", tmp_path / "out", *code)
    assert done.returncode == 0, done.stderr
    assert "so(3) preserves the function o1_mine:phi" in done.stdout
