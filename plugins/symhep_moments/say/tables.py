"""Tables of the report, made from the summary alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from symhep.methods.p_values import short_p
from symhep.methods.result import Table
from symhep_moments.fit.labels import coefficient_text
from symhep_moments.say.strength import strength_text, visible_text

__all__ = ["tables"]

Summary = Mapping[str, Any]

#: Subgroups of a large catalogue that a page can hold.
LISTED = 40


def tables(s: Summary) -> dict[str, Table]:
    """Candidates, ranks, generators, subgroups, discrete elements; only those that have rows."""
    found = {
        "candidates": _candidates(s), "ranks": _ranks(s), "generators": _generators(s), "subgroups": _subgroups(s),
        "discrete": _discrete(s),
    }  # fmt: skip
    return {name: table for name, table in found.items() if table.rows}


def _p(row: Summary | None, adjusted: bool = False) -> str | None:
    """A p-value as text, since 1e-400 is no number; None where nothing was tested."""
    key = "log10_p_adjusted" if adjusted else "log10_p"
    return None if row is None or row[key] is None else short_p({"log10_p": row[key]})


def _round(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


def _candidates(s: Summary) -> Table:
    rows = tuple(
        (
            c["label"], _p(c), _p(c, adjusted=True), _verdict(c),
            None if c["strength"] is None else strength_text(c["strength"]),
            None if c["smallest_visible"] is None else visible_text(c),
        )
        for c in s["candidates"]
    )  # fmt: skip
    return Table(
        ("generator", "p", "adjusted p", "verdict", "strength of the breaking", "smallest visible"), rows,
        f"Every candidate on its own; adjusted by Holm's method, rejected at {s['level']:g}. Strengths with 95 % "
        "intervals; the smallest visible one is seen at 5 % in nine of ten samples.",
    )  # fmt: skip


def _verdict(row: Summary) -> str:
    if row["log10_p"] is None:
        return "leaves the support" if row["off_support"] else "moves no event"
    return "rejected" if row["rejected"] else "survives"


def _ranks(s: Summary) -> Table:
    names = list(dict.fromkeys(name for t in s["chain"] for name in t["blocks"]))
    rows = tuple(
        (
            t["r"],
            _round(t["statistic"]),
            _round(t["dof"]),
            _p(t),
            *(_p(t["blocks"].get(name)) for name in names),
            _verdict(t),
        )
        for t in s["chain"]
    )
    heads = tuple(f"p, {'all functions' if name == 'all' else name}" for name in names)
    return Table(
        ("symmetries", "statistic", "expected", "p", *heads, "verdict"), rows,
        "The hypothesis of r independent symmetries among the candidates: statistic of all functions and its mean if "
        "r symmetries hold; p joins those of the blocks of functions.",
    )  # fmt: skip


def _generators(s: Summary) -> Table:
    labels = list(dict.fromkeys(label for g in s["generators"] for label in g["coefficients"]))
    rows = tuple((g["label"], *(_entry(g, label) for label in labels)) for g in s["generators"])
    return Table(
        ("symmetry", *labels), rows,
        "Symmetries found as combinations of the candidates, of length 1; standard errors in units of the last digit.",
    )  # fmt: skip


def _entry(generator: Summary, label: str) -> str:
    if label not in generator["coefficients"]:
        return ""
    return coefficient_text(generator["coefficients"][label], generator["errors"][label])


def _subgroups(s: Summary) -> Table:
    largest = {row["name"] for row in s["maximal_subgroups"]}
    # Survivors first, the largest on top; of a large catalogue the larger rejected ones are left to result.json.
    order = sorted(s["subgroups"], key=_standing)
    rows = tuple(
        (row["name"], row["dimension"], row["algebra"], _p(row), _p(row, adjusted=True), _fate(row, largest))
        for row in order[:LISTED]
    )
    more = f" The first {LISTED} of {len(order)}." if len(order) > LISTED else ""
    return Table(
        ("class", "dimension", "algebra", "p", "adjusted p", "verdict"), rows,
        f"Classes of subgroups, each in any direction; p-values adjusted for the whole lattice.{more}",
    )  # fmt: skip


def _standing(row: Summary) -> tuple[int, int]:
    if row["survives"]:
        return 0, -int(row["dimension"])
    return (1 if not row["rejected"] else 2) + 2 * (row["log10_p"] is None), int(row["dimension"])


def _fate(row: Summary, largest: Iterable[str]) -> str:
    if row["how"] == "candidates":
        return "not among the candidates"
    if row["how"] == "support":
        return "leaves the support"
    if row["rejected"]:
        reasons = {"rank": "more symmetries than there are", "implied": "holds a rejected one"}
        return f"rejected: {reasons[row['how']]}" if row["how"] in reasons else "rejected"
    if row["limit_of"]:
        return f"as near as one likes to {', '.join(row['limit_of'])}"
    return "survives, in no larger one" if row["name"] in largest else "survives"


def _discrete(s: Summary) -> Table:
    rows = tuple(
        (
            d["name"], d["meaning"], _p(d), _p(d, adjusted=True), _p(d["moment"]), _p(d["classifier"]),
            _asymmetry(d["asymmetry"]), _outcome(d),
        )
        for d in s["discrete"]
    )  # fmt: skip
    return Table(
        ("element", "meaning", "p", "adjusted p", "p, moments", "p, classifier", "asymmetry", "verdict"), rows,
        "Discrete elements; adjusted by Holm's method. Asymmetry of what the classifier learned, on events that it was "
        "not trained on, with its 95 % interval.",
    )  # fmt: skip


def _asymmetry(a: Summary | None) -> str | None:
    if a is None or a["value"] is None:
        return None
    return strength_text({**a, "unit": ""})


def _outcome(d: Summary) -> str:
    if d["trivial"]:
        return "moves no event"
    verdict = "rejected" if d["rejected"] else "survives"
    return f"{verdict}, as {d['same_as']}" if d["same_as"] else verdict
