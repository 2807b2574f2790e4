"""Figures of the gradient solver: losses, the scan over N_g, angles during training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator

from symhep.methods.interface import NamedFigure
from symhep.methods.result import Arrays
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS, GREY
from symhep_oracle.gradient.training import PARTS

__all__ = ["Scan", "angles", "figures", "loss_curves", "loss_table", "number_scan", "orthogonality"]

FloatArray = npt.NDArray[np.float64]

#: Losses below this are drawn at it: a log axis has no zero.
FLOOR = 1e-12
#: One symbol and colour per term of the loss, in the order of PARTS.
MARKS = tuple(zip(COLOURS[:5], "os^Dv", strict=True))


class Scan(NamedTuple):
    """Final terms (R, 5) of the loss at the ``counts`` (R,) of generators; ``dimension`` is what was decided."""

    title: str
    counts: npt.NDArray[np.int64]
    final: FloatArray
    dimension: int


def figures(arrays: Arrays) -> Iterator[NamedFigure]:
    """All figures of the gradient solver, from the arrays of a result; none for those of other solvers."""
    a = {name.removeprefix("solver."): values for name, values in arrays.items()}
    if "gradient_counts" not in a:
        return
    counts, shown = a["gradient_counts"], int(a["gradient_shown"])
    number, seeds = int(counts[shown]), int((counts == counts[shown]).sum())
    yield NamedFigure(
        "loss",
        loss_curves(a),
        f"Training loss and its terms with N_g = {number} generators, for the seed with the smallest final "
        f"loss. Grey band: range of the total loss over {seeds} seeds. Terms below {FLOOR:g} are drawn at "
        f"{FLOOR:g}.",
    )
    if len(set(counts.tolist())) > 1:
        scan = Scan("", counts, a["gradient_parts"][-1], int(a["gradient_dimension"]))
        yield NamedFigure(
            "number_of_generators",
            number_scan([scan]),
            "Final loss versus the number of generators N_g: best seed (large symbols) and other seeds "
            "(small symbols). Symbol and colour: dominant term of the loss. Dashed line: number of "
            "generators found, the largest N_g at which all generators are symmetries.",
        )
    if number > 1:
        yield NamedFigure(
            "orthogonality",
            orthogonality(a["gradient_snapshots"], a["gradient_snapshot_epochs"]),
            f"Angles between the {number} generators during training, from arccos of <W_a, W_b> / (|W_a| "
            f"|W_b|).",
        )


def loss_curves(a: Arrays) -> Figure:
    """Total and terms against epochs, log-log."""
    shown, counts = int(a["gradient_shown"]), a["gradient_counts"]
    epochs, parts = a["gradient_epochs"], np.maximum(a["gradient_parts"], 0)
    same = np.flatnonzero(counts == counts[shown])
    totals = np.maximum(parts[:, same].sum(axis=2), FLOOR)
    figure, ax = panel()
    x = np.maximum(epochs, 0.7)  # the start, epoch 0, has no place on a log axis
    if len(same) > 1:
        ax.fill_between(x, totals.min(axis=1), totals.max(axis=1), color=GREY, alpha=0.2, lw=0)
    for name, (colour, _), values in zip(PARTS, MARKS, parts[:, shown].T, strict=True):
        if values.any():
            ax.plot(x, np.maximum(values, FLOOR), color=colour, label=name, lw=1.2)
    ax.plot(x, np.maximum(parts[:, shown].sum(axis=1), FLOOR), color="black", label="total", lw=1.8)
    ax.set(xscale="log", yscale="log", xlabel="Epoch", ylabel="Loss", xlim=(x[0], x[-1]))
    ax.set_ylim(bottom=FLOOR / 2)
    ax.legend(loc="lower left")
    return figure


def number_scan(scans: Sequence[Scan]) -> Figure:
    """Final loss against N_g, one panel per scan (slide 22)."""
    figure, axes = panel(
        1, len(scans), figsize=(6.4 if len(scans) == 1 else 4.8 * len(scans), 4.6), sharey=True, squeeze=False
    )
    for ax, scan in zip(axes[0], scans, strict=True):
        totals = np.maximum(scan.final.sum(axis=1), FLOOR)
        dominant = scan.final.argmax(axis=1)
        best = {n: np.flatnonzero(scan.counts == n) for n in sorted(set(scan.counts.tolist()))}
        chosen = np.array([members[totals[members].argmin()] for members in best.values()])
        ax.plot(scan.counts[chosen], totals[chosen], color=GREY, lw=1, zorder=1)
        for part, (colour, mark) in enumerate(MARKS):
            others = np.setdiff1d(np.flatnonzero(dominant == part), chosen)
            ax.scatter(scan.counts[others], totals[others], s=10, c=colour, marker=mark, alpha=0.5, lw=0)
            top = chosen[dominant[chosen] == part]
            ax.scatter(scan.counts[top], totals[top], s=60, c=colour, marker=mark, zorder=3)
        if scan.dimension:
            ax.axvline(scan.dimension, color="black", ls="--", lw=1, zorder=0)
        ax.set(yscale="log", xlabel="Number of generators $N_g$", title=scan.title)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.xaxis.set_minor_locator(NullLocator())
    axes[0, 0].set_ylabel("Final loss")
    handles = [
        Line2D([], [], color=c, marker=m, ls="", ms=7, label=name)
        for name, (c, m) in zip(PARTS, MARKS, strict=True)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=10, title="dominant term",
                  handletextpad=0.1, columnspacing=1.0)  # fmt: skip
    return figure


def angles(matrices: npt.NDArray[np.float64 | np.complex128]) -> FloatArray:
    """Angles in degrees between generators (G, d, d) in Re tr(A B^+), (G, G).

    >>> angles(np.array([[[1.0, 0.0]], [[1.0, 1.0]]])).round().tolist()
    [[0.0, 45.0], [45.0, 0.0]]
    """
    flat = matrices.reshape(len(matrices), -1)
    gram = (flat @ flat.conj().T).real
    size = np.sqrt(np.diagonal(gram))
    return np.asarray(np.degrees(np.arccos(np.clip(gram / np.outer(size, size), -1, 1))))


def orthogonality(
    snapshots: npt.NDArray[np.float64 | np.complex128], epochs: npt.NDArray[np.int64]
) -> Figure:
    """Generators (S, G, d, d) after ``epochs``: as vectors if there are two or three, else the table of angles.

    Vectors are drawn with the angles they have among each other, the first one upright.
    """
    count = snapshots.shape[1]
    figure: Figure
    drawn = count <= 3
    columns = min(len(epochs), 3)
    lines = -(-len(epochs) // columns)
    figure, axes = panel(
        lines, columns, figsize=(2.7 * columns, 3.1 * lines + 0.2), squeeze=False,
        subplot_kw={"projection": "3d"} if drawn else {},
    )  # fmt: skip
    for ax in axes.ravel()[len(epochs) :]:
        ax.set_axis_off()
    for ax, epoch, matrices in zip(axes.ravel(), epochs, snapshots, strict=False):
        found = angles(matrices)
        if drawn:
            _vectors(ax, found)
            text = ", ".join(f"{found[i, j]:.1f}°" for i in range(count) for j in range(i + 1, count))
            ax.set_title(f"epoch {epoch}\n{text}", fontsize=10)
        else:
            image = ax.imshow(found - 90 * (1 - np.eye(count)), vmin=-45, vmax=45, cmap="RdBu")
            off = np.abs(found[~np.eye(count, dtype=bool)] - 90).max()
            ax.set_title(f"epoch {epoch}\nlargest: {off:.2g}°", fontsize=10)
            ax.set_xticks(range(count), [str(i + 1) for i in range(count)])
            ax.set_yticks(range(count), [str(i + 1) for i in range(count)] if ax in axes[:, 0] else [])
            ax.tick_params(which="both", length=0)
            ax.minorticks_off()
    if not drawn:
        figure.colorbar(image, ax=axes, label="angle − 90° [degrees]", shrink=0.8)
    return figure


def _vectors(ax: Any, found: FloatArray) -> None:
    """Unit vectors in space with the given angles."""
    gram = np.cos(np.radians(found))
    arrows = np.zeros((len(gram), 3))
    arrows[:, : len(gram)] = np.linalg.cholesky(gram + 1e-9 * np.eye(len(gram)))
    arrows = arrows[:, [1, 2, 0]]
    for colour, (x, y, z) in zip(COLOURS, arrows, strict=False):
        ax.quiver(0, 0, 0, x, y, z, color=colour, lw=2, arrow_length_ratio=0.15)
    ax.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1))
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.set_major_locator(NullLocator())
        axis.set_minor_locator(NullLocator())
    ax.set_box_aspect((1, 1, 1))


def loss_table(losses: FloatArray, dimensions: Sequence[int], numbers: Sequence[int]) -> Figure:
    """Least loss for n dimensions (rows) and N_g generators (columns), coloured by its base-10 logarithm."""
    figure, ax = panel(figsize=(0.75 * len(numbers) + 1.8, 0.6 * len(dimensions) + 1.4))
    logs = np.log10(np.maximum(losses, FLOOR))
    image = ax.imshow(logs, cmap="viridis", vmin=-8, vmax=2, aspect="auto")
    for (row, column), value in np.ndenumerate(logs):
        light = value > -3
        ax.text(
            column,
            row,
            f"{value:.1f}",
            ha="center",
            va="center",
            color="black" if light else "white",
            fontsize=10,
        )
    ax.set_xticks(range(len(numbers)), [str(n) for n in numbers])
    ax.set_yticks(range(len(dimensions)), [str(n) for n in dimensions])
    ax.tick_params(which="both", length=0)
    ax.minorticks_off()
    ax.set(xlabel="Number of generators $N_g$", ylabel="Dimension $n$")
    figure.colorbar(image, ax=ax, label=r"$\log_{10}$ loss", pad=0.02)
    return figure
