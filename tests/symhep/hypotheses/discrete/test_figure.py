"""The figure of discrete elements: asymmetries in per cent, a symbol for each test."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest

from symhep.hypotheses.discrete.figure import discrete_figure, has_discrete
from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.plotting.style import use_style


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with use_style():
        yield
    plt.close("all")


def test_the_asymmetry_is_in_per_cent(elements: list[DiscreteRow]) -> None:
    right = discrete_figure(elements, 0.05).axes[1]
    drawn = [float(line.get_xdata()[0]) for line in right.lines if line.get_marker() in ("o", "X")]  # type: ignore[index]
    assert drawn == pytest.approx([0.1, 8.3])


def test_elements_without_a_second_test_or_asymmetry(elements: list[DiscreteRow]) -> None:
    plain = [
        row.model_copy(update={"size": None, "tests": {k: v for k, v in row.tests.items() if k == "moments"}})
        for row in elements
    ]
    left, right = discrete_figure(plain, 0.05).axes[:2]
    assert len([line for line in left.lines if line.get_marker() == "D"]) == 2
    assert [line for line in left.lines if line.get_marker() == "s"] == []
    assert [line for line in right.lines if line.get_marker() in ("o", "X")] == []


def test_trivial_elements_alone_are_no_figure(elements: list[DiscreteRow]) -> None:
    assert has_discrete(elements)
    assert not has_discrete([row for row in elements if row.how != "tested"])
