"""p-values in numbers and words: logarithms are kept, for p = 1e-400 is no float."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field

from symhep.methods.record import Record

__all__ = ["Adjusted", "PKind", "PValue", "bound_text", "p_numbers", "p_text", "short_p"]

#: How a p-value is obtained: by a finite reference of equally probable outcomes, from a limiting distribution, or as
#: the largest over a set.
PKind = Literal["exact", "asymptotic", "bound"]

#: Below this a float has lost its digits, and p is given by its logarithm.
SMALLEST = -300.0
#: What log10 p = -inf, a change without any spread, is stored as: JSON has no infinities.
LEAST = -1e6


class PValue(Record):
    """The p-value of one claim, as fields of its row: the value, its logarithm, and its kind.

    Derive a row's record from it. The logarithm is kept because p = 1e-400 is no float.

    Examples
    --------
    >>> row = PValue.of(math.log(0.25), "exact")
    >>> row.to_json()
    {'p_value': 0.25, 'log10_p': -0.6020599913279623, 'p_kind': 'exact'}
    >>> row.p == row, PValue.of(None).p_value
    (True, None)
    """

    p_value: float | None = Field(None, description="p-value; 0 below 1e-308; null: not tested")
    log10_p: float | None = Field(None, description="its decimal logarithm; null: not tested")
    p_kind: PKind | None = Field(
        None, description="exact, asymptotic, or bound (the largest p-value over a set); null: not tested"
    )

    @classmethod
    def of(cls, log_p: float | None, kind: PKind | None = "asymptotic") -> Self:
        """From a natural logarithm.

        Parameters
        ----------
        log_p
            ln p; None: not tested, all fields are null. -inf is stored as log10 p = -1e6.
        kind
            'exact': from a finite reference of equally probable outcomes; 'asymptotic': from a limiting distribution;
            'bound': the largest over a set.

        Returns
        -------
        PValue
            Of the class it is called on; other fields keep their defaults.
        """
        return cls() if log_p is None else cls(**p_numbers(log_p), p_kind=kind)

    @property
    def p(self) -> PValue:
        """The p-value alone, for a cell of a `Table`."""
        return PValue(p_value=self.p_value, log10_p=self.log10_p, p_kind=self.p_kind)


class Adjusted(PValue):
    """A p-value on its own, and adjusted for the family of hypotheses it belongs to.

    References
    ----------
    S. Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6 (1979) 65.

    Examples
    --------
    >>> row = Adjusted(**p_numbers(math.log(0.01)), p_value_adjusted=0.03, log10_p_adjusted=-1.52, rejected=False)
    >>> row.conclusion, row.p_adjusted.p_value
    ('compatible', 0.03)
    """

    p_value_adjusted: float | None = Field(
        None,
        description="p-value adjusted for the number of hypotheses of its family (Holm); null: not tested",
    )
    log10_p_adjusted: float | None = Field(None, description="its decimal logarithm; null: not tested")
    rejected: bool | None = Field(
        None, description="rejected at the significance level of the family; null: not tested"
    )

    @property
    def conclusion(self) -> str | None:
        """'violated' if it is rejected, 'compatible' if not, None if it was not tested."""
        return None if self.rejected is None else "violated" if self.rejected else "compatible"

    @property
    def p_adjusted(self) -> PValue:
        """The adjusted p-value alone, for a cell of a table."""
        return PValue(p_value=self.p_value_adjusted, log10_p=self.log10_p_adjusted, p_kind=self.p_kind)


def p_numbers(log_p: float) -> dict[str, float]:
    """A natural logarithm as the summary's two numbers; ``p_value`` is 0 where no float is small enough.

    >>> p_numbers(math.log(0.25))["p_value"], p_numbers(-1000.0)["p_value"]
    (0.25, 0.0)
    >>> round(p_numbers(-1000.0)["log10_p"], 2)
    -434.29
    """
    log_p = float(log_p)
    return {"p_value": math.exp(log_p), "log10_p": max(log_p / math.log(10), LEAST)}


def _log10(numbers: Mapping[str, Any] | PValue) -> float:
    found = numbers.log10_p if isinstance(numbers, PValue) else numbers["log10_p"]
    if found is None:
        raise ValueError("there is no p-value for a hypothesis that was not tested")
    return float(found)


def p_text(numbers: Mapping[str, Any] | PValue) -> str:
    """A p-value in a sentence: 'p = 0.31', 'p = 2e-05' or 'p = 1e-1234'.

    Parameters
    ----------
    numbers
        A `PValue`, or a mapping with its key ``log10_p``.

    Returns
    -------
    str
        Two digits above 1e-300, one below; 'p < 1e-300' where there is no spread at all.

    Raises
    ------
    ValueError
        For what was not tested.

    Examples
    --------
    >>> p_text({"log10_p": -0.503}), p_text({"log10_p": -1234.0}), p_text({"log10_p": LEAST})
    ('p = 0.31', 'p = 1e-1234', 'p < 1e-300')
    """
    log10_p = _log10(numbers)
    if log10_p <= LEAST:
        return "p < 1e-300"  # no spread at all: the logarithm is a mark, not a measurement
    if log10_p < SMALLEST:
        return f"p = {short_p(numbers)}"
    return f"p = {10**log10_p:.2g}"


def bound_text(log10_p: float) -> str:
    """A round bound above a p-value: 'p < 1e-30', at least 1e-300; the value itself above 1e-4.

    Tails of a normal limit so far out are no probabilities any more: in sentences 1e-300 is enough.

    >>> bound_text(-33.2), bound_text(-1234.4), bound_text(-2.0)
    ('p < 1e-33', 'p < 1e-300', 'p = 0.01')
    """
    if log10_p > -4:
        return f"p = {10**log10_p:.2g}"
    # Rounded towards 1, so that the bound holds.
    power = max(math.ceil(log10_p), int(SMALLEST))
    power += power == log10_p
    return f"p < 1e{power:03d}"


def short_p(numbers: Mapping[str, Any] | PValue) -> str:
    """Where there is little room: '0.31', '2e-5', '1e-1234'.

    >>> short_p({"log10_p": -0.5}), short_p({"log10_p": -4.7}), short_p({"log10_p": -1234.4})
    ('0.32', '2e-5', '4e-1235')
    """
    log10_p = _log10(numbers)
    if log10_p <= LEAST:
        return "<1e-300"
    if log10_p > -2.5:
        return f"{10**log10_p:.2g}"
    power = math.floor(log10_p)
    digit = round(10 ** (log10_p - power))
    return f"{digit}e{power}" if digit < 10 else f"1e{power + 1}"
