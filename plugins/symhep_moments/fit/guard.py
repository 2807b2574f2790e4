"""How many events a search for symmetries needs."""

from __future__ import annotations

from symhep_moments.fit.functions.harmonics import is_harmonic
from symhep_moments.fit.functions.interface import TestFunctions

__all__ = ["PER_FUNCTION", "events_needed"]

#: Effective events per test function that a span is fitted to: with fewer their covariance is a guess, and so are
#: directions and p-values. The level at and above it: docs/methods/moments.md, "Calibration".
PER_FUNCTION = 10


def events_needed(functions: TestFunctions, candidates: int) -> int:
    """Effective events from which on directions sought among ``candidates`` generators have p-values that hold.

    Harmonics, to which no span is fitted and which are tested in pairs, need none of their own. A rank can be tested
    where there are more functions than candidates, so that many candidates come with many functions.

    >>> from symhep_moments.fit.functions.polynomials import Polynomials
    >>> events_needed(Polynomials(4, 2), 10)
    140
    """
    harmonics: int = sum(b.stop - b.start for name, b in functions.blocks.items() if is_harmonic(name))
    return PER_FUNCTION * max(functions.count - harmonics, candidates)
