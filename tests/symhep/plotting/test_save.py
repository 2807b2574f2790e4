"""Figures are saved whole, closed, and with the same bytes each time."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from symhep.plotting.save import save_figure
from symhep.plotting.style import use_style


def _draw() -> plt.Figure:
    figure, ax = plt.subplots()
    ax.plot([1, 2, 3], [3, 1, 2])
    ax.set_xlabel("$p_x$ [GeV]")
    return figure


@pytest.mark.parametrize("kind", ["pdf", "png", "svg"])
def test_same_figure_same_bytes(tmp_path: Path, kind: str) -> None:
    with use_style():
        first, second = (save_figure(_draw(), tmp_path / name / "f", (kind,))[0] for name in "ab")
    assert first.name == f"f.{kind}"
    assert first.read_bytes() == second.read_bytes()


def test_closed_and_complete(tmp_path: Path) -> None:
    open_before = plt.get_fignums()
    save_figure(_draw(), tmp_path / "f")
    assert plt.get_fignums() == open_before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f.pdf", "f.png"]


def test_a_name_as_text(tmp_path: Path) -> None:
    assert save_figure(_draw(), str(tmp_path / "f.a"), ["png"]) == [tmp_path / "f.a.png"]
