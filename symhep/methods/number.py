"""A number with its uncertainty: one shape in every result, one notation in every sentence."""

from __future__ import annotations

import math
from typing import Self

from pydantic import Field

from symhep.methods.record import Record

__all__ = ["ONE_SIGMA", "Bounded", "Number", "interval", "with_error"]

#: Coverage of value +- one standard error of a Gaussian estimate.
ONE_SIGMA = 0.6827
#: Relative errors below this are rounding: so many digits would say nothing.
ROUNDING = 1e-12


class Number(Record):
    """A measured number: ``value`` in the interval from ``low`` to ``high`` at the confidence ``level``.

    NaN and infinities are stored as None. Sentences and tables print `text`.

    Examples
    --------
    >>> mass = Number.with_error(91.19, 0.05, "GeV")
    >>> mass.text(), round(mass.error, 3), mass.level
    ('91.19 ± 0.05 GeV', 0.05, 0.6827)
    >>> Number(value=3, low=2.5, high=4).text()
    '3 [2.5, 4]'
    >>> Number(value=float("nan")).value is None, Bounded(value=1.0, upper_95=2.0).plain == Number(value=1.0)
    (True, True)
    """

    value: float | None = Field(None, description="best estimate; null: not measured")
    low: float | None = Field(None, description="lower end of the interval; null: unknown")
    high: float | None = Field(None, description="upper end of the interval; null: unknown")
    level: float | None = Field(0.95, description="confidence level of the interval")
    unit: str = Field("", description="unit; '': a pure number")
    method: str = Field("", description="how the interval was obtained")

    @classmethod
    def with_error(cls, value: float, error: float, unit: str = "", method: str = "") -> Self:
        """A number with a symmetric standard error: the interval is value -+ error at the level 0.6827.

        Parameters
        ----------
        value, error
            Estimate and standard error, both in ``unit``.
        unit
            '' for a pure number.
        method
            How the error was obtained, in words.

        Returns
        -------
        Number
            Of the class it is called on.
        """
        return cls(
            value=value, low=value - error, high=value + error, level=ONE_SIGMA, unit=unit, method=method
        )

    @property
    def error(self) -> float | None:
        """Half the width of the interval, in ``unit``; None where it has no two ends."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    @property
    def plain(self) -> Number:
        """The same number as a `Number`, without the fields that a derived class adds."""
        return Number(**{name: getattr(self, name) for name in Number.model_fields})

    def text(self) -> str:
        """For sentences and tables: '1.23 ± 0.05 GeV' for a standard error, '3 [2.5, 4]' for an interval.

        Returns
        -------
        str
            'unknown' where there is no value.
        """
        if self.value is None:
            return "unknown"
        if self.level == ONE_SIGMA and self.error is not None:
            return with_error(self.value, self.error, self.unit)
        if self.low is None or self.high is None:
            return f"{_rounded(self.value)} {self.unit}".rstrip()
        value, low, high = map(_rounded, interval(self.value, self.low, self.high))
        return f"{value} [{low}, {high}] {self.unit}".rstrip()


class Bounded(Number):
    """A number that is zero where a symmetry holds, with the largest value that the events allow.

    Examples
    --------
    >>> size = Bounded(value=3e-4, low=-2e-4, high=8e-4, level=ONE_SIGMA, upper_95=0.00123, expected_95=9e-4)
    >>> size.text(), size.vanishes
    ('0.0003 ± 0.0005 (< 0.0012 at 95 %)', True)
    >>> Bounded(upper_95=3.1, unit="%").text()
    '< 3.1 % at 95 %'
    """

    upper_95: float | None = Field(
        None, description="upper limit at 95 % confidence, in ``unit``; null: no limit exists"
    )
    expected_95: float | None = Field(
        None, description="median of that limit if the symmetry holds, in ``unit``; null: unknown"
    )

    @property
    def vanishes(self) -> bool:
        """Whether it is at most two standard errors above zero; False where value or error is unknown."""
        return self.value is not None and self.error is not None and self.value <= 2 * self.error

    def text(self) -> str:
        """As of a `Number`, with the limit where there is one above the value.

        Returns
        -------
        str
            '0.0003 ± 0.0005 (< 0.0012 at 95 %)'.
        """
        text = super().text()
        if self.upper_95 is None or not self.upper_95 > (self.value or 0.0):
            return text
        if self.value is None:
            return f"< {self.upper_95:.2g}{self.unit and f' {self.unit}'} at 95 %"
        return f"{text} (< {self.upper_95:.2g} at 95 %)"


def interval(*ends: float) -> tuple[float, ...]:
    """A value and the ends of its interval, all rounded where half its width has its third digit.

    >>> interval(-0.7, -2.66916, 1.27003), interval(3, 2.5, 4), interval(87.64, 86.6551, 88.57)
    ((-0.7, -2.67, 1.27), (3, 2.5, 4), (87.64, 86.655, 88.57))
    """
    half = (max(ends) - min(ends)) / 2
    if not (math.isfinite(half) and half > ROUNDING * max(map(abs, ends))):
        return ends
    digits = 2 - math.floor(math.log10(half))
    return tuple(round(end, digits) + 0 for end in ends)


def with_error(value: float, error: float, unit: str = "") -> str:
    """'value ± error unit', rounded as the Particle Data Group does.

    The error has two digits where its first three are below 355, else one (355 to 949), and 950 to 999 are rounded up
    to 1000 with two; the value ends at the same place. From 10,000 on, thousands stand apart.

    Parameters
    ----------
    value, error
        In ``unit``. An error that is 0, not finite, or below 1e-12 of the value is printed as it is.
    unit
        '' for a pure number.

    Returns
    -------
    str
        Sizes below 1e-4 or from 1e7 on are written with a power of ten, '(2.5 ± 0.4)e-07'.

    References
    ----------
    Review of Particle Physics, section 5.3 of the introduction ("Rounding").

    Examples
    --------
    >>> with_error(0.98765, 0.0123), with_error(1234.5, 60.0, "GeV"), with_error(-0.0005, 0.2747)
    ('0.988 ± 0.012', '1230 ± 60 GeV', '0.00 ± 0.27')
    >>> with_error(12345.6, 100.0)
    '12,350 ± 100'
    >>> with_error(2.5e-7, 4e-8), with_error(0.1234, 0.00996), with_error(2.0, 0.0)
    ('(2.5 ± 0.4)e-07', '0.123 ± 0.010', '2 ± 0')
    >>> with_error(1.0, 9e-17)  # rounding
    '1 ± 9e-17'
    """
    unit = f" {unit}" if unit else ""
    if not (math.isfinite(value) and math.isfinite(error) and error > ROUNDING * abs(value)):
        return f"{_rounded(value)} ± {_rounded(error)}{unit}"
    power = math.floor(math.log10(max(abs(value), error)))
    if power < -4 or power > 6:
        return f"({_pair(value / 10.0**power, error / 10.0**power)})e{power:+03d}{unit}"
    return f"{_pair(value, error)}{unit}"


def _pair(value: float, error: float) -> str:
    first = math.floor(math.log10(error))
    leading = error / 10.0**first  # from 1 to 10
    digits = -first + (1 if leading < 3.55 else 0)
    if leading >= 9.5:  # rounds up to the next power of ten, which has two digits again
        digits = -first
    value = round(value, digits) + 0.0  # no negative zero
    apart = "," if max(abs(value), error) >= 10_000 else ""
    return " ± ".join(f"{number:{apart}.{max(digits, 0)}f}" for number in (value, round(error, digits)))


def _rounded(value: float) -> str:
    return f"{value:.4g}"
