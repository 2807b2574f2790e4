"""A number with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Interval", "quantile_interval"]


@dataclass(frozen=True)
class Interval:
    """``value`` between ``low`` and ``high``; ``method`` says in words how the interval was obtained."""

    value: float
    low: float
    high: float
    method: str = ""

    def to_json(self) -> dict[str, float | str | None]:
        """As stored in a summary; what is not finite becomes None.

        >>> Interval(1.0, 0.5, float("nan"), "guess").to_json()
        {'value': 1.0, 'low': 0.5, 'high': None, 'method': 'guess'}
        """
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        return {k: float(v) if np.isfinite(v) else None for k, v in numbers.items()} | {"method": self.method}


def quantile_interval(values: npt.ArrayLike, method: str = "", level: float = 0.95) -> Interval:
    """Median and central ``level`` interval of repeated measurements; those that are not finite are left out.

    >>> quantile_interval([1.0, 2.0, 3.0], level=1.0)
    Interval(value=2.0, low=1.0, high=3.0, method='')
    """
    x = np.asarray(values, dtype=np.float64)
    x = x[np.isfinite(x)]
    if len(x) == 0:
        return Interval(np.nan, np.nan, np.nan, method)
    low, middle, high = np.quantile(x, [(1 - level) / 2, 0.5, (1 + level) / 2])
    return Interval(float(middle), float(low), float(high), method)
