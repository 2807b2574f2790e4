"""Are given generators symmetries? Directions that were chosen before looking at the events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.hypotheses.adjustment import adjusted
from symhep.methods.context import Context
from symhep.methods.p_values import Adjusted, PKind
from symhep.stats.residual_forms import BlockTest
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.given.exact_test import GroupTest
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.sums import Means, moments_over
from symhep_moments.fit.whitening import Whitened, span_test, whitened
from symhep_moments.options import MomentsOptions
from symhep_moments.sample import Events
from symhep_moments.stream import together

__all__ = ["CandidateTest", "GivenTest", "adjusted_tests", "candidate_tests", "given_test", "separate_tests"]

FloatArray = npt.NDArray[np.float64]
#: Smallest singular value over the largest, of directions in units of their noise.
DEPENDENT = 1e-8


@dataclass(frozen=True, eq=False)
class GivenTest:
    """Test of 'the columns of ``theta`` (G, r) are symmetries'; ``blocks`` are the tests that ``log_p`` joins."""

    log_p: float
    blocks: dict[str, BlockTest]
    theta: FloatArray
    kind: PKind = "asymptotic"


@dataclass(frozen=True)
class CandidateTest:
    """Test of one candidate: ``p`` on its own, and adjusted over all candidates; ``blocks``: {} of an exact one."""

    label: str
    p: Adjusted
    blocks: dict[str, BlockTest]


def given_test(moments: Moments | Whitened, theta: npt.ArrayLike) -> GivenTest:
    """H: A theta = 0, for theta (G, r), columns of coefficients of the generators, or (G,) for one direction.

    Nothing is fitted: r K moments with the covariance theta^T C theta (`symhep_moments.fit.whitening.span_test`). Only
    the span of theta matters.

    Raises MethodError if theta has another number of rows, or its columns are linearly dependent.

    >>> from symhep.lie.bases import so
    >>> sample = np.random.default_rng(1).normal(size=(3000, 8, 3)) + [1.0, 0.0, 0.0]
    >>> flat = sample.reshape(3000, -1)
    >>> covariance = (np.cov(flat.T) / 3000).reshape(8, 3, 8, 3)
    >>> moments = Moments(flat.mean(0).reshape(8, 3), covariance, 2999.0, so(3), tuple("abcdefgh"), {})
    >>> bool(given_test(moments, [0, 1, 1]).log_p > -5), bool(given_test(moments, [1, 1, 0]).log_p < -100)
    (True, True)
    """
    white = moments if isinstance(moments, Whitened) else whitened(moments)
    given = np.asarray(theta, dtype=np.float64)
    columns = given[:, None] if given.ndim == 1 else given
    g = white.mean.shape[1]
    if columns.ndim != 2 or len(columns) != g or columns.shape[1] == 0:
        raise MethodError(f"directions among {g} generators must be an array ({g}, r), not {given.shape}")
    sizes = np.linalg.svd(np.linalg.solve(white.generators, columns), compute_uv=False)
    if columns.shape[1] > g or sizes[-1] <= DEPENDENT * sizes[0]:
        raise MethodError(
            f"the {columns.shape[1]} directions are linearly dependent; give a basis of their span"
        )
    tested = span_test(white, columns)
    return GivenTest(tested.log_p, tested.blocks, columns)


def candidate_tests(
    moments: Moments, level: float = 0.05, own: Mapping[str, GroupTest | GivenTest] | None = None
) -> tuple[CandidateTest, ...]:
    """Every generator on its own, with Holm's adjustment for their number; ``own``: those with a test of their own,
    exact or relative to a reference."""
    if len(moments.generators) == 0:
        return ()  # the support has excluded them all
    white, labels = whitened(moments), moments.generators.labels
    known = own or {}
    tests: dict[str, GroupTest | GivenTest] = {
        label: given_test(white, column)
        for label, column in zip(labels, np.eye(len(labels)), strict=True)
        if label not in known
    }
    return _family(labels, tests | dict(known), level)


def adjusted_tests(tests: Mapping[str, GroupTest | GivenTest], level: float) -> tuple[CandidateTest, ...]:
    """Tests of some candidates, made otherwise, as a family of their own."""
    return _family(list(tests), tests, level)


def separate_tests(
    events: Events,
    functions: TestFunctions | None,
    options: MomentsOptions,
    exact: Mapping[str, GroupTest],
    context: Context | None = None,
) -> tuple[CandidateTest, ...]:
    """The same without a covariance of the moments of all of them; no ``functions``: the exact tests alone."""
    labels, tests = events.generators.labels, dict[str, GroupTest | GivenTest](exact)
    if functions is not None:
        alone = {a: events.generators.subset([a], a).homogeneous() for a in labels if a not in exact}
        sums = together([Means(functions, one) for one in alone.values()], events, context)
        for (label, one), means in zip(alone.items(), sums, strict=True):
            some = replace(events, generators=one)
            moments = moments_over(some, functions, options.covariance_events, context, means)
            tests[label] = given_test(moments, np.ones(1))
    return _family([label for label in labels if label in tests], tests, options.level)


def _family(
    labels: Sequence[str], tests: Mapping[str, GroupTest | GivenTest], level: float
) -> tuple[CandidateTest, ...]:
    kinds: dict[str, PKind] = {label: tests[label].kind for label in labels}
    family = adjusted({label: tests[label].log_p for label in labels}, level, kinds=kinds)
    blocks = {label: test.blocks for label, test in tests.items() if isinstance(test, GivenTest)}
    return tuple(CandidateTest(label, family[label], blocks.get(label, {})) for label in labels)
