"""Cyclic groups of a one-parameter subgroup, found without naming their order."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from symhep.hypotheses.discrete.neighbours import Neighbours
from symhep.hypotheses.discrete.scan import Near, scan_angles
from symhep.hypotheses.discrete.scan_figure import scan_figure
from symhep.hypotheses.discrete.scan_record import DiscreteScan, OrderRow
from symhep.hypotheses.discrete.scan_sentence import scan_statement, scan_table
from symhep.hypotheses.discrete.weighting import Weighting
from symhep.lie.elements.closed import closed_subgroup
from symhep.lie.elements.frame import Frame
from symhep.plotting.style import use_style

FRAME = Frame(("x1", "x2"), ("1",))


def lumps(q: int, n: int, seed: int) -> torch.Tensor:
    """On a circle, at q places; 0: everywhere."""
    rng = np.random.default_rng(seed)
    phi = (
        2 * np.pi * rng.integers(q, size=n) / q + 0.02 * rng.normal(size=n)
        if q
        else rng.uniform(0, 7, size=n)
    )
    r = 1 + 0.05 * rng.normal(size=n)
    phi = phi if q else 2 * np.pi * rng.random(n)
    return torch.from_numpy(np.stack([r * np.cos(phi), r * np.sin(phi)], axis=1)[:, None])


def scanned(x: torch.Tensor, reference: torch.Tensor) -> DiscreteScan:
    among = Neighbours.of(reference.flatten(1).numpy())
    weighting = Weighting.of(np.ones(len(x)))
    near = Near(x, lambda element: element, weighting, lambda rows: among(rows.flatten(1).numpy()))
    return scan_angles(
        closed_subgroup("J_12", FRAME), x, lambda element: [], near, lambda element: None, weighting,
        np.random.SeedSequence(1), 0.01, 999,
    )  # fmt: skip


@pytest.fixture(scope="module")
def sixfold() -> DiscreteScan:
    return scanned(lumps(6, 300, 1), lumps(6, 300, 2))


def test_six_places_on_a_circle(sixfold: DiscreteScan) -> None:
    assert (sixfold.verdict, sixfold.order, sixfold.name) == ("cyclic", 6, "Z_6 of x1 and x2")
    assert [row.order for row in sixfold.cyclic_groups if row.survives] == [2, 3, 6]
    sizes = {(round(np.degrees(row.angle), 6)): row.size for row in sixfold.angles}
    assert len(sizes) == 90  # fractions k / q up to 1 / 2 with q up to 24
    for degrees, size in sizes.items():
        assert size is not None
        assert size.value is not None
        assert size.error is not None
        if degrees in (60.0, 120.0, 180.0):
            assert abs(size.value) < 5 * size.error
        else:
            assert size.value > 0.3  # turned events are farther from the others, by a factor


def test_all_over_the_circle() -> None:
    found = scanned(lumps(0, 300, 1), lumps(0, 300, 2))
    assert (found.verdict, found.order, found.name) == ("continuous", None, "SO(2) of x1 and x2")
    said = scan_statement(found)
    assert said is not None
    assert "all orders are compatible" in said.text


def test_one_place_has_no_symmetry() -> None:
    assert scanned(lumps(1, 300, 1), lumps(1, 300, 2)).verdict == "none"


def test_events_on_the_axis_say_nothing() -> None:
    x = torch.zeros(30, 1, 2, dtype=torch.float64)
    found = scanned(x, x)
    assert (found.verdict, found.angles) == ("trivial", ())


def test_survivors_that_no_group_has_together(sixfold: DiscreteScan) -> None:
    def like(*alive: int) -> DiscreteScan:
        rows = [
            OrderRow(order=q, p_value=0.5, log10_p=-0.3, rejected=q not in alive, log10_p_adjusted=-0.3)
            for q in range(2, 25)
        ]
        return sixfold.model_copy(
            update={"cyclic_groups": tuple(rows), "verdict": "unresolved", "name": "not resolved"}
        )

    two, one = (scan_statement(like(*alive)) for alive in ((7, 13), (6,)))
    assert two is not None
    assert one is not None
    assert "Z_7 and Z_13 are compatible, which no single group of order up to 24 allows" in two.text
    assert "Z_6 is compatible, but its subgroups are violated" in one.text


def test_the_answer_in_a_sentence_a_table_and_a_figure(sixfold: DiscreteScan) -> None:
    said = scan_statement(sixfold)
    assert said is not None
    assert said.text.startswith("Scan of J_12, Z_2 to Z_24: compatible with Z_6 of x1 and x2 (adjusted p = ")
    assert "all orders that do not divide 6 are violated (adjusted p = " in said.text
    assert said.evidence["survive"] == [2, 3, 6]
    table = scan_table(sixfold)
    assert [row[-1] for row in table.rows[:3]] == ["compatible", "compatible", "violated"]
    assert scan_statement(None) is None
    assert not scan_table(None).rows
    with use_style():
        figure = scan_figure(sixfold, 0.01)
    above, below = figure.axes
    assert [text.get_text() for text in above.texts] == ["1/6", "1/3", "1/2"]
    assert below.get_xlim()[1] > 180
    plt.close(figure)


def test_what_the_support_excludes_counts_as_excluded() -> None:
    row = OrderRow(order=3, how="support", why="it changes x1")
    assert not row.survives
    assert row.p_value is None
