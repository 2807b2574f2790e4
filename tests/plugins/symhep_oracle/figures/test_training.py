"""Figures of the gradient solver, from stored arrays alone."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest

from symhep.plotting.style import use_style
from symhep_oracle.figures.flows import Field, vector_fields
from symhep_oracle.figures.training import (
    MARKS,
    Scan,
    angles,
    figures,
    loss_table,
    number_scan,
    orthogonality,
)
from symhep_oracle.gradient.plane import plane_grid


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with use_style():
        yield
    plt.close("all")


def arrays(generators: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    counts = np.repeat([1, generators], 3)
    return {
        "gradient_counts": counts,
        "gradient_shown": np.array(4),
        "gradient_dimension": np.array(generators),
        "gradient_epochs": np.array([0, 1, 10, 100]),
        "gradient_parts": rng.uniform(size=(4, 6, 5)) * np.array([1, 1, 1, 1, 0]),
        "gradient_snapshot_epochs": np.array([0, 10, 100]),
        "gradient_snapshots": rng.normal(size=(3, generators, 3, 3)),
    }


@pytest.mark.parametrize("generators", [2, 3, 6])
def test_a_result_of_the_gradient_solver_has_three_figures(generators: int) -> None:
    stored = {
        f"solver.{name}": values for name, values in arrays(generators).items()
    }  # as the method stores them
    drawn = list(figures(stored))
    assert [f.name for f in drawn] == ["loss", "number_of_generators", "orthogonality"]
    assert all(f.caption.endswith(".") for f in drawn)
    labels = [line.get_label() for line in drawn[0].figure.axes[0].lines]
    assert labels == [
        "invariance",
        "normalisation",
        "orthogonality",
        "closure",
        "total",
    ]  # no sparsity term: no line


def test_other_results_have_none() -> None:
    assert not list(figures({}))


def test_the_symbol_tells_the_dominant_term() -> None:
    final = np.array([[0.0, 0, 0, 3, 0], [2, 0, 0, 0, 0], [1, 0, 0, 0, 5]])
    ax = number_scan([Scan("U(2)", np.array([1, 2, 2]), final, 2)]).axes[0]
    large = [c for c in ax.collections if c.get_sizes()[0] == 60]
    where = {
        MARKS[i][0]: np.asarray(c.get_offsets()).tolist() for i, c in enumerate(large) if len(c.get_offsets())
    }
    assert where == {
        MARKS[3][0]: [[1, 3]],
        MARKS[0][0]: [[2, 2]],
    }  # closure, and invariance of the better seed


def test_panels_share_the_axis() -> None:
    scan = Scan("U(2)", np.array([1, 2]), np.ones((2, 5)), 1)
    assert len(number_scan([scan, scan]).axes) == 2


def test_angles_do_not_depend_on_lengths() -> None:
    pair = np.array([[[1.0, 0], [0, 0]], [[3.0, 3], [0, 0]]])
    assert angles(pair)[0, 1] == pytest.approx(45)
    # i times a matrix is another real direction.
    assert angles(np.array([pair[0] + 0j, 1j * pair[0]]))[0, 1] == pytest.approx(90)


def test_titles_hold_the_angles() -> None:
    right = np.array([[[0.0, 1], [0, 0]], [[0, 0], [2.0, 0]]])
    figure = orthogonality(right[None], np.array([300]))
    assert figure.axes[0].get_title() == "epoch 300\n90.0°"


def test_table_prints_the_logarithm() -> None:
    ax = loss_table(np.array([[1e-6, 10.0]]), (3,), (3, 4)).axes[0]
    assert [t.get_text() for t in ax.texts] == ["-6.0", "1.0"]


def test_fields_over_contours() -> None:
    grid = plane_grid(2.0, 6)
    assert grid.shape == (36, 2)
    assert np.abs(grid).min() > 0
    figure = vector_fields(grid, np.ones((5, 5)).cumsum(0), [Field("a", grid), Field("b", -grid)])
    assert [ax.get_title() for ax in figure.axes] == ["a", "b"]
