"""How strongly a breaking term breaks each generator."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from symhep.plotting.labels import pretty
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS
from symhep_oracle.fit.record import BreakingRecord

__all__ = ["SHOWN", "breaking_strengths"]

FloatArray = npt.NDArray[np.float64]

SHOWN = 10
#: Relative difference of curves that lie on each other.
ALIKE = 0.05
_MARKERS = "osD^v<>PX*"


def breaking_strengths(breaking: BreakingRecord) -> Figure:
    """Relative violation of each broken generator against lambda."""
    strength, names = np.array(breaking.strengths), [b.name for b in breaking.broken]
    value, error = (
        np.array([[getattr(n, part) or 0.0 for n in b.violation] for b in breaking.broken]).T
        for part in ("value", "error")
    )
    groups = _alike(value[strength > 0], error[strength > 0])  # at zero there is rounding alone
    value, error = (part[:, [g[0] for g in groups]] for part in (value, error))
    labels = [", ".join(sorted(pretty(names[i]) for i in g)) for g in groups]
    order = np.argsort(strength)
    positive = order[strength[order] > 0]
    figure, ax = panel()
    strongest = list(range(len(groups)))[::-1][:SHOWN]
    for number, i in enumerate(strongest):
        low = np.minimum(error[positive, i], 0.95 * value[positive, i])
        ax.errorbar(
            strength[positive], value[positive, i], yerr=[low, error[positive, i]], marker=_MARKERS[number],
            ms=5.5, capsize=3, color=COLOURS[number], mec="white", mew=0.6, label=labels[i],
        )  # fmt: skip
    if len(positive) > 1 and strength[positive].max() / strength[positive].min() > 20:
        ax.set_xscale("log")
        ax.set_yscale("log")
    ax.margins(x=0.06, y=0.12)
    ax.set(xlabel="Strength λ", ylabel="Relative violation of invariance")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), title="broken")
    return figure


def _alike(value: FloatArray, error: FloatArray) -> list[list[int]]:
    """Columns of ``value`` (L, B) whose curves cannot be told apart: equal within two errors, or `ALIKE`, throughout.

    >>> _alike(np.array([[1.0, 1.02, 2.0]]), np.zeros((1, 3)))
    [[0, 1], [2]]
    """
    groups: list[list[int]] = []
    for i in range(value.shape[1]):
        for group in groups:
            first = group[0]
            near = 2 * np.hypot(error[:, i], error[:, first]) + ALIKE * value[:, first]
            if (np.abs(value[:, i] - value[:, first]) <= near).all():
                group.append(i)
                break
        else:
            groups.append([i])
    return groups
