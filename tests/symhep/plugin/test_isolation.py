"""Third-party code cannot end the program, wherever it stands."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from symhep.errors import InputError, MethodError, PluginError
from symhep.plugin.isolation import described, isolated, isolated_items, traceback_of


class Stop(BaseException):
    """A plugin's own way to stop."""


@pytest.mark.parametrize(
    "error", [ValueError("x"), SystemExit(0), GeneratorExit(), StopIteration(1), Stop("enough")]
)
def test_everything_becomes_an_error(error: BaseException) -> None:
    with (
        pytest.raises(InputError, match=f"the reader failed: {type(error).__name__}: ") as caught,
        isolated("the reader failed", InputError),
    ):
        raise error
    assert caught.value.__cause__ is error
    assert f"raise error\n{type(error).__name__}" in traceback_of(caught.value).replace(
        "symhep.", ""
    ) or isinstance(error, Stop)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MethodError("too few events")])
def test_what_passes(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, isolated("the method failed"):
        raise error
    assert caught.value is error
    assert traceback_of(error) == ""


def test_an_error_is_reported_once_however_many_isolate_it() -> None:
    with pytest.raises(PluginError, match=r"^inner: SystemExit: 3$"), isolated("outer"), isolated("inner"):
        sys.exit(3)


def test_items_end_as_they_should() -> None:
    closed = []

    def items(then: BaseException | None) -> Iterator[int]:
        try:
            yield 1
            if then:
                raise then
        finally:
            closed.append(True)

    assert list(isolated_items(items(None))) == [1]
    taken = isolated_items(items(SystemExit(0)), "reader 'x' failed", InputError)
    assert next(taken) == 1
    with pytest.raises(InputError, match="reader 'x' failed: SystemExit: 0"):
        next(taken)
    early = isolated_items(items(None))
    next(early)
    early.close()  # a reader that is stopped early is not a reader that failed
    del early
    assert closed == [True, True, True]


def test_the_traceback_is_found_behind_later_errors() -> None:
    def later() -> None:
        try:
            with isolated("inner"):
                raise KeyError("beam")
        except PluginError as error:
            raise MethodError(f"later: {error}") from error

    with pytest.raises(MethodError) as caught:
        later()
    assert 'raise KeyError("beam")' in traceback_of(caught.value)
    assert described(MethodError("plain")) == "plain"


def symhep(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(home), *sys.path])}
    command = [sys.executable, "-m", "symhep", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)


def test_an_entry_point_that_exits_does_not_silence_the_commands(tmp_path: Path) -> None:
    info = tmp_path / "leaves-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: leaves\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[symhep]\nleaves = leaves_at_once\n")
    (tmp_path / "leaves_at_once.py").write_text("import sys\nsys.exit(0)\n")
    listed = symhep(tmp_path, "methods")
    assert listed.returncode == 0
    assert "vae" in listed.stdout
    assert "leaves  SystemExit: 0" in listed.stdout
    asked = symhep(tmp_path, "methods", "leaves")
    assert asked.returncode == 2
    assert "plugin 'leaves' is broken: SystemExit: 0 (traceback: " in asked.stderr
    log = Path(asked.stderr.rsplit("traceback: ", 1)[1].strip().rstrip(")"))
    assert "leaves_at_once.py" in log.read_text()
    log.unlink()
