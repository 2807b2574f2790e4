"""Figures of a result beside the tables that they show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symhep.errors import StoreError
from symhep.plotting.thumbnail import thumbnail
from symhep.printable import printable
from symhep.run.export.hepdata.table import HepTable
from symhep.run.export.place import file_names
from symhep.run.stored_figure import StoredFigure

__all__ = ["Image", "images_of", "table_of"]

#: Words of a figure's name that say nothing of what it shows.
_EMPTY = frozenset({"of", "and", "the", "by", "in", "p"})


@dataclass(frozen=True)
class Image:
    """A figure in the submission: the names of its two files, and what resources of a table say of them."""

    figure: StoredFigure
    file: str
    thumb: str
    full: bytes
    small: bytes

    @property
    def resources(self) -> list[dict[str, Any]]:
        """As 'additional_resources' of a table has them."""
        caption = printable(self.figure.caption)
        return [
            {"description": f"Image file: {caption}", "location": self.file},
            {"description": "Thumbnail image file", "location": self.thumb},
        ]


def images_of(
    figures: Iterable[tuple[str, StoredFigure]], taken: Sequence[str]
) -> tuple[dict[str, list[Image]], list[str]]:
    """Name of a result or of control plots -> its figures; and a sentence for each that cannot be had.

    No file has a name that is ``taken``.
    """
    found = list(figures)
    names = file_names([*taken, *(f"figure_{name}_{figure.name}" for name, figure in found)])[len(taken) :]
    images: dict[str, list[Image]] = {}
    missing = []
    for (name, figure), stem in zip(found, names, strict=True):
        if figure.png is None:
            missing.append(
                f"the figure '{figure.name}' of '{name}' has no PNG file: add 'png' to output.figures"
            )
            continue
        try:
            full = Path(figure.png).read_bytes()
            image = Image(figure, f"{stem}.png", f"thumb_{stem}.png", full, thumbnail(full))
        except (OSError, StoreError) as error:
            missing.append(f"the figure '{figure.name}' of '{name}' cannot be read: {error}")
            continue
        images.setdefault(name, []).append(image)
    return images, missing


def table_of(figure: StoredFigure, tables: Sequence[HepTable]) -> list[HepTable]:
    """The tables that a figure shows: those with whose names, columns or kind its name shares most words, all maps for
    the figure of maps; the first one where no table shares any.
    """
    asked = _words(figure.name)
    shared = [len(asked & _about(table)) for table in tables]
    most = max(shared, default=0)
    if not most:
        return list(tables[:1])
    best = [table for table, number in zip(tables, shared, strict=True) if number == most]
    return best if best[0].kind in ("maps", "spectra") else best[:1]


def _about(table: HepTable) -> frozenset[str]:
    samples = [q.qualifiers.get("sample", "") for q in table.quantities]
    more = {"sizes": "limits", "spectra": "features" if table.name.startswith("control") else ""}.get(
        table.kind, ""
    )
    return _words(" ".join([table.name, table.kind, more, *samples, *table.observables]))


def _words(text: str) -> frozenset[str]:
    """Lower-case words without the s of the plural."""
    return frozenset(word.removesuffix("s") for word in re.findall(r"[a-z]+", text.lower())) - _EMPTY
