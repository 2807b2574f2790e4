"""Pictures that a page holds: small, inside the folder, and no more than there is room for."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from matplotlib.figure import Figure

from symhep.plotting.save import save_figure
from symhep.report.pictures import Pictures


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Figures of a method: curves, as PDF, PNG and SVG."""
    figure = Figure(figsize=(6, 4))
    axes = figure.subplots()
    for k in range(1, 6):
        axes.plot(np.sin(k * np.linspace(0, 6, 50)))
    save_figure(figure, tmp_path / "m/figures/waves", ("pdf", "png"))
    return tmp_path / "m/figures"


def decoded(source: str | None, kind: str = "png") -> bytes:
    assert source is not None
    head, _, text = source.partition(",")
    assert head == f"data:image/{kind};base64"
    return base64.b64decode(text)


def test_a_palette_makes_it_smaller_and_no_different(tmp_path: Path, place: Path) -> None:
    found = Pictures(tmp_path).find(place, "waves")
    original, packed = (place / "waves.png").read_bytes(), decoded(found.source)
    assert len(packed) < 0.5 * len(original)
    a, b = (matplotlib.image.imread(io.BytesIO(content))[..., :3] for content in (original, packed))
    assert (found.height, found.width) == a.shape[:2] == b.shape[:2]
    assert np.abs(a - b).max() < 0.2
    assert np.abs(a - b).mean() < 0.006
    assert (found.file, found.pdf) == ("m/figures/waves.png", "m/figures/waves.pdf")


def test_a_small_drawing_is_taken_before_a_bitmap(tmp_path: Path, place: Path) -> None:
    svg = '<?xml version="1.0"?>\n<svg xmlns="x" width="432pt" height="288pt"><script>alert(1)</script></svg>'
    (place / "waves.svg").write_text(svg)
    found = Pictures(tmp_path).find(place, "waves")
    assert decoded(found.source, "svg+xml").decode() == svg
    assert (found.width, found.height) == (960, 640)  # 160 pixels per inch, as of the bitmap
    (place / "waves.svg").write_text(svg + " " * 200_000)
    assert decoded(Pictures(tmp_path).find(place, "waves").source)
    (place / "waves.svg").write_text("<svg>")
    assert decoded(Pictures(tmp_path).find(place, "waves").source)


def test_what_has_no_room_is_left_in_the_folder(tmp_path: Path, place: Path) -> None:
    pictures = Pictures(tmp_path, room=50_000)
    found = [pictures.find(place, "waves") for _ in range(4)]
    assert found[0].source is not None
    assert found[-1].source is None
    assert found[-1].file == "m/figures/waves.png"
    assert sum(len(f.source or "") for f in found) <= 50_000


def test_a_picture_that_cannot_be_read_is_taken_as_it_is(tmp_path: Path, place: Path) -> None:
    cut = (place / "waves.png").read_bytes()[:25_000]
    (place / "waves.png").write_bytes(cut)
    assert decoded(Pictures(tmp_path).find(place, "waves").source) == cut
