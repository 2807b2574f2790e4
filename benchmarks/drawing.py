"""Processor time of the first sample with its figures over without them, and what the figures take.

Whole runs of the command line, alternating; then the figures alone, split into making them (the methods' part),
laying them out, drawing and writing each format, with the fonts that a PDF embeds.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matplotlib.backends import backend_pdf
from matplotlib.figure import Figure

import symhep.plotting.save
from symhep.run.rewrite import redraw

CARD = Path(__file__).parents[1] / "samples" / "ee_mumu.yaml"
GOAL = 1.3


def main() -> None:
    """Prints the ratio and the parts."""
    repeat = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as scratch:
        times: dict[str, list[float]] = defaultdict(list)
        for i in range(repeat):
            times["with"].append(_run(Path(scratch) / f"with{i}"))
            times["without"].append(_run(Path(scratch) / f"without{i}", "-s", "output.figures=[]"))
        found = {which: statistics.median(t) for which, t in times.items()}
        ratios = [a / b for a, b in zip(times["with"], times["without"], strict=True)]
        print(f"with figures {found['with']:.1f} s, without {found['without']:.1f} s of processor time")
        print(
            f"ratio {found['with'] / found['without']:.2f} (pairs {min(ratios):.2f} to {max(ratios):.2f}, goal {GOAL})"
        )
        _parts(Path(scratch) / "with0")


def _run(folder: Path, *more: str) -> float:
    """Processor seconds of a run in a process of its own, imports and report included."""
    before = os.times()
    command = [sys.executable, "-m", "symhep", "run", str(CARD), "-o", str(folder), *more]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def _parts(folder: Path) -> None:
    """Where the time of drawing goes; the first pass warms the caches and is not counted."""
    redraw(folder)
    spent: dict[str, float] = defaultdict(float)
    with (
        _timed(symhep.plotting.save, "_lay_out", spent, lambda *a, **k: "layout"),
        _timed(backend_pdf.PdfFile, "writeFonts", spent, lambda *a, **k: "fonts of the PDFs"),
        _timed(Figure, "savefig", spent, lambda *a, **k: k["format"]),
    ):
        start = time.process_time()
        redraw(folder)
        total = time.process_time() - start
    spent["pdf"] -= spent["fonts of the PDFs"]
    spent["making the figures"] = total - sum(spent.values())
    parts = ", ".join(f"{name} {t:.2f} s" for name, t in sorted(spent.items(), key=lambda item: -item[1]))
    print(f"figures alone {total:.1f} s: {parts}")


@contextmanager
def _timed(owner: Any, name: str, spent: dict[str, float], key: Callable[..., str]) -> Iterator[None]:
    """Add the processor time of a function's calls to ``spent`` under the key of its arguments."""
    original = getattr(owner, name)

    def timed(*args: Any, **keywords: Any) -> Any:
        start = time.process_time()
        try:
            return original(*args, **keywords)
        finally:
            spent[key(*args, **keywords)] += time.process_time() - start

    setattr(owner, name, timed)
    try:
        yield
    finally:
        setattr(owner, name, original)


if __name__ == "__main__":
    main()
