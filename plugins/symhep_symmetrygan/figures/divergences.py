"""KL divergences of found and of random elements, images of one half against the other, beside the halves (Fig. 15)."""

from __future__ import annotations

import hist
import mplhep
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from symhep.hypotheses.divergence.figure import ExcessGroup
from symhep.methods.result import Arrays
from symhep.plotting.style import COLOURS
from symhep_symmetrygan.figures.axes import panels, quantity
from symhep_symmetrygan.figures.marks import GREY, RANDOM

__all__ = ["SHOWN", "element_groups", "kl_divergences"]

FloatArray = npt.NDArray[np.float64]
#: Projections that fit on a page.
SHOWN = 6
#: Bins per factor of ten.
_PER_DECADE = 8
#: Array, words, colour, whether it is filled.
_KINDS = (
    ("kl_random", "random elements", RANDOM, True),
    ("kl_found", "found, before refinement", COLOURS[1], False),
    ("kl_refined", "found, after refinement", COLOURS[0], False),
    ("kl_noise", "noise (split sample)", GREY, True),
)


def kl_divergences(a: Arrays, names: tuple[str, ...]) -> Figure:
    """A panel per projection on one logarithmic axis: shares of elements, and their means as marks above."""
    shown = _moved(a, len(names))[:SHOWN]
    figure, axes = panels(len(shown), most=2 if len(shown) in (2, 4) else 3, width=4.2, height=3.3)
    axis = _axis([a[key][:, shown] for key, *_ in _KINDS])
    edges = axis.edges
    for j, ax in zip(shown, axes, strict=True):
        top = 0.0
        for step, (key, words, colour, filled) in enumerate(_KINDS):
            values = a[key][:, j][np.isfinite(a[key][:, j])]
            share = hist.Hist(axis, storage=hist.storage.Double())
            share.fill(np.clip(values, edges[0], np.nextafter(edges[-1], 0)), weight=1 / max(len(values), 1))
            top = max(top, float(share.values().max(initial=0.0)))
            look = {"histtype": "fill", "alpha": 0.45} if filled else {"histtype": "step", "lw": 1.6}
            mplhep.histplot(share, ax=ax, color=colour, label=words, flow="none", yerr=False, **look)
            if len(values):
                place = 0.96 - 0.045 * step
                ax.plot(
                    values.mean(), place, "D", color=colour, ms=5, mec="white", mew=0.5, clip_on=False,
                    transform=ax.get_xaxis_transform(),
                )  # fmt: skip
        ax.set(
            xscale="log",
            xlim=(edges[0], edges[-1]),
            ylim=(0, 1.4 * top or 1.0),
            xlabel="KL divergence [nats]",
            ylabel="",
        )
        ax.xaxis.set_minor_formatter(NullFormatter())  # on a narrow range they would have labels, too
        ax.set_title(quantity(names[j]), fontsize=11)
    axes[0].set_ylabel("Fraction of elements")
    figure.legend(
        *axes[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=2 if len(shown) == 1 else 4,
        fontsize=10,
    )
    return figure


def element_groups(a: Arrays) -> list[ExcessGroup]:
    """Refined elements that are kept, those that are rejected, random ones."""
    verdict = a["verdict"]
    groups = [
        ExcessGroup(
            kind, words, a["excess_refined"][verdict == name], a["excess_refined_error"][verdict == name]
        )
        for kind, words, name in (("kept", "kept", "kept"), ("rejected", "rejected", "failed"))
    ]
    return [*groups, ExcessGroup("random", "random", a["excess_random"], a["excess_random_error"])]


def _moved(a: Arrays, number: int) -> list[int]:
    """Projections that elements change: rotations, say, leave pt alone. All, if none does."""
    keys = ("excess_random", "excess_found", "excess_refined")
    every = range(number)
    return [j for j in every if any(np.nanmax(np.abs(a[k][:, j]), initial=0.0) > 0 for k in keys)] or [*every]


def _axis(values: list[FloatArray]) -> hist.axis.Variable:
    """Logarithmic, common to all panels, so that they can be compared."""
    known = np.concatenate([v[np.isfinite(v) & (v > 0)].ravel() for v in values])
    low, high = (known.min(), known.max()) if len(known) else (1e-4, 1.0)
    low, high = np.floor(4 * np.log10(low)) / 4, np.ceil(4 * np.log10(high) + 1e-9) / 4
    number = max(round((high - low) * _PER_DECADE), 4)
    return hist.axis.Variable(np.logspace(low, high, number + 1), name="kl", label="KL divergence [nats]")
