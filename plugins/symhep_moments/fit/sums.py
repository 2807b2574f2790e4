"""Moments in one pass over the events, with constant memory."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.lie.generators import Generators
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import weight
from symhep_moments.fit.moments import Moments

__all__ = ["COVARIANCE_EVENTS", "Accumulator", "moments_of", "moments_of_chunks"]

#: Events that the covariance is estimated from, unless told otherwise.
COVARIANCE_EVENTS = 100_000
#: Numbers of an intermediate array: 4 MB, so that it stays near the processor.
BLOCK = 1 << 19
#: Keeps 0 / 0 from being NaN.
TINY = 1e-300


class Accumulator:
    """Sums over events that give `Moments`; sums of several parts of the events can be merged.

    A_ka = sum_n w_n m_nka / sum_n w_n of the moments m_nka = grad f_k(x_n) . v_a(x_n) uses all events. Its covariance

        C = sum_n w_n^2 (m_n - A)(m_n - A)^T / (sum_n w_n)^2

    costs (K G)^2 per event and is estimated from at most ``covariance_events``, evenly spaced, that are kept until the
    end. How many they were, (sum w^2)^2 / sum w^4 as weights count, those of the edges of the functions included, is
    handed on as ``nu``.

    Parameters
    ----------
    functions
        K test functions.
    generators
        G candidates.
    covariance_events
        Kept for the covariance.
    device
        Where the events are.
    """

    def __init__(
        self,
        functions: TestFunctions,
        generators: Generators,
        covariance_events: int = COVARIANCE_EVENTS,
        device: str = "cpu",
    ) -> None:
        self.functions, self.generators = functions, generators.homogeneous()
        self.covariance_events, self.device = covariance_events, device
        self.events = 0
        self.sum_w = 0.0
        self.sum_w2 = 0.0
        self._fields = LinearFields(self.generators, device)
        self._sums = torch.zeros(functions.count, len(generators), dtype=torch.float64, device=device)
        self._kept: list[tuple[Tensor, Tensor]] = []
        self._kept_events = 0
        self._stride = 1

    def add(self, x: Tensor, w: Tensor) -> None:
        """Count events x (n, P, d) with signed weights w (n,) in."""
        step = max(1, BLOCK // (len(self.generators) * x.shape[1] * x.shape[2]))
        for points, weights in zip(torch.split(x, step), torch.split(w, step), strict=True):
            self._sums += self.functions.sum_along(points, self._fields(points), weights)
            first = -self.events % self._stride
            self.events += len(points)
            self._keep(points[first :: self._stride], weights[first :: self._stride])
        self.sum_w += float(w.sum())
        self.sum_w2 += float((w**2).sum())

    def merge(self, other: Accumulator) -> None:
        """Add what another accumulator, of the same functions and generators, has seen; ValueError if they differ."""
        named = [(a.functions.labels, a.generators.labels) for a in (self, other)]
        if named[0] != named[1]:
            raise ValueError("moments of other functions or generators cannot be merged")
        self._sums += other._sums
        self.events += other.events
        self.sum_w += other.sum_w
        self.sum_w2 += other.sum_w2
        while self._stride < other._stride:
            self._thin()
        if other._kept:
            x, w = other._joined()
            step = self._stride // other._stride
            self._keep(x[::step], w[::step])

    def moments(self) -> Moments:
        """Of all events so far. Raises `MethodError` if their weights do not sum to a positive number."""
        if self.events == 0:
            raise MethodError("there are no events")
        if not (isfinite(self.sum_w) and self.sum_w > 0):
            raise MethodError(
                f"the weights of {self.events} events sum to {self.sum_w:.4g}: they describe no density"
            )
        mean = self._sums / self.sum_w
        covariance, nu = self._covariance(mean.flatten())
        k, g = mean.shape
        return Moments(
            mean.cpu().numpy(),
            (covariance * (self.sum_w2 / self.sum_w**2)).cpu().numpy().reshape(k, g, k, g),
            nu,
            self.generators,
            self.functions.labels,
            dict(self.functions.blocks),
        )

    def _covariance(self, mean: Tensor) -> tuple[Tensor, float]:
        """Of one event, weighted with w^2, and its degrees of freedom."""
        x, w = self._joined()
        if len(x) > self.covariance_events:
            rows = torch.linspace(0, len(x) - 1, self.covariance_events, device=x.device).long()
            x, w = x[rows], w[rows]
        total = torch.zeros(len(mean), len(mean), dtype=torch.float64, device=x.device)
        step = max(1, BLOCK // len(mean))
        for points, weights in zip(torch.split(x, step), torch.split(w, step), strict=True):
            m = self.functions.along(points, self._fields(points)).flatten(1)
            m = (m - mean).mul_(weights[:, None])
            total += _gram(m)
        squares = w**2
        effective = float(squares.sum() ** 2 / (squares**2).sum())
        if effective <= 2:
            raise MethodError(
                f"{len(x)} events, {effective:.1f} effective ones, have no covariance; use more events"
            )
        # Events beyond an edge count in the mean, as zeros, but say nothing of the spread within.
        within = squares * weight(self.functions, x) ** 2
        inside = float(within.sum() ** 2 / (within**2).sum().clamp(min=TINY))
        if inside <= 2:
            raise MethodError(
                f"{inside:.1f} of {len(x)} effective events lie within the edges; they have no covariance"
            )
        return total / (squares.sum() * (1 - 1 / effective)), min(effective, inside) - 1

    def _keep(self, x: Tensor, w: Tensor) -> None:
        self._kept.append((x.clone(), w.clone()))  # not views, which would hold the whole chunk
        self._kept_events += len(x)
        while self._kept_events > 2 * self.covariance_events:
            self._thin()

    def _thin(self) -> None:
        """Drop every other of the kept events, and from now on keep half as many."""
        self._stride *= 2
        if self._kept:
            x, w = self._joined()
            self._kept = [(x[::2].clone(), w[::2].clone())]
            self._kept_events = len(self._kept[0][0])

    def _joined(self) -> tuple[Tensor, Tensor]:
        """All events that are kept."""
        x, w = zip(*self._kept, strict=True)
        return torch.cat(x), torch.cat(w)


def _gram(m: Tensor) -> Tensor:
    """m^T m; numpy knows that this is symmetric, which saves half of it."""
    if m.is_cuda:
        return m.T @ m
    rows = m.numpy()
    return torch.from_numpy(rows.T @ rows)


def moments_of(
    x: Tensor,
    weights: Tensor,
    functions: TestFunctions,
    generators: Generators,
    covariance_events: int = COVARIANCE_EVENTS,
) -> Moments:
    """Moments of events x (N, P, d) in memory, with signed ``weights`` (N,).

    >>> import numpy as np
    >>> from symhep.lie.bases import so
    >>> from symhep_moments.fit.functions.polynomials import Polynomials
    >>> x = torch.from_numpy(np.random.default_rng(1).normal(size=(1000, 1, 3)))
    >>> moments = moments_of(x, torch.ones(1000, dtype=torch.float64), Polynomials(3, 2), so(3))
    >>> bool((abs(moments.mean) < 5 * np.sqrt(np.einsum("kaka->ka", moments.covariance)) + 1e-12).all()), moments.nu
    (True, 999.0)
    """
    return moments_of_chunks([(x, weights)], functions, generators, covariance_events, str(x.device))


def moments_of_chunks(
    chunks: Iterable[tuple[Tensor, Tensor]],
    functions: TestFunctions,
    generators: Generators,
    covariance_events: int = COVARIANCE_EVENTS,
    device: str = "cpu",
) -> Moments:
    """Moments of events that come in ``chunks`` (x, weights), each read once: for more than fit into memory."""
    accumulator = Accumulator(functions, generators, covariance_events, device)
    for x, w in chunks:
        accumulator.add(x.to(device), w.to(device))
    return accumulator.moments()
