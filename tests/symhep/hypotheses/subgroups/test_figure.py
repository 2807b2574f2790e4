"""The lattice with its verdicts: the border of a large one, adjusted p-values."""

from __future__ import annotations

import math
from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest

from symhep.hypotheses.adjustment import adjusted
from symhep.hypotheses.subgroups.figure import MOST, border, subgroup_lattice
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.lie.subgroups import lattice, lorentz_subgroups, poincare_subgroups
from symhep.lie.subgroups.catalogue import Catalogue
from symhep.plotting.style import use_style


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with use_style():
        yield
    plt.close("all")


def rows(catalogue: Catalogue, *alive: str) -> dict[str, SubgroupRow]:
    """``alive`` survive with p = 0.4, the others are rejected."""
    logs = {c.name: math.log(0.4) if c.name in alive else -70.0 for c in catalogue.classes}
    family = adjusted(logs, 0.05)
    return {
        c.name: SubgroupRow(
            name=c.name, label=c.label, written=c.written, algebra=c.algebra, dimension=c.dimension, how="tested",
            survives=c.name in alive, **dict(family[c.name]),
        )
        for c in catalogue.classes
    }  # fmt: skip


def test_the_border_of_a_large_lattice_shows_survivors_and_what_lies_above() -> None:
    catalogue = poincare_subgroups()
    order = lattice(catalogue)
    shown = border(order, rows(catalogue, "SO(2)"))
    # what covers SO(2), from the catalogue's own order
    assert set(shown) == {"SO(2)"} | {b for a, b in order.covers if a == "SO(2)"}
    assert len(border(order, rows(catalogue, *catalogue))) == MOST
    assert set(border(order, rows(catalogue))) == set(lorentz_subgroups())


def test_the_lattice_writes_adjusted_p_and_none_for_limits() -> None:
    made = rows(lorentz_subgroups(), "SO(2)", "four-screw")
    made["four-screw"] = made["four-screw"].model_copy(update={"limit_of": ("SO(2)",), "survives": False})
    figure = subgroup_lattice(list(made.values()), "lorentz")
    figure.canvas.draw()
    said = [t.get_text() for ax in figure.axes for t in ax.texts]
    assert any("adjusted p" in text for text in said)
    assert "four-screw" in said
    assert any(text.startswith("SO(2)\np = ") for text in said)
