"""How strongly a generator is broken, with an interval, in a unit that a physicist reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.methods.number import Number
from symhep.stats.intervals import Interval
from symhep.torchkit.threads import in_groups
from symhep_moments.fit.closed_orbits import ClosedOrbit, orbit_shares
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import along_fields, innermost, weight, with_constant
from symhep_moments.fit.functions.member_edges import MemberEdged, entered
from symhep_moments.fit.projection import ProjectedSize, orthonormal
from symhep_moments.places import Places
from symhep_moments.record import BreakingKind
from symhep_moments.sample import Events

__all__ = ["MODULATION_EVENTS", "RATE_EVENTS", "Breaking", "breakings", "comparable_orbits", "orbit_events"]

FloatArray = npt.NDArray[np.float64]

#: Events used at most, evenly spaced: an orbit costs as much as its points.
MODULATION_EVENTS, RATE_EVENTS = 50_000, 200_000
#: Numbers of all orbits that are held for the second pass over them: 160 MB.
HELD = 20_000_000
#: Values of functions of one member, of events used for orbits, where there are many members.
ORBIT_WORK = 6_000_000
#: Events that are looked at for whether a flow takes any member over an edge.
EDGE_EVENTS = 2000
#: Points of an orbit: exact for products of two waves of up to seven oscillations.
POINTS = 16
#: Oscillations of the angles over an orbit.
ORDERS = 4
#: Numbers of an intermediate array.
BLOCK = 1 << 19


@dataclass(frozen=True)
class Breaking:
    """How strongly a generator is broken.

    Attributes
    ----------
    label
        Of the generator.
    kind
        'modulation': epsilon = sqrt(2) rms(u), for a density p = (1 + u) times its mean over the orbits;
        'rate': rms of the relative change of the density per unit of the group's parameter.
    unit
        '' for a modulation, which is a fraction; 'per unit of rapidity', 'per GeV', 'per radian', 'per e-fold' or
        'per unit'.
    interval
        95 %; of what the test functions see, which is a lower bound of the whole.
    smallest_visible
        What would have been told from nothing with 90 % power, at 5 %.
    functions
        Number of independent functions behind it.
    events
        That were used.
    """

    label: str
    kind: BreakingKind
    unit: str
    interval: Interval
    smallest_visible: float
    functions: int
    events: int

    def to_number(self) -> Number:
        """The interval with its unit."""
        i = self.interval
        return Number(value=i.value, low=i.low, high=i.high, unit=self.unit, method=i.method)


def breakings(events: Events, functions: TestFunctions, level: float = 0.95) -> list[Breaking]:
    """The strength at which each candidate of ``events`` is broken, as far as ``functions`` see.

    A generator whose flow comes back, such as a rotation, has a density averaged over its orbits, pbar, to compare
    with: p = pbar (1 + u). With fbar the mean of f over the orbit of an event, g = f - fbar has E_pbar[g] = 0, so that
    d = E_p[g] = E_pbar[u g], and the part of u in the span of the g has the mean square d^T G^-1 d, with
    G = E_pbar[g g^T] = E_p[mean of g g^T over the orbit]. To ``functions`` the waves cos, sin(m angle), m = 1 .. 4, of
    each vector are added, so that epsilon = sqrt(2) rms(u) of a density 1 + epsilon cos(m phi) is epsilon.

    For other generators h = div v + v . grad log p is minus the relative change of the density per unit of the
    parameter. E_p[f h] = - E_p[grad f . v] = - A, so the part of h in the span of the f has the mean square
    A^T G^-1 A, G = E_p[f f^T]: the Fisher information on the parameter that they hold, a lower bound of all
    of it.

    Sums of squares grow by noise. With b = G^-1 d and e = g - (mean over the orbit of g g^T) b, or
    e = grad f . v + f h with h = - f^T b, per event, the second-order term of the expansion of d^T G^-1 d in the
    empirical measure (von Mises 1947, Ann. Math. Stat. 18, 309) is |mean e|^2 in the metric G^-1: its mean
    tr G^-1 Cov(mean e) is taken off. See `symhep_moments.fit.projection.ProjectedSize` for the interval.

    ``functions`` may have edges, or be under a density: then u and h are those of p relative to it, within the edges.
    Weights may be negative. Where a flow takes members over their threshold, its orbits hold events that are not
    seen, and the strength is a rate, for a rotation per radian.
    """
    found: list[Breaking] = []
    rows = _rows(len(events), RATE_EVENTS, events.x.device)
    closed = comparable_orbits(events, functions)
    open_ones = [a for a, orbit in enumerate(closed) if orbit is None]
    rates = dict(zip(open_ones, _rates(events, rows, functions, open_ones), strict=True))
    few = _rows(len(events), orbit_events(events, functions), events.x.device)

    def modulation(orbit: ClosedOrbit) -> ProjectedSize:
        return _modulation(events.x[few], events.weights[few], functions, orbit, events.places)

    # One generator knows nothing of the others: several at a time.
    orbits = [(a, orbit) for a, orbit in enumerate(closed) if orbit is not None]
    groups = in_groups(
        lambda group: [(orbits[i][0], modulation(orbits[i][1])) for i in group],
        len(orbits), events.x.device.type, most=1,
    )  # fmt: skip
    modulations = dict(size for group in groups for size in group)
    for a, orbit in enumerate(closed):
        label, matrix = events.generators.labels[a], events.generators.matrices[a]
        kind: BreakingKind = "rate" if orbit is None else "modulation"
        if orbit is None:
            (unit, factor), size, used = _unit(matrix, events), rates[a], len(rows)
        else:
            unit, factor, size, used = "", sqrt(2), modulations[a], len(few)
        theta = size.interval(level)
        interval = Interval(factor * theta.value, factor * theta.low, factor * theta.high, theta.method)
        found.append(Breaking(label, kind, unit, interval, factor * size.visible(), len(size.noise), used))
    return found


def comparable_orbits(events: Events, functions: TestFunctions) -> list[ClosedOrbit | None]:
    """Orbits of the generators along which the density can be compared with its mean; None: they are not closed, or
    lead members of sets over their edges, and then it is not known which others would have come in."""
    closed = [ClosedOrbit.of(matrix) for matrix in events.generators.matrices]
    inside = innermost(functions)
    if not isinstance(inside, MemberEdged) or not closed:
        return closed
    some = events.x[_rows(len(events), EDGE_EVENTS, events.x.device)]
    fields = LinearFields(events.generators, str(events.x.device), events.places)
    changed = inside.changed(some, fields(some)).tolist()
    return [None if out else orbit for orbit, out in zip(closed, changed, strict=True)]


def orbit_events(events: Events, functions: TestFunctions) -> int:
    """Events used for orbits, at most: an event of many members costs as much as many of few."""
    if events.places is None:
        return MODULATION_EVENTS
    return min(MODULATION_EVENTS, ORBIT_WORK // (functions.count * events.x.shape[1]))


def _rows(n: int, most: int, device: torch.device) -> Tensor:
    return torch.linspace(0, n - 1, min(n, most), device=device).long()


def _unit(matrix: FloatArray, events: Events) -> tuple[str, float]:
    """Of a rate along this generator, and what the rate in scaled units is to be multiplied with."""
    linear = matrix[:-1, :-1]
    if not linear.any():
        size = float(np.linalg.norm(matrix[:-1, -1]))
        return f"per {events.unit or 'unit'}", 1.0 / (events.scale * size)
    if matrix[:-1, -1].any():
        return "per unit", 1.0
    if np.allclose(linear, linear[0, 0] * np.eye(len(linear))):
        return "per e-fold", 1.0
    if "px" in events.names and events.places is not None and np.allclose(linear, -linear.T):
        return "per radian", sqrt(2 / float((linear**2).sum()))
    if events.momenta:
        metric = np.diag([1.0, -1.0, -1.0, -1.0])
        square = float(np.trace(linear @ linear))
        if np.allclose(linear.T @ metric + metric @ linear, 0.0) and abs(square) > 1e-9:
            # A boost has tr W^2 = 2 per squared unit of rapidity, a rotation -2 per squared radian.
            return ("per unit of rapidity" if square > 0 else "per radian"), sqrt(2 / abs(square))
    return "per unit", 1.0


class _Orbits:
    """Functions g = f - fbar on events and on points of their orbits, chunk by chunk."""

    def __init__(
        self, x: Tensor, w: Tensor, functions: TestFunctions, orbit: ClosedOrbit, places: Places | None
    ) -> None:
        self.x, self.w, self.functions, self.orbit, self.places = x, w, functions, orbit, places
        self._inner = innermost(functions)
        self._kept: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
        """w b (n,), the mean's weights (n, M), g (n, K) and g on the orbit (n, M, K)."""
        if self._kept:
            yield from self._kept
            return
        width = self._inner.count + 2 * ORDERS * self.x.shape[1]
        keep = len(self.x) * POINTS * width < HELD
        step = max(1, BLOCK // (POINTS * width))
        for first in range(0, len(self.x), step):
            x, w = self.x[first : first + step], self.w[first : first + step]
            around = self.orbit.points(x, POINTS, first, self.places)
            f, on_orbit = self._values(x), self._values(around.flatten(0, 1)).view(len(x), POINTS, -1)
            share = orbit_shares(self.functions, around)
            mean = torch.einsum("nm,nmk->nk", share, on_orbit)
            found = w * weight(self.functions, x), share, f - mean, on_orbit - mean[:, None]
            if keep:
                self._kept.append(found)
            yield found

    def _values(self, x: Tensor) -> Tensor:
        waves = self.orbit.harmonics(entered(self.functions, x), ORDERS, self.places)
        return torch.cat([self._inner.values(x), waves], dim=1)


def _modulation(
    x: Tensor, w: Tensor, functions: TestFunctions, orbit: ClosedOrbit, places: Places | None
) -> ProjectedSize:
    """Of u, the relative departure of the density from its mean over the orbits."""
    orbits = _Orbits(x, w, functions, orbit, places)
    mean = gram = total = x.new_zeros(1)
    for wb, share, g, around in orbits:
        total = total + wb.sum()
        mean = mean + wb @ g
        rows = (around * (wb[:, None] * share)[..., None]).flatten(0, 1)
        gram = gram + rows.T @ around.flatten(0, 1)
    basis, a = _projected(mean / total, gram / total)
    tally = _Tally(a, float(total))
    for wb, share, g, around in orbits:
        g, around = g @ basis, around @ basis
        u = around @ a
        e = g - torch.einsum("nm,nmk->nk", share * u, around)
        tally.add(wb, e, 2 * (g @ a) - (share * u**2).sum(dim=1) - a @ a)
    return tally.size()


def _rates(events: Events, rows: Tensor, functions: TestFunctions, chosen: list[int]) -> list[ProjectedSize]:
    """Of h = div v + v . grad log p, for the ``chosen`` generators."""
    if not chosen:
        return []
    generators = events.generators.subset([events.generators.labels[a] for a in chosen])
    fields = LinearFields(generators, str(events.x.device), events.places)
    wide = along_fields(with_constant(functions), generators)
    inside = innermost(wide)
    step = max(1, BLOCK // (wide.count * len(chosen)))
    chunks = list(
        zip(torch.split(events.x[rows], step), torch.split(events.weights[rows], step), strict=True)
    )
    total = sum(float((w * weight(wide, x)).sum()) for x, w in chunks)
    mean = torch.zeros(wide.count, len(chosen), dtype=torch.float64, device=events.x.device)
    gram = torch.zeros(wide.count, wide.count, dtype=torch.float64, device=events.x.device)
    for x, w in chunks:
        f = inside.values(x)
        gram += f.T @ ((w * weight(wide, x))[:, None] * f)
        mean += wide.sum_along(x, fields(x), w)
    basis, a = _projected(mean / total, gram / total)
    tallies = [_Tally(column, total) for column in a.T]
    for x, w in chunks:
        f, b = inside.values(x) @ basis, weight(wide, x)
        moved = torch.einsum("nkg,kr->gnr", wide.along(x, fields(x)), basis)
        for tally, m, column in zip(tallies, moved, a.T, strict=True):
            # minus h: the sign of a cancels in all that is quadratic
            h = f @ column
            tally.add(w, m - (b * h)[:, None] * f, 2 * (m @ column) - b * (h**2 + column @ column))
    return [tally.size() for tally in tallies]


def _projected(mean: Tensor, gram: Tensor) -> tuple[Tensor, Tensor]:
    """Orthonormal functions (K, R), and the scalar products with them of what is sought, (R,) or (R, G)."""
    basis = torch.as_tensor(orthonormal(gram.cpu().numpy()), device=mean.device)
    return basis, basis.T @ mean


class _Tally:
    """Sums over events of the influence on T = |a|^2 and of its second-order part."""

    def __init__(self, a: Tensor, total: float) -> None:
        self._a, self._total = a, total
        self._square = a.new_zeros(len(a), len(a))
        self._influence_square = a.new_zeros(())

    def add(self, w: Tensor, e: Tensor, influence: Tensor) -> None:
        """Weights (n,), second-order parts e (n, R), influences (n,); w e and w influence sum to 0 over all events."""
        self._square += e.T @ ((w**2)[:, None] * e)
        self._influence_square += (w * influence).square().sum()

    def size(self) -> ProjectedSize:
        """What T says of the size."""
        squared, variance = float(self._a @ self._a), float(self._influence_square) / self._total**2
        noise = (self._square / self._total**2).cpu().numpy()
        return ProjectedSize(squared, noise, variance / (4 * squared) if squared > 0 else 0.0)
