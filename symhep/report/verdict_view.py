"""Verdicts as the page opens with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symhep.methods.html import p_cell, size_text
from symhep.methods.verdict import Verdict

if TYPE_CHECKING:
    from symhep.report.views import FigureView

__all__ = ["VerdictView", "verdict_views"]

#: Sign of each conclusion: colour is never alone.
_SIGNS = {
    "compatible": "✓", "violated": "✗", "undecided": "?", "measured": "=", "not tested": "–", "failed": "!",
    "blind": "■",
}  # fmt: skip


@dataclass(frozen=True)
class VerdictView:
    """A row: question, answer, what is concluded, p-value and size as text and as the numbers that they sort by."""

    question: str
    answer: str
    conclusion: str
    p: str = ""
    p_key: float | None = None
    p_kind: str = ""
    size: str = ""
    size_key: float | None = None
    size_of: str = ""
    figure: FigureView | None = None

    @property
    def sign(self) -> str:
        """Of the conclusion."""
        return _SIGNS.get(self.conclusion, "–")

    @property
    def mark(self) -> str:
        """The conclusion as the name of a class of CSS."""
        return self.conclusion.replace(" ", "-")

    @property
    def said(self) -> bool:
        """Whether the answer itself says what is concluded."""
        return self.conclusion in self.answer or self.conclusion == "measured"


def verdict_views(
    stored: Iterable[Mapping[str, object]],
    shown: Mapping[str, FigureView],
    *,
    error: str | None,
    blind: str | None,
    first_finding: str | None,
) -> list[VerdictView]:
    """The rows of a method: its verdicts; why there is none; or its first finding, of a folder that has no verdicts."""
    if error is not None:
        return [VerdictView("What did it find?", f"failed: {error}", "failed")]
    if blind is not None:
        return [VerdictView("What did it find?", f"blinded: {blind}", "blind")]
    rows = [_row(Verdict.from_json(verdict), shown) for verdict in stored]
    if not rows and first_finding:
        return [VerdictView("What did it find?", first_finding, "measured")]
    return rows or [VerdictView("What did it find?", "no verdict", "not tested")]


def _row(v: Verdict, shown: Mapping[str, FigureView]) -> VerdictView:
    size = v.size
    limit = None if size is None else getattr(size, "upper_95", None)
    return VerdictView(
        v.question,
        v.answer,
        v.conclusion,
        p_cell(v.p),
        None if v.p is None else v.p.log10_p,
        "" if v.p is None else (v.p.p_kind or ""),
        size_text(size),
        None if size is None else size.value if size.value is not None else limit,
        v.size_of,
        shown.get(v.figure or ""),
    )
