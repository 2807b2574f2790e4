"""How found elements look: one colour and one symbol per verdict, the same in all figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.lines import Line2D

from symhep.methods.result import Arrays
from symhep.plotting.style import COLOURS, GREY

__all__ = ["GREY", "RANDOM", "VERDICTS", "legend_of", "sorted_by_verdict"]

#: Colour, symbol and words of a verdict; what failed lies below what was kept.
VERDICTS: dict[str, tuple[str, str, str]] = {
    "failed": (COLOURS[2], "X", "found, rejected"),
    "not tested": (COLOURS[1], "o", "found"),
    "kept": (COLOURS[1], "o", "found, accepted"),
}
#: Colour of random elements of the space.
RANDOM = COLOURS[5]


def sorted_by_verdict(a: Arrays) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Verdicts that occur, with the restarts that got them (E,); diverged ones are not drawn."""
    for verdict in VERDICTS:
        chosen = a["verdict"] == verdict
        if chosen.any():
            yield verdict, chosen


def legend_of(verdicts: Sequence[str]) -> list[Line2D]:
    """A handle per verdict."""
    return [
        Line2D([], [], color=VERDICTS[v][0], marker=VERDICTS[v][1], ls="none", ms=7, mec="black", mew=0.5,
               label=VERDICTS[v][2])
        for v in verdicts
    ]  # fmt: skip
