"""Answers of a result as tables of text: p-values, verdicts, sizes with systematic uncertainties, limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symhep.methods.answers import Answer
from symhep.methods.number import ROUNDING
from symhep.methods.varied import VariedAnswer
from symhep.report.systematics import shift_text
from symhep.run.export.keys import fields_and_rows
from symhep.run.export.latex.text import NOTHING, TextTable, caption_of, number_text, p_cell, rounded
from symhep.run.stored import StoredResult

__all__ = ["answer_tables"]


def answer_tables(result: StoredResult) -> Iterator[TextTable]:
    """Of each list of hypotheses or numbers: p-values, verdicts, sizes with systematic uncertainties, limits."""
    groups: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, Answer]]] = {}
    for key, answer in result.answers.items():
        fields, rows = fields_and_rows(key)
        if len(rows) == 1 and len(fields) <= 2:
            groups.setdefault(fields[:1], {}).setdefault(rows, {})[".".join(fields[1:])] = answer
    varied = result.result.variations
    systematic = {} if varied is None else {a.key: _sides(a) for a in varied.answers}
    for fields, found in groups.items():
        if not any(answer.verdict or answer.number for row in found.values() for answer in row.values()):
            continue
        numbers = list(
            dict.fromkeys(n for row in found.values() for n, a in row.items() if a.number is not None)
        )
        columns = [fields[0].replace("_", " "), "p", "adjusted p", "verdict"]
        columns += [
            head for n in numbers for head in (n.replace("_", " "), f"systematic, {n.replace('_', ' ')}")
        ]
        columns += ["limit (95 % CL)", "expected"]
        cells = [_answer_row(row[0], found[row], numbers, systematic) for row in found]
        kept = [i for i in range(len(columns)) if any(cell[i] != NOTHING for cell in cells)]
        yield TextTable(
            f"answers {fields[0]}", [columns[i] for i in kept], [[cell[i] for i in kept] for cell in cells],
            caption_of(f"{columns[0].capitalize()}: p-values, verdicts, numbers and limits.", result),
        )  # fmt: skip


def _answer_row(
    name: str, row: dict[str, Answer], numbers: Sequence[str], systematic: dict[str, tuple[float, float]]
) -> list[str]:
    own = row.get("")
    cells = [name]
    cells += [p_cell(own.p if own is not None else None)]
    cells += [p_cell(own.p_adjusted if own is not None else None)]
    cells += [(own.verdict if own is not None else None) or NOTHING]
    for name in numbers:
        answer = row.get(name)
        known = answer is not None and answer.number is not None
        cells.append(
            number_text(answer.number) if answer is not None and answer.number is not None else NOTHING
        )
        shift = systematic.get(answer.key) if answer is not None and known else None
        cells.append(shift_text(*shift) if shift is not None else NOTHING)
    limits = [own, *row.values()] if own is not None else list(row.values())
    limited = next((a for a in limits if a is not None and a.upper_95 is not None), None)
    if limited is None:
        return [*cells, NOTHING, NOTHING]
    return [*cells, rounded(limited.upper_95), rounded(limited.expected_95)]


def _sides(answer: VariedAnswer) -> tuple[float, float]:
    """All variations downwards and upwards; what is below the rounding of the number itself is none."""
    least = ROUNDING * abs(answer.nominal.value or 0.0)
    return 0.0 if answer.down <= least else answer.down, 0.0 if answer.up <= least else answer.up
