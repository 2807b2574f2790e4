"""The probability that an event is seen, by a function or a histogram of the card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import pi
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.readers.histogram import Histogram
from symhep_moments.options import EfficiencyFunction, EfficiencyHistogram
from symhep_moments.places import Places
from symhep_moments.sample import Events, objects_of

__all__ = ["Seeing", "efficiency_of"]

FloatArray = npt.NDArray[np.float64]

#: Scaled events (n, P, D) -> (n,) the probability that each is seen, up to a factor.
Seeing = Callable[[Tensor], Tensor]


def efficiency_of(options: EfficiencyFunction | EfficiencyHistogram, events: Events) -> Seeing:
    """Of events in the units of ``events``, whose vectors it is of.

    A histogram is one of particles: the probability of an event is the product over those that are there. What lies
    beyond its axes is not seen. The function raises `MethodError` where a value is negative or not finite.
    """
    if isinstance(options, EfficiencyFunction):
        return _Checked(_ByFunction(options, len(events.names), events.scale))
    objects = objects_of(events.particles, events.places)
    own = [p for p in range(events.x.shape[1]) if options.object is None or objects[p] == options.object]
    own = own[:1] if options.per == "leading" else own
    return _Checked(
        _ByHistogram(options.load(), options.variables, own, events.names, events.scale, events.places)
    )


@dataclass(frozen=True)
class _Checked:
    """Of the shape and the sign of a probability."""

    given: Seeing

    def __call__(self, x: Tensor) -> Tensor:
        values = self.given(x)
        if values.shape != (len(x),):
            raise MethodError(
                f"the efficiency gave {tuple(values.shape)} for {len(x)} events, not ({len(x)},)"
            )
        if not bool((torch.isfinite(values) & (values >= 0)).all()):
            raise MethodError(
                "the efficiency is negative or not finite for some events; it must be a probability"
            )
        return values


@dataclass(frozen=True)
class _ByFunction:
    """A pass over the events is sent to where they are read: what it needs is loaded there."""

    options: EfficiencyFunction
    dimension: int
    scale: float

    @cached_property
    def _function(self) -> Callable[[Tensor], Any]:
        return self.options.load()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_function"}

    def __call__(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self._function(x[..., : self.dimension] * self.scale)).to(torch.float64)


@dataclass(frozen=True)
class _ByHistogram:
    """The product over the particles ``own``."""

    histogram: Histogram
    variables: tuple[str, ...]
    own: list[int]
    names: tuple[str, ...]
    scale: float
    places: Places | None

    def __call__(self, x: Tensor) -> Tensor:
        histogram, own, places = self.histogram, self.own, self.places
        first = [float(edges[0]) for edges in histogram.edges]
        p = (x[:, own][..., : len(self.names)] * self.scale).cpu().numpy()
        axes = [
            _coordinate(variable, p, self.names, start).ravel()
            for variable, start in zip(self.variables, first, strict=True)
        ]
        values = torch.from_numpy(histogram.at(axes).reshape(p.shape[:2]))
        if places is not None:
            values = torch.where(places.weights(x)[:, own].cpu() > 0, values, 1.0)
        return values.prod(dim=1).to(x.device)


def _coordinate(variable: str, p: FloatArray, names: tuple[str, ...], start: float) -> FloatArray:
    """Of vectors (n, P, d): (n, P)."""
    if variable in names:
        return np.asarray(p[..., names.index(variable)])
    px, py = (p[..., names.index(name)] for name in ("px", "py"))
    if variable == "phi":
        phi = np.arctan2(py, px)
        return np.asarray(np.where(phi < 0, phi + 2 * pi, phi) if start > -1e-6 else phi)
    pt = np.hypot(px, py)
    return pt if variable == "pt" else np.arcsinh(p[..., names.index("pz")] / np.maximum(pt, 1e-300))
