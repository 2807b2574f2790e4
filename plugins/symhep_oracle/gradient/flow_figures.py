"""Vector fields in the plane over the contours of the oracle, learned beside exact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from symhep.plotting.style import COLOURS

__all__ = ["Field", "plane_grid", "vector_fields"]

FloatArray = npt.NDArray[np.float64]


class Field(NamedTuple):
    """A vector field (M^2, 2) on the points of `plane_grid`."""

    title: str
    values: FloatArray


def plane_grid(reach: float, points: int = 16) -> FloatArray:
    """(points^2, 2) on a square around the origin, none of them on an axis.

    >>> plane_grid(1.0, 2).tolist()
    [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]
    """
    line = np.linspace(-reach, reach, 2 * (points // 2))
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


def vector_fields(grid: FloatArray, oracle: FloatArray, fields: Sequence[Field]) -> Figure:
    """One panel per field; ``oracle`` (J, J) are its values on a square of the reach of ``grid``.

    Every panel has its own length scale; the sign of a field is arbitrary.
    """
    reach = float(np.abs(grid).max())
    line = np.linspace(-reach, reach, len(oracle))
    figure: Figure
    figure, axes = plt.subplots(
        1, len(fields), figsize=(4.3 * len(fields), 4.9), sharex=True, sharey=True, squeeze=False
    )
    for ax, field in zip(axes[0], fields, strict=True):
        ax.contour(line, line, oracle, levels=14, cmap="Greys", linewidths=1, alpha=0.8)
        ax.quiver(*grid.T, *field.values.T, color=COLOURS[0], angles="xy", pivot="mid", width=0.005)
        ax.set(title=field.title, xlabel="$x_1$", aspect="equal")
    axes[0, 0].set_ylabel("$x_2$")
    return figure
