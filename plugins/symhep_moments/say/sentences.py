"""What the numbers say, in sentences with their evidence; read from the stored summary alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from symhep.methods.enumeration import several
from symhep.methods.p_values import bound_text, p_text
from symhep.methods.result import Statement
from symhep.methods.wording import counted, in_words, of_final_state
from symhep_moments.say.cautions import cautions
from symhep_moments.say.group import found_rotation, group_in_words, group_p, only_combined
from symhep_moments.say.strength import per_cent, strength_text, told_as_broken, visible_text

__all__ = ["findings"]

Summary = Mapping[str, Any]

#: More generators than this are told by the figure alone.
LISTED = 6
#: Sums of generators with more characters are left to the table.
LONG = 300
#: A bin that is told differs from zero by so many errors: of a thousand maps of a hundred bins one has it by chance.
CLEAR = 4.5


def findings(summary: Summary) -> Iterator[Statement]:
    """The physics, most important first; then what a reader must know before believing it."""
    yield _answer(summary)
    yield from _rank(summary)
    yield from _generators(summary)
    yield from _lattice(summary)
    yield from _discrete(summary)
    yield from _strengths(summary)
    yield from _places(summary)
    yield from cautions(summary)


def _answer(s: Summary) -> Statement:
    """'The 20,000 events are consistent with SO(2) about the beam axis (p = 0.31); ... are excluded (p < 1e-30).'"""
    algebra, tested = s["algebra"], group_p(s)
    excluded = [c for c in s["candidates"] if c["rejected"]]
    evidence: dict[str, Any] = {
        "events": s["events"], "dimension": algebra["dimension"], "name": algebra["name"],
        "p_value": tested["p_value"], "log10_p": tested["log10_p"], "level": s["level"],
        "excluded": {c["label"]: c["log10_p_adjusted"] for c in excluded},
    }  # fmt: skip
    relative = f", relative to {s['reference']}," if s.get("reference") else ""
    if algebra["dimension"] == 0:
        text = f"The {s['events']:,} events{relative} respect no continuous symmetry among the candidates"
        if excluded:
            text += f": {_excluded(excluded)}"
        if left := [row["label"] for row in s["support"]["excluded"]]:
            text += f"{';' if excluded else ':'} {in_words(left)} leave the support of the events"
        return Statement(f"{text}.", evidence, "p_values")
    text = f"The {s['events']:,} events are consistent{relative} with {group_in_words(s)} ({p_text(tested)})"
    mixed = only_combined(s)
    if mixed and any(c["rejected"] is False for c in s["candidates"]):
        text += (
            f"; {in_words(mixed)} {'is' if len(mixed) == 1 else 'are'} no symmetry alone, but in combination"
        )
    elif mixed:
        many = "s of them are" if algebra["dimension"] > 1 else " of them is"
        text += f": no single candidate is a symmetry, but {counted(algebra['dimension'])} combination{many}"
    if plain := [c for c in excluded if c["label"] not in mixed]:
        text += f"; {_excluded(plain)}"
    if s["support"]["excluded"]:
        text += f"; {in_words([row['label'] for row in s['support']['excluded']])} leave the support of the events"
    return Statement(f"{text}.", evidence, "p_values")


def _excluded(rows: Sequence[Summary]) -> str:
    worst = bound_text(max(float(row["log10_p_adjusted"]) for row in rows))
    worst += " or less" if worst.startswith("p =") and len(rows) > 1 else ""
    words = in_words([row["label"] for row in rows])
    return f"{words} {'is' if words == rows[0]['label'] else 'are'} excluded ({worst})"


def _rank(s: Summary) -> Iterator[Statement]:
    """How many, and how clearly no more."""
    tests = {t["r"]: t for t in s["chain"]}
    # Of many candidates the chain leaves out the numbers that are out of the question.
    found, number = s["algebra"]["dimension"], _tested(s)
    if not tests:
        return
    evidence = {str(r): t["log10_p"] for r, t in tests.items()}
    among = f"Among {number} candidates{' on the support' if s['support']['excluded'] else ''}"
    if found == number:
        text = f"{among} no combination is broken: {p_text(tests[found])} for all {found} together."
        text = text if number > 1 else f"The one candidate is not broken ({p_text(tests[found])})."
        yield Statement(text, evidence, "ranks")
        return
    bound = bound_text(tests[min(r for r in tests if r > found)]["log10_p"])
    if found:
        word = "symmetry" if found == 1 else "independent symmetries"
        # Not the hypothesis of the first sentence, which is a group or an algebra by name.
        word += "" if p_text(tests[found]) == p_text(group_p(s)) else ", of whatever group,"
        verb = "agrees" if found == 1 else "agree"
        text = (
            f"{among} {counted(found)} {word} {verb} with the moments ({p_text(tests[found])}), "
            f"more are rejected ({bound})."
        )
    else:
        text = f"{among} none survives: one symmetry or more is rejected ({bound})."
    yield Statement(text, evidence, "ranks")


def _tested(s: Summary) -> int:
    """Candidates on the support."""
    return sum(c["log10_p"] is not None for c in s["candidates"])


def _generators(s: Summary) -> Iterator[Statement]:
    """The directions that the events chose, with errors."""
    rows = s["generators"]
    if not rows or len(rows) > LISTED or len(rows) == _tested(s):
        return
    listed = several([row["label"] for row in rows])
    listed = listed if len(listed) <= LONG else "sums of many of them (see the table)"
    angle, rotation, known = s["algebra"]["angle_95"], found_rotation(s), ""
    if rotation is not None:
        angle = rotation[1]
        known = f"; the true axis lies within {math.degrees(angle):.2g} degrees of it (95 %)"
    elif angle is not None:
        true = "direction lies" if len(rows) == 1 else "span lies"
        where = f"within {math.degrees(angle):.2g} degrees of it in the space of the candidates (95 %)"
        known = f"; the true {true} {where}"
    what = "The direction" if len(rows) == 1 else "The directions"
    verb = "is" if len(rows) == 1 else "are"
    yield Statement(
        f"{what} that the events chose among the candidates {verb} {listed}{known}.",
        {"coefficients": [dict(row["coefficients"]) for row in rows], "errors": [dict(row["errors"]) for row in rows],
         "angle_95": angle},
        "generators",
    )  # fmt: skip


def _lattice(s: Summary) -> Iterator[Statement]:
    rows = [r for r in s["subgroups"] if r["how"] != "candidates"]
    if not rows:
        return
    alive, rejected = [r for r in rows if r["survives"]], [r for r in rows if r["rejected"]]
    group = {"lorentz": "Lorentz", "poincare": "Poincare"}[s["catalogue"]]
    among = " among the candidates" if len(rows) < len(s["subgroups"]) else ""
    text = (
        f"Of the {len(rows)} classes of connected subgroups of the {group} group{among}, each in any direction, "
        if len(rows) > 1
        else f"Of the one class of connected subgroups of the {group} group{among}, in any direction: "
    )
    largest = [f"{r['name']} ({p_text(r)})" for r in s["maximal_subgroups"]]
    if largest:
        text += f"the largest that {'survives is' if len(largest) == 1 else 'survive are'} {several(largest)}"
    else:
        text += "none survives"
    if rejected:
        verb = "is rejected" if len(rejected) == 1 else "are rejected together"
        text += f"; {counted(len(rejected))} {verb} at the level {s['level']:g}"
    limits = [r["name"] for r in rows if r["limit_of"] and not r["rejected"]]
    evidence = {
        "survive": {r["name"]: r["log10_p"] for r in alive}, "rejected": len(rejected), "classes": len(rows),
        "limits_of_survivors": limits,
    }  # fmt: skip
    yield Statement(f"{text}.", evidence, "lattice")


def _discrete(s: Summary) -> Iterator[Statement]:
    """What discrete elements do, those that are broken first."""
    tested = [d for d in s["discrete"] if not d["trivial"] and d["same_as"] is None]
    if not tested:
        return
    broken = [d for d in tested if d["rejected"]]
    kept = [d for d in tested if not d["rejected"]]
    evidence = {
        d["name"]: {"log10_p_adjusted": d["log10_p_adjusted"], "asymmetry": d["asymmetry"]} for d in tested
    }
    parts = []
    if broken:
        told = [f"{d['name']} ({_adjusted(d)}{_asymmetry(d)})" for d in broken[:LISTED]]
        told += [f"{len(broken) - LISTED} more"] if len(broken) > LISTED else []
        parts.append(f"broken: {several(told)}")
    if kept:
        least = min(float(d["log10_p_adjusted"]) for d in kept)
        names = several([d["name"] for d in kept])
        more = " or more" if len(kept) > 1 and least < 0 else ""
        parts.append(f"respected: {names} (adjusted p = {10**least:.2g}{more})")
    yield Statement(f"Discrete elements{of_final_state(s)} {'; '.join(parts)}.", evidence, "discrete")


def _adjusted(row: Summary) -> str:
    return bound_text(row["log10_p_adjusted"])


def _asymmetry(row: Summary) -> str:
    a = row["asymmetry"]
    return "" if a is None or a["value"] is None else f", asymmetry {strength_text({**a, 'unit': ''})}"


def _strengths(s: Summary) -> Iterator[Statement]:
    """How strongly what is broken is broken; what could have been seen of what is not."""
    rows = [c for c in s["candidates"] if c["strength"] is not None]
    broken = [c for c in rows if told_as_broken(c)]
    if broken:
        told = [f"{c['label']} by {strength_text(c['strength'])}" for c in broken[:LISTED]]
        told += [f"{len(broken) - LISTED} more"] if len(broken) > LISTED else []
        yield Statement(
            f"Broken: {several(told)} (95 % intervals).",
            {c["label"]: dict(c["strength"]) for c in broken},
            "strengths",
        )
    seen = [c for c in rows if not c["rejected"] and c["smallest_visible"] is not None]
    if seen:
        told = [f"{c['label']} above {visible_text(c)}" for c in seen[:LISTED]]
        told += [f"{len(seen) - LISTED} more"] if len(seen) > LISTED else []
        yield Statement(
            f"A breaking of {several(told)} would have been seen in nine of ten such samples.",
            {c["label"]: c["smallest_visible"] for c in seen},
            "strengths",
        )


def _places(s: Summary) -> Iterator[Statement]:
    """Where the weakest breaking of a rotation, or of another flow that comes back, is clearest."""
    sizes = {c["label"]: c["strength"]["value"] for c in s["candidates"] if told_as_broken(c)}
    clear = [
        b for b in s["clearest_bins"]
        if b["label"] in sizes and b["kind"] == "modulation" and b["value"] is not None
        and abs(b["value"]) > CLEAR * b["error"]
    ]  # fmt: skip
    for b in sorted(clear, key=lambda b: float(sizes[b["label"]]))[:1]:
        (x, y), more = b["axes"], "more" if b["value"] > 0 else "fewer"
        yield Statement(
            f"{b['label']} is broken most clearly for {x} {_range(b['x'])} and {y} {_range(b['y'])}: "
            f"{per_cent(abs(b['value']), b['error'])} {more} events than the symmetry asks for "
            f"(the clearest of {b['bins']} bins).",
            dict(b),
            "maps",
        )


def _range(ends: Sequence[float]) -> str:
    return f"{ends[0]:.3g} to {ends[1]:.3g}"
