"""Discrete elements as verdicts: parity, reflections, turns, exchanges, a row for each family and answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from symhep.hypotheses.bounds.breaking import breaking
from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.hypotheses.discrete.scan_record import DiscreteScan
from symhep.methods.enumeration import several
from symhep.methods.verdict import Conclusion, Verdict

__all__ = ["discrete_verdicts", "scan_verdict"]

#: Elements that a question names.
LISTED = 4
#: Beginnings of names, and what such elements are called; each of the first is a question of its own.
_OWN = {"P": "Parity P", "T": "Motion reversal T", "C": "Charge conjugation C", "CP": "CP"}
_FAMILIES = {"reflection": "Reflection", "Z_": "Rotation", "exchange": "Exchange"}
_SCANNED: dict[str, Conclusion] = {"unresolved": "undecided", "none": "violated", "trivial": "not tested"}


def discrete_verdicts(
    rows: Sequence[DiscreteRow], *, final_state: bool, figure: str = "discrete"
) -> Iterator[Verdict]:
    """A row for each family of elements and each answer; elements that act alike share one.

    A row of several elements has the smallest adjusted p and the largest limit of those that are compatible, the
    largest p of those that are violated, and the asymmetry of the most violated one.

    Parameters
    ----------
    final_state
        They act on momenta of the final state alone, which for parity and C of the process is half of it.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.same_as is not None:
            alike[row.same_as].append(row.name)
    families: dict[tuple[str, str], list[DiscreteRow]] = defaultdict(list)
    for row in rows:
        if row.same_as is None:
            family = row.name if row.name in _OWN else _family(row.name)
            families["" if row.how == "trivial" else family, row.conclusion or row.how].append(row)
    drawn = any(row.log10_p is not None for row in rows)
    of = " of the final state" if final_state else ""
    for (family, answer), found in sorted(families.items(), key=lambda item: item[0][0] == ""):
        names = [row.name for row in found]
        others = [name for row in found for name in alike[row.name]]
        question = f"{_question(family, names, of)}{_beside(others)}?"
        yield _verdict(question, found, answer, figure if drawn else None)


def scan_verdict(scan: DiscreteScan | None, figure: str = "scan") -> Iterator[Verdict]:
    """Which cyclic group a scan found; nothing without one."""
    if scan is None:
        return
    alive = [row for row in scan.cyclic_groups if row.survives and row.log10_p_adjusted is not None]
    chosen = [row for row in alive if row.order == scan.order] or alive
    weakest = min(chosen, key=lambda row: row.log10_p_adjusted or 0.0, default=None)
    answer = {
        "unresolved": f"{several([f'Z_{row.order}' for row in alive])} compatible",
        "trivial": "acts trivially",
    }
    yield Verdict(
        f"Which turns of {scan.generator}, Z_{scan.cyclic_groups[0].order} to Z_{scan.cyclic_groups[-1].order}?",
        answer.get(scan.verdict, scan.name),
        _SCANNED.get(scan.verdict, "compatible"),
        None if weakest is None else weakest.p_adjusted,
        figure=figure if scan.angles else None,
    )


def _family(name: str) -> str:
    return next((family for family in _FAMILIES if name.startswith(family) and "*" not in name), "others")


def _question(family: str, names: Sequence[str], of: str) -> str:
    """'Parity P of the final state', 'Reflections of x and y', 'Exchange of 1 and 2', 'Rotations Z_2(z) and Z_3(z)'."""
    if family in _OWN:
        return f"{_OWN[family]}{of}"
    listed = several(list(names), LISTED)
    word = f"{_FAMILIES.get(family, 'Discrete element')}{'s' * (len(names) > 1)}"
    inside = [name.partition("(")[2].removesuffix(")") for name in names]
    if family == "reflection":
        return f"{word} of {several(inside, LISTED)}"
    if family == "exchange":
        one = inside[0].replace(",", " and ")
        return f"{word} of {one if len(inside) == 1 else several([f'({pair})' for pair in inside], LISTED)}"
    if family in _FAMILIES:
        return f"{word} {listed}"
    return f"{word} {listed}"


def _beside(others: Sequence[str]) -> str:
    """Elements that act like those of the question."""
    return f" ({several(list(others), LISTED)} act{'s' * (len(others) == 1)} alike)" if others else ""


def _verdict(question: str, rows: Sequence[DiscreteRow], answer: str, figure: str | None) -> Verdict:
    if answer == "trivial":
        many = "" if len(rows) > 1 else "s"
        return Verdict(question, f"act{many} trivially on these events", "not tested")
    if answer == "support":
        return Verdict(question, "excluded by the support", "violated", figure=figure)
    if answer == "tested":  # no p-value: nothing of these events could be tested
        return Verdict(question, "not tested", "not tested")
    violated = answer == "violated"
    weakest = (max if violated else min)(rows, key=lambda row: row.log10_p_adjusted or 0.0)
    sizes = [(size, row.function) for row in rows if (size := breaking(row, row.size)) is not None]
    size, function = max(
        sizes,
        key=lambda found: abs((found[0].value if violated else found[0].upper_95) or 0.0),
        default=(None, None),
    )
    return Verdict(
        question,
        answer,
        "violated" if violated else "compatible",
        weakest.p_adjusted,
        size,
        f"asymmetry of {function}" if function else "",
        figure,
    )
