"""Figures of trained vector fields: over the contours of the oracle, exact direction; losses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from symhep.methods.interface import NamedFigure
from symhep.methods.result import Arrays, Result
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS, GREY
from symhep_oracle.gradient.flow_outcome import TERMS
from symhep_oracle.record import OracleRecord

__all__ = ["Field", "figures", "loss_curves", "vector_fields"]

FloatArray = npt.NDArray[np.float64]

#: Fields that fit side by side, with the exact direction.
SHOWN = 3
#: The longest arrow, in units of the distance between points.
LENGTH = 0.9


class Field(NamedTuple):
    """A vector field (M^2, 2) on the points of `symhep_oracle.gradient.plane.plane_grid`."""

    title: str
    values: FloatArray


def figures(result: Result[OracleRecord]) -> Iterator[NamedFigure]:
    """All figures of trained fields; none for other results."""
    a = result.arrays
    if "flow_parts" not in a:
        return
    if "flow_grid" in a:
        yield _fields_in_the_plane(a, result.record.vectors.components)
    yield NamedFigure(
        "loss",
        loss_curves(a),
        "Training loss and its terms for the seed with the smallest final loss. Grey band: range of the "
        f"total loss over {a['flow_parts'].shape[1]} seeds.",
    )


def _fields_in_the_plane(a: Arrays, components: Sequence[str]) -> NamedFigure:
    learned, along = a["flow_fields"], a["flow_along"][int(a["flow_best"])]
    shown = [
        Field(f"learned{f' {g + 1}' if len(learned) > 1 else ''}: {share:.1%} along", field)
        for g, (field, share) in enumerate(zip(learned[:SHOWN], along, strict=False))
    ]
    exact = ""
    if "flow_slopes" in a:
        slopes = a["flow_slopes"]
        size = np.maximum(np.linalg.norm(slopes, axis=1, keepdims=True), np.finfo(float).tiny)
        exactly = np.stack([-slopes[:, 1], slopes[:, 0]], axis=1) / size
        sign = np.sign((exactly * learned[0]).sum()) or 1.0
        shown.append(Field("exact direction", sign * exactly))
        exact = " Right: direction perpendicular to the gradient (exact solution)."
    more = f" The first {SHOWN} of {len(learned)}." if len(learned) > SHOWN else ""
    names = [*components, *components]
    return NamedFigure(
        "fields",
        vector_fields(a["flow_grid"], a["flow_values"], shown, (f"{names[0]} / rms", f"{names[1]} / rms")),
        "Trained vector fields of the best seed and contours of the oracle (grey), with the fraction of "
        f"|v|^2 along the contours on held-out events.{exact} The sign of a field is arbitrary; the arrow "
        f"scale differs between panels.{more}",
    )


def loss_curves(a: Arrays) -> Figure:
    """Total and terms against epochs, log-log, with the range of the total over the seeds."""
    best, parts = int(a["flow_best"]), a["flow_parts"]
    x = np.maximum(a["flow_epochs"], 0.7)  # the start, epoch 0, has no place on a log axis
    figure, ax = panel()
    totals = parts.sum(axis=2)
    if parts.shape[1] > 1:
        ax.fill_between(x, totals.min(axis=1), totals.max(axis=1), color=GREY, alpha=0.2, lw=0)
    for name, colour, values in zip(TERMS, COLOURS, parts[:, best].T, strict=False):
        if (values > 0).any():
            ax.plot(x, np.where(values > 0, values, np.nan), color=colour, label=name, lw=1.2)
    ax.plot(x, totals[:, best], color="black", label="total", lw=1.8)
    ax.set(xscale="log", yscale="log", xlabel="Epoch", ylabel="Loss", xlim=(x[0], x[-1]))
    ax.legend(loc="lower left")
    return figure


def vector_fields(
    grid: FloatArray,
    oracle: FloatArray,
    fields: Sequence[Field],
    axes_names: tuple[str, str] = ("$x_1$", "$x_2$"),
) -> Figure:
    """One panel per field; ``oracle`` (J, J) are its values on a square of the reach of ``grid``.

    Every panel has its own length scale; the sign of a field is arbitrary.
    """
    reach = float(np.abs(grid).max())
    line, spacing = np.linspace(-reach, reach, len(oracle)), 2 * reach / (np.sqrt(len(grid)) - 1)
    figure, axes = panel(
        1, len(fields), figsize=(4.3 * len(fields), 4.9), sharex=True, sharey=True, squeeze=False
    )
    for ax, field in zip(axes[0], fields, strict=True):
        ax.contour(line, line, oracle, levels=14, colors="#b4b7bd", linestyles="solid", linewidths=1)
        longest = float(np.linalg.norm(field.values, axis=1).max()) or 1.0
        ax.quiver(
            *grid.T, *field.values.T, color=COLOURS[0], angles="xy", pivot="mid", width=0.006, headwidth=3.2,
            scale_units="xy", scale=longest / (LENGTH * spacing), minlength=0.5,
        )  # fmt: skip
        ax.set(title=field.title, xlabel=axes_names[0], aspect="equal")
    axes[0, 0].set_ylabel(axes_names[1])
    return figure
