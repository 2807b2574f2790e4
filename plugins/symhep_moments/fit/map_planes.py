"""The coordinates that maps of a breaking are drawn in: directions of particles or members, or two features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.member_edges import entered
from symhep_moments.sample import Events

__all__ = ["Hats", "Plane", "plane_of"]

FloatArray = npt.NDArray[np.float64]

#: Bins of names of the two coordinates.
BINS = (12, 8)
#: Share of the events on either side that lies beyond a map of features.
BEYOND = 0.005


@dataclass(frozen=True, eq=False)
class Plane:
    """Two coordinates of some vectors of an event, with edges of bins; the first one may be an angle.

    ``coordinates``: (..., P, D) -> (..., M, 2) of M vectors; ``weights``: (n, M), None: each is there. ``places``: of
    these vectors, if they are several.
    """

    coordinates: Callable[[Tensor], Tensor]
    x: FloatArray
    y: FloatArray
    axes: tuple[str, str]
    angle: bool
    weights: Callable[[Tensor], Tensor] | None = None
    places: tuple[int, ...] = ()

    def counted(self, points: Tensor) -> Tensor | float:
        """Weights (n, M) of the entries of an event."""
        return 1.0 if self.weights is None else self.weights(points)

    def bins(self, points: Tensor) -> Tensor:
        """Number of the bin: (..., P, D) -> (..., M); events beyond the map count for its margin."""
        c = self.coordinates(points).detach()
        places = [
            torch.bucketize(c[..., i].contiguous(), torch.as_tensor(edges[1:-1], device=c.device))
            for i, edges in enumerate((self.x, self.y))
        ]
        return places[0] * (len(self.y) - 1) + places[1]


def plane_of(events: Events, x: Tensor, functions: TestFunctions) -> Plane | None:
    """The coordinates to draw in; None if there are not two."""
    if {"px", "py", "pz"} <= set(events.names):
        which, weights, whose = _shown_vectors(events, functions)
        if which:
            space = [events.names.index(name) for name in ("px", "py", "pz")]
            edges = np.linspace(-pi, pi, BINS[0] + 1), np.linspace(-1.0, 1.0, BINS[1] + 1)
            return Plane(
                lambda p: _directions(p[..., which, :][..., space]), *edges,
                (f"azimuth of {whose}", f"cos(theta) of {whose}"), True, weights,
                tuple(which) if len(which) > 1 else (),
            )  # fmt: skip
    flat = events.vectors.flatten(1)[:, :2]
    if flat.shape[1] < 2 or (events.places is not None and not {0, 1} <= {*_flat_fixed(events)}):
        return None
    low, high = (torch.quantile(flat[:100_000], q, dim=0).tolist() for q in (BEYOND, 1 - BEYOND))
    x_edges, y_edges = (
        events.scale * np.linspace(low[i], max(high[i], low[i] + 1e-9), BINS[i] + 1) for i in (0, 1)
    )
    d = len(events.names)
    names = tuple(events.names[i % d] + (f" of vector {i // d + 1}" if d < 2 else "") for i in (0, 1))
    return Plane(
        lambda p: events.scale * p[..., :d].flatten(-2)[..., None, :2],
        x_edges,
        y_edges,
        (names[0], names[1]),
        False,
    )


def _flat_fixed(events: Events) -> list[int]:
    """Numbers, among all components of all vectors, of those that every event has."""
    assert events.places is not None
    has, d = events.places.present, len(events.names)
    return [p * d + i for p in events.places.fixed for i in range(d) if has[p, i]]


def _shown_vectors(
    events: Events, functions: TestFunctions
) -> tuple[list[int], Callable[[Tensor], Tensor] | None, str]:
    """Numbers of the vectors whose directions are shown, their weights, and whose they are."""
    places = events.places
    if places is None:
        return [0], None, "the first particle"
    space = [places.names.index(name) for name in ("px", "py", "pz")]
    whole = np.asarray(places.present[:, space].all(axis=1))
    if fixed := [p for p in places.fixed if whole[p]]:
        name = "the first particle" if fixed[0] == 0 else places.vectors[fixed[0]]
        return fixed[:1], None, name
    name = next((name for name, own in places.members.items() if whole[own].all()), "")
    shown = places.members.get(name, [])
    return shown, lambda x: places.weights(entered(functions, x))[..., shown], f"all {name}"


def _directions(p: Tensor) -> Tensor:
    """Azimuth and cos(theta): (..., 3) -> (..., 2)."""
    length = torch.linalg.vector_norm(p, dim=-1).clamp(min=1e-300)
    return torch.stack([torch.atan2(p[..., 1], p[..., 0]), p[..., 2] / length], dim=-1)


class Hats(TestFunctions):
    """Products of piecewise linear functions of names of the two coordinates, one per bin; their sum is 1."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        shape = (len(plane.x) - 1, len(plane.y) - 1)
        self.labels = tuple(f"bin {i + 1}, {j + 1}" for i in range(shape[0]) for j in range(shape[1]))
        self.blocks = {"bins": slice(0, len(self.labels))}

    def values(self, x: Tensor) -> Tensor:
        c = self._plane.coordinates(x)
        (first, _), (second, _) = (self._hats(c[..., i], i) for i in (0, 1))
        counted = self._plane.counted(x)
        first = first if isinstance(counted, float) else first * counted[..., None]
        return torch.einsum("nmi,nmj->nij", first, second).flatten(1)

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        with torch.enable_grad():
            points = x.detach().clone().requires_grad_(True)
            c = self._plane.coordinates(points)
            counted = self._plane.counted(points)
            rates = [self._rate(c[..., i], points, v) for i in (0, 1)]
            growth = None
            if not isinstance(counted, float) and counted.requires_grad:
                growth = self._rate(counted, points, v)
                counted = counted.detach()
        (first, rise), (second, climb) = (self._hats(c[..., i].detach(), i) for i in (0, 1))
        if isinstance(counted, float):
            weighted, risen = first, rise
        else:
            weighted, risen = first * counted[..., None], rise * counted[..., None]
        if not self._plane.places:
            one = torch.einsum("nmi,nmj,nmg->nijg", risen, second, rates[0])
            two = torch.einsum("nmi,nmj,nmg->nijg", weighted, climb, rates[1])
            return (one + two).flatten(1, 2)
        columns = []
        for g in range(v.shape[1]):
            across = risen * rates[0][..., g, None]
            if growth is not None:
                across = across + first * growth[..., g, None]
            along = weighted * rates[1][..., g, None]
            columns.append(across.transpose(1, 2) @ second + along.transpose(1, 2) @ climb)
        return torch.stack(columns, dim=-1).flatten(1, 2)

    def _rate(self, values: Tensor, points: Tensor, v: Tensor) -> Tensor:
        """d/dt of values (n, M) along the fields, (n, M, G): each belongs to vectors of its own event."""
        if self._plane.places:  # each of a vector of its own
            own = list(self._plane.places)
            (slope,) = torch.autograd.grad(values.sum(), points, retain_graph=True)
            return torch.einsum("nmi,ngmi->nmg", slope[:, own, : v.shape[-1]], v[:, :, own])
        columns = []
        for column in values.unbind(dim=1):
            (slope,) = torch.autograd.grad(column.sum(), points, retain_graph=True)
            columns.append(torch.einsum("npi,ngpi->ng", slope[..., : v.shape[-1]], v))
        return torch.stack(columns, dim=1)

    def _hats(self, c: Tensor, axis: int) -> tuple[Tensor, Tensor]:
        """`_hat` of (n, M): (n, M, bins)."""
        values, slopes = self._hat(c.flatten(), axis)
        return values.view(*c.shape, -1), slopes.view(*c.shape, -1)

    def _hat(self, c: Tensor, axis: int) -> tuple[Tensor, Tensor]:
        """Values and derivatives (n, bins) of the hats along one coordinate."""
        edges = torch.as_tensor((self._plane.x, self._plane.y)[axis], device=c.device)
        count, step = len(edges) - 1, edges[1] - edges[0]
        t = (c - edges[0]) / step - 0.5
        periodic = axis == 0 and self._plane.angle
        inside = torch.ones_like(t) if periodic else ((t > 0) & (t < count - 1)).to(t.dtype)
        t = t if periodic else t.clamp(0.0, count - 1.0)
        left = t.floor() if periodic else t.floor().clamp(max=count - 2)
        up = t - left
        values, slopes = t.new_zeros(len(t), count), t.new_zeros(len(t), count)
        low = (left.long() % count)[:, None]
        high = ((left.long() + 1) % count)[:, None]
        values.scatter_(1, low, (1 - up)[:, None]).scatter_(1, high, up[:, None])
        slopes.scatter_(1, low, -(inside / step)[:, None]).scatter_(1, high, (inside / step)[:, None])
        return values, slopes
