"""Where in phase space a symmetry breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import pi

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_moments.fit.closed_orbits import ClosedOrbit, orbit_shares
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import along_fields, around, weight
from symhep_moments.record import BreakingKind
from symhep_moments.sample import Events

__all__ = ["MAP_EVENTS", "BreakingMap", "breaking_maps"]

FloatArray = npt.NDArray[np.float64]

#: Events used at most, evenly spaced.
MAP_EVENTS = 100_000
#: Bins of the two coordinates; points of an orbit.
BINS = (12, 8)
POINTS = 48
#: Effective events that a bin must expect to be shown.
FEWEST = 10.0
#: Share of the events on either side that lies beyond a map of features.
BEYOND = 0.005
#: Numbers of an intermediate array.
BLOCK = 1 << 19


@dataclass(frozen=True, eq=False)
class BreakingMap:
    """Where one generator is broken.

    Attributes
    ----------
    label, kind, unit
        Of the generator; 'modulation' or 'rate', as in `symhep_moments.fit.breaking.Breaking`.
    values, errors
        (X, Y) mean over each bin of u, the relative departure of the density from its mean over the orbits, or of - h,
        the relative change of the density per unit of the parameter in scaled units; with standard errors. NaN where
        fewer than ten effective events are expected.
    x, y
        (X + 1,), (Y + 1,) edges of the bins.
    axes
        Names of the two coordinates.
    """

    label: str
    kind: BreakingKind
    unit: str
    values: FloatArray
    errors: FloatArray
    x: FloatArray
    y: FloatArray
    axes: tuple[str, str]


@dataclass(frozen=True, eq=False)
class _Plane:
    """Two coordinates of an event, (n, P, d) -> (n, 2), with edges of bins; the first one may be an angle."""

    coordinates: Callable[[Tensor], Tensor]
    x: FloatArray
    y: FloatArray
    axes: tuple[str, str]
    angle: bool

    def bins(self, points: Tensor) -> Tensor:
        """Number of the bin: (n, P, d) -> (n,); events beyond the map count for its margin."""
        c = self.coordinates(points).detach()
        places = [
            torch.bucketize(c[:, i].contiguous(), torch.as_tensor(edges[1:-1], device=c.device))
            for i, edges in enumerate((self.x, self.y))
        ]
        return places[0] * (len(self.y) - 1) + places[1]


def breaking_maps(events: Events, functions: TestFunctions, labels: Sequence[str]) -> list[BreakingMap]:
    """Where the candidates ``labels`` are broken, in azimuth and cos(theta) of the first particle, or for features in
    the first two components.

    Rotations, and other generators whose flow comes back: u_B = N_B / Nbar_B - 1 for each bin B, N_B the events in it
    and Nbar_B what the mean over the orbit of each event puts there. Nothing is fitted, and the error is that of the
    difference, event by event.

    Others: h = div v + v . grad log p has the mean h_B = - E[grad phi_B . v] / E[phi_B] under a function phi_B that is
    1 in the middle of the bin and falls to 0 at the middle of its neighbours.

    A generator that moves neither coordinate, as P_t, has no map. The edges and the density around ``functions`` are
    respected; the functions themselves are not used.
    """
    rows = torch.linspace(0, len(events) - 1, min(len(events), MAP_EVENTS), device=events.x.device).long()
    x, w = events.x[rows], events.weights[rows]
    plane = _plane(events, x)
    if plane is None:
        return []
    found = []
    for label in labels:
        orbit = ClosedOrbit.of(events.generators[label])
        if orbit is None:
            one = events.generators.subset([label])
            fields = LinearFields(one, str(x.device))
            values, errors = _rate_map(x, w, along_fields(functions, one), fields, plane)
            kind: BreakingKind = "rate"
        else:
            values, errors = _modulation_map(x, w, functions, orbit, plane)
            kind = "modulation"
        shape = (len(plane.x) - 1, len(plane.y) - 1)
        if not np.nansum(errors):
            continue  # the flow does not move the two coordinates
        unit = "" if kind == "modulation" else "per unit"
        found.append(
            BreakingMap(
                label, kind, unit, values.reshape(shape), errors.reshape(shape), plane.x, plane.y, plane.axes
            )
        )
    return found


def _plane(events: Events, x: Tensor) -> _Plane | None:
    """The coordinates to draw in; None if there are not two."""
    if events.momenta:
        edges = np.linspace(-pi, pi, BINS[0] + 1), np.linspace(-1.0, 1.0, BINS[1] + 1)
        return _Plane(
            _directions, *edges, ("azimuth of the first particle", "cos(theta) of the first particle"), True
        )
    flat = x.flatten(1)[:, :2]
    if flat.shape[1] < 2:
        return None
    low, high = (torch.quantile(flat[:100_000], q, dim=0).tolist() for q in (BEYOND, 1 - BEYOND))
    x_edges, y_edges = (
        events.scale * np.linspace(low[i], max(high[i], low[i] + 1e-9), BINS[i] + 1) for i in (0, 1)
    )
    d = len(events.names)
    names = tuple(events.names[i % d] + (f" of vector {i // d + 1}" if d < 2 else "") for i in (0, 1))
    return _Plane(lambda p: events.scale * p.flatten(1)[:, :2], x_edges, y_edges, (names[0], names[1]), False)


def _directions(x: Tensor) -> Tensor:
    """Azimuth and cos(theta) of the first particle: (n, P, 4) -> (n, 2)."""
    p = x[:, 0, 1:]
    length = torch.linalg.vector_norm(p, dim=1).clamp(min=1e-300)
    return torch.stack([torch.atan2(p[:, 1], p[:, 0]), p[:, 2] / length], dim=1)


def _modulation_map(
    x: Tensor, w: Tensor, functions: TestFunctions, orbit: ClosedOrbit, plane: _Plane
) -> tuple[FloatArray, FloatArray]:
    """u per bin, and its error."""
    cells = (len(plane.x) - 1) * (len(plane.y) - 1)
    expected, excess, variance, size = (x.new_zeros(cells) for _ in range(4))
    step = max(1, BLOCK // (POINTS * x.shape[1] * x.shape[2]))
    for first in range(0, len(x), step):
        points, wb = x[first : first + step], w[first : first + step]
        wb = wb * weight(functions, points)
        along = orbit.points(points, POINTS, first)
        share = orbit_shares(functions, along)
        where = plane.bins(along.flatten(0, 1)).view(share.shape)
        fraction = points.new_zeros(len(points), cells).scatter_add_(1, where, share)
        here = points.new_zeros(len(points), cells).scatter_(1, plane.bins(points)[:, None], 1.0)
        difference = wb[:, None] * (here - fraction)
        expected += wb @ fraction
        excess += difference.sum(dim=0)
        variance += (difference**2).sum(dim=0)
        size += wb**2 @ fraction
    return _shown(excess, variance, expected, size)


def _rate_map(
    x: Tensor, w: Tensor, functions: TestFunctions, fields: LinearFields, plane: _Plane
) -> tuple[FloatArray, FloatArray]:
    """- h per bin, and its error."""
    hats = around(functions, _Hats(plane))
    step = max(1, BLOCK // hats.count)
    chunks = list(zip(torch.split(x, step), torch.split(w, step), strict=True))
    moved, expected, size, variance = (x.new_zeros(hats.count) for _ in range(4))
    for points, weights in chunks:
        phi = hats.values(points)
        moved += hats.sum_along(points, fields(points), weights)[:, 0]
        expected += weights @ phi
        size += weights**2 @ phi
    rate = moved / expected
    for points, weights in chunks:
        e = hats.along(points, fields(points))[:, :, 0] - rate * hats.values(points)
        variance += weights**2 @ e**2
    return _shown(moved, variance, expected, size)


def _shown(total: Tensor, variance: Tensor, expected: Tensor, size: Tensor) -> tuple[FloatArray, FloatArray]:
    """total / expected with its error, where that means something."""
    known = (expected > 0) & (expected**2 > FEWEST * size)
    values = torch.where(known, total / expected, torch.nan)
    errors = torch.where(known, variance.sqrt() / expected, torch.nan)
    return values.cpu().numpy(), errors.cpu().numpy()


class _Hats(TestFunctions):
    """Products of piecewise linear functions of the two coordinates, one per bin; their sum is 1."""

    def __init__(self, plane: _Plane) -> None:
        self._plane = plane
        shape = (len(plane.x) - 1, len(plane.y) - 1)
        self.labels = tuple(f"bin {i + 1}, {j + 1}" for i in range(shape[0]) for j in range(shape[1]))
        self.blocks = {"bins": slice(0, len(self.labels))}

    def values(self, x: Tensor) -> Tensor:
        c = self._plane.coordinates(x)
        (first, _), (second, _) = self._hat(c[:, 0], 0), self._hat(c[:, 1], 1)
        return (first[:, :, None] * second[:, None]).flatten(1)

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        with torch.enable_grad():
            points = x.detach().clone().requires_grad_(True)
            c = self._plane.coordinates(points)
            slopes = [torch.autograd.grad(c[:, i].sum(), points, retain_graph=True)[0] for i in (0, 1)]
        velocity = [torch.einsum("npi,ngpi->ng", slope, v) for slope in slopes]
        (first, rise), (second, climb) = (self._hat(c[:, i].detach(), i) for i in (0, 1))
        one = torch.einsum("ni,nj,ng->nijg", rise, second, velocity[0])
        two = torch.einsum("ni,nj,ng->nijg", first, climb, velocity[1])
        return (one + two).flatten(1, 2)

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
