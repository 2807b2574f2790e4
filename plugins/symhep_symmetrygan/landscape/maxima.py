"""Where a function of one or two parameters is largest: its single points and its ridges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

__all__ = ["Maxima", "maxima_of"]

FloatArray = npt.NDArray[np.float64]

#: Newton steps at most; far more than a start at the next point of a grid takes.
STEPS = 60
#: Step of the differences of slopes, in units of the grid's: their error is its square.
DIFFERENCE = 1e-3
#: A direction whose curvature is below this share of the largest is along a ridge.
FLAT = 1e-4
#: Maxima nearer than this share of a grid's step are one.
SAME = 1e-2


@dataclass(frozen=True, eq=False)
class Maxima:
    """Local maxima, highest first.

    Attributes
    ----------
    points
        (M, V) in V parameters.
    values
        (M,).
    single
        (M,): a point; else one of many on a ridge.
    """

    points: FloatArray
    values: FloatArray
    single: npt.NDArray[np.bool_]


def maxima_of(function: Callable[[Tensor], Tensor], axes: list[FloatArray], values: FloatArray) -> Maxima:
    """Climb from every local maximum of the grid's ``values`` to that of the ``function``, (B, V) -> (B,).

    Newton steps with the curvature's absolute values, as long as one step of the grid at most, and taken only if they
    lead up; slopes are automatic, curvatures differences of slopes. What climbs out of the grid is no maximum of it.

    >>> axis = np.linspace(-2, 2, 9)
    >>> found = maxima_of(lambda t: -((t[:, 0] ** 2 - 1) ** 2), [axis], -((axis**2 - 1) ** 2))
    >>> sorted(found.points[:, 0].round(6).tolist()), found.single.tolist()
    ([-1.0, 1.0], [True, True])
    """
    lattice = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    start = torch.as_tensor(lattice[_highest_of_neighbours(values)])
    unit = torch.as_tensor([axis[1] - axis[0] for axis in axes])

    def slope(u: Tensor) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            leaf = u.detach().requires_grad_()
            value = function(leaf * unit)
            return value.detach(), torch.autograd.grad(value.sum(), leaf)[0]

    at, longest = start / unit, torch.ones(len(start), dtype=torch.float64)
    value, rise = slope(at)
    curvature = _curvatures(slope, at)
    for _ in range(STEPS):
        size, along = torch.linalg.eigh(curvature)
        scale = size.abs().clamp_min(FLAT * size.abs().amax(-1, keepdim=True) + 1e-300)
        step = (along @ ((along.mT @ rise[..., None]) / scale[..., None]))[..., 0]
        step = step * (longest / step.norm(dim=-1).clamp_min(1e-300)).clamp_max(1.0)[:, None]
        higher, new_rise = slope(at + step)
        up = higher > value
        longest = torch.where(up, longest, 0.25 * torch.minimum(longest, step.norm(dim=-1)))
        if not up.any():
            break
        at = torch.where(up[:, None], at + step, at)
        value, rise = torch.where(up, higher, value), torch.where(up[:, None], new_rise, rise)
        curvature = _curvatures(slope, at)
    return _distinct(at, value, curvature, unit, axes)


def _highest_of_neighbours(values: FloatArray) -> npt.NDArray[np.bool_]:
    """No neighbour of the grid is higher; what lies beyond its ends is lower."""
    padded = np.pad(values, 1, constant_values=-np.inf)
    inner = tuple(slice(1, -1) for _ in values.shape)
    highest = np.ones(values.shape, dtype=bool)
    for shift in np.ndindex(*(3,) * values.ndim):
        around = padded[tuple(slice(s, s + n) for s, n in zip(shift, values.shape, strict=True))]
        highest &= padded[inner] >= around
    return highest


def _curvatures(slope: Callable[[Tensor], tuple[Tensor, Tensor]], at: Tensor) -> Tensor:
    """(B, V, V), all differences in one call."""
    count, size = at.shape
    steps = DIFFERENCE * torch.eye(size, dtype=torch.float64)
    around = torch.stack([at[:, None] + steps, at[:, None] - steps])  # (2, B, V, V)
    slopes = slope(around.reshape(-1, size))[1].view(2, count, size, size)
    found = (slopes[0] - slopes[1]) / (2 * DIFFERENCE)
    return (found + found.mT) / 2


def _distinct(at: Tensor, value: Tensor, curvature: Tensor, unit: Tensor, axes: list[FloatArray]) -> Maxima:
    size = torch.linalg.eigvalsh(curvature)
    single = (size < -FLAT * size.abs().amax(-1, keepdim=True)).all(-1).numpy()
    points = (at * unit).numpy()
    inside = np.ones(len(points), dtype=bool)
    for k, axis in enumerate(axes):
        margin = SAME * float(unit[k])
        inside &= (points[:, k] >= axis[0] - margin) & (points[:, k] <= axis[-1] + margin)
    kept: list[int] = []
    for i in np.argsort(-value.numpy()):
        apart = np.abs(at.numpy()[kept] - at.numpy()[i]).max(1) if kept else np.ones(1)
        if inside[i] and apart.min() > SAME:
            kept.append(int(i))
    return Maxima(points[kept], value.numpy()[kept], single[kept])
