"""Answers of a result as HEPData tables: hypotheses with p-values and verdicts, and sizes with limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from symhep.methods.answers import Answer
from symhep.run.export.hepdata.table import NOTHING, Axis, HepTable, Quantity, Value, measured, of_p, plain
from symhep.run.export.keys import fields_and_rows
from symhep.run.stored import StoredResult

__all__ = ["answer_tables"]

Fields = tuple[str, ...]
Rows = tuple[str, ...]


def answer_tables(result: StoredResult, skip: frozenset[str] = frozenset()) -> Iterator[HepTable]:
    """Two tables for each list of the record: its hypotheses, and its numbers with their limits.

    Systematic uncertainties of a number are errors of their own, 'sys,NAME'. ``skip`` are fields of the record that
    other tables publish.
    """
    told = {key: fields_and_rows(key) for key in result.answers}
    kept = {key: answer for key, answer in result.answers.items() if told[key][0][0] not in skip}
    yield from _hypotheses(result, {k: a for k, a in kept.items() if a.number is None}, told)
    yield from _sizes(result, kept, told)


def _grouped(
    keys: Sequence[str], of: Callable[[str], tuple[Fields, int]]
) -> dict[tuple[Fields, int], list[str]]:
    """(fields, number of brackets) -> keys, in order."""
    found: dict[tuple[Fields, int], list[str]] = {}
    for key in keys:
        found.setdefault(of(key), []).append(key)
    return found


def _hypotheses(
    result: StoredResult, answers: dict[str, Answer], told: dict[str, tuple[Fields, Rows]]
) -> Iterator[HepTable]:
    single = [key for key in answers if not told[key][1]]
    groups = _grouped([key for key in answers if told[key][1]], lambda key: (told[key][0], len(told[key][1])))
    if single:
        groups = {((), 0): single, **groups}
    for (fields, _), keys in groups.items():
        rows = [answers[key] for key in keys]
        name = " ".join(fields).replace("_", " ") or "conclusions"
        quantities = (
            Quantity("p-value", [of_p(a.p) for a in rows]),
            Quantity("log10(p-value)", [plain(a.p and a.p.log10_p) for a in rows]),
            Quantity("adjusted p-value (Holm)", [of_p(a.p_adjusted) for a in rows]),
            Quantity("kind of the p-value", [plain(a.p and a.p.p_kind) for a in rows]),
            Quantity("verdict", [plain(a.verdict) for a in rows]),
            Quantity("upper limit on the size, 95% CL, observed", [plain(a.upper_95) for a in rows]),
            Quantity("upper limit on the size, 95% CL, expected", [plain(a.expected_95) for a in rows]),
        )
        yield HepTable(
            result.name, "hypotheses", f"{name}: hypotheses",
            f"Hypotheses of the result '{name}' of the method {result.use}: p-values and verdicts. The verdict "
            "'violated' means rejected at the significance level of the family, by the adjusted p-value where there "
            "is one; 'compatible' means not rejected.",
            _axes(fields, [told[key][1] or (key,) for key in keys]), quantities, ("p-value",),
        )  # fmt: skip


def _sizes(
    result: StoredResult, answers: dict[str, Answer], told: dict[str, tuple[Fields, Rows]]
) -> Iterator[HepTable]:
    numbers = [key for key, answer in answers.items() if answer.number is not None]
    systematic = _systematic(result)
    for (fields, depth), keys in _grouped(numbers, lambda key: _parent(key, told[key])).items():
        parents = list(dict.fromkeys(_row(key, told[key]) for key in keys))
        quantities: list[Quantity] = []
        for what in dict.fromkeys(answers[key].quantity for key in keys):
            of = {_row(key, told[key]): key for key in keys if answers[key].quantity == what}
            quantities += _columns(what, parents, of, result, systematic)
        name = " ".join(fields).replace("_", " ") or "numbers"
        yield HepTable(
            result.name, "sizes", f"{name}: sizes",
            f"Numbers of the result '{name}' of the method {result.use} with their uncertainties and limits. "
            f"{_how(result)}",
            _axes(fields, parents if depth else [(key,) for key in keys]),
            tuple(q for q in quantities if not q.empty), tuple(dict.fromkeys(q.name for q in quantities)),
        )  # fmt: skip


def _parent(key: str, told: tuple[Fields, Rows]) -> tuple[Fields, int]:
    """The list that a number belongs to: of 'candidates[J_z].size' the candidates."""
    fields, rows = told
    if not rows:
        return (), 0
    return (fields if key.endswith("]") else fields[:-1]), len(rows)


def _row(key: str, told: tuple[Fields, Rows]) -> Rows:
    return told[1] or (key,)


def _columns(
    what: str, rows: Sequence[Rows], of: dict[Rows, str], result: StoredResult,
    systematic: dict[str, list[tuple[str, float, float]]],
) -> Iterator[Quantity]:  # fmt: skip
    """One quantity, and its limits; a column for each unit, since a column has one."""
    units = dict.fromkeys(n.unit for key in of.values() if (n := result.answers[key].number) is not None)
    for unit in units:
        cells: dict[str, list[Value]] = {"": [], "observed": [], "expected": []}
        for row in rows:
            answer = result.answers[of[row]] if row in of else None
            if answer is None or answer.number is None or answer.number.unit != unit:
                for column in cells.values():
                    column.append(dict(NOTHING))
                continue
            above = result.answers.get(of[row].rpartition(".")[0]) if what == "size" else None
            limited = answer if answer.upper_95 is not None or above is None else above
            cells[""].append(measured(answer.number, systematic.get(of[row], ())))
            cells["observed"].append(plain(limited.upper_95))
            cells["expected"].append(plain(limited.expected_95))
        yield Quantity(what, cells[""], unit)
        for kind in ("observed", "expected"):
            limit = Quantity(f"upper limit on {what}, 95% CL, {kind}", cells[kind], unit)
            if not limit.empty:
                yield limit


def _systematic(result: StoredResult) -> dict[str, list[tuple[str, float, float]]]:
    """Key of a number -> (label, down, up) of each variation."""
    varied = result.result.variations
    if varied is None:
        return {}
    return {a.key: [(f"sys,{s.variation}", s.down, s.up) for s in a.shifts] for a in varied.answers}


def _how(result: StoredResult) -> str:
    varied = result.result.variations
    if varied is None:
        return "Uncertainties are statistical."
    again = "fitted again to" if varied.how == "fit" else "evaluated on"
    rules = ", ".join(f"{v.name} ({v.rule})" for v in varied.variations)
    return f"'sys' errors: the method was {again} the events of each variation: {rules}."


def _axes(fields: Fields, rows: Sequence[Rows]) -> tuple[Axis, ...]:
    """An independent variable for each level of brackets."""
    depth = max(map(len, rows))
    names = [field.replace("_", " ") for field in fields[:depth]] or ["quantity"]
    names += [f"row {number + 1}" for number in range(len(names), depth)]
    return tuple(
        Axis(names[level], [{"value": row[level] if level < len(row) else "-"} for row in rows])
        for level in range(depth)
    )
