"""Points of a plane at which vector fields are drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["plane_grid"]


def plane_grid(reach: float, points: int = 16) -> npt.NDArray[np.float64]:
    """(points^2, 2) on a square around the origin, none of them on an axis.

    >>> plane_grid(1.0, 2).tolist()
    [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]
    """
    line = np.linspace(-reach, reach, 2 * (points // 2))
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
