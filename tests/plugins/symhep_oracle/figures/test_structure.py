"""Structure constants: names that fit into the cells."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from symhep_oracle.figures.structure import bracket_table

EPSILON = np.zeros((3, 3, 3))
for i, j, k in itertools.permutations(range(3)):
    EPSILON[i, j, k] = round(np.linalg.det(np.eye(3)[[i, j, k]]))


@pytest.mark.parametrize(
    "names", [["J_x", "J_y", "J_z"], ["x1 d1 - x2 d2", "x1 x1 d1 - x1 x2 d2", "x1 x2 d1 - x2 x2 d2"]]
)
def test_names_do_not_overlap(names: list[str]) -> None:
    figure = bracket_table(EPSILON, names)
    figure.canvas.draw()
    ax = figure.axes[0]
    assert len(ax.texts) == 6
    for texts in (ax.texts, ax.get_xticklabels(), ax.get_yticklabels()):
        boxes = [t.get_window_extent() for t in texts]
        assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


def test_the_cell_names_the_generator_that_the_bracket_points_to() -> None:
    cells = {
        t.get_position(): t.get_text() for t in bracket_table(EPSILON, ["J_x", "J_y", "J_z"]).axes[0].texts
    }
    assert cells[1, 0] == "$J_{z}$"  # [J_x, J_y] = J_z: row x, column y
