"""The only place that saves figures: atomic, reproducible bytes, figure closed afterwards."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

__all__ = ["save_figure"]


def save_figure(figure: Figure, stem: str | Path, formats: Sequence[str] = ("pdf", "png")) -> list[Path]:
    """Write ``figure`` as STEM.pdf, STEM.png, ... and close it. Returns the paths."""
    stem = Path(stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in formats:
        target = stem.with_name(f"{stem.name}.{kind}")
        partial = target.with_name(f".{target.name}.partial")
        # Dates in the metadata, and random names inside SVG, would make the same result give different bytes.
        metadata = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(kind)
        # Embedding a font logs the age of the font file, which concerns nobody here.
        logging.getLogger("fontTools").setLevel(logging.ERROR)
        with plt.rc_context({"svg.hashsalt": "symhep"}):
            figure.savefig(partial, format=kind, metadata=metadata)
        partial.replace(target)
        written.append(target)
    plt.close(figure)
    return written
