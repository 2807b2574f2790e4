"""How far a symmetry is broken, in per cent, and the name that says so."""

from __future__ import annotations

from symhep.lie.identify.identification import AMBIGUOUS, NOT_CLOSED
from symhep.methods.number import Number
from symhep_oracle.fit.solution import Solution

__all__ = ["STATED", "algebra_breaking", "broken_name", "in_per_cent"]

#: Per cent above which the name of an algebra says how far it is broken.
STATED = 0.1
METHOD = "rms change of the oracle relative to the largest along any field"


def in_per_cent(share: float, error: float, floor: float) -> Number:
    """A relative singular value as a breaking; 0 at or below the ``floor`` of rounding.

    >>> in_per_cent(0.1, 0.02, 1e-15).text(), in_per_cent(1e-16, 0.0, 1e-15).text()
    ('10.0 ± 2.0 %', '0 %')
    """
    if share <= floor:
        return Number(value=0.0, level=None, unit="%", method=METHOD)
    if error <= 0:
        return Number(value=100 * share, level=None, unit="%", method=METHOD)
    return Number.with_error(100 * share, 100 * error, "%", METHOD)


def algebra_breaking(solution: Solution, spurious: int, precision: float) -> Number:
    """The largest over all directions of the span, which is more than that of any generator of a basis.

    With the standard error from the blocks of events. ``spurious`` null vectors were taken out.
    """
    floor, last = solution.rounding_floor(precision), solution.dimension + spurious - 1
    if solution.dimension == 0:
        return in_per_cent(0.0, 0.0, floor)
    if solution.solver is not None and solution.solver.name == "exact":
        return in_per_cent(float(solution.spectrum[last]), float(solution.noise[last]), floor)
    return in_per_cent(float(solution.residuals.max()), 0.0, floor)


def broken_name(name: str, breaking: Number) -> str:
    """The name of an algebra with its breaking, where there is a name and a breaking.

    >>> broken_name("so(3)", Number(value=11.2, unit="%")), broken_name("so(3)", Number(value=1e-3, unit="%"))
    ('so(3), broken by up to 11 %', 'so(3)')
    """
    size = breaking.value or 0.0
    if name in ("0", AMBIGUOUS, NOT_CLOSED) or size <= STATED:
        return name
    return f"{name}, broken by up to {size:.2g} %"
