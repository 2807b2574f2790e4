"""Systematic variations: what they add to the covariance of moments, and alternatives without a parameter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.stats.variations import nuisance_shifts
from symhep_moments.fit.candidates import GivenTest, given_test
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.rank import Chain, RankTest, chain
from symhep_moments.fit.whitening import whitened
from symhep_moments.sample import Events
from symhep_moments.varied import VariedEvents

__all__ = [
    "Chains",
    "VariedMoments",
    "chains",
    "largest_tests",
    "moments_under",
    "parameters_of",
    "shifts_of",
    "weights_of",
]

FloatArray = npt.NDArray[np.float64]

#: Numbers of an intermediate array.
BLOCK = 1 << 20


@dataclass(frozen=True, eq=False)
class VariedMoments:
    """Moments of the nominal events and of their alternatives.

    Attributes
    ----------
    statistical
        Of the nominal events, with the covariance of their number alone.
    nominal
        The same with sum_s D_s D_s^T in the covariance, one term for each nuisance parameter s.
    others
        Of each alternative without a parameter, with the same terms.
    """

    statistical: Moments
    nominal: Moments
    others: tuple[Moments, ...] = ()

    @property
    def every(self) -> tuple[Moments, ...]:
        """Those that a claim is tested with: the largest p-value counts."""
        return (self.nominal, *self.others)

    def restricted(self, basis: FloatArray) -> VariedMoments:
        """See `Moments.restricted`."""
        return VariedMoments(
            self.statistical.restricted(basis),
            self.nominal.restricted(basis),
            tuple(m.restricted(basis) for m in self.others),
        )


def moments_under(
    statistical: Moments,
    variations: Sequence[VariedEvents],
    events: Events,
    influence: Callable[[Tensor], Tensor],
    covered: Callable[[Events], Moments] | None = None,
) -> VariedMoments:
    """Moments with those under the alternatives of ``events``, which are those of the sample or of its reference.

    ``influence`` (n, K, G) of events (n, P, D): its mean over the events is what moves the moments, of the events
    themselves grad f . v.

    Nuisance parameters s ~ N(0, 1) move the mean of the moments by s D, D = (up - down) / 2 and so on
    (`symhep.stats.variations.nuisance_shifts`), so that A - E[A] has the covariance C + sum_s D_s D_s^T: that goes for
    any test that is made of A and its covariance. The degrees of freedom stay those of C: D is no variance that was
    estimated from the events, and in the directions beside it C is all there is.

    An alternative without a parameter has its own moments, of the covariance of the nominal ones times the ratio of
    effective numbers of events if it differs by its weights alone, and else its own (``covered``; without it the
    nominal one).

    ``variations`` that change weights alone share one evaluation of the functions.
    """
    if not variations:
        return VariedMoments(statistical, statistical)
    found = _means(variations, events, influence, statistical)
    terms = shifts_of(variations, statistical.mean, found)
    added = np.einsum("tka,tlb->kalb", terms, terms, optimize=True)
    nominal = replace(statistical, covariance=statistical.covariance + added)
    others = []
    for variation, means in zip(variations, found, strict=True):
        if variation.parametric:
            continue
        for mean, some, same in zip(means, variation.alternatives, variation.same_rows, strict=True):
            if same or covered is None:
                ratio = 1.0 if covered is None else events.effective / some.effective
                own = replace(statistical, mean=mean, covariance=statistical.covariance * ratio)
            else:
                own = covered(replace(some, generators=events.generators))
            others.append(replace(own, covariance=own.covariance + added))
    return VariedMoments(statistical, nominal, tuple(others))


def shifts_of(
    variations: Sequence[VariedEvents], nominal: FloatArray, alternatives: Sequence[FloatArray]
) -> FloatArray:
    """D of every nuisance parameter (T, ...), from values (...) and those of each variation's alternatives (A, ...)."""
    terms = [
        nuisance_shifts(v.rule, nominal, values, v.confidence)
        for v, values in zip(variations, alternatives, strict=True)
    ]
    return np.concatenate([np.zeros((0, *nominal.shape)), *terms])


def weights_of(variations: Sequence[VariedEvents], count: int) -> FloatArray:
    """(A, N) the weights of all alternatives with the rows of the N = ``count`` nominal events, in their order."""
    rows = [
        events.weights.cpu().numpy()
        for v in variations
        for events, same in zip(v.alternatives, v.same_rows, strict=True)
        if same
    ]
    return np.array(rows).reshape(len(rows), count)


def largest_tests(moments: Sequence[Moments]) -> dict[str, GivenTest]:
    """Label -> the test of a single generator with the largest p-value over these moments: a bound on it."""
    white = [whitened(m) for m in moments]
    found = {}
    for label, column in zip(moments[0].generators.labels, np.eye(len(moments[0].generators)), strict=True):
        tests = [given_test(one, column) for one in white]
        found[label] = replace(max(tests, key=lambda test: test.log_p), kind="bound")
    return found


@dataclass(frozen=True, eq=False)
class Chains:
    """Rank tests of several moments: ``each``, and the ``largest`` p-value of every number of symmetries, with the
    moments ``where`` the number that was found is from.

    So many symmetries are rejected only if all alternatives reject them: the true number is rejected no more often than
    by the moments of the alternative that is true.
    """

    each: tuple[Chain, ...]
    largest: Chain
    where: Moments


def chains(moments: Sequence[Moments], level: float) -> Chains:
    """Of the nominal ``moments`` and those of their alternatives."""
    each = tuple(chain(m, level) for m in moments)
    best: dict[int, tuple[RankTest, Moments]] = {}
    for m, one in zip(moments, each, strict=True):
        for test in one.tests:
            if test.r not in best or test.log_p > best[test.r][0].log_p:
                best[test.r] = test, m
    found = max(one.found for one in each)
    ordered = tuple(best[r][0] for r in sorted(best, reverse=True))
    return Chains(each, Chain(ordered, level, found), best[found][1] if found else moments[0])


def _means(
    variations: Sequence[VariedEvents],
    events: Events,
    influence: Callable[[Tensor], Tensor],
    moments: Moments,
) -> list[FloatArray]:
    """(A, K, G) moments under the alternatives of each variation."""
    shape, step = moments.mean.shape, max(1, BLOCK // (moments.mean.size + 1))
    weights = np.concatenate([events.weights.cpu().numpy()[None], weights_of(variations, len(events))])
    total = np.zeros((len(weights), moments.mean.size))
    for first in range(0, len(events), step):
        own = influence(events.x[first : first + step]).flatten(1).cpu().numpy()
        total += weights[:, first : first + step] @ own
    nominal, *shared = (total / weights.sum(axis=1, keepdims=True)).reshape(-1, *shape)
    taken = iter(shared)
    return [
        np.array(
            [
                moments.mean
                - nominal
                + (next(taken) if same else _mean(some, influence, step).reshape(shape))
                for some, same in zip(v.alternatives, v.same_rows, strict=True)
            ]
        )
        for v in variations
    ]


def _mean(events: Events, influence: Callable[[Tensor], Tensor], step: int) -> FloatArray:
    parts = [
        w @ influence(x).flatten(1)
        for x, w in zip(torch.split(events.x, step), torch.split(events.weights, step), strict=True)
    ]
    return np.asarray((torch.stack(parts).sum(dim=0) / events.weights.sum()).cpu().numpy())


def parameters_of(variation: VariedEvents) -> int:
    """Number of its nuisance parameters."""
    zero = np.zeros(len(variation.names))
    return len(nuisance_shifts(variation.rule, 0.0, zero, variation.confidence))
