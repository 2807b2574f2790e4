"""What a run tells: warnings always, steps with -v, all of it in a file, how far it is where there is no terminal."""

from __future__ import annotations

import logging
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from symhep.cli.log import HOW_FAR, beat, telling
from symhep.cli.progress import HowFar
from symhep.errors import StoreError
from symhep.methods.context import SilentProgress

LOG = logging.getLogger("symhep")


def _tell() -> None:
    LOG.info("a step")
    LOG.log(HOW_FAR, "how far")
    LOG.warning("a warning with \x1b[31m and\nanother line")


@pytest.mark.parametrize("verbose", [False, True])
def test_without_a_terminal(capsys: pytest.CaptureFixture[str], verbose: bool) -> None:
    with telling(verbose):
        _tell()
    steps = ["symhep: a step"] if verbose else []
    warning = r"symhep: a warning with \x1b[31m and\nanother line"
    assert capsys.readouterr().err.splitlines() == [*steps, "symhep: how far", warning]


def test_the_file_has_all_with_times_and_is_added_to(tmp_path: Path) -> None:
    for _ in range(2):
        with telling(file=tmp_path / "run.log"):
            _tell()
    lines = (tmp_path / "run.log").read_text().splitlines()
    assert len(lines) == 6
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO a step", lines[0])
    assert lines[5].endswith(r"WARNING a warning with \x1b[31m and\nanother line")


def test_the_logger_is_left_as_it_was() -> None:
    before = (LOG.level, LOG.propagate, list(LOG.handlers))
    with telling(verbose=True):
        assert LOG.handlers
    assert (LOG.level, LOG.propagate, LOG.handlers) == before


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match=r"no/run\.log: the log cannot be written: No such file"),
        telling(file=tmp_path / "no/run.log"),
    ):
        pass


def test_a_line_comes_every_half_minute(caplog: pytest.LogCaptureFixture) -> None:
    far, waits = HowFar(SilentProgress(), lambda: 0.0, lambda: 1.5), iter([False, False, True])
    seconds: list[float] = []

    def wait(timeout: float) -> bool:
        seconds.append(timeout)
        return next(waits)

    with caplog.at_level(HOW_FAR, "symhep"), far.task("one long step", 1):
        beat(far, wait)
    assert seconds == [30.0, 30.0, 30.0]
    assert caplog.messages == ["one long step: 0 of 1 (0%), for 0 s; 1.5 GB"] * 2


def test_it_is_told_while_the_work_goes_on_and_no_longer() -> None:
    def threads() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name == "symhep how far"]

    with telling():
        assert threads() == ["symhep how far"]
    assert threads() == []


def test_a_run_tells_its_steps(tmp_path: Path, command: Any, root: Path) -> None:
    card = root / "samples/circle.yaml"
    options = [
        "-n",
        "50",
        "-s",
        "methods.relevance.options.runs=1",
        "-s",
        "methods.relevance.options.epochs=1",
    ]
    done = command("run", card, "-o", tmp_path / "r", "-v", "--log", tmp_path / "l.log", *options)
    assert done.returncode in (0, 4)
    text = (tmp_path / "l.log").read_text()
    for step in (
        "read toy:circle (toy): 50 events, sum of weights 50",
        "method 'relevance' (vae) begins",
        "report written: ",
    ):
        assert step in done.stderr
        assert step in text
