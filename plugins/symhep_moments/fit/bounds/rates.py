"""Rates: how much the density changes along a flow that does not come back, such as a boost."""

from __future__ import annotations

from math import sqrt

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.bounds.region import Quantity
from symhep.hypotheses.bounds.sample_mean import degrees_of_freedom, unit_sums
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.bounds.varying import Varying
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import along_fields, around, innermost, weight, with_constant
from symhep_moments.fit.functions.member_edges import MemberEdged
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.sample import Events

__all__ = ["named_functions", "rate_unit", "rates"]

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


def rates(seen: Seen, labels: list[str], varying: Varying | None = None) -> list[Quantity]:
    """For each of the generators ``labels`` the part of h in the span of the named functions, R orthonormal components.

    h, the relative change of the density per unit of the parameter, has E_p[f h] = - E_p[grad f . v] = - A. Its rms is
    at least (A^T M^-1 A)^(1/2), M = E_p[f f^T] + RIDGE diag(Var f), the constant among the f: a lower bound of the root
    of the Fisher information on the parameter. The ridge lets combinations that hardly vary, and have rare huge
    values, count less, smoothly: to leave them out would be a choice that the data make. The noise of M counts: with
    M = L L^T the length of L^-1 A moves as that of L^-1 (dA - dM M^-1 A / 2).
    """
    if not labels:
        return []
    events = seen.events
    generators = events.generators.subset(labels)
    wide = along_fields(with_constant(named_functions(events, seen.functions)), generators)
    inside = innermost(wide)
    most = min(RATE_EVENTS, max(1, HELD // (wide.count * len(labels))), len(events))
    rows = torch.linspace(0, len(events) - 1, most, device=events.x.device).long()
    fields = LinearFields(generators, str(events.x.device), events.places)
    step = max(1, BLOCK // (wide.count * len(labels)))
    chunks = list(
        zip(torch.split(events.x[rows], step), torch.split(events.weights[rows], step), strict=True)
    )
    total = sum(float((w * weight(wide, x)).sum()) for x, w in chunks)
    mean = torch.zeros(wide.count, len(labels), dtype=torch.float64, device=events.x.device)
    gram = torch.zeros(wide.count, wide.count, dtype=torch.float64, device=events.x.device)
    for x, w in chunks:
        f = inside.values(x)
        gram += f.T @ ((w * weight(wide, x))[:, None] * f)
        mean += wide.sum_along(x, fields(x), w)
    metric = _Metric(gram / total)
    a = metric.basis.T @ (mean / total)
    sizes = torch.stack([fields(x).abs().amax(dim=(0, 2, 3)) for x, _ in chunks]).amax(dim=0)
    influences = torch.cat([_influence(x, w, wide, fields(x), metric, a) for x, w in chunks]).cpu().numpy()
    unit = None if seen.unit is None else seen.unit[rows.cpu().numpy()]
    weights = seen.weights[rows.cpu().numpy()]
    nu = degrees_of_freedom(weights, unit)
    factor = (nu + 1) / nu if nu > 0 else 1.0
    others = list[FloatArray]()
    if varying is not None:
        others = [_of_others(other, wide, fields, metric, a, step) for _, other in varying.others]
    found = []
    for column, label in enumerate(labels):
        own, size = unit_sums(influences[:, :, column], unit), float(sizes[column])
        # Sums that cancel in every event, as where momentum is conserved, leave rounding.
        own = np.where(np.abs(own).max(axis=0, initial=0.0) > ROUNDING * size, own, 0.0)
        mine = a[:, column].cpu().numpy()
        mine = np.where(np.abs(mine) > ROUNDING * size, mine, 0.0)
        found.append(Quantity(label, mine, factor * own.T @ own / total**2, nu))
        if varying is not None:
            varying.add_influences(
                label, influences[:, :, column], rows.cpu().numpy(), [own[:, :, column] for own in others]
            )
    return found


def _of_others(
    seen: Seen, wide: TestFunctions, fields: LinearFields, metric: _Metric, a: Tensor, step: int
) -> FloatArray:
    """(n, R, G) influences of other events, in the metric of the nominal ones."""
    parts = [
        _influence(x, w, wide, fields(x), metric, a)
        for x, w in zip(torch.split(seen.events.x, step), torch.split(seen.events.weights, step), strict=True)
    ]
    return np.asarray(torch.cat(parts).cpu().numpy())


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


def _influence(x: Tensor, w: Tensor, wide: TestFunctions, v: Tensor, metric: _Metric, a: Tensor) -> Tensor:
    """(n, R, G) of each event on the components a, in a metric that is estimated too."""
    f, b = innermost(wide).values(x), weight(wide, x)
    coefficients = metric.basis @ a
    # dM M^-1 A of each event: (n, K, G)
    change = f[:, :, None] * (f @ coefficients)[:, None, :]
    change += (RIDGE * metric.ridged * (f - metric.means) ** 2)[:, :, None] * coefficients
    along = wide.along(x, v) - b[:, None, None] * change / 2
    return w[:, None, None] * (torch.einsum("nkg,kr->nrg", along, metric.basis) - b[:, None, None] * a / 2)


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
