"""KL divergences of found and of random elements, beside the noise of so many events (Fig. 15)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from symhep.methods.result import Arrays
from symhep.plotting.style import COLOURS
from symhep_symmetrygan.figures.axes import panels, quantity
from symhep_symmetrygan.figures.marks import GREY, RANDOM
from symhep_symmetrygan.validation.record import DivergenceMean, DivergenceRecord

__all__ = ["SHOWN", "kl_divergences"]

FloatArray = npt.NDArray[np.float64]
#: Projections that fit on a page.
SHOWN = 6
#: Bins per factor of ten.
_PER_DECADE = 8
#: Array, key of the summary, words, colour, hatch.
_KINDS = (
    ("kl_random", "random", "random elements", RANDOM, ""),
    ("kl_found", "symmetry", "found, as trained", COLOURS[1], ""),
    ("kl_refined", "refined", "found, refined", COLOURS[0], ""),
    ("kl_noise", "noise", "noise (half against half)", GREY, "////"),
)


def kl_divergences(a: Arrays, kl: DivergenceRecord) -> Figure:
    """A panel per projection on one logarithmic axis: shares of elements, and their means as marks above."""
    shown = _moved(a, len(kl.projections))[:SHOWN]
    figure, axes = panels(len(shown), most=2 if len(shown) in (2, 4) else 3, width=4.2, height=3.3)
    edges = _edges([a[key][:, shown] for key, *_ in _KINDS])
    for j, ax in zip(shown, axes, strict=True):
        top = 0.0
        for key, _, words, colour, hatch in _KINDS:
            share = _shares(a[key][:, j], edges)
            top = max(top, float(share.max(initial=0.0)))
            filled = key in ("kl_random", "kl_noise")
            ax.stairs(
                share, edges, color=colour, lw=1.6, fill=filled and not hatch, alpha=0.45 if filled else 1.0,
                hatch=hatch or None, label=words,
            )  # fmt: skip
        _means(ax, kl, j, 1.1 * top, edges)
        ax.set(xscale="log", xlim=(edges[0], edges[-1]), ylim=(0, 1.5 * top or 1.0))
        ax.set_title(quantity(kl.projections[j]), fontsize=11)
        ax.set_xlabel("KL divergence [nats]")
    axes[0].set_ylabel("Share of elements")
    figure.legend(
        *axes[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=2 if len(shown) == 1 else 4,
        fontsize=10,
    )
    return figure


def _moved(a: Arrays, number: int) -> list[int]:
    """Projections that elements change: rotations, say, leave pt alone. All, if none does."""
    every = range(number)
    return [j for j in every if any(np.nanmax(a[k][:, j], initial=0.0) > 0 for k, *_ in _KINDS[:3])] or [
        *every
    ]


def _edges(values: list[FloatArray]) -> FloatArray:
    """Common to all panels, so that they can be compared; no more than a factor of 100 below the noise."""
    noise = values[-1][np.isfinite(values[-1])]
    floor = 0.01 * float(np.median(noise)) if len(noise) else 0.0
    positive = np.concatenate([v[np.isfinite(v) & (v > floor)].ravel() for v in values])
    if not len(positive):
        return np.geomspace(1e-4, 1.0, 4 * _PER_DECADE + 1)
    low, high = np.floor(4 * np.log10(positive.min())) / 4, np.ceil(4 * np.log10(positive.max()) + 1e-9) / 4
    number = max(round((high - low) * _PER_DECADE), 4)
    return np.asarray(np.logspace(low, high, number + 1))


def _shares(values: FloatArray, edges: FloatArray) -> FloatArray:
    """KL below the axis (0 without any noise) counts in the first bin."""
    known = values[np.isfinite(values)]
    counts, _ = np.histogram(np.clip(known, edges[0], edges[-1]), edges)
    return np.asarray(counts / max(len(known), 1))


def _means(ax: Any, kl: DivergenceRecord, j: int, height: float, edges: FloatArray) -> None:
    """Mean over elements with its error, at staggered heights; the ratio to the noise beside that of the found."""
    for step, (_, name, _, colour, _) in enumerate(_KINDS):
        part: DivergenceMean = getattr(kl, name)
        if part.mean is None or not part.mean[j]:
            continue
        error = None if part.error is None else part.error[j]
        y = height * (1 + 0.07 * step)
        ax.errorbar(
            part.mean[j], y, xerr=error or 0.0, fmt="D", color=colour, ms=5, capsize=2, mec="white",
            mew=0.5,
        )  # fmt: skip
        ratio = None if kl.ratio is None else kl.ratio[j]
        if name == "symmetry" and ratio is not None:
            right = part.mean[j] > edges[int(0.6 * len(edges))]  # no room on the other side
            ax.annotate(
                rf"mean: {ratio:.2g} $\times$ noise", (part.mean[j], y), (-8 if right else 8, 0), va="center",
                ha="right" if right else "left",
                textcoords="offset points", fontsize=9, color="#4a4d55",
            )  # fmt: skip
