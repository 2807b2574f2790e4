"""What systematic variations do to the numbers of a result, in units of their statistical error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symhep.methods.interface import NamedFigure
from symhep.methods.varied import VariationsRecord, VariedAnswer
from symhep.plotting.labels import pretty
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS, GREY

__all__ = ["in_words", "leading", "systematics_figure"]

#: Numbers and variations of which a figure shows the ones that matter most.
_ROWS, _VARIATIONS = 12, 8


def systematics_figure(varied: VariationsRecord) -> NamedFigure | None:
    """A bar from down to up for each number and variation, and all of them in quadrature; None if nothing changes.

    The unit is half the statistical interval of the number.
    """
    rows = leading(varied.answers, _ROWS)
    if not rows:
        return None
    size = {
        v.name: max((max(s.down, s.up) / _half(a) for a in rows for s in a.shifts if s.variation == v.name), default=0)
        for v in varied.variations
    }  # fmt: skip
    shown = sorted(size, key=lambda name: -size[name])[:_VARIATIONS]
    shown = [v.name for v in varied.variations if v.name in shown]
    lanes = len(shown)
    height = 1.3 + len(rows) * max(0.32, 0.11 * (lanes + 1))
    figure, ax = panel(figsize=(6.4, height))
    ax.axvspan(-1, 1, color="0.92", lw=0, zorder=0, label="Statistical interval")
    ax.axvline(0, color=GREY, lw=0.8, zorder=1)
    for row, answer in enumerate(rows):
        half = _half(answer)
        ax.plot([-answer.down / half, answer.up / half], [row, row], color="black", lw=1.0, marker="|", ms=9, zorder=4,
                label="All in quadrature" if row == 0 else None)  # fmt: skip
        shifts = {s.variation: s for s in answer.shifts}
        for lane, name in enumerate(shown):
            if (shift := shifts.get(name)) is not None:
                y = row + 0.8 * ((lane + 0.5) / lanes - 0.5)
                ax.barh(y, (shift.up + shift.down) / half, left=-shift.down / half, height=0.7 / lanes,
                        color=COLOURS[lane % len(COLOURS)], zorder=3)  # fmt: skip
    for lane, name in enumerate(shown):  # in the legend once, whichever number comes first
        ax.barh(np.nan, 0, color=COLOURS[lane % len(COLOURS)], label=name)
    ax.set_yticks(range(len(rows)), [pretty(in_words(a.key)) for a in rows])
    ax.tick_params(axis="y", which="minor", left=False, right=False)
    ax.tick_params(axis="y", which="major", length=0)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    widest = max(1.0, *(max(a.down, a.up) / _half(a) for a in rows))
    ax.set_xlim(-1.12 * widest, 1.12 * widest)
    ax.set_xlabel("Shift / half of the statistical interval")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9.5)
    left = len(varied.answers) - len(rows)
    caption = (
        "Systematic uncertainties: bars from the downward to the upward uncertainty of each variation, in units of "
        "half the statistical interval (grey), and all variations in quadrature (line)."
        + (
            f" Of {len(varied.answers)} numbers, the {len(rows)} with the largest changes are shown."
            if left
            else ""
        )
        + (f" The {lanes} largest of {len(size)} variations." if lanes < len(size) else "")
    )
    return NamedFigure("systematics", figure, caption)


def leading(answers: Sequence[VariedAnswer], at_most: int) -> list[VariedAnswer]:
    """Those with a statistical interval that change most for it, in the order of the record.

    Where a method states how strongly symmetries are broken, its ``size``, these numbers alone: auxiliary ones, such as
    the score of a classifier, may have an interval of next to nothing.
    """
    known = [a for a in answers if _half(a) > 0]
    known = [a for a in known if _parts(a.key)[-1] == "size"] or known
    chosen = sorted(known, key=lambda a: -max(a.down, a.up) / _half(a))[:at_most]
    return [a for a in known if a in chosen]


def in_words(key: str) -> str:
    """The key of an answer for people: the row, then what of it; rows without a name by their list.

    >>> in_words("candidates[J_z].size"), in_words("algebra.dimension"), in_words("P"), in_words("kl[1].failed")
    ('J_z: size', 'algebra: dimension', 'P', 'kl 1: failed')
    """
    told = []
    for part in _parts(key):
        field, bracket, row = part.partition("[")
        row = row.removesuffix("]")
        told.append(row if bracket and not row.isdigit() else f"{field} {row}".strip().replace("_", " "))
    return ": ".join(told)


def _parts(key: str) -> list[str]:
    """At dots outside brackets.

    >>> _parts("a[x.y].b")
    ['a[x.y]', 'b']
    """
    found, depth = [""], 0
    for letter in key:
        depth += (letter == "[") - (letter == "]")
        if letter == "." and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return found


def _half(answer: VariedAnswer) -> float:
    """Half the statistical interval; 0 where there is none."""
    return answer.nominal.error or 0.0
