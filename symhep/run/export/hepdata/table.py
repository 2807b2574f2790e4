"""A table as HEPData has it: independent and dependent variables, values with labelled errors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from symhep.methods.number import ONE_SIGMA, ROUNDING, Number
from symhep.methods.p_values import LEAST, SMALLEST, PValue

__all__ = [
    "NOTHING",
    "Axis",
    "HepTable",
    "Quantity",
    "Value",
    "bin_of",
    "measured",
    "of_p",
    "plain",
    "rounded",
]

Value = dict[str, Any]
#: What HEPData writes where there is no value.
NOTHING: Value = {"value": "-"}


@dataclass(frozen=True)
class Axis:
    """An independent variable: values or bins, one for each row."""

    name: str
    values: Sequence[Value]
    unit: str = ""

    def to_json(self) -> dict[str, Any]:
        """As HEPData's schema has it."""
        return {"header": _header(self.name, self.unit), "values": list(self.values)}


@dataclass(frozen=True)
class Quantity:
    """A dependent variable."""

    name: str
    values: Sequence[Value]
    unit: str = ""
    qualifiers: Mapping[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether no row has a value."""
        return all(value == NOTHING for value in self.values)

    def to_json(self, qualifiers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """As HEPData's schema has it, with the qualifiers of its table and its own."""
        own = [{"name": name, "value": value} for name, value in self.qualifiers.items()]
        return {
            "header": _header(self.name, self.unit), "qualifiers": [*qualifiers, *own], "values": list(self.values),
        }  # fmt: skip


@dataclass(frozen=True)
class HepTable:
    """A table of a submission.

    Attributes
    ----------
    result
        Name of the result it belongs to; '' for what belongs to a dataset.
    kind
        'hypotheses', 'sizes', 'spectra', 'maps', 'divergences', 'cutflow' or 'table'.
    """

    result: str
    kind: str
    name: str
    description: str
    axes: tuple[Axis, ...]
    quantities: tuple[Quantity, ...]
    observables: tuple[str, ...] = ()

    def to_json(self, qualifiers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The content of its data file."""
        return {
            "independent_variables": [axis.to_json() for axis in self.axes],
            "dependent_variables": [q.to_json(qualifiers) for q in self.quantities if not q.empty],
        }


def _header(name: str, unit: str) -> dict[str, str]:
    return {"name": name, "units": unit} if unit else {"name": name}


def rounded(value: float, digits: int = 6) -> float:
    """To so many significant digits, more than any number here is known to.

    >>> rounded(0.12345678), rounded(1234567.8)
    (0.123457, 1234570.0)
    """
    return float(f"{value:.{digits}g}")


def plain(value: Any) -> Value:
    """A value without errors.

    >>> plain(0.1 + 0.2), plain(None), plain(True)
    ({'value': 0.3}, {'value': '-'}, {'value': 'yes'})
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return dict(NOTHING)
    if isinstance(value, bool):
        return {"value": "yes" if value else "no"}
    return {"value": rounded(value) if isinstance(value, float) else value}


def measured(number: Number | None, systematic: Iterable[tuple[str, float, float]] = ()) -> Value:
    """A number with its statistical interval and systematic uncertainties (name, down, up).

    >>> measured(Number(value=3.0, low=2.5, high=4.0), [("sys,jes", 0.2, 0.2)])["errors"]
    [{'asymerror': {'minus': -0.5, 'plus': 1.0}, 'label': 'stat, 95% CL'}, {'symerror': 0.2, 'label': 'sys,jes'}]
    """
    if number is None or number.value is None:
        return dict(NOTHING)
    level = number.level
    label = "stat" if level is None or level == ONE_SIGMA else f"stat, {100 * level:.4g}% CL"
    errors = []
    if number.low is not None and number.high is not None:
        errors.append((label, number.value - number.low, number.high - number.value))
    return _with_errors(number.value, [*errors, *systematic])


def _with_errors(value: float, errors: Iterable[tuple[str, float, float]]) -> Value:
    # Below the rounding of the value itself a shift is none.
    least = ROUNDING * abs(value)
    told = []
    for label, *sides in errors:
        down, up = (0.0 if abs(side) <= least else side for side in sides)
        if (error := _error(label, down, up)) is not None:
            told.append(error)
    return {"value": rounded(value)} | ({"errors": told} if told else {})


def _error(label: str, down: float, up: float) -> Value | None:
    """None for an error of zero, which HEPData refuses."""
    down, up = rounded(down), rounded(up)
    if not (math.isfinite(down) and math.isfinite(up)) or (down == 0 and up == 0):
        return None
    if down == up:
        return {"symerror": up, "label": label}
    return {"asymerror": {"minus": -down + 0.0, "plus": up}, "label": label}


def bin_of(low: float, high: float) -> Value:
    """A bin of an independent variable."""
    return {"low": rounded(low, 10), "high": rounded(high, 10)}


def of_p(p: PValue | None) -> Value:
    """A p-value; what no float holds as text.

    >>> of_p(PValue(p_value=0.0, log10_p=-400.0, p_kind="exact")), of_p(None)
    ({'value': '<1e-300'}, {'value': '-'})
    """
    if p is None or p.log10_p is None:
        return dict(NOTHING)
    if p.log10_p < SMALLEST or p.log10_p <= LEAST:
        return {"value": "<1e-300"}
    return {"value": rounded(10**p.log10_p, 4)}
