"""Excess KL divergences of kept, rejected and random elements, beside what a symmetry shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from symhep.hypotheses.divergence.before_after import LOOK
from symhep.methods.number import Bounded
from symhep.plotting.panel import panel
from symhep.plotting.quantities import quantity

__all__ = ["CAPTION", "SHOWN", "ExcessGroup", "excess_figure"]

FloatArray = npt.NDArray[np.float64]

#: Projections that fit on a page.
SHOWN = 8
CAPTION = (
    "Excess KL divergence of each projection with its standard error: one half of the events, transformed, "
    "against the other half, minus the divergence between the untransformed halves. A symmetry has zero "
    "excess; grey bands: standard error for a symmetry. The scale is linear between the dotted lines and "
    "logarithmic outside."
)
_ROW = 0.24  # inches
_MARKS = {"kept": "o", "rejected": "X", "random": "D"}


@dataclass(frozen=True)
class ExcessGroup:
    """Elements that fared alike: ``kind`` of 'kept', 'rejected', 'random', values and errors (E, J) in nats."""

    kind: str
    label: str
    value: FloatArray
    error: FloatArray

    @classmethod
    def of(cls, kind: str, label: str, rows: Sequence[Sequence[Bounded] | None]) -> ExcessGroup:
        """From the numbers of records; those without are left out."""
        known = [row for row in rows if row is not None]
        value = np.array([[number.value for number in row] for row in known], dtype=np.float64)
        error = np.array([[number.error for number in row] for row in known], dtype=np.float64)
        return cls(kind, label, np.atleast_2d(value), np.atleast_2d(error))


def excess_figure(names: Sequence[str], groups: Sequence[ExcessGroup]) -> Figure:
    """A lane per projection and group, a point per element; projections that no element moves are left out."""
    shown = [g for g in groups if g.value.size]
    moved = [j for j in range(len(names)) if any(_known(g.value[:, j]).any() for g in shown)]
    moved = (moved or list(range(len(names))))[:SHOWN]
    lanes = len(shown) + 0.7
    figure, ax = panel(figsize=(6.6, _ROW * lanes * len(moved) + 1.6))
    noise = [_noise(shown, j) for j in moved]
    linear = 10 ** np.ceil(np.log10(2 * max([n for n in noise if n > 0], default=1e-3)))
    ax.set_xscale("symlog", linthresh=linear, linscale=1.5)
    for row, (j, width) in enumerate(zip(moved, noise, strict=True)):
        top = row * lanes
        ax.fill_betweenx([top - 0.6, top + lanes - 1.1], -width, width, color="#dfe2e5", lw=0, zorder=0)
        for lane, group in enumerate(shown):
            _lane(ax, top + lane, group, j)
    ax.axvline(0.0, color="#717581", lw=0.9, zorder=1)
    for end in (-linear, linear):
        ax.axvline(end, color="#b8b8b8", lw=0.8, ls=":", zorder=0)
    ax.set_yticks(
        [row * lanes + (len(shown) - 1) / 2 for row in range(len(moved))], [quantity(names[j]) for j in moved]
    )
    ax.set_ylim(len(moved) * lanes - 0.8, -0.9)
    ax.tick_params(axis="y", which="both", length=0)
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("Excess KL divergence [nats]")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=10)
    return figure


def _noise(groups: Sequence[ExcessGroup], j: int) -> float:
    """The smallest of the groups' median errors: elements that are no symmetries have larger ones."""
    errors = [_known(g.error[:, j]) for g in groups]
    return min((float(np.median(known)) for known in errors if len(known)), default=0.0)


def _known(values: FloatArray) -> FloatArray:
    return values[np.isfinite(values)]


def _lane(ax: Any, y: float, group: ExcessGroup, j: int) -> None:
    """Points of a group, spread over the lane in their order."""
    value, error = group.value[:, j], group.error[:, j]
    known = np.isfinite(value)
    place = y + 0.6 * ((np.arange(known.sum()) + 0.5) / max(known.sum(), 1) - 0.5)
    many = known.sum() > 12
    first = group.label not in ax.get_legend_handles_labels()[1]
    ax.errorbar(
        value[known], place, xerr=error[known], fmt=_MARKS[group.kind], color=LOOK[group.kind][0],
        ms=2.5 if many else 5, elinewidth=0.5 if many else 1.2, mec="white", mew=0.2 if many else 0.5,
        label=group.label if first else None,
    )  # fmt: skip
