"""The generators that were found, coefficient by coefficient."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from symhep.hypotheses.generators.table import ROUNDING
from symhep.methods.number import with_error
from symhep.methods.result import Arrays
from symhep.plotting.labels import pretty
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS

__all__ = ["SHOWN", "generator_coefficients"]

#: Generators that fit on a page.
SHOWN = 10
#: Candidates whose coefficients are written as numbers, too.
_WRITTEN = 12


def generator_coefficients(a: Arrays) -> Figure:
    """One panel per generator found: its coefficients in the candidates, of length 1, with errors."""
    values, errors = a["generators"][:SHOWN], a["generators_error"][:SHOWN]
    candidates = [pretty(str(n)) for n in a["candidates"]]
    number = len(candidates)
    width, height = min(max(6.4, 0.62 * number + 1.2), 11.5), 1.9 if len(values) < 4 else 1.15
    figure, axes = panel(
        len(values), 1, figsize=(width, 0.9 + height * len(values)), squeeze=False, sharex=True, sharey=True,
    )  # fmt: skip
    x = np.arange(number)
    top = 1.6 * max(1.0, float((values + errors).max()))
    bottom = min(-0.4, 1.3 * float((values - errors).min()))
    for i, ax in enumerate(axes[:, 0]):
        ax.axhline(0.0, color="#b8b8b8", lw=0.9, zorder=0)
        ax.vlines(x, 0.0, values[i], color=COLOURS[0], lw=5, alpha=0.3, zorder=1)
        ax.errorbar(
            x, values[i], yerr=errors[i], fmt="o", color=COLOURS[0], ms=5.5, capsize=3, mec="white", mew=0.6
        )
        if number <= _WRITTEN:
            _write(ax, values[i], errors[i])
        _name(ax, str(a["generator_labels"][i]), i)
        ax.set_ylim(bottom, top)
        ax.set_xlim(-0.6, number - 0.4)
        ax.tick_params(axis="x", which="both", length=0)
        ax.xaxis.set_minor_locator(NullLocator())
    axes[-1, 0].set_xticks(
        x, candidates, rotation=90 if number > 12 else 0, fontsize=11 if number <= 12 else 9
    )
    axes[0, 0].set_ylabel("Coefficient")
    return figure


def _name(ax: Any, label: str, number: int) -> None:
    text = pretty(label) if len(label) <= 60 else f"generator {number + 1}"
    ax.text(0.975, 0.92, text, transform=ax.transAxes, ha="right", va="top", fontsize=10)


def _write(ax: Any, values: Any, errors: Any) -> None:
    for x, (value, error) in enumerate(zip(values, errors, strict=True)):
        up = value >= 0
        ax.annotate(
            _two_lines(value, error), (x, value + (error if up else -error)),
            (0, 5 if up else -5), textcoords="offset points", ha="center", va="bottom" if up else "top", fontsize=7.5,
            color="#4a4d55",
        )  # fmt: skip


def _two_lines(value: float, error: float) -> str:
    """The value above its error; alone where it is exact, nothing for zero.

    >>> _two_lines(0.482, 0.003), _two_lines(7e-6, 1.1e-5)
    ('0.4820\\n± 0.0030', '0.7e-05\\n± 1.1e-05')
    """
    if error < ROUNDING:
        return f"{value:.4g}" if abs(value) > ROUNDING else ""
    body, _, power = with_error(value, error).removeprefix("(").partition(")")
    return "\n± ".join(f"{part}{power}" for part in body.split(" ± "))
