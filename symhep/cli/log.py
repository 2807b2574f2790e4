"""What a run tells while it works: warnings always, each step with ``-v``, all of it with times in a file.

There is one logger, "symhep". Where stderr is no terminal, or a file is written, a line at least every half minute
says what is being done and how far it is.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from symhep.cli.progress import HowFar, TerminalProgress
from symhep.errors import StoreError
from symhep.methods.context import Progress, SilentProgress
from symhep.printable import printable

__all__ = ["EVERY_S", "HOW_FAR", "beat", "telling"]

#: Seconds between two lines on how far the work is.
EVERY_S = 30.0
#: Level of these lines: more than the steps that -v shows, less than a warning.
HOW_FAR = 25
_LOG = logging.getLogger("symhep")


@contextmanager
def telling(verbose: bool = False, file: str | Path | None = None) -> Iterator[Progress]:
    """Log to stderr and to ``file`` while the block runs, and give it the progress that shows there.

    Raises `StoreError` if ``file`` cannot be written.
    """
    bars = TerminalProgress()
    shown = logging.WARNING if bars.console.is_terminal else HOW_FAR
    handlers: list[logging.Handler] = [
        _handler(sys.stderr, logging.INFO if verbose else shown, "symhep: %(message)s")
    ]
    with ExitStack() as stack:
        if file is not None:
            try:
                stream = stack.enter_context(
                    Path(file).open("a", encoding="utf-8", errors="backslashreplace")
                )
            except OSError as error:
                raise StoreError(f"{file}: the log cannot be written: {error.strerror}") from error
            handlers.append(_handler(stream, logging.INFO, "%(asctime)s %(levelname)s %(message)s"))
        level, propagate = _LOG.level, _LOG.propagate
        for handler in handlers:
            _LOG.addHandler(handler)
            stack.callback(_LOG.removeHandler, handler)
        _LOG.setLevel(min(handler.level for handler in handlers))
        _LOG.propagate = False
        stack.callback(_LOG.setLevel, level)
        stack.callback(setattr, _LOG, "propagate", propagate)
        progress = HowFar(bars if bars.console.is_terminal else SilentProgress())
        if not bars.console.is_terminal or file is not None:
            stack.enter_context(_beating(progress))
        yield progress


def _handler(stream: TextIO, level: int, form: str) -> logging.Handler:
    handler = logging.StreamHandler(stream)
    handler.setLevel(level)
    handler.setFormatter(_OneLine(form))
    return handler


class _OneLine(logging.Formatter):
    """One line per record, with control characters written out."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return printable(super().format(record))


@contextmanager
def _beating(progress: HowFar) -> Iterator[None]:
    """Log how far the work is, in a thread of its own: a single step may take an hour."""
    over = threading.Event()
    thread = threading.Thread(target=beat, args=(progress, over.wait), name="symhep how far", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def beat(progress: HowFar, wait: Callable[[float], bool]) -> None:
    """A line every `EVERY_S` seconds until ``wait``, which takes the seconds, says that it is over."""
    while not wait(EVERY_S):
        _LOG.log(HOW_FAR, "%s", progress.line())
