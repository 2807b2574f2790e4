"""The figure of limits: panels by unit, arrows for limits, many rows."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest

from symhep.hypotheses.bounds.figure import SHOWN, LimitRow, limits_figure
from symhep.hypotheses.bounds.record import Limits
from symhep.methods.number import Number
from symhep.plotting.style import use_style


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with use_style():
        yield
    plt.close("all")


def _limit(label: str, upper: float, expected: float = 0.03, low: float = 0.0) -> LimitRow:
    size = Number(value=(low + upper) / 2, low=low, high=upper)
    return LimitRow("$v_m$", label, low > 0, size, Limits(upper_95=upper, expected_95=expected))


def _rate(label: str, value: float, unit: str = "per GeV") -> LimitRow:
    return LimitRow(
        "Rate", label, True, Number(value=value, low=0.9 * value, high=1.1 * value, unit=unit), Limits()
    )


def test_a_panel_for_each_unit_with_its_name() -> None:
    figure = limits_figure(
        [_limit("J_z", 0.03), _rate("P_x", 0.01), _rate("K_x", 2.0, "per unit of rapidity")]
    )
    assert figure is not None
    assert [ax.get_xlabel() for ax in figure.axes] == [
        "$v_m$ [%]", "Rate per GeV", "Rate per unit of rapidity",
    ]  # fmt: skip


def test_limits_have_arrows_and_intervals_have_values() -> None:
    figure = limits_figure([_limit("J_x", 0.05, low=0.03), _limit("J_z", 0.034)])
    assert figure is not None
    (ax,) = figure.axes
    assert ax.get_xscale() == "linear"
    (arrow,) = [text for text in ax.texts if text.arrow_patch is not None]
    assert arrow.xyann == pytest.approx((3.4, 1))  # per cent, the row of J_z
    assert [bar.get_width() for bar in ax.patches if hasattr(bar, "get_width")] == pytest.approx([3.0, 3.0])
    assert any(line.get_marker() == "X" and line.get_xdata()[0] == pytest.approx(4.0) for line in ax.lines)


def test_many_rows_are_cut_and_told() -> None:
    figure = limits_figure([_limit(f"J_{i}", 0.01 * 1.1**i) for i in range(60)])
    assert figure is not None
    (ax,) = figure.axes
    assert f"first {SHOWN} of 60" in ax.get_xlabel()
    assert len(ax.get_yticks()) == SHOWN
    figure.canvas.draw()


def test_nothing_to_draw() -> None:
    assert limits_figure([]) is None
    assert limits_figure([LimitRow("v", "J_z", None, None, Limits())]) is None


def test_signed_asymmetries_are_drawn_by_their_size() -> None:
    broken = Number(value=-0.08, low=-0.1, high=-0.06)
    kept = Number(value=-0.01, low=-0.03, high=0.01)
    figure = limits_figure(
        [
            LimitRow("Asymmetry", "P", True, broken, Limits(upper_95=0.1)),
            LimitRow("Asymmetry", "T", False, kept, Limits(upper_95=0.03)),
        ]
    )
    assert figure is not None
    (ax,) = figure.axes
    spans = [sorted(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]
    assert spans[0] == pytest.approx([6.0, 10.0])
    assert len([text for text in ax.texts if text.arrow_patch is not None]) == 1  # of T alone
