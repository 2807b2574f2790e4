"""Found elements over slices through the analytic loss (Figs. 2 and 4 to 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from symhep.methods.result import Arrays
from symhep.plotting.style import COLOURS
from symhep_symmetrygan.figures.axes import axis_label, panels, turn_ticks
from symhep_symmetrygan.figures.marks import VERDICTS, legend_of, sorted_by_verdict
from symhep_symmetrygan.landscape.record import SliceRecord

__all__ = ["loss_landscape"]

FloatArray = npt.NDArray[np.float64]

#: Light where the loss is largest, so that points stay visible there.
_MAP = "Blues_r"
_MAXIMUM = "#1b1b1b"
#: Symbols of single maxima.
_STARS = {"maxima": "*", "false_maxima": "h"}


def loss_landscape(a: Arrays, slices: Sequence[SliceRecord]) -> Figure:
    """A panel per slice: the loss (14) less 2 ln 2, its maxima, and the elements that were found."""
    flat = [s.y is not None for s in slices]
    figure, axes = panels(
        len(slices), width=5.4 if len(slices) == 1 else 4.1, height=4.2 if len(slices) == 1 else 3.7
    )
    norm = _norm(a, flat)
    for number, (row, ax) in enumerate(zip(slices, axes, strict=True)):
        if flat[number]:
            _plane(ax, a, number, row, norm)
        else:
            _line(ax, a, number, row)
        ax.set_title(_fixed(row.fixed), fontsize=10)
    if any(flat):
        chosen = [ax for ax, is_flat in zip(axes, flat, strict=True) if is_flat]
        figure.colorbar(
            chosen[-1].collections[0],
            ax=list(axes),
            pad=0.01,
            fraction=0.05,
            label=r"$L - 2\,\ln 2$",
            extend="min"
            if any(np.nanmin(a[f"slice_{n}_loss"]) < -1.5 for n, f in enumerate(flat) if f)
            else "neither",
        )
    figure.legend(
        handles=_handles(a, slices),
        loc="outside lower center",
        ncols=2 if len(slices) == 1 else 4,
        fontsize=10,
    )
    return figure


def _norm(a: Arrays, flat: Sequence[bool]) -> Normalize:
    """One scale for all slices, down to what the loss (13) alone can be; terms that are added have no bound."""
    lowest = [float(np.nanmin(a[f"slice_{n}_loss"])) for n, is_flat in enumerate(flat) if is_flat]
    return Normalize(max(min(lowest, default=-1.0), -2 * np.log(2)), 0.0)


def _plane(ax: Any, a: Arrays, number: int, row: SliceRecord, norm: Normalize) -> None:
    x, y, loss = (a[f"slice_{number}_{name}"] for name in ("x", "y", "loss"))
    image = ax.pcolormesh(x, y, loss.T, cmap=_MAP, norm=norm, shading="gouraud", rasterized=True)
    # evenly in the root of the depth: lines stand as close in the valleys as at the top
    depths = -(np.linspace(1.0, 0.05, 8) ** 2) * abs(image.norm.vmin)
    ax.contour(x, y, loss.T, levels=depths, colors="white", linewidths=0.5, linestyles="-", alpha=0.7)
    ridge = a.get(f"slice_{number}_ridge")
    if ridge is not None:
        ax.plot(ridge[:, 0], ridge[:, 1], ".", color=_MAXIMUM, ms=2.5, zorder=2)
    for kind, marker in _STARS.items():
        for point in getattr(row, kind):
            ax.plot(*point, marker, ms=15, mfc="white", mec=_MAXIMUM, mew=1.0, zorder=2.5)
    _points(ax, a, a[f"slice_{number}_points"], a[f"slice_{number}_near"])
    ax.set(xlabel=axis_label(row.x), ylabel=axis_label(row.y or ""), xlim=_ends(x), ylim=_ends(y))
    _angles(ax, row, x, y)
    if np.isclose(np.ptp(x), np.ptp(y)):
        ax.set_aspect("equal")  # a circle is to look like one


def _line(ax: Any, a: Arrays, number: int, row: SliceRecord) -> None:
    x, loss = a[f"slice_{number}_x"], a[f"slice_{number}_loss"]
    ax.plot(x, loss, color=COLOURS[0])
    for kind, marker in _STARS.items():
        for point in getattr(row, kind):
            height = np.interp(point[0], x, loss)
            ax.plot(point[0], height, marker, ms=15, mfc="white", mec=_MAXIMUM, mew=1.0, zorder=2.5)
    points = a[f"slice_{number}_points"][:, 0]
    _points(ax, a, np.stack([points, np.interp(points, x, loss)], 1), a[f"slice_{number}_near"])
    ax.set(xlabel=axis_label(row.x), ylabel=r"$L - 2\,\ln 2$", xlim=_ends(x))


def _points(ax: Any, a: Arrays, points: FloatArray, near: npt.NDArray[np.bool_]) -> None:
    """Elements whose other parameters are those of the slice; faint those that only project onto it."""
    for verdict, chosen in sorted_by_verdict(a):
        colour, marker, _ = VERDICTS[verdict]
        on, off = chosen & near, chosen & ~near
        ax.plot(points[off, 0], points[off, 1], marker, color=colour, ms=3, mew=0, alpha=0.35, zorder=2.8)
        ax.plot(
            points[on, 0],
            points[on, 1],
            marker,
            color=colour,
            ms=5,
            mec="black",
            mew=0.5,
            alpha=0.9,
            zorder=3,
        )


def _ends(x: FloatArray) -> tuple[float, float]:
    return float(x[0]), float(x[-1])


def _angles(ax: Any, row: SliceRecord, x: FloatArray, y: FloatArray) -> None:
    for which, label, values in (("x", row.x, x), ("y", row.y or "", y)):
        if label.startswith(("theta", "phi")):
            turn_ticks(ax, which, *_ends(values))


def _fixed(values: Mapping[str, float]) -> str:
    """What is held fixed in a slice."""
    return ", ".join(
        f"{axis_label(name).removesuffix(' [rad]')} = {value:.3g}" for name, value in values.items()
    )


def _handles(a: Arrays, slices: Sequence[SliceRecord]) -> list[Line2D]:
    handles = legend_of([verdict for verdict, _ in sorted_by_verdict(a)])
    for kind, marker in _STARS.items():
        if any(getattr(row, kind) for row in slices):
            label = "symmetry" if kind == "maxima" else "maximum, no symmetry"
            handles.append(
                Line2D([], [], marker=marker, ls="none", ms=12, mfc="white", mec=_MAXIMUM, label=label)
            )
    if any(row.ridge for row in slices):
        handles.append(
            Line2D([], [], color=_MAXIMUM, marker=".", ms=4, ls="none", label="continuous symmetries")
        )
    return handles
