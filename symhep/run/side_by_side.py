"""The results of a method in several regions beside each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations
from typing import Any

from symhep.errors import SymhepError
from symhep.methods.answers import Answer, answers_of
from symhep.methods.number import Number
from symhep.methods.p_values import bound_text
from symhep.methods.table import Cell, Table
from symhep.plotting.systematics import in_words
from symhep.plugin.manager import Registry
from symhep.run.folder import RunFolder

__all__ = ["differ", "side_by_side"]

#: Rows of the short table at the most.
_ROWS = 15
#: Numbers of two regions differ where they lie so many standard errors apart.
_APART = 2.0


def side_by_side(
    folder: RunFolder, outcomes: Mapping[str, Mapping[str, Any]], registry: Registry
) -> dict[str, dict[str, Any]]:
    """Method -> its answers region by region as tables: ``chosen``, which differ or are violated, and ``all``.

    A region that is blind or failed says so. Methods in one region, and those that are not installed, are left out.
    """
    regions: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name, outcome in outcomes.items():
        method, _, region = name.partition("/")
        if region:
            regions.setdefault(method, {})[region] = outcome
    return {
        method: _tables(method, found, folder, registry)
        for method, found in regions.items()
        if len(found) > 1 and all(o.get("use") in registry.methods for o in found.values())
    }


def _tables(
    method: str, outcomes: Mapping[str, Mapping[str, Any]], folder: RunFolder, registry: Registry
) -> dict[str, Any]:
    found: dict[str, dict[str, Answer] | str] = {}
    for region, outcome in outcomes.items():
        found[region] = str(outcome.get("status"))
        if outcome.get("status") == "ok":
            try:
                stored = folder.read_result(f"{method}/{region}", registry.method(str(outcome["use"])).Record)
                found[region] = answers_of(stored.record)
            except SymhepError:  # the report of the others must not suffer
                found[region] = "failed"
    known = {region: answers for region, answers in found.items() if isinstance(answers, dict)}
    keys = list(dict.fromkeys(key for answers in known.values() for key in answers))
    of = {key: [a[key] for a in known.values() if key in a] for key in keys}
    # How strongly symmetries are broken, where a method says so, before numbers beside it.
    sizes = any(key.endswith(".size") for key in keys)
    apart = [k for k in keys if differ(of[k]) and (not sizes or k.endswith(".size") or not of[k][0].number)]
    violated = [key for key in keys if key not in apart and any(a.verdict == "violated" for a in of[key])]
    chosen = [*apart, *violated]
    rows = {key: [_cell(found[region], key) for region in found] for key in keys}

    def table(of: list[str], caption: str) -> dict[str, Any]:
        return Table.of(("", *found), [(in_words(key), *rows[key]) for key in of], caption).to_json()

    short = [key for key in keys if key in chosen[:_ROWS]] or keys[:_ROWS]
    words = "Region by region: " + (
        "verdicts that differ or are 'violated', and numbers that differ by more than two standard errors"
        if chosen
        else "no verdict and no number differs; first rows"
    )
    left = f" ({len(short)} of {len(chosen)})" if len(short) < len(chosen) else ""
    return {"chosen": table(short, f"{words}{left}."), "all": table(keys, "")}


def differ(answers: list[Answer]) -> bool:
    """Do regions disagree, in a verdict or by more than two standard errors?"""
    if len({a.verdict for a in answers if a.verdict is not None}) > 1:
        return True
    numbers = [n for a in answers if (n := a.number) is not None]
    return any(_apart(one, two) for one, two in combinations(numbers, 2))


def _apart(one: Number, two: Number) -> bool:
    errors = [(n.error or 0.0) / _sigmas(n.level) for n in (one, two)]
    if one.value is None or two.value is None or not any(errors):
        return False
    return abs(one.value - two.value) > _APART * math.hypot(*errors)


def _sigmas(level: float | None) -> float:
    """Half of an interval in standard deviations, if it is one of a Gaussian estimate.

    >>> round(_sigmas(0.95), 2), round(_sigmas(0.6827), 2)
    (1.96, 1.0)
    """
    from scipy.stats import norm

    return float(norm.ppf(0.5 + (level or 0.6827) / 2))


def _cell(found: dict[str, Answer] | str, key: str) -> Cell:
    if isinstance(found, str):
        return found
    if (answer := found.get(key)) is None:
        return None
    if answer.number is not None:
        return answer.number
    told = [] if answer.p is None or answer.p.log10_p is None else [bound_text(answer.p.log10_p)]
    return ", ".join([*told, *([answer.verdict] if answer.verdict else [])])
