"""The questions a physicist asks of a result, each with its answer; from the record alone."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.hypotheses.bounds.breaking import breaking
from symhep.hypotheses.bounds.record import Limits
from symhep.hypotheses.candidates.verdicts import candidate_verdicts
from symhep.hypotheses.discrete.verdicts import discrete_verdicts, scan_verdict
from symhep.hypotheses.groups.verdicts import group_verdicts
from symhep.hypotheses.subgroups.verdicts import subgroup_verdict
from symhep.methods.number import Bounded
from symhep.methods.verdict import Verdict
from symhep.methods.wording import in_words
from symhep_moments.record import Candidate, MomentsRecord
from symhep_moments.say.group import group_in_words, group_p

__all__ = ["verdicts"]

#: Longer reasons are left to the sentences.
REASON = 60


def verdicts(s: MomentsRecord) -> Iterator[Verdict]:
    """The symmetry found, given groups, generators, sectors, subgroups, discrete elements."""
    beam = "pz" in s.vectors.components
    yield _continuous(s)
    yield from group_verdicts(s.groups)
    yield from candidate_verdicts(s.candidates, _size, beam=beam)
    yield from _sectors(s)
    yield from subgroup_verdict(s.subgroups, s.maximal_subgroups, s.catalogue)
    yield from discrete_verdicts(s.discrete, final_state=beam)
    yield from scan_verdict(s.cyclic_scan)


def _continuous(s: MomentsRecord) -> Verdict:
    relative = f" relative to {s.reference}" if s.reference else ""
    question = f"Which continuous symmetry{relative}?"
    if s.not_fitted is not None:
        why = f": {s.not_fitted}" if len(s.not_fitted) <= REASON else ""
        return Verdict(question, f"not fitted{why}", "not tested", figure="p_values")
    if not s.algebra.dimension:
        listed = in_words([row.label for row in s.candidates if row.how in ("tested", "support")])
        return Verdict(question, f"none among {listed}", "violated", figure="p_values")
    p, size = group_p(s)[1], breaking(s.algebra)
    return Verdict(
        question,
        group_in_words(s),
        "compatible",
        p if p.log10_p is not None else None,
        size,
        (s.algebra.function or "") if size is not None else "",
        "ranks" if s.chain else "p_values",
    )


def _size(row: Candidate) -> tuple[Bounded | None, str]:
    rate = row.size_kind == "rate"
    size = breaking(row, row.size, fraction=not rate)
    of = "rms relative change of the density per unit of the parameter" if rate else row.function or ""
    return size, of if size is not None else ""


def _sectors(s: MomentsRecord) -> Iterator[Verdict]:
    """Of each axis the clearest sector with fewer or more events."""
    for row in s.sectors:
        if not row.clearest or row.size is None or row.low_edge is None or row.high_edge is None:
            continue
        more = "fewer" if row.kind == "loss" else "more"
        yield Verdict(
            f"Is the azimuth of {row.vector} about the axis of {row.label} even?",
            f"no: {more} events from {row.low_edge.value:.3g} to {row.high_edge.value:.3g} rad",
            "violated",
            row.p_adjusted if row.log10_p_adjusted is not None else row.p,
            breaking(Limits(), row.size),
            f"share of all events that is {'lost' if row.kind == 'loss' else 'in excess'}",
            "sectors",
        )
