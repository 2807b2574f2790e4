"""The status label of a run's figures."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest

from symhep.run.drawing import _label


@pytest.fixture
def figure() -> Iterator[plt.Figure]:
    drawn, _ = plt.subplots(1, 2)
    yield drawn
    plt.close(drawn)


def test_above_the_first_axes(figure: plt.Figure) -> None:
    _label(figure, "Private work")
    first, second = figure.axes
    assert (first.get_title(loc="left"), second.get_title(loc="left")) == ("Private work", "")
    assert figure.get_suptitle() == ""


def test_above_the_figure_where_an_axes_has_a_title(figure: plt.Figure) -> None:
    figure.axes[1].set_title("spectrum")
    _label(figure, "Private work")
    assert figure.get_suptitle() == "Private work"
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["", ""]
    assert figure.axes[1].get_title() == "spectrum"


def test_no_label_and_no_axes(figure: plt.Figure) -> None:
    _label(figure, "")
    assert (figure.get_suptitle(), figure.axes[0].get_title(loc="left")) == ("", "")
    empty = plt.figure()
    _label(empty, "Private work")
    assert empty.get_suptitle() == ""
    plt.close(empty)
