"""Moments and their covariance as sums over fixed blocks of events, in two passes and constant memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from math import isfinite

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.events.copies import units_or_none
from symhep.lie.generators import Generators
from symhep.methods.streaming import Streamed, stream
from symhep.torchkit.threads import cores, one_thread_per_operation
from symhep_moments.fit.blocks import BLOCK_EVENTS, Block, Blocks, only_units, split_units
from symhep_moments.fit.fields import LinearFields, columnwise
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import weight
from symhep_moments.fit.moments import Moments
from symhep_moments.options import COVARIANCE_EVENTS
from symhep_moments.places import Places

__all__ = ["Block", "Blocks", "MomentSums", "moments_of", "moments_of_chunks"]

#: Numbers of an intermediate array: 8 MB, so that it stays near the processor.
NUMBERS = 1 << 20
#: Degrees of freedom that are as good as infinitely many.
MOST = 1e8
#: Keeps 0 / 0 from being NaN.
TINY = 1e-300


@dataclass
class Means:
    """Of the first pass: sum w m (K, G), and sums of powers of the weights of independent events.

    ``events`` are rows, ``units`` independent events.
    """

    total: Tensor
    events: int = 0
    units: int = 0
    w: float = 0.0
    w2: float = 0.0
    w3: float = 0.0


@dataclass
class Spread:
    """Of the second pass: sum w^2 (m - A)(m - A)^T (G K, G K) over the independent events ``rows``; sums of w^2, w^4,
    and of w^2 b^2 and its square, b the edges of the functions."""

    mean: Tensor
    rows: Tensor
    gram: Tensor
    squares: Tensor

    @property
    def events(self) -> int:
        """How many they are."""
        return len(self.rows)


class MomentSums(Streamed[Block, Means | Spread, Moments]):
    """Sums over events that give `Moments`.

    First pass: A_ka = sum_n w_n m_nka / sum_n w_n of the moments m_nka = grad f_k(x_n) . v_a(x_n), from all events.
    Second: its covariance

        C = sum_n w_n^2 (m_n - A)(m_n - A)^T / (sum_n w_n)^2,

    with w (m - A) summed over the rows of an independent event first (Liang and Zeger 1986). It costs (K G)^2 per event
    and is estimated from at most ``covariance_events``, evenly spaced. How many they were, (sum w^2)^2 / sum w^4 as
    weights count, those of the edges of the functions included, is handed on as ``nu``.

    Parameters
    ----------
    functions
        K test functions.
    generators
        G candidates.
    covariance_events
        For the covariance.
    device
        Where the events are.
    places
        What they hold, if more than vectors of which all is known.
    """

    passes = 2

    def __init__(
        self,
        functions: TestFunctions,
        generators: Generators,
        covariance_events: int = COVARIANCE_EVENTS,
        device: str = "cpu",
        places: Places | None = None,
    ) -> None:
        self.functions, self.generators = functions, generators.homogeneous()
        self.covariance_events, self.device, self.places = covariance_events, device, places
        self._fields = LinearFields(self.generators, device, places)

    def begin(self, number: int, earlier: tuple[Means | Spread, ...]) -> Means | Spread:
        """No events. Raises `MethodError` if the weights of the first pass do not sum to a positive number."""
        size = (self.functions.count, len(self.generators))
        if number == 0:
            return Means(torch.zeros(size, dtype=torch.float64, device=self.device))
        means = earlier[0]
        assert isinstance(means, Means)
        if means.events == 0:
            raise MethodError("there are no events")
        if not (isfinite(means.w) and means.w > 0):
            raise MethodError(
                f"the weights of {means.events} events sum to {means.w:.4g}; the sum must be positive"
            )
        mean = (means.total / means.w).T.flatten()
        gram = torch.zeros(len(mean), len(mean), dtype=torch.float64, device=self.device)
        used = min(means.units, max(self.covariance_events * means.units // means.events, 1))
        rows = torch.arange(used, device=self.device) * (means.units - 1) // max(used - 1, 1)
        return Spread(mean, rows, gram, torch.zeros(4, dtype=torch.float64, device=self.device))

    def accumulate(self, state: Means | Spread, chunk: Block) -> Means | Spread:
        """With the events of a block counted in."""
        if isinstance(state, Spread):
            return self._spread(state, chunk)
        step = max(1, NUMBERS // (len(self.generators) * chunk.x.shape[1] * chunk.x.shape[2]))
        for some, w in zip(torch.split(chunk.x, step), torch.split(chunk.w, step), strict=True):
            x = columnwise(some)
            state.total += self.functions.sum_along(x, self._fields(x), w)
        weights = chunk.summed(chunk.w)
        state.events += len(chunk.x)
        state.units += chunk.units
        state.w += float(weights.sum())
        state.w2 += float((weights**2).sum())
        state.w3 += float((weights**3).sum())
        return state

    def _spread(self, state: Spread, chunk: Block) -> Spread:
        ends = torch.tensor([chunk.first, chunk.first + chunk.units], device=self.device)
        low, high = torch.searchsorted(state.rows, ends).tolist()
        chosen = only_units(chunk, state.rows[low:high] - chunk.first)
        for some in split_units(chosen, max(1, NUMBERS // len(state.mean))):
            x = columnwise(some.x)
            m = self.functions.along(x, self._fields(x)).permute(2, 1, 0).flatten(0, 1)  # (G K, n)
            m = (m - state.mean[:, None]).mul_(some.w)
            state.gram += _gram(m if some.unit is None else some.summed(m.T.contiguous()).T)
        if len(chosen.x):
            squares = chosen.summed(chosen.w) ** 2
            within = chosen.summed(chosen.w * weight(self.functions, chosen.x)) ** 2
            state.squares += torch.stack([squares.sum(), (squares**2).sum(), within.sum(), (within**2).sum()])
        return state

    def merge(self, first: Means | Spread, second: Means | Spread) -> Means | Spread:
        """Of the events of both."""
        if isinstance(first, Means):
            assert isinstance(second, Means)
            total = first.total + second.total
            return Means(
                total,
                first.events + second.events,
                first.units + second.units,
                first.w + second.w,
                first.w2 + second.w2,
                first.w3 + second.w3,
            )
        assert isinstance(second, Spread)
        return Spread(first.mean, first.rows, first.gram + second.gram, first.squares + second.squares)

    def finish(self, states: tuple[Means | Spread, ...]) -> Moments:
        """The moments. Raises `MethodError` if too few effective events have no covariance."""
        means, spread = states
        assert isinstance(means, Means)
        assert isinstance(spread, Spread)
        squares, fourth, within, within2 = spread.squares.tolist()
        effective = squares**2 / max(fourth, TINY)
        if effective <= 2:
            raise MethodError(
                f"{spread.events} events, {effective:.1f} effective ones, have no covariance; use more events"
            )
        # Events beyond an edge count in the mean, as zeros, but say nothing of the spread within.
        inside = within**2 / max(within2, TINY)
        if inside <= 2:
            raise MethodError(
                f"{inside:.1f} of {spread.events} effective events lie within the edges; they have no covariance"
            )
        k, g = means.total.shape
        one_event = (spread.gram / (squares * (1 - 1 / effective))).view(g, k, g, k).permute(1, 0, 3, 2)
        nu = min(effective, inside) - 1
        if self.places is not None and spread.events == means.units:
            nu = _freedom(means, spread) * min(1.0, inside / effective)
        return Moments(
            (means.total / means.w).cpu().numpy(),
            (one_event * (means.w2 / means.w**2)).contiguous().cpu().numpy(),
            nu,
            self.generators,
            self.functions.labels,
            dict(self.functions.blocks),
        )


def _freedom(means: Means, spread: Spread) -> float:
    """Degrees of freedom of the covariance of a sum z = sum w m whose terms are in the covariance, too.

    Uncentred, S = sum w^2 m m^T, z^T S^-1 z has the mean of chi^2 and no more than its variance, whatever the weights:
    for moments with symmetric signs it is e^T H e, e random signs and H the projection on the moments. Centring at
    A = z / W_1 makes S - kappa z z^T of it, kappa = 2 W_3 / (W_1 W_2) - W_2 / W_1^2 with W_k = sum w^k (1 / n for equal
    weights), so that z^T S^-1 z becomes T / (1 - kappa T) at most: that is Hotelling's with 1 / kappa degrees of
    freedom. The freedom of the variances themselves, W_2^2 / W_4, would be that of a covariance from other events, and
    is far too small where few weights are large.
    """
    kappa = 2 * means.w3 / (means.w * means.w2) - means.w2 / means.w**2
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
    place = units_or_none(unit)
    if place is None:
        return moments_of_chunks(
            [(x, weights)], functions, generators, covariance_events, str(x.device), places
        )
    order = torch.from_numpy(np.argsort(place, kind="stable")).to(x.device)
    rows = Block(0, x[order], weights[order], torch.from_numpy(np.sort(place)).to(x.device))
    work = MomentSums(functions, generators, covariance_events, str(x.device), places)
    return _streamed(work, split_units(rows, BLOCK_EVENTS))


def moments_of_chunks(
    chunks: Iterable[tuple[Tensor, Tensor]],
    functions: TestFunctions,
    generators: Generators,
    covariance_events: int = COVARIANCE_EVENTS,
    device: str = "cpu",
    places: Places | None = None,
) -> Moments:
    """Moments of events that come in ``chunks`` (x, weights) of any sizes, read twice: for more than fit into memory.

    The sizes of the chunks change no bit: sums are formed over fixed blocks.
    """
    work = MomentSums(functions, generators, covariance_events, device, places)
    return _streamed(work, Blocks(chunks, device))


def _streamed(work: MomentSums, blocks: Iterable[Block]) -> Moments:
    """A block on each core: threads that share small operations spend their time waiting for each other."""
    threads = cores() if work.device == "cpu" else 1
    with one_thread_per_operation():
        return stream(work, blocks, threads, partial(torch.set_num_threads, 1))
