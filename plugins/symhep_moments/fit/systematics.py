"""Systematic variations: what they add to the covariance of moments, and alternatives without a parameter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.events.copies import independent
from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep.stats.variations import nuisance_shifts
from symhep_moments.fit.candidates import GivenTest, given_test
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.rank import Chain, RankTest, chain
from symhep_moments.fit.whitening import whitened
from symhep_moments.sample import Events
from symhep_moments.stream import EventsPass, over_all
from symhep_moments.varied import VariedEvents

__all__ = [
    "Chains",
    "VariedMeans",
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
    context: Context | None = None,
    state: State | None = None,
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
    nominal one). ``state``: that of `VariedMeans`, where it has been made with others.

    ``variations`` that change weights alone share one evaluation of the functions.
    """
    if not variations:
        return VariedMoments(statistical, statistical)
    found = _under(variations, events, influence, statistical, state, context)
    terms = shifts_of(variations, statistical.mean, found.means)
    added = np.einsum("tka,tlb->kalb", terms, terms, optimize=True)
    nominal = replace(statistical, covariance=statistical.covariance + added)
    others = []
    for variation, means, effective in zip(variations, found.means, found.effective, strict=True):
        if variation.parametric:
            continue
        sets = zip(means, effective, variation.alternatives, variation.same_rows, strict=True)
        for mean, number, some, same in sets:
            if same or covered is None:
                ratio = 1.0 if covered is None else events.effective / number
                own = replace(statistical, mean=mean, covariance=statistical.covariance * ratio)
            elif events.subsampled and some.stream is None:  # read with the blocks: few of them are in memory
                few = covered(replace(some, generators=events.generators))
                own = replace(few, mean=mean, covariance=few.covariance * (some.effective / number))
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


@dataclass(frozen=True, eq=False)
class VariedMeans(EventsPass):
    """Sums under all alternatives that are read with the nominal events.

    State: ``total`` (1 + A, m) sums of w times the ``influence`` of the nominal events and the A alternatives, ``w``
    (1 + A, 2) sums of w, and of the squares of those of independent events.
    """

    influence: Callable[[Tensor], Tensor]
    size: int
    name = "systematic variations"

    def of_events(self, events: Events, number: int) -> State:
        """See `symhep_moments.stream.EventsPass`."""
        flat = [pair for v in events.variations for pair in zip(v.alternatives, v.same_rows, strict=True)]
        sets = [events, *(some for some, _ in flat)]
        shared = [0, *(i for i, (some, same) in enumerate(flat, 1) if same and len(some) == len(events))]
        weights = np.array([sets[i].weights.cpu().numpy() for i in shared]).reshape(len(shared), len(events))
        total, step = np.zeros((len(sets), self.size)), max(1, BLOCK // (self.size + 1))
        for first in range(0, len(events), step):
            own = self.influence(events.x[first : first + step]).flatten(1).cpu().numpy()
            total[shared] += weights[:, first : first + step] @ own
        for i in set(range(len(sets))) - set(shared):
            for x, w in zip(torch.split(sets[i].x, step), torch.split(sets[i].weights, step), strict=True):
                total[i] += (w @ self.influence(x).flatten(1)).cpu().numpy() if len(x) else 0.0
        units = [independent(some.weights.cpu().numpy(), some.source) for some in sets]
        return {"total": total, "w": np.array([[w.sum(), (w**2).sum()] for w in units])}


@dataclass(frozen=True, eq=False)
class Under:
    """Moments under the alternatives of each variation, (A, K, G), and their effective numbers of events (A,)."""

    means: list[FloatArray]
    effective: list[FloatArray]


def varied_state(
    variations: Sequence[VariedEvents],
    events: Events,
    influence: Callable[[Tensor], Tensor],
    size: int,
    context: Context | None,
) -> State:
    """`VariedMeans` in a reading of their own."""
    return over_all(VariedMeans(influence, size), events, context, variations)


def _under(
    variations: Sequence[VariedEvents],
    events: Events,
    influence: Callable[[Tensor], Tensor],
    moments: Moments,
    state: State | None,
    context: Context | None,
) -> Under:
    if state is None:
        state = varied_state(variations, events, influence, moments.mean.size, context)
    w, w2 = np.where(state["w"] != 0, state["w"], 1.0).T  # those that are read apart have none
    nominal, *values = (state["total"] / w[:, None]).reshape(-1, *moments.mean.shape)
    effective = w[1:] ** 2 / w2[1:]
    at, found = 0, Under([], [])
    for v in variations:
        means, numbers = [], []
        for some, here in zip(v.alternatives, v.read_with(events), strict=True):
            if here:
                means.append(values[at])
                numbers.append(effective[at])
            else:
                own = varied_state((), some, influence, moments.mean.size, context)
                means.append((own["total"][0] / own["w"][0, 0]).reshape(moments.mean.shape))
                numbers.append(some.effective)
            at += 1
        found.means.append(moments.mean - nominal + np.array(means))
        found.effective.append(np.array(numbers))
    return found


def parameters_of(variation: VariedEvents) -> int:
    """Number of its nuisance parameters."""
    zero = np.zeros(len(variation.names))
    return len(nuisance_shifts(variation.rule, 0.0, zero, variation.confidence))
