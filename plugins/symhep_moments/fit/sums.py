"""Moments and their covariance as sums over fixed blocks of events, in two passes."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.events.copies import units_or_none
from symhep.lie.generators import Generators
from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep_moments.events import Events
from symhep_moments.fit.blocks import Block, only_units, split_units
from symhep_moments.fit.fields import LinearFields, columnwise
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import weight
from symhep_moments.fit.moments import Moments
from symhep_moments.options import COVARIANCE_EVENTS
from symhep_moments.places import Places
from symhep_moments.stream import EventsPass, over_all

__all__ = ["Block", "Means", "Spread", "block_of", "moments_of", "moments_over"]

FloatArray = npt.NDArray[np.float64]

#: Numbers of an intermediate array: 8 MB, so that it stays near the processor.
NUMBERS = 1 << 20
#: Degrees of freedom that are as good as infinitely many.
MOST = 1e8
#: Keeps 0 / 0 from being NaN.
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Means(EventsPass):
    """First pass: sum w m (K, G) of the moments m_nka = grad f_k(x_n) . v_a(x_n), of ``functions`` and ``generators``.

    State: ``total`` (K, G), ``rows``, sums of w, w^2, w^3 of independent events in ``w`` (3,), and of each block the
    number of independent events, ``units``.
    """

    functions: TestFunctions
    generators: Generators
    name = "means"
    joined = frozenset({"units"})

    def of_events(self, events: Events, number: int) -> State:
        """See `symhep_moments.stream.EventsPass`."""
        block = block_of(events)
        fields = LinearFields(self.generators, str(block.x.device), events.places)
        total = block.x.new_zeros(self.functions.count, len(self.generators))
        step = max(1, NUMBERS // (len(self.generators) * max(block.x[:1].numel(), 1)))
        for some, w in zip(torch.split(block.x, step), torch.split(block.w, step), strict=True):
            x = columnwise(some)
            total += self.functions.sum_along(x, fields(x), w)
        weights = block.summed(block.w)
        return {
            "total": total.cpu().numpy(),
            "rows": np.array(len(block.x)),
            "w": np.array([float((weights**power).sum()) for power in (1, 2, 3)]),
            "units": np.array([block.units]),
        }


@dataclass(frozen=True, eq=False)
class Units(EventsPass):
    """Of each block the number of independent ``units``, and ``rows`` of all."""

    name = "independent events"
    joined = frozenset({"units"})

    def of_events(self, events: Events, number: int) -> State:
        """See `symhep_moments.stream.EventsPass`."""
        return {"rows": np.array(len(events)), "units": np.array([block_of(events).units])}


@dataclass(frozen=True, eq=False)
class Spread(EventsPass):
    """Second pass: sum w^2 (m - A)(m - A)^T over some independent events.

    State: ``gram`` (G K, G K), and in ``squares`` sums of w^2, w^4, and of w^2 b^2 and its square, b the edges of the
    functions.

    Attributes
    ----------
    mean
        (G K,) A, generator by generator.
    firsts
        Number of the first independent event of each block.
    units, used
        How many there are, and how many are used, evenly spaced.
    """

    functions: TestFunctions
    generators: Generators
    mean: FloatArray
    firsts: npt.NDArray[np.int64]
    units: int
    used: int
    name = "covariance"

    def of_events(self, events: Events, number: int) -> State:
        """See `symhep_moments.stream.EventsPass`."""
        block, first = block_of(events), int(self.firsts[number])
        rows = np.arange(self.used) * (self.units - 1) // max(self.used - 1, 1)
        rows = rows[(rows >= first) & (rows < first + block.units)] - first
        chosen = only_units(block, torch.from_numpy(rows).to(block.x.device))
        fields = LinearFields(self.generators, str(block.x.device), events.places)
        mean = torch.from_numpy(self.mean).to(block.x.device)
        gram, squares = mean.new_zeros(len(mean), len(mean)), mean.new_zeros(4)
        for some in split_units(chosen, max(1, NUMBERS // max(len(mean), 1))):
            x = columnwise(some.x)
            m = self.functions.along(x, fields(x)).permute(2, 1, 0).flatten(0, 1)  # (G K, n)
            m = (m - mean[:, None]).mul_(some.w)
            gram += _gram(m if some.unit is None else some.summed(m.T.contiguous()).T)
        if len(chosen.x):
            whole = chosen.summed(chosen.w) ** 2
            within = chosen.summed(chosen.w * weight(self.functions, chosen.x)) ** 2
            squares += torch.stack([whole.sum(), (whole**2).sum(), within.sum(), (within**2).sum()])
        return {"gram": gram.cpu().numpy(), "squares": squares.cpu().numpy()}


def moments_over(
    events: Events,
    functions: TestFunctions,
    covariance_events: int = COVARIANCE_EVENTS,
    context: Context | None = None,
    means: State | None = None,
) -> Moments:
    """Moments of the candidates on events, of which there may be more than are in memory.

    First pass: A_ka = sum_n w_n m_nka / sum_n w_n of the moments m_nka = grad f_k(x_n) . v_a(x_n), from all events.
    Second: its covariance

        C = sum_n w_n^2 (m_n - A)(m_n - A)^T / (sum_n w_n)^2,

    with w (m - A) summed over the rows of an independent event first (Liang and Zeger 1986). It costs (K G)^2 per
    event. How many events it comes from, (sum w^2)^2 / sum w^4 as weights count, those of the edges of the functions
    included, is handed on as ``nu``.

    Parameters
    ----------
    events
        Scaled, with the candidates.
    functions
        K of them, from `build_functions`.
    covariance_events
        Most events that the covariance is estimated from, evenly spaced, of those in memory.
    context
        Where passes are done; None: in this process.
    means
        The state of the first pass, where it has been made with others.

    Returns
    -------
    Moments
        (K, G) with their covariance (K, G, K, G).

    Raises
    ------
    MethodError
        If the weights do not sum to a positive number, or the effective number of events is too small for a covariance.

    References
    ----------
    K.-Y. Liang and S. L. Zeger, Biometrika 73 (1986) 13.

    Examples
    --------
    >>> import numpy as np
    >>> from symhep.events.dataset import Dataset
    >>> from symhep_moments.fit.functions.choice import build_functions
    >>> from symhep_moments.fit.functions.options import FunctionOptions
    >>> from symhep_moments.sample import events_of
    >>> x = np.random.default_rng(1).normal(size=(500, 2))
    >>> events = events_of(Dataset.from_array(x, scaling="none"), "so(2)")
    >>> functions = build_functions(events, FunctionOptions(harmonics=0), np.random.default_rng(1))
    >>> moments = moments_over(events, functions)
    >>> moments.mean.shape[1], moments.nu
    (1, 499.0)
    """
    generators = events.generators.homogeneous()
    if means is None:
        means = over_all(Means(functions, generators), events, context)
    rows, (w, w2, _) = int(means["rows"]), means["w"].tolist()
    if not (isfinite(w) and w > 0):
        raise MethodError(f"the weights of {rows} events sum to {w:.4g}; the sum must be positive")
    few = over_all(Units(), events.few, context) if events.subsampled else means
    units = int(few["units"].sum())
    used = min(units, max(covariance_events * units // int(few["rows"]), 1))
    firsts = np.cumsum(few["units"]) - few["units"]
    mean = means["total"] / w
    spread = over_all(
        Spread(functions, generators, mean.T.reshape(-1), firsts, units, used), events.few, context
    )
    squares, fourth, within, within2 = spread["squares"].tolist()
    effective = squares**2 / max(fourth, TINY)
    if effective <= 2:
        raise MethodError(
            f"the covariance of {used} events (effective number {effective:.1f}) cannot be estimated; use "
            "more events"
        )
    # Events beyond an edge count in the mean, as zeros, but say nothing of the spread within.
    inside = within**2 / max(within2, TINY)
    if inside <= 2:
        raise MethodError(
            f"{inside:.1f} of {used} effective events lie within the edges; their covariance cannot be "
            "estimated"
        )
    k, g = mean.shape
    one_event = spread["gram"].reshape(g, k, g, k).transpose(1, 0, 3, 2) / (squares * (1 - 1 / effective))
    nu = min(effective, inside) - 1
    if events.places is not None and used == int(means["units"].sum()):
        nu = _freedom(means["w"]) * min(1.0, inside / effective)
    return Moments(
        mean, np.ascontiguousarray(one_event * (w2 / w**2)), nu, generators, functions.labels,
        dict(functions.blocks),
    )  # fmt: skip


def block_of(events: Events) -> Block:
    """The rows of a block, those of an independent event one after the other."""
    place = units_or_none(events.source)
    if place is None:
        return Block(0, events.x, events.weights)
    if (np.diff(place) >= 0).all():
        return Block(0, events.x, events.weights, torch.from_numpy(place).to(events.x.device))
    order = torch.from_numpy(np.argsort(place, kind="stable")).to(events.x.device)
    return Block(
        0, events.x[order], events.weights[order], torch.from_numpy(np.sort(place)).to(events.x.device)
    )


def _freedom(sums: FloatArray) -> float:
    """Degrees of freedom of the covariance of a sum z = sum w m whose terms are in the covariance, too.

    Uncentred, S = sum w^2 m m^T, z^T S^-1 z has the mean of chi^2 and no more than its variance, whatever the weights:
    for moments with symmetric signs it is e^T H e, e random signs and H the projection on the moments. Centring at
    A = z / W_1 makes S - kappa z z^T of it, kappa = 2 W_3 / (W_1 W_2) - W_2 / W_1^2 with W_k = sum w^k (1 / n for equal
    weights), so that z^T S^-1 z becomes T / (1 - kappa T) at most: that is Hotelling's with 1 / kappa degrees of
    freedom. The freedom of the variances themselves, W_2^2 / W_4, would be that of a covariance from other events, and
    is far too small where few weights are large.
    """
    w, w2, w3 = sums.tolist()
    kappa = 2 * w3 / (w * w2) - w2 / w**2
    return min(1 / kappa if kappa > 0 else MOST, MOST) - 1


def _gram(m: Tensor) -> Tensor:
    """m m^T; numpy knows that this is symmetric, which saves half of it."""
    if m.is_cuda:
        return m @ m.T
    rows = m.numpy()
    return torch.from_numpy(rows @ rows.T)


def moments_of(
    x: Tensor,
    weights: Tensor,
    functions: TestFunctions,
    generators: Generators,
    covariance_events: int = COVARIANCE_EVENTS,
    places: Places | None = None,
    unit: npt.NDArray[np.int64] | None = None,
) -> Moments:
    """Moments of events x (N, P, d) in memory, with signed ``weights`` (N,).

    ``unit`` (N,) is the independent event that each row is of: the covariance is that of their sums.

    >>> import numpy as np
    >>> from symhep.lie.bases import so
    >>> from symhep_moments.fit.functions.polynomials import Polynomials
    >>> x = torch.from_numpy(np.random.default_rng(1).normal(size=(1000, 1, 3)))
    >>> moments = moments_of(x, torch.ones(1000, dtype=torch.float64), Polynomials(3, 2), so(3))
    >>> bool((abs(moments.mean) < 5 * np.sqrt(np.einsum("kaka->ka", moments.covariance)) + 1e-12).all()), moments.nu
    (True, 999.0)
    """
    if not len(x):
        raise MethodError("there are no events")
    names = tuple(str(i) for i in range(generators.vector))
    events = Events(x, weights, 1.0, names, "", False, generators, source=unit, places=places)
    return moments_over(events, functions, covariance_events)
