"""Subgroups, generators at their own place and discrete elements in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from symhep.methods.enumeration import several
from symhep.methods.p_values import bound_text
from symhep.methods.result import Statement
from symhep.methods.wording import in_words, of_final_state

__all__ = ["subgroup_findings"]

Summary = Mapping[str, Any]

#: Elements that a sentence can hold.
LISTED = 8


def subgroup_findings(s: Summary) -> Iterator[Statement]:
    """The largest classes that survive; generators; discrete elements; what the asymmetry of the sample implies."""
    yield from _classes(s)
    yield from _generators(s)
    yield from _discrete(s)
    yield from _asymmetry(s)


def _classes(s: Summary) -> Iterator[Statement]:
    rows = [r for r in s["subgroups"] if r["family"] == "classes" and r["how"] != "candidates"]
    if not rows:
        return
    alive, rejected = [r for r in rows if r["survives"]], [r for r in rows if r["rejected"]]
    implied = sum(r["how"] == "implied" for r in rejected)
    group = {"lorentz": " of the Lorentz group", "poincare": " of the Poincare group"}.get(s["catalogue"], "")
    largest = [f"{r['name']} ({_adjusted(r)})" for r in s["maximal_subgroups"]]
    if largest:
        text = f"the largest that {'survives is' if len(largest) == 1 else 'survive are'} {several(largest, LISTED)}"
    else:
        text = "none survives"
    if rejected:
        text += (
            f"; {len(rejected)} {'is' if len(rejected) == 1 else 'are'} rejected at the level {s['level']:g}"
        )
        if implied:
            text += f", {implied} of them because they hold a rejected one"
    what = f"{len(rows)} classes of subgroups" if len(rows) > 1 else "one class of subgroups"
    yield Statement(
        f"Of the {what}{group}, each in any direction, {text}.",
        {
            "classes": len(rows),
            "survive": {r["name"]: r["log10_p_adjusted"] for r in alive},
            "rejected": {r["name"]: r["log10_p_adjusted"] for r in rejected},
        },
        "lattice",
    )


def _adjusted(row: Summary) -> str:
    return "not tested" if row["log10_p_adjusted"] is None else bound_text(row["log10_p_adjusted"])


def _generators(s: Summary) -> Iterator[Statement]:
    """One-parameter subgroups at their own place: rotations about x, boosts along z."""
    rows = [r for r in s["subgroups"] if r["family"] == "lab" and r["log10_p"] is not None]
    if not rows:
        return
    alive, rejected = [r for r in rows if not r["rejected"]], [r for r in rows if r["rejected"]]
    parts = []
    if alive:
        parts.append(
            f"{in_words([r['name'] for r in alive])} {_are(alive)} kept ({_worst(alive, least=True)})"
        )
    if rejected:
        parts.append(
            f"{in_words([r['name'] for r in rejected])} {_are(rejected)} rejected ({_worst(rejected)})"
        )
    yield Statement(
        f"Of single generators, as they stand, {'; '.join(parts)}.",
        {r["name"]: r["log10_p_adjusted"] for r in rows},
        "p_values",
    )


def _are(rows: Sequence[Summary]) -> str:
    names = [r["name"] for r in rows]
    return "is" if len(names) == 1 and in_words(names) == names[0] else "are"


def _worst(rows: Sequence[Summary], least: bool = False) -> str:
    """The adjusted p that all rows have or go beyond: of rejected ones the largest, of survivors the smallest."""
    values = [float(r["log10_p_adjusted"]) for r in rows]
    text = bound_text(min(values) if least else max(values))
    if len(rows) == 1 or text == "p = 1":
        return f"adjusted {text}"
    return f"adjusted {text}{' or more' if least else ' or less' if text.startswith('p =') else ''}"


def _discrete(s: Summary) -> Iterator[Statement]:
    tested = [
        d for d in s["discrete"] if not d["trivial"] and d["same_as"] is None and d["log10_p"] is not None
    ]
    if not tested:
        return
    broken, kept = [d for d in tested if d["rejected"]], [d for d in tested if not d["rejected"]]
    parts = []
    if broken:
        told = [f"{d['name']} ({bound_text(d['log10_p_adjusted'])}{_size(d['asymmetry'])})" for d in broken]
        parts.append(f"{several(told, LISTED)} {_be(broken)} broken")
    if kept:
        parts.append(
            f"{several([d['name'] for d in kept], LISTED)} {_be(kept)} kept ({_worst(kept, least=True)})"
        )
    yield Statement(
        f"Of discrete elements{of_final_state(s)} {'; '.join(parts)}.",
        {d["name"]: {"log10_p_adjusted": d["log10_p_adjusted"], "asymmetry": d["asymmetry"]} for d in tested},
        "p_values",
    )


def _be(rows: Sequence[Summary]) -> str:
    return "is" if len(rows) == 1 else "are"


def _size(a: Summary | None) -> str:
    return "" if a is None or a["value"] is None else f", asymmetry {_interval(a)}"


def _interval(a: Summary) -> str:
    return f"{100 * a['value']:.2g} % ({100 * a['low']:.2g} to {100 * a['high']:.2g} %)"


def _asymmetry(s: Summary) -> Iterator[Statement]:
    """A forward-backward asymmetry breaks every element that sends the negative particle to the other side."""
    a = s["asymmetry"]
    if a is None:
        return
    text = f"The forward-backward asymmetry of all events is {_interval(a)}"
    if a["low"] <= 0 <= a["high"]:
        text += (
            ", compatible with zero: it gives no reason against parity of the final state or against the exchange "
            "of the two particles"
        )
    else:
        text += (
            ": whatever takes the first particle to the other side of the event, parity of the final state, the "
            "exchange of the two, half turns about axes across the beam, cannot be a symmetry; rotations about "
            "the beam and reflections in planes that contain it do not change it"
        )
    yield Statement(f"{text}.", dict(a), "p_values")
