"""Rates: how much the density changes along a flow that does not come back, such as a boost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import sqrt

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.bounds.region import Quantity
from symhep.hypotheses.bounds.sample_mean import degrees_of_freedom, unit_sums
from symhep.methods.passes import State
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.bounds.varying import Varying
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import along_fields, around, innermost, weight, with_constant
from symhep_moments.fit.functions.member_edges import MemberEdged
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.sample import Events
from symhep_moments.stream import EventsPass, parts_of

__all__ = ["RateSums", "named_functions", "rate_unit", "rates"]

FloatArray = npt.NDArray[np.float64]

#: Events used at most, evenly spaced.
RATE_EVENTS = 200_000
#: Numbers of all influences that are held: 160 MB.
HELD = 20_000_000
#: Part of the variance of each function that is added to its scalar product with itself.
RIDGE = 1e-3
#: Functions whose variance is less than this of their mean square are constant.
CONSTANT = 1e-12
#: Sums below this part of the longest step of a vector are rounding.
ROUNDING = 1e-12
#: Numbers of an intermediate array.
BLOCK = 1 << 19


def named_functions(events: Events, functions: TestFunctions) -> TestFunctions:
    """The powers and products of components, with the edges and the density of ``functions``; no seed enters."""
    low = build_functions(events, FunctionOptions(fourier=0, harmonics=0), np.random.default_rng(0))
    inside = innermost(functions)
    if isinstance(inside, MemberEdged):
        low = MemberEdged(low, inside.edges, inside.scale, inside.places)
    return around(functions, low)


@dataclass(frozen=True, eq=False)
class RateSums(EventsPass):
    """Sums over all events that `rates` are made of.

    State: ``total`` sum w b of the edges b; ``mean`` (K, G) and ``gram`` (K, K) of the functions; ``second`` (G, K, K)
    sums of products of the influences of independent events; ``weights`` sums of W^2 and W^4, W the absolute weight of
    an independent event; ``sizes`` (G,) longest steps. Influences are taken where some events in memory have the metric
    and the means.
    """

    few: _Few
    name = "rates"
    largest = frozenset({"sizes"})

    @classmethod
    def of(cls, events: Events, functions: TestFunctions, labels: Sequence[str]) -> RateSums:
        """Along the generators ``labels``."""
        return cls(_Few(events, functions, labels))

    def of_events(self, events: Events, number: int) -> State:
        """See `symhep_moments.stream.EventsPass`."""
        step = max(1, BLOCK // (4 * self.few.wide.count * len(self.few.generators)))
        return reduce(self.merge, (self._of_part(part) for part in parts_of(events, step)))

    def _of_part(self, events: Events) -> State:
        """The state of events that come with all rows of their independent events."""
        few, x, w = self.few, events.x, events.weights
        k, g = few.wide.count, len(few.generators)
        second, mean, sizes = x.new_zeros(g, k, k), x.new_zeros(k, g), x.new_zeros(g)
        f, b = innermost(few.wide).values(x), weight(few.wide, x)
        inside = w * b
        if len(x):
            v = few.fields(x)
            sizes, along = v.abs().amax(dim=(0, 2, 3)), few.wide.along(x, v).permute(2, 1, 0)  # (G, K, n)
            mean = (along @ w).T
            c = few.metric.basis @ (few.metric.basis.T @ few.mean)
            columns, dots = f.T.contiguous(), c.T @ f.T
            ridge = (RIDGE * few.metric.ridged)[:, None] * (columns - few.metric.means[:, None]) ** 2
            for i in range(g):  # as `_influence`, one generator after the other
                change = (columns * dots[i]).addcmul_(ridge, c[:, i, None]).add_(few.mean[:, i, None])
                psi = torch.addcmul(along[i], change, b, value=-0.5).mul_(w)
                if events.source is not None:
                    psi = torch.from_numpy(unit_sums(psi.T.cpu().numpy(), events.source).T).to(x.device)
                second[i] = psi @ psi.T
        squares = unit_sums(inside.abs().cpu().numpy()[:, None], events.source)[:, 0] ** 2
        arrays = {"mean": mean, "gram": f.T @ (inside[:, None] * f), "second": second, "sizes": sizes}
        return {key: array.cpu().numpy() for key, array in arrays.items()} | {
            "total": np.array(float(inside.sum())), "weights": np.array([squares.sum(), (squares**2).sum()])
        }  # fmt: skip


class _Few:
    """The events in memory, of which at most so many are looked at: their sums, metric and influences."""

    def __init__(self, events: Events, functions: TestFunctions, labels: Sequence[str]) -> None:
        self.generators = events.generators.subset(labels)
        self.wide = along_fields(with_constant(named_functions(events, functions)), self.generators)
        self.fields = LinearFields(self.generators, str(events.x.device), events.places)
        self.step = max(1, BLOCK // (self.wide.count * len(labels)))
        self._most = min(RATE_EVENTS, max(1, HELD // (self.wide.count * len(labels))))
        chunks = self.chunks(events)
        sums = [self.sums(x, w) for x, w in chunks]
        self.total = sum(total for total, _, _ in sums)
        self.mean = sum((mean for _, mean, _ in sums), torch.zeros(())) / self.total
        self.metric = _Metric(sum((gram for _, _, gram in sums), torch.zeros(())) / self.total)
        self.sizes = torch.stack([self.fields(x).abs().amax(dim=(0, 2, 3)) for x, _ in chunks]).amax(dim=0)

    def rows(self, events: Events) -> Tensor:
        """Which of the events in memory they are."""
        count = len(events)
        return torch.linspace(0, count - 1, min(self._most, count), device=events.x.device).long()

    def chunks(self, events: Events) -> list[tuple[Tensor, Tensor]]:
        """Those of ``events``, a few at a time."""
        rows = self.rows(events)
        x, w = events.x[rows], events.weights[rows]
        return list(zip(torch.split(x, self.step), torch.split(w, self.step), strict=True))

    def sums(self, x: Tensor, w: Tensor) -> tuple[float, Tensor, Tensor]:
        """sum w b, sum w grad f . v (K, G) and sum w b f f^T (K, K) of some events."""
        f, inside = innermost(self.wide).values(x), w * weight(self.wide, x)
        return float(inside.sum()), self.wide.sum_along(x, self.fields(x), w), f.T @ (inside[:, None] * f)

    def influences(self, x: Tensor, w: Tensor) -> Tensor:
        """(n, K, G), as of `_influence`."""
        return _influence(x, w, self.wide, self.fields(x), self.metric, self.mean)


def rates(
    seen: Seen, labels: list[str], varying: Varying | None = None, asked: RateSums | None = None,
    state: State | None = None,
) -> list[Quantity]:  # fmt: skip
    """For each of the generators ``labels`` the part of h in the span of the predefined observables, orthonormal (R).

    h, the relative change of the density per unit of the parameter, has E_p[f h] = - E_p[grad f . v] = - A. Its rms is
    at least (A^T M^-1 A)^(1/2), M = E_p[f f^T] + RIDGE diag(Var f), the constant among the f: a lower bound of the root
    of the Fisher information on the parameter. The ridge lets combinations that hardly vary, and have rare huge
    values, count less, smoothly: to leave them out would be a choice that the data make. The noise of M counts: with
    M = L L^T the length of L^-1 A moves as that of L^-1 (dA - dM M^-1 A / 2).

    Of the events in memory; ``state``: of all events, after the pass ``asked``. What systematic variations change is
    that of the events in memory.
    """
    if not labels:
        return []
    few = _Few(seen.events, seen.functions, labels) if asked is None else asked.few
    rows = few.rows(seen.events).cpu().numpy()
    unit = None if seen.unit is None else seen.unit[rows]
    metric, mean, total, sizes = few.metric, few.mean, few.total, few.sizes.cpu().numpy()
    if state is None:
        nu = degrees_of_freedom(seen.weights[rows], unit)
    else:
        total, sizes = float(state["total"]), state["sizes"]
        metric = _Metric(torch.from_numpy(state["gram"] / total).to(mean.device))
        mean = torch.from_numpy(state["mean"] / total).to(mean.device)
        nu = float(state["weights"][0]) ** 2 / float(state["weights"][1]) - 1
    factor = (nu + 1) / nu if nu > 0 else 1.0
    basis, a = metric.basis.cpu().numpy(), np.asarray((metric.basis.T @ mean).cpu().numpy())
    influences = None
    if state is None or varying is not None:
        parts = [few.influences(x, w) for x, w in few.chunks(seen.events)]
        influences = np.einsum("nkg,kr->nrg", torch.cat(parts).cpu().numpy(), basis, optimize=True)
    others = [] if varying is None else [_of_others(other, few, basis) for _, other in varying.others]
    found = []
    for column, label in enumerate(labels):
        least = ROUNDING * float(sizes[column])
        # Sums that cancel in every event, as where momentum is conserved, leave rounding.
        if state is None:
            assert influences is not None
            own = unit_sums(influences[:, :, column], unit)
            own = np.where(np.abs(own).max(axis=0, initial=0.0) > least, own, 0.0)
            squares = own.T @ own
        else:
            squares = basis.T @ state["second"][column] @ basis
            moves = np.diag(squares) > least**2 * state["weights"][0]
            squares = np.where(moves[:, None] & moves, squares, 0.0)
        mine = np.where(np.abs(a[:, column]) > least, a[:, column], 0.0)
        found.append(Quantity(label, mine, factor * squares / total**2, nu))
        if varying is not None and influences is not None:
            varying.add_influences(label, influences[:, :, column], rows, [o[:, :, column] for o in others])
    return found


def _of_others(seen: Seen, few: _Few, basis: FloatArray) -> FloatArray:
    """(n, R, G) influences of other events, in the metric of the nominal ones."""
    x, w = seen.events.x, seen.events.weights
    pairs = zip(torch.split(x, few.step), torch.split(w, few.step), strict=True)
    found = torch.cat([few.influences(*pair) for pair in pairs]).cpu().numpy()
    return np.asarray(np.einsum("nkg,kr->nrg", found, basis, optimize=True))


class _Metric:
    """M of functions with scalar products G (K, K), of which the first is constant but for edges.

    ``basis`` (K, R) has basis^T M basis = 1; ``means`` (K,) are those of the functions within the edges. Functions that
    do not vary are left out.
    """

    def __init__(self, gram: Tensor) -> None:
        g = gram.cpu().numpy()
        means = g[0] / g[0, 0]
        variances = np.diag(g) - means**2 * g[0, 0]
        # Functions are of the order of one: what is far below is a sum that cancels in every event.
        least = np.maximum(CONSTANT * np.diag(g), ROUNDING**2 * g[0, 0])
        kept = np.r_[0, 1 + np.flatnonzero(variances[1:] > least[1:])]
        ridge = np.where(np.arange(len(g)) > 0, RIDGE * variances, 0.0)
        # In units of their spread, less their means: M is well conditioned there.
        units = np.zeros((len(g), len(kept)))
        units[0, 0] = 1 / np.sqrt(g[0, 0])
        for column, k in enumerate(kept[1:], 1):
            units[k, column], units[0, column] = 1.0, -means[k]
            units[:, column] /= np.sqrt(variances[k])
        inner = units.T @ g @ units
        inner[1:, 1:] += RIDGE * np.eye(len(kept) - 1)
        values, vectors = np.linalg.eigh((inner + inner.T) / 2)
        whole = units @ (vectors / np.sqrt(values))
        self.basis = torch.as_tensor(whole, device=gram.device)
        self.means = torch.as_tensor(means, device=gram.device)
        self.ridged = torch.as_tensor((ridge > 0).astype(np.float64), device=gram.device)


def _influence(x: Tensor, w: Tensor, wide: TestFunctions, v: Tensor, metric: _Metric, mean: Tensor) -> Tensor:
    """(n, K, G) of each event on the ``mean`` A (K, G), in a metric that is estimated too: the basis of the metric
    makes it the influence on the components L^-1 A."""
    f, b = innermost(wide).values(x), weight(wide, x)
    coefficients = metric.basis @ (metric.basis.T @ mean)
    # dM M^-1 A of each event: (n, K, G)
    change = f[:, :, None] * (f @ coefficients)[:, None, :]
    change += (RIDGE * metric.ridged * (f - metric.means) ** 2)[:, :, None] * coefficients
    return w[:, None, None] * (wide.along(x, v) - b[:, None, None] * (change + mean) / 2)


def rate_unit(matrix: FloatArray, events: Events) -> tuple[str, float]:
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
