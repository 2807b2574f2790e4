"""The questions a physicist asks of a result, each with its answer; from the record alone."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.enumeration import plural, several
from symhep.methods.verdict import Verdict
from symhep_vae.record import VaeRecord
from symhep_vae.say.conclusion import inconclusive, surplus

__all__ = ["verdicts"]

#: Names that an answer holds.
LISTED = 4


def verdicts(r: VaeRecord) -> Iterator[Verdict]:
    """How many directions, which they are, what never varies, the intrinsic dimension."""
    yield _directions(r)
    yield from _carried(r)
    yield from _constraints(r)
    yield from _dimension(r)


def _directions(r: VaeRecord) -> Verdict:
    count = r.relevant_latents
    question = f"How many independent directions among {plural(len(r.features), 'feature')}?"
    if reason := inconclusive(r):
        return Verdict(question, f"no conclusion: {reason}", "undecided", figure="relevance")
    if surplus(r):
        rank = r.pca.rank
        return Verdict(
            question, f"at most {rank}, the rank of the covariance", "undecided", figure="relevance"
        )
    return Verdict(
        question,
        str(count.value),
        "undecided" if count.graded else "measured",
        size=count.plain,
        size_of="relevant latents",
        figure="relevance",
    )


def _carried(r: VaeRecord) -> Iterator[Verdict]:
    """Which combinations the relevant latents carry."""
    if not r.carried or inconclusive(r):
        return
    by_name = {c.name: c for c in r.combinations}
    worst = min((by_name[name].r for name in r.carried), key=lambda r: r.value or 0.0)
    yield Verdict(
        "Which quantities do these directions describe?",
        several(list(r.carried), LISTED),
        size=worst.plain,
        size_of="smallest correlation with them" if len(r.carried) > 1 else "correlation with it",
        figure="correlations",
    )


def _constraints(r: VaeRecord) -> Iterator[Verdict]:
    """Linear and curved constraints."""
    if r.events.used <= len(r.features):
        return
    removed = len(r.features) - r.pca.rank
    answer = plural(removed, "constraint") if removed else "none"
    yield Verdict("How many linear constraints are satisfied in every event?", answer, figure="pca")
    curved = [c for c in r.near_constants if c.constraint and c.kind in ("pair", "particle", "norm")]
    if curved := [c for c in curved if not c.vanishes]:
        first = curved[0]
        yield Verdict(
            "Which masses, energies or norms are constant?",
            several([c.name for c in curved], LISTED),
            size=first.plain.model_copy(update={"low": None, "high": None, "level": None}),
            size_of=first.name,
        )


def _dimension(r: VaeRecord) -> Iterator[Verdict]:
    d = r.intrinsic_dimension
    if d.low is None or d.high is None:
        return
    question = "Intrinsic dimension of the sample?"
    if d.value is None:
        yield Verdict(question, "depends on the distance scale", "undecided", size=d.plain)
        return
    yield Verdict(question, f"{d.value:.2f}", size=d.plain, size_of="nearest-neighbour estimate")
