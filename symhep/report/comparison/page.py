"""The page of a comparison: self-contained, in the style of the report."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from symhep.methods.notation import typeset
from symhep.methods.p_values import PValue, bound_text
from symhep.printable import printable
from symhep.report.comparison.record import ComparisonRecord
from symhep.report.numbers import moment, number

__all__ = ["PageFigure", "comparison_page"]

#: Rows of the tables of the page; comparison.json has them all.
ROWS = 60


@dataclass(frozen=True)
class PageFigure:
    """A figure: its name, its caption, the bytes of its PNG."""

    name: str
    caption: str
    png: bytes

    @property
    def picture(self) -> str:
        """In base64."""
        return base64.b64encode(self.png).decode()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as the header chunk says."""
        width, height = struct.unpack(">II", self.png[16:24])
        return width, height


def comparison_page(found: ComparisonRecord, figures: Sequence[PageFigure], version: str) -> str:
    """The page as text. What comes from files is escaped."""
    same = [row for row in found.sharing if row.sharing == "same"]
    reference = [row for row in found.sharing if row.sharing == "reference"]
    return (
        _environment()
        .get_template("comparison.html.j2")
        .render(c=found, figures=figures, version=version, same=same, reference=reference, rows=ROWS)
    )


@cache
def _environment() -> jinja2.Environment:
    """One for all pages of a process."""
    here = Path(__file__).parent
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([here, here.parent]), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_shown,
    )  # fmt: skip
    environment.filters |= {"number": number, "typeset": typeset, "moment": moment, "p": _p, "pull": _pull}
    return environment


def _shown(value: Any) -> Any:
    return (
        printable(value, keep="\n\t") if isinstance(value, str) and not isinstance(value, Markup) else value
    )


def _p(p: PValue | None) -> str:
    return "–" if p is None or p.log10_p is None else typeset(bound_text(p.log10_p))


def _pull(pull: float | None) -> str:
    return "–" if pull is None else f"{pull:+.2f}".replace("-", "−")
