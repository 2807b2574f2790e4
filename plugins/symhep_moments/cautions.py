"""What a reader must know before believing the findings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from symhep.lie.identify.identification import AMBIGUOUS
from symhep.methods.enumeration import several
from symhep.methods.p_values import p_text
from symhep.methods.result import Statement
from symhep.methods.wording import in_words

__all__ = ["cautions"]

#: Two particles of one collection, in what `symhep.lie.groups.elements.named.exchange` calls itself.
_ALIKE = re.compile(r"exchange of (\S+)\[\d+\] and \1\[\d+\]")
#: An exchange that is broken more than this compares particles that are sorted.
ORDERED = 0.5

Summary = Mapping[str, Any]

#: Below so many effective events only strong breakings can be seen.
FEW = 1000
#: A name that fewer than this share of resamplings share is told with its rivals.
SURE = 0.9
#: Share of the events that may be copies of others by chance or rounding.
COPIES = 0.001
#: Equations that a sentence can hold.
CONSTRAINTS = 5


def cautions(s: Summary) -> Iterator[Statement]:
    """Support, single candidates that survive alone, closure, weights, few events, elements that act alike."""
    yield from _support(s)
    yield from _alone(s)
    yield from _closure(s)
    yield from _relative(s)
    yield from _weights(s)
    yield from _ordered(s)
    yield from _alike(s)


def _support(s: Summary) -> Iterator[Statement]:
    support = s["support"]
    if support["excluded"]:
        words = in_words([row["label"] for row in support["excluded"]])
        holds = f": {several(support['constraints'], CONSTRAINTS)}" if support["constraints"] else ""
        yield Statement(
            f"The events lie on a surface{holds}. These candidates leave it and cannot be symmetries: {words}.",
            {"excluded": {r["label"]: r["why"] for r in support["excluded"]}, "constraints": support["constraints"]},
            "p_values",
            kind="warning",
        )  # fmt: skip
    still = support["still"]
    untested = [c["label"] for c in s["candidates"] if c["log10_p"] is None and not c["off_support"]]
    if alike := [label for label in untested if label not in still]:
        yield Statement(
            f"Some of {in_words(alike)} move the events in the same way: combinations of them are tested instead.",
            {"alike": alike},
            "p_values",
            kind="warning",
        )
    if still:
        yield Statement(
            f"{several(still)} {'moves' if len(still) == 1 else 'move'} no event: there is nothing to test.",
            {"still": still},
            "p_values",
            kind="warning",
        )
    if support["constraints"] and not support["excluded"]:
        yield Statement(
            f"The events do not fill their space: {several(support['constraints'], CONSTRAINTS)}. All candidates move "
            "along what they fill.",
            {"constraints": support["constraints"]},
            kind="warning",
        )


def _alone(s: Summary) -> Iterator[Statement]:
    """Candidates that survive on their own, more of them than there are symmetries together."""
    alive = [c for c in s["candidates"] if c["rejected"] is False]
    if len(alive) > s["algebra"]["dimension"]:
        told = several(
            [
                f"{c['label']} ({p_text({'p_value': c['p_value_adjusted'], 'log10_p': c['log10_p_adjusted']})})"
                for c in alive
            ]
        )
        yield Statement(
            f"On their own, {len(alive)} candidates are not rejected, {told}, but not all of them hold together: the "
            "number of symmetries is that of the rank test. More events would tell which they are.",
            {c["label"]: c["log10_p_adjusted"] for c in alive},
            "p_values",
            kind="warning",
        )


def _closure(s: Summary) -> Iterator[Statement]:
    algebra = s["algebra"]
    if algebra["dimension"] == 0:
        return
    closed = algebra["closed"]
    if closed is not None and closed["rejected"]:
        yield Statement(
            f"The {algebra['dimension']} directions are not closed under brackets within errors ({p_text(closed)}). "
            "Symmetries of a density always close: at least one of them only looks like one in so many events.",
            {
                "distance": closed["distance"],
                "conditions": closed["conditions"],
                "log10_p": closed["log10_p"],
            },
            "generators",
            kind="warning",
        )
    if closed is not None and not closed["exists"]:
        yield Statement(
            f"Whether the {algebra['dimension']} directions are closed under brackets cannot be told: no closed "
            "algebra fits near them. Some generators are broken so little that the directions are known badly.",
            {"dimension": algebra["dimension"]},
            "generators",
            kind="warning",
        )
    rivals = [f"{name} ({share:.0%})" for name, share in algebra["alternatives"] if name != algebra["name"]]
    others = f" Other names: {several(rivals)}." if rivals else ""
    if algebra["confidence"] is not None and algebra["confidence"] < SURE:
        doubt = f"The name {algebra['name']} is not sure: confidence {algebra['confidence']:.2g}."
        if algebra["name"] == AMBIGUOUS:
            doubt = "The errors of the directions are too large to name their algebra."
        yield Statement(
            f"{doubt}{others}",
            {"confidence": algebra["confidence"], "alternatives": algebra["alternatives"]},
            "generators",
            kind="warning",
        )


def _relative(s: Summary) -> Iterator[Statement]:
    if s["reference"]:
        yield Statement(
            f"All symmetries are those of the density relative to {s['reference']}: what breaks both alike, such as "
            "the acceptance of a detector, is not seen. Discrete elements are not tested: theirs is a question to the "
            "events alone.",
            {"reference": s["reference"]},
            kind="warning",
        )
    if s["edges"]:
        yield Statement(
            f"The test functions vanish at the fiducial cuts ({several(s['edges'])}): what is there is not seen.",
            {"edges": s["edges"]},
            kind="warning",
        )


def _weights(s: Summary) -> Iterator[Statement]:
    weights = s["weights"]
    if weights["negative"] > 0:
        yield Statement(
            f"{weights['negative']:.1%} of the weight is negative; it enters with its sign. The sample tells "
            f"as much as {weights['effective']:,.0f} events without weights.",
            dict(weights),
            kind="warning",
        )
    if weights.get("copies", 0) > COPIES * s["events"]:
        yield Statement(
            f"{weights['copies']:,} of the {s['events']:,} events are exact copies of others. If they are not "
            "independent, but the same events used again, all errors and p-values are too small.",
            dict(weights),
            kind="warning",
        )
    if weights["effective"] < FEW:
        yield Statement(
            f"{weights['effective']:,.0f} effective events: a symmetry that is not rejected may be broken by much more "
            "than a few per cent; see what could have been seen.",
            dict(weights),
            "strengths",
            kind="warning",
        )


def _ordered(s: Summary) -> Iterator[Statement]:
    """Exchanges within one collection that are broken so strongly that most events have the same order."""
    ordered = {
        d["name"]: a["value"]
        for d in s["discrete"]
        if d["rejected"] and _ALIKE.search(d["meaning"])
        and (a := d["asymmetry"]) and abs(a["value"] or 0.0) > ORDERED
    }  # fmt: skip
    if ordered:
        yield Statement(
            "Particles that are ordered by pt (sort: pt) are not exchangeable by construction: "
            f"{several(list(ordered))} may tell their order alone.",
            {"asymmetry": ordered},
            "discrete",
            kind="warning",
        )


def _alike(s: Summary) -> Iterator[Statement]:
    twins = {d["name"]: d["same_as"] for d in s["discrete"] if d["same_as"] is not None}
    trivial = [d["name"] for d in s["discrete"] if d["trivial"]]
    if twins:
        told = several([f"{name} as {other}" for name, other in twins.items()])
        yield Statement(
            f"On these events some elements do the same: {told}. They share one test.",
            twins,
            "discrete",
        )
    if trivial:
        yield Statement(
            f"{several(trivial)} {'moves' if len(trivial) == 1 else 'move'} no event: there is nothing to test.",
            {"trivial": trivial},
            "discrete",
        )
