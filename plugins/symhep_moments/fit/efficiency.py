"""The probability that an event is seen, by a function or a histogram of the card."""

from __future__ import annotations

from collections.abc import Callable
from math import pi

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep_moments.options import EfficiencyFunction, EfficiencyHistogram
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
    given = (
        _by_function(options, events)
        if isinstance(options, EfficiencyFunction)
        else _by_histogram(options, events)
    )

    def seen(x: Tensor) -> Tensor:
        values = given(x)
        if values.shape != (len(x),):
            raise MethodError(
                f"the efficiency gave {tuple(values.shape)} for {len(x)} events, not ({len(x)},)"
            )
        if not bool((torch.isfinite(values) & (values >= 0)).all()):
            raise MethodError(
                "the efficiency is negative, or not finite, for some events: it is a probability"
            )
        return values

    return seen


def _by_function(options: EfficiencyFunction, events: Events) -> Seeing:
    function, d, scale = options.load(), len(events.names), events.scale
    return lambda x: torch.as_tensor(function(x[..., :d] * scale)).to(torch.float64)


def _by_histogram(options: EfficiencyHistogram, events: Events) -> Seeing:
    histogram, names, places = options.load(), events.names, events.places
    objects = objects_of(events.particles, places)
    own = [p for p in range(events.x.shape[1]) if options.object is None or objects[p] == options.object]
    own = own[:1] if options.per == "leading" else own
    first = [float(edges[0]) for edges in histogram.edges]

    def seen(x: Tensor) -> Tensor:
        p = (x[:, own][..., : len(names)] * events.scale).cpu().numpy()
        axes = [
            _coordinate(variable, p, names, start).ravel()
            for variable, start in zip(options.variables, first, strict=True)
        ]
        values = torch.from_numpy(histogram.at(axes).reshape(p.shape[:2]))
        if places is not None:
            values = torch.where(places.weights(x)[:, own].cpu() > 0, values, 1.0)
        return values.prod(dim=1).to(x.device)

    return seen


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
