"""How many symmetries: the statistic of every rank against its reference distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator
from scipy.stats import chi2

from symhep.methods.p_values import SMALLEST, short_p
from symhep.plotting.p_axis import MARKS
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS, GREY
from symhep_moments.record import RankRow
from symhep_moments.say.blocks import block_name

__all__ = ["rank_statistics", "reference"]

FloatArray = npt.NDArray[np.float64]

#: p-values that still fit side by side.
_WRITTEN = 11


def rank_statistics(chain: Sequence[RankRow]) -> Figure:
    """T against the number r of symmetries, per block of functions: 68 and 95 % of its distribution if r holds."""
    tests = sorted((t for t in chain if t.blocks), key=lambda t: t.dimension)
    blocks = list(dict.fromkeys(name for t in tests for name in t.blocks)) or [""]
    figure: Figure
    width = max(4.4, 0.42 * len(tests) + 1.6)
    figure, axes = panel(
        1, len(blocks), figsize=(min(width * len(blocks), 13.0), 4.4), squeeze=False, sharey=True, sharex=True
    )
    for ax, block in zip(axes[0], blocks, strict=True):
        _panel(ax, [t for t in tests if block in t.blocks], block)
    if not tests:
        axes[0, 0].text(0.5, 0.5, "no rank test", transform=axes[0, 0].transAxes, ha="center", color=GREY)
        return figure
    ranks = [t.dimension for t in tests]
    axes[0, 0].set_xlim(min(ranks) - 0.7, max(ranks) + 0.7)
    axes[0, 0].set_ylabel("Statistic $T$")
    axes[0, -1].set_xlabel("Number $r$ of independent symmetries")
    for ax in axes[0]:
        ax.xaxis.set_major_locator(
            FixedLocator(ranks) if len(ranks) <= _WRITTEN else MaxNLocator(integer=True, nbins=11)
        )
        ax.xaxis.set_minor_locator(NullLocator())
    _room(axes[0, 0], tests)
    # Below the panels, which are narrow where there are many blocks.
    handles, words = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, words, loc="outside lower center", ncols=len(words), fontsize=10)
    return figure


def _panel(ax: Any, tests: Sequence[RankRow], block: str) -> None:
    ax.set_title(block_name(block), fontsize=11, loc="right")
    for number, t in enumerate(tests):
        quantiles = reference(t.blocks[block].dof, t.blocks[block].spread)
        for (low, high), alpha in (((0, 4), 0.18), ((1, 3), 0.38)):
            ax.fill_between(
                [t.dimension - 0.36, t.dimension + 0.36], quantiles[low], quantiles[high], color=COLOURS[1],
                alpha=alpha, lw=0,
                label=f"{'95' if low == 0 else '68'} % if $r$ symmetries hold" if number == 0 else None,
            )  # fmt: skip
    for rejected in (False, True):
        chosen = [t for t in tests if t.rejected == rejected]
        colour, marker = MARKS[rejected]
        label = f"$r$ {'rejected' if rejected else 'not rejected'}"
        x, y = [t.dimension for t in chosen], [t.blocks[block].statistic for t in chosen]
        if chosen:
            ax.plot(x, y, marker, color=colour, ms=7.5, mec="white", mew=0.6, label=label, zorder=3)
    ax.set_yscale("log")
    # Tails beyond the reach of a float are no numbers to read: the symbol says that they are rejected.
    written = [
        t for t in tests
        if t.blocks[block].statistic and not (t.rejected and (t.blocks[block].log10_p or 0.0) < SMALLEST)
    ]  # fmt: skip
    written = written if len(tests) <= _WRITTEN else [t for t in written if not t.rejected]
    for t in written:
        ax.annotate(
            short_p(t.blocks[block]), (t.dimension, t.blocks[block].statistic), (0, 8), textcoords="offset points",
            ha="center", va="bottom", fontsize=8, color="#4a4d55",
        )  # fmt: skip


def reference(dof: float, spread: float) -> FloatArray:
    """Quantiles (5,) of a sum of weighted chi^2 with this mean and standard deviation: 95 %, 68 % and the median.

    Of a multiple of a chi^2 with the same two moments (Satterthwaite 1946): for the eye; p-values are not made so.

    >>> reference(4.0, 8**0.5).round(2).tolist()  # chi^2 with four degrees of freedom
    [0.48, 1.42, 3.36, 6.58, 11.14]
    """
    if not (dof > 0 and spread > 0):
        return np.full(5, dof)
    factor = spread**2 / (2 * dof)
    return np.asarray(factor * chi2.ppf([0.025, 0.16, 0.5, 0.84, 0.975], dof / factor))


def _room(ax: Any, tests: Sequence[RankRow]) -> None:
    """Limits with space for p-values above."""
    inside = [block.statistic for t in tests for block in t.blocks.values()]
    inside += [float(q) for t in tests for b in t.blocks.values() for q in reference(b.dof, b.spread)]
    positive = np.array([v for v in inside if v and v > 0])
    if len(positive):
        low, high = np.log10(positive.min()), np.log10(positive.max())
        ax.set_ylim(10 ** (low - 0.15), 10 ** (high + 0.16 * max(high - low, 1.5)))
