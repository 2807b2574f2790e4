"""Figures as they lie in a run folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symhep.run.folder import RunFolder, check_names

__all__ = ["StoredFigure", "read_figures"]


@dataclass(frozen=True)
class StoredFigure:
    """A figure: its name, its caption, and its PNG, None where the card asks for other formats alone."""

    name: str
    caption: str
    png: Path | None


def read_figures(
    folder: RunFolder, place: str, listed: Iterable[Mapping[str, Any]] | None
) -> tuple[StoredFigure, ...]:
    """Those that a file of the folder ``place`` lists. Raises `PluginError` for a name that leads out of the folder."""
    found = []
    for stored in listed or ():
        stem = str(stored["name"])
        check_names("figure", [stem])
        png = folder.root / place / "figures" / f"{stem}.png"
        there = png.is_file() and png.resolve().is_relative_to(folder.root.resolve())
        caption = str(stored.get("caption") or stem.replace("_", " "))
        found.append(StoredFigure(stem, caption, png if there else None))
    return tuple(found)
