"""Figures of a scan: any number of a summary against the option that was varied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.ticker import MaxNLocator, NullLocator

from symhep.methods.interface import NamedFigure, ScanQuantity
from symhep.plotting.panel import panel

__all__ = ["scan_figures"]

#: (value of the option, summary of the result) per scan point.
Points = Sequence[tuple[Any, Mapping[str, Any]]]


def scan_figures(quantities: Sequence[ScanQuantity], scans: Mapping[str, Points]) -> Iterator[NamedFigure]:
    """One figure per scanned option and quantity."""
    for option, points in scans.items():
        for quantity in quantities:
            if _constant([_lookup(summary, quantity.key) for _, summary in points]):
                continue  # it does not depend on this option: nothing to see
            figure = _draw(option, quantity, points)
            name = f"scan_{option}_{quantity.key.replace('.', '_')}"
            yield NamedFigure(
                name, figure, f"{quantity.label} for {len(points)} values of the option {option}."
            )


def _draw(option: str, quantity: ScanQuantity, points: Points) -> Any:
    figure, ax = panel()
    values = [value for value, _ in points]
    numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    x = np.asarray(values, dtype=float) if numeric else np.arange(len(values), dtype=float)
    found = [_lookup(summary, quantity.key) for _, summary in points]
    if any(isinstance(f, list) for f in found):
        _lines(ax, x, found, points, quantity)
    else:
        centre, low, high = np.array([_interval(f) for f in found]).T
        ax.errorbar(x, centre, yerr=np.clip([centre - low, high - centre], 0, None), fmt="o-", capsize=3)
        if np.all(np.mod(np.r_[centre, low, high], 1) == 0):  # a count has no halves
            ax.yaxis.set_major_locator(MaxNLocator(integer=True))
            ax.yaxis.set_minor_locator(NullLocator())
    if numeric and len(x) > 1 and x.min() > 0 and x.max() / x.min() >= 20:
        ax.set_xscale("log")
    if not numeric:
        ax.set_xticks(x, [str(v) for v in values])
    ax.set(xlabel=option, ylabel=quantity.label)
    ax.margins(x=0.06, y=0.12)
    return figure


def _lines(ax: Any, x: Any, found: list[Any], points: Points, quantity: ScanQuantity) -> None:
    """A list per point: one line per entry, on a log axis where the entries span decades."""
    width = max(len(f or []) for f in found)
    table = np.array([[*(f or []), *[np.nan] * (width - len(f or []))] for f in found], dtype=float)
    errors = [_lookup(s, quantity.error_key) if quantity.error_key else None for _, s in points]
    colours = mpl.colormaps["viridis"](
        np.linspace(0, 0.92, width)
    )  # the entries are ordered, and so are these
    for j in range(width):
        spread = [e[j] if e and j < len(e) and e[j] is not None else 0.0 for e in errors]
        ax.errorbar(x, table[:, j], yerr=spread, fmt="o-", color=colours[j], capsize=3, label=f"{j + 1}")
    positive = table[np.isfinite(table) & (table > 0)]
    if len(positive) and positive.max() / positive.min() > 30:
        ax.set_yscale("log", nonpositive="clip")
        ax.set_ylim(positive.min() / 2, positive.max() * 2)
    ax.legend(title=quantity.entry, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _constant(found: Sequence[Any]) -> bool:
    return len(found) > 1 and all(f == found[0] for f in found)


def _lookup(summary: Mapping[str, Any], key: str) -> Any:
    value: Any = summary
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _interval(found: Any) -> tuple[float, float, float]:
    """A number, or {value, low, high}, as (value, low, high)."""
    if isinstance(found, Mapping):
        value = _number(found.get("value"))
        return value, _number(found.get("low"), value), _number(found.get("high"), value)
    return (_number(found),) * 3


def _number(value: Any, default: float = np.nan) -> float:
    return default if value is None else float(value)
