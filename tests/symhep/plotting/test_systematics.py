"""Numbers under variations in units of their statistical error."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from symhep.methods.number import Number
from symhep.methods.varied import ShiftRow, VariationRow, VariationsRecord, VariedAnswer
from symhep.plotting.systematics import leading, systematics_figure
from symhep.report.systematics import systematics


def _answer(key: str, error: float, **shifts: tuple[float, float]) -> VariedAnswer:
    rows = tuple(
        ShiftRow(variation=name, down=down, up=up, values=(), errors=())
        for name, (down, up) in shifts.items()
    )
    down, up = (float(np.sqrt(sum(s[side] ** 2 for s in shifts.values()))) for side in (0, 1))
    return VariedAnswer(key=key, nominal=Number.with_error(1.0, error), shifts=rows, down=down, up=up)


def _record(answers: list[VariedAnswer], how: Any = "fit") -> VariationsRecord:
    rows = tuple(
        VariationRow(name=name, rule=rule, confidence=0.6827, alternatives=alternatives, samples=("dy",))
        for name, rule, alternatives in (("jes", "up_down", ("up", "down")), ("pdf", "hessian", tuple("abc")))
    )
    return VariationsRecord(how=how, variations=rows, answers=tuple(answers))


def test_the_numbers_that_change_most_for_their_error_come_first_and_stay_in_order() -> None:
    answers = [_answer(f"rows[{i}].size", 1.0, jes=(0.1 * i, 0.1 * i)) for i in range(20)]
    answers.append(_answer("certain", 0.0, jes=(9.0, 9.0)))  # no interval, no unit
    assert [a.key for a in leading(answers, 3)] == ["rows[17].size", "rows[18].size", "rows[19].size"]


def test_the_figure_has_a_bar_for_each_shift_in_units_of_half_the_interval() -> None:
    record = _record([_answer("candidates[J_z].size", 0.5, jes=(1.0, 0.5), pdf=(0.25, 0.25))])
    named = systematics_figure(record)
    assert named is not None
    (ax,) = named.figure.axes
    bars = [
        (b.get_x(), b.get_width())
        for b in ax.patches
        if b.get_height() and b.get_width() > 0 and b.get_height() < 0.5
    ]
    np.testing.assert_allclose(sorted(bars), [(-2.0, 3.0), (-0.5, 1.0)])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["$J_{z}$: size"]
    plt.close(named.figure)


def test_no_figure_where_nothing_changes() -> None:
    assert systematics_figure(_record([])) is None


def test_the_table_has_each_variation_and_says_how_they_were_done() -> None:
    record = _record([_answer("candidates[J_z].size", 0.5, jes=(1.0, 0.5), pdf=(0.25, 0.25))], "evaluation")
    view = systematics(record.to_json())
    assert view is not None
    assert "without new training" in view.how
    assert "jes (one parameter), pdf (Hessian of 3)" in view.how
    assert view.chosen.columns == ["", "nominal", "jes", "pdf", "all"]
    # sqrt(1 + 0.0625) = 1.031 and sqrt(0.25 + 0.0625) = 0.559
    assert view.chosen.texts == [("J_z: size", "1.0 ± 0.5", "−1.0 +0.50", "± 0.25", "−1.0 +0.56")]
    assert view.all is None
    assert systematics(None) is None
