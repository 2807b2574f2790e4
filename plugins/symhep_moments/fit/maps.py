"""Where in phase space a symmetry breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.torchkit.threads import in_groups
from symhep_moments.fit.bounds.seen import comparable_orbits
from symhep_moments.fit.closed_orbits import ClosedOrbit, orbit_shares
from symhep_moments.fit.conditional.along import Along
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import along_fields, around, weight
from symhep_moments.fit.map_planes import Hats, Plane, plane_of
from symhep_moments.places import Places
from symhep_moments.record import BreakingKind
from symhep_moments.sample import Events

__all__ = ["MAP_EVENTS", "BreakingMap", "breaking_maps", "relative_maps"]

FloatArray = npt.NDArray[np.float64]

#: Events used at most, evenly spaced.
MAP_EVENTS = 100_000
#: Points of an orbit.
POINTS = 48
#: Effective events that a bin must expect to be shown.
FEWEST = 10.0
#: Numbers of an intermediate array.
BLOCK = 1 << 19


@dataclass(frozen=True, eq=False)
class BreakingMap:
    """Where one generator is broken.

    Attributes
    ----------
    label, kind, unit
        Of the generator; 'modulation' or 'rate'.
    values, errors
        (X, Y) mean over each bin of u, the relative deviation of the density from its mean over the orbits, or of - h,
        the relative change of the density per unit of the parameter in scaled units; with standard errors. NaN where
        fewer than ten effective events are expected.
    x, y
        (X + 1,), (Y + 1,) edges of the bins.
    axes
        Names of names of the two coordinates.
    """

    label: str
    kind: BreakingKind
    unit: str
    values: FloatArray
    errors: FloatArray
    x: FloatArray
    y: FloatArray
    axes: tuple[str, str]


def breaking_maps(events: Events, functions: TestFunctions, labels: Sequence[str]) -> list[BreakingMap]:
    """Where the candidates ``labels`` are broken, in azimuth and cos(theta) of the first particle, or for features in
    the first two components.

    It is the first particle of which these are known, in all events, or else those of all members of the first set that
    has them: each member is an entry, and errors are those of the sum over an event.

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
    plane = plane_of(events, x, functions)
    if plane is None:
        return []
    orbits = dict(zip(events.generators.labels, comparable_orbits(events, functions), strict=True))

    def map_of(label: str) -> BreakingMap | None:
        orbit = orbits[label]
        if orbit is None:
            one = events.generators.subset([label])
            fields = LinearFields(one, str(x.device), events.places)
            values, errors = _rate_map(x, w, along_fields(functions, one), fields, plane)
            kind: BreakingKind = "rate"
        else:
            values, errors = _modulation_map(x, w, functions, orbit, plane, events.places)
            kind = "modulation"
        shape = (len(plane.x) - 1, len(plane.y) - 1)
        if not np.nansum(errors):
            return None  # the flow does not move names of the two coordinates
        unit = "" if kind == "modulation" else "per unit"
        values, errors = values.reshape(shape), errors.reshape(shape)
        return BreakingMap(label, kind, unit, values, errors, plane.x, plane.y, plane.axes)

    # One generator knows nothing of the others: several at a time.
    groups = in_groups(lambda group: [map_of(labels[i]) for i in group], len(labels), x.device.type, most=1)
    return [found for group in groups for found in group if found is not None]


def relative_maps(
    events: Events, functions: TestFunctions, labels: Sequence[str], along: Along
) -> list[BreakingMap]:
    """The same relative to a reference or an efficiency, of those of ``labels`` whose flow comes back.

    u_B = A_B / E[v f_B] for each bin B, f_B the number of entries in it, A_B = E[(y - e(u)) (f_B - m_B(u))]: the mean
    over the bin of how much the ratio of the densities departs from what it is on average over the orbit. Relative to
    an efficiency that is N_B / Nbar_B - 1.
    """
    plane = plane_of(events, events.x, functions)
    if plane is None:
        return []
    orbits = dict(zip(events.generators.labels, comparable_orbits(events, functions), strict=True))
    shape, found = (len(plane.x) - 1, len(plane.y) - 1), list[BreakingMap]()

    def entries(x: Tensor) -> Tensor:
        own = plane.bins(x)
        counted = torch.ones_like(own, dtype=x.dtype) * plane.counted(x)
        return x.new_zeros(len(x), shape[0] * shape[1]).scatter_add_(1, own, counted)

    for label in labels:
        orbit = orbits[label]
        if orbit is None:
            continue
        moments = along(orbit, entries)
        errors = np.sqrt(np.diag(moments.covariance))
        share = moments.sizes / max(float(moments.sizes.sum()), 1e-300)
        known = (moments.sizes > 0) & (share * events.effective > FEWEST)
        sizes = np.where(known, moments.sizes, np.nan)
        values, errors = (moments.mean / sizes).reshape(shape), (errors / sizes).reshape(shape)
        if np.nansum(errors):
            found.append(BreakingMap(label, "modulation", "", values, errors, plane.x, plane.y, plane.axes))
    return found


def _modulation_map(
    x: Tensor, w: Tensor, functions: TestFunctions, orbit: ClosedOrbit, plane: Plane, places: Places | None
) -> tuple[FloatArray, FloatArray]:
    """u per bin, and its error."""
    cells = (len(plane.x) - 1) * (len(plane.y) - 1)
    expected, excess, variance, size = (x.new_zeros(cells) for _ in range(4))
    step = max(1, BLOCK // (POINTS * x.shape[1] * x.shape[2]))
    for first in range(0, len(x), step):
        points, wb = x[first : first + step], w[first : first + step]
        wb = wb * weight(functions, points)
        along = orbit.points(points, POINTS, first, places)
        share = orbit_shares(functions, along)
        where = plane.bins(along)
        counted = plane.counted(points)
        # An orbit that leads no member over an edge leaves the weights of the members alone.
        entries = share[..., None] * (counted if isinstance(counted, float) else counted[:, None])
        fraction = points.new_zeros(len(points), cells).scatter_add_(1, where.flatten(1), entries.flatten(1))
        own = plane.bins(points)
        entries = torch.ones_like(own, dtype=points.dtype) * counted
        here = points.new_zeros(len(points), cells).scatter_add_(1, own, entries)
        difference = wb[:, None] * (here - fraction)
        expected += wb @ fraction
        excess += difference.sum(dim=0)
        variance += (difference**2).sum(dim=0)
        size += wb**2 @ fraction
    return _shown(excess, variance, expected, size)


def _rate_map(
    x: Tensor, w: Tensor, functions: TestFunctions, fields: LinearFields, plane: Plane
) -> tuple[FloatArray, FloatArray]:
    """- h per bin, and its error."""
    hats = around(functions, Hats(plane))
    step = max(1, BLOCK // hats.count)
    moved, expected, size, *squares = (x.new_zeros(hats.count) for _ in range(6))
    for points, weights in zip(torch.split(x, step), torch.split(w, step), strict=True):
        phi, m = hats.values(points), hats.along(points, fields(points))[:, :, 0]
        expected += weights @ phi
        moved += weights @ m
        squared = weights**2
        size += squared @ phi
        for total, product in zip(squares, (m * m, m * phi, phi * phi), strict=True):
            total += squared @ product
    # Of w (m - rate phi).
    rate = moved / expected
    variance = (squares[0] - 2 * rate * squares[1] + rate**2 * squares[2]).clamp(min=0.0)
    return _shown(moved, variance, expected, size)


def _shown(total: Tensor, variance: Tensor, expected: Tensor, size: Tensor) -> tuple[FloatArray, FloatArray]:
    """total / expected with its error, where that means something."""
    known = (expected > 0) & (expected**2 > FEWEST * size)
    values = torch.where(known, total / expected, torch.nan)
    errors = torch.where(known, variance.sqrt() / expected, torch.nan)
    return values.cpu().numpy(), errors.cpu().numpy()
