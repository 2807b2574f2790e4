"""A table as text, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symhep.methods.number import Number
from symhep.methods.p_values import PValue, bound_text
from symhep.run.stored import StoredResult

__all__ = ["NOTHING", "TextTable", "caption_of", "number_text", "p_cell", "rounded"]

#: What stands where there is no value.
NOTHING = "–"


@dataclass(frozen=True)
class TextTable:
    """A table as text; ``name`` is that of its file."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str


def p_cell(p: PValue | None) -> str:
    """A p-value, or a bound where its tail is no probability any more.

    >>> p_cell(PValue(p_value=0.31, log10_p=-0.5086)), p_cell(PValue(p_value=0.0, log10_p=-914.2)), p_cell(None)
    ('0.31', '< 1e-300', '–')
    """
    return (
        NOTHING
        if p is None or p.log10_p is None
        else bound_text(p.log10_p).removeprefix("p ").removeprefix("= ")
    )


def number_text(number: Number) -> str:
    """As in the report, the limit left to a column of its own."""
    return number.plain.text()


def rounded(value: float | None) -> str:
    """A limit or an uncertainty: two digits.

    >>> rounded(0.0567), rounded(None)
    ('0.057', '–')
    """
    return NOTHING if value is None else f"{value:.2g}"


def caption_of(text: str, result: StoredResult) -> str:
    """The sentence, and the result it is of."""
    return f"{text.rstrip('.')}. {result.title[:1].upper()}{result.title[1:]}."
