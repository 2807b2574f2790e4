"""The answers of a record, each under a key that is the same in every run: numbers, p-values, verdicts.

What is compared between nominal and varied events, between regions, and between runs, and what is published, is this
list; a method adds nothing for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symhep.methods.number import Number
from symhep.methods.p_values import Adjusted, PValue
from symhep.methods.record import Record

__all__ = ["Answer", "answers_of"]

#: Fields that tell a row of a list from the others, the first that there is.
_NAMES = ("name", "label", "function", "dimension")


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes
    ----------
    key
        Its path in the summary, rows by their names: 'candidates[J_z].size', 'candidates[J_z]'.
    about
        The row it belongs to: 'J_z'; '' for what is not of a row.
    quantity
        Its last field in words: 'size', 'p-value'.
    number
        Measured; None for a row, which has a p-value or a verdict.
    p
        The p-value of a row; None for a number.
    verdict
        What is concluded: 'violated' or 'compatible' of a hypothesis that was tested, the name of an algebra; None:
        nothing.
    p_adjusted
        The p-value adjusted for the family of hypotheses, which the verdict rests on; None: there is none.
    upper_95, expected_95
        Limit at 95 % confidence, and its median if the symmetry holds, in the unit of the number, or of the size of
        the row; None: there is none.
    """

    key: str
    about: str
    quantity: str
    number: Number | None = None
    p: PValue | None = None
    verdict: str | None = None
    p_adjusted: PValue | None = None
    upper_95: float | None = None
    expected_95: float | None = None


def answers_of(record: Record) -> dict[str, Answer]:
    """Key -> answer, in the order of the record.

    >>> from symhep.methods.p_values import Adjusted
    >>> class Row(Adjusted):
    ...     label: str
    ...     size: Number | None = None
    >>> class Found(Record):
    ...     rows: tuple[Row, ...]
    >>> row = Row(label="J_z", p_value=0.4, log10_p=-0.4, p_kind="exact", rejected=False, size=Number(value=1.0))
    >>> found = answers_of(Found(rows=(row,)))
    >>> list(found), found["rows[J_z]"].verdict
    (['rows[J_z]', 'rows[J_z].size'], 'compatible')
    """
    return {answer.key: answer for answer in _walk(record, "", "")}


def _walk(record: Record, path: str, about: str) -> Iterator[Answer]:
    p = record if isinstance(record, PValue) and record.p_value is not None else None
    if not record.is_answer:
        return
    limits = _limits(record)
    if (
        path
        and not isinstance(record, Number)
        and (p is not None or record.conclusion or limits[0] is not None)
    ):
        adjusted = (
            record.p_adjusted
            if isinstance(record, Adjusted) and record.log10_p_adjusted is not None
            else None
        )
        quantity = "p-value" if p is not None else "verdict" if record.conclusion else "limit"
        yield Answer(path, about, quantity, None, p and p.p, record.conclusion, adjusted, *limits)
    for inside, (row, number) in record.other_numbers.items():
        quantity = path.rpartition(".")[2].replace("_", " ")
        yield Answer(f"{path}.{inside}" if path else inside, row or about, quantity, number)
    for name in type(record).model_fields:
        value = getattr(record, name)
        here = f"{path}.{name}" if path else name
        yield from _of_value(value, here, about, name)


def _limits(record: Record) -> tuple[float | None, float | None]:
    """``upper_95`` and ``expected_95``, wherever a record has them: one pair of names for every limit."""
    return getattr(record, "upper_95", None), getattr(record, "expected_95", None)


def _of_value(value: object, path: str, about: str, field: str) -> Iterator[Answer]:
    if isinstance(value, Number):
        if value.value is not None:
            yield Answer(path, about, field.replace("_", " "), value, None, None, None, *_limits(value))
        yield from (a for a in _walk(value, path, about) if a.number is not None)
    elif isinstance(value, Record):
        yield from _walk(value, path, about)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _of_value(item, f"{path}[{key}]", str(key), field)
    elif isinstance(value, tuple | list):
        names = _row_names(value)
        for name, item in zip(names, value, strict=True):
            row = isinstance(item, Record) and not isinstance(item, Number)
            yield from _of_value(item, f"{path}[{name}]", name if row else about, field)


def _row_names(rows: tuple[object, ...] | list[object]) -> list[str]:
    """Of the rows of a list, each different: their names, or numbers from 0."""
    for field in _NAMES:
        names = [str(getattr(row, field, "")) for row in rows]
        if all(names) and len(set(names)) == len(names) and all(isinstance(r, Record) for r in rows):
            return names
    return [str(number) for number in range(len(rows))]
