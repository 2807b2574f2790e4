"""The size of a breaking with its limit, as a verdict shows it."""

from __future__ import annotations

from symhep.hypotheses.bounds.record import Limits
from symhep.methods.number import Bounded, Number

__all__ = ["breaking"]


def breaking(row: Limits, size: Number | None = None, *, fraction: bool = True) -> Bounded | None:
    """The size of a row with its observed and expected limit, in per cent; None: neither was measured.

    ``fraction``: it is at most one; another size keeps its unit. An upper limit of 100 % says nothing, and is left out.

    >>> breaking(Limits(upper_95=0.03, expected_95=0.04), Number(value=0.01, low=0.0, high=0.03)).text()
    '1 [0, 3] % (< 3 at 95 %)'
    >>> breaking(Limits(upper_95=1.0)) is None
    True
    """
    scale = 100.0 if fraction else 1.0
    limited = row.upper_95 is not None and not (fraction and row.upper_95 >= 1.0)
    if size is None and not limited:
        return None
    shown = size or Number(level=None)
    return Bounded(
        value=_times(scale, shown.value),
        low=_times(scale, shown.low),
        high=_times(scale, shown.high),
        level=shown.level,
        unit="%" if fraction else shown.unit,
        method=shown.method,
        upper_95=_times(scale, row.upper_95) if limited else None,
        expected_95=_times(scale, row.expected_95) if limited else None,
    )


def _times(scale: float, value: float | None) -> float | None:
    return None if value is None else scale * value
