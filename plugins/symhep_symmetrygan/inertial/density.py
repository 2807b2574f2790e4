"""Draws from the inertial density."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from symhep.errors import CardError
from symhep.plugin.isolation import isolated
from symhep_symmetrygan.inertial.options import (
    BoxOptions,
    DensityOptions,
    GaussianOptions,
    UserDensityOptions,
)
from symhep_symmetrygan.sample import Sample

__all__ = ["draw_inertial"]

FloatArray = npt.NDArray[np.float64]


def draw_inertial(
    options: DensityOptions,
    count: int,
    names: tuple[str, ...],
    scale: float,
    rng: np.random.Generator,
    device: str = "cpu",
) -> Sample:
    """``count`` events from the density, divided by ``scale`` as the events were, with weights of one.

    ``names`` are those of the D coordinates. Raises `CardError` for numbers that do not fit the coordinates, for boxes
    without a volume, for widths that are not positive, and for functions that fail.

    >>> box = BoxOptions(low=0.0, high=(1.0, 4.0))
    >>> x = draw_inertial(box, 1000, ("x", "y"), 2.0, np.random.default_rng(1)).x
    >>> [round(v, 1) for v in x.amax(0).tolist()]
    [0.5, 2.0]
    """
    size = len(names)
    if isinstance(options, BoxOptions):
        low, high = _each(options.low, size, "low"), _each(options.high, size, "high")
        for name, a, b in zip(names, low, high, strict=True):
            if not a < b:
                raise CardError(
                    f"the box of the inertial density has no positive width in '{name}': {a:g} to {b:g}"
                )
        x = rng.uniform(low, high, (count, size))
    elif isinstance(options, GaussianOptions):
        width = _each(options.width, size, "width")
        if not (width > 0).all():
            raise CardError(f"widths of the inertial density must be positive, not {options.width}")
        x = rng.normal(_each(options.mean, size, "mean"), width, (count, size))
    else:
        x = _users(options, count, size, rng)
    return Sample(
        torch.from_numpy(x / scale).to(device), torch.ones(count, dtype=torch.float64, device=device)
    )


def _each(value: float | tuple[float, ...], size: int, what: str) -> FloatArray:
    """One number per coordinate."""
    given = np.asarray(value, dtype=np.float64)
    if given.shape not in ((), (size,)):
        raise CardError(f"'{what}' of the inertial density has {given.size} values for {size} coordinates")
    return np.broadcast_to(given, (size,))


def _users(options: UserDensityOptions, count: int, size: int, rng: np.random.Generator) -> FloatArray:
    name = options.function
    with isolated(f"the inertial density '{name}' raised an error", CardError):
        given = np.asarray(options.load()(rng, count, size), dtype=np.float64)
    if given.shape != (count, size) or not np.isfinite(given).all():
        raise CardError(
            f"the inertial density '{name}' must return finite numbers of shape ({count}, {size}), not an "
            f"array of shape {given.shape}"
        )
    return given
