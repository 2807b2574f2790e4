"""The summary of a run: of each method its conclusions and its hypotheses, region by region."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.answers import Answer
from symhep.methods.p_values import bound_text
from symhep.run.export.keys import fields_and_rows
from symhep.run.export.latex.text import NOTHING, TextTable, number_text
from symhep.run.stored import StoredResult, StoredRun

__all__ = ["MOST", "summary_tables"]

#: A list of more hypotheses than these is no summary.
MOST = 40


def summary_tables(run: StoredRun) -> Iterator[TextTable]:
    """Of each method of the card: its conclusions, and its hypotheses region by region."""
    methods: dict[str, list[StoredResult]] = {}
    for result in run.results.values():
        methods.setdefault(result.of, []).append(result)
    for of, results in methods.items():
        heads = [result.region or "all events" for result in results]
        for what, most in (("conclusions", False), ("hypotheses", True)):
            keys = list(dict.fromkeys(k for r in results for k, a in r.answers.items() if _told(k, a, most)))
            lists: dict[str, list[str]] = {}
            for key in keys:
                lists.setdefault(fields_and_rows(key)[0][0] if most else "", []).append(key)
            for some in lists.values():
                if len(some) <= MOST:
                    cells = [[_name(key), *(_cell(r, key) for r in results)] for key in some]
                    relative = (
                        f", relative to {' and '.join(results[0].reference)}" if results[0].reference else ""
                    )
                    yield TextTable(
                        f"{what} of {of}",
                        ["hypothesis" if most else "conclusion", *heads],
                        cells,
                        f"{what.capitalize()} of the method {of}{relative}, region by region.",
                    )


def _told(key: str, answer: Answer, rows: bool) -> bool:
    fields, names = fields_and_rows(key)
    return (
        answer.number is None
        and answer.verdict is not None
        and (len(fields) == len(names) == 1 if rows else not names)
    )


def _name(key: str) -> str:
    fields, rows = fields_and_rows(key)
    return rows[0] if rows else " ".join(fields).replace("_", " ")


def _cell(result: StoredResult, key: str) -> str:
    """'compatible (p = 0.31), < 0.055'."""
    answer = result.answers.get(key)
    if answer is None:
        return NOTHING
    p = answer.p_adjusted or answer.p
    text = (
        f"{answer.verdict}{f' ({bound_text(p.log10_p)})' if p is not None and p.log10_p is not None else ''}"
    )
    size = result.answers.get(f"{key}.size")
    if answer.verdict == "violated" and size is not None and size.number is not None:
        return f"{text}, {number_text(size.number)}"
    return f"{text}, < {answer.upper_95:.2g}" if answer.upper_95 is not None else text
