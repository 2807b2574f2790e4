"""The drawn lattice: boxes that do not touch, lines where one class lies directly in another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import FancyBboxPatch, PathPatch

from symhep.lie.subgroups import lattice, lorentz_subgroups
from symhep.plotting.lattice import draw_lattice
from symhep.plotting.layering import arrange
from symhep.plotting.style import COLOURS, use_style


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with use_style():
        yield
    plt.close("all")


def boxes(figure: Any) -> list[Any]:
    figure.canvas.draw()
    return [p.get_window_extent() for p in figure.axes[0].patches if isinstance(p, FancyBboxPatch)]


def test_boxes_hold_their_text_and_stay_apart() -> None:
    names = list(lorentz_subgroups())
    figure = draw_lattice(
        lattice(lorentz_subgroups()), verdicts=dict.fromkeys(names, "survives"), p_values={"SO(3)": 0.5}
    )
    extents = boxes(figure)
    assert len(extents) == 14
    assert not any(a.overlaps(b) for a, b in itertools.combinations(extents, 2))
    texts = [t.get_window_extent() for t in figure.axes[0].texts]
    held = [
        t for t in texts if any(b.x0 < t.x0 and t.x1 < b.x1 and b.y0 < t.y0 and t.y1 < b.y1 for b in extents)
    ]
    assert len(held) == 14
    assert all(figure.bbox.x0 <= b.x0 and b.x1 <= figure.bbox.x1 for b in extents)


def test_lines_are_the_covers_of_what_is_shown() -> None:
    order = lattice(lorentz_subgroups())
    lines = [p for p in draw_lattice(order).axes[0].patches if isinstance(p, PathPatch)]
    assert len(lines) == len(order.covers)
    part = draw_lattice(
        order, only=["Lorentz", "E(2)", "SO(2)", "SO(3)"]
    )  # by hand: L-E, L-SO(3), E-SO(2), SO(3)-SO(2)
    assert len([p for p in part.axes[0].patches if isinstance(p, PathPatch)]) == 4


def test_verdicts_are_reported_by_colour_symbol_and_number() -> None:
    order = lattice(lorentz_subgroups())
    figure = draw_lattice(
        order,
        only=["SO(3)", "SO(2)", "SO(1,1)"],
        verdicts={"SO(3)": "rejected", "SO(2)": "survives", "SO(1,1)": "not tested"},
        p_values={"SO(3)": 1.2e-17, "SO(2)": 0.34},
    )
    ax = figure.axes[0]
    assert sorted(line.get_marker() for line in ax.lines) == ["X", "o"]
    assert {line.get_color() for line in ax.lines if line.get_marker() == "o"} == {COLOURS[0]}
    assert {"SO(3)\np = 1.2e-17", "SO(2)\np = 0.34", "SO(1,1)"} <= {t.get_text() for t in ax.texts}
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["compatible", "violated", "not tested"]


def test_a_row_is_ordered_so_that_lines_do_not_cross() -> None:
    rows = [["a", "b", "c"], ["C", "B", "A"]]
    x = arrange(rows, [("a", "A"), ("b", "B"), ("c", "C")], dict.fromkeys("abcABC", 1.0), 0.1).x
    order = [sorted(row, key=x.__getitem__) for row in rows]
    assert [name.upper() for name in order[0]] == order[1]


def test_a_line_that_skips_a_row_finds_its_way_between_the_boxes() -> None:
    drawn = arrange(
        [["a"], ["b"], ["c"]], [("a", "b"), ("b", "c"), ("a", "c")], dict.fromkeys("abc", 1.0), 0.2
    )
    passing, row = drawn.paths["a", "c"][1]
    assert row == 1
    assert abs(passing - drawn.x["b"]) >= 0.5 + 0.2 - 1e-9


def test_lines_that_meet_at_a_box_stand_side_by_side() -> None:
    order = lattice(lorentz_subgroups())
    lines = [p.get_path().vertices for p in draw_lattice(order).axes[0].patches if isinstance(p, PathPatch)]
    for end in (0, -1):
        at = sorted((float(v[end][1]), float(v[end][0])) for v in lines)
        assert all(b[1] - a[1] > 0.05 for a, b in itertools.pairwise(at) if a[0] == b[0])


def test_there_is_room_for_a_status_label_above_the_axes() -> None:
    figure = draw_lattice(lattice(lorentz_subgroups()), only=["SO(3)", "SO(2)"])
    label = figure.axes[0].set_title("Private work", loc="left", fontsize="medium")
    figure.canvas.draw()
    extent = label.get_window_extent()
    assert figure.bbox.x0 <= extent.x0
    assert extent.y1 <= figure.bbox.y1
    assert not any(extent.overlaps(t.get_window_extent()) for t in figure.axes[0].texts)


def test_what_the_support_excludes_has_a_symbol_of_its_own_where_there_is_some() -> None:
    order = lattice(lorentz_subgroups())
    figure = draw_lattice(order, only=["SO(3)", "SO(2)"], verdicts={"SO(3)": "excluded", "SO(2)": "survives"})
    texts = [t.get_text() for t in figure.axes[0].get_legend().get_texts()]
    assert texts == ["compatible", "violated", "excluded by the support", "not tested"]
