"""Remarks on events with a variable number of objects: undefined generators, cuts on members, pt ordering."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.enumeration import several
from symhep.methods.result import Statement
from symhep.methods.wording import in_words
from symhep_moments.record import MomentsRecord, WholeEvents

__all__ = ["left_out", "whole_events"]

#: Candidates that change pt, and so the order of what is sorted by it.
_PT = ("J_x", "J_y", "K_x", "K_y", "P_x", "P_y", "D")


def left_out(s: MomentsRecord) -> Iterator[Statement]:
    """'Not tested, because not defined on all vectors: J_x ...'."""
    if s.left_out:
        reasons: dict[str, list[str]] = {}
        for row in s.left_out:
            reasons.setdefault(row.why, []).append(row.label)
        told = [
            f"{several(labels)} ({why.replace('it needs', 'they need', 1) if len(labels) > 1 else why})"
            for why, labels in reasons.items()
        ]
        yield Statement(
            f"Not tested, because not defined on all vectors: {several(told)}.",
            {row.label: row.why for row in s.left_out},
            "p_values",
        )


def whole_events(s: MomentsRecord) -> Iterator[Statement]:
    """Cuts on members, objects sorted by pt, spectators with edges, and differences in the analysis."""
    cuts: dict[tuple[str, ...], list[str]] = {}
    for cut in s.thresholds:
        if not cut.covered:
            cuts.setdefault(cut.changed_by, []).append(cut.cut)
    for changed_by, texts in cuts.items():
        yield Statement(
            f"The cuts {several(texts)} are not invariant under {in_words(changed_by)} and violate this symmetry. Set "
            "'edges: objects' to test inside the cuts.",
            {"cuts": texts, "changed_by": list(changed_by)},
            "p_values",
            kind="warning",
        )
    if s.whole is None:
        return
    sorted_ones = [row.name for row in s.whole.objects if row.ordered]
    changing = [c.label for c in s.candidates if c.label in _PT and c.rejected]
    if sorted_ones and changing:
        verb = "is" if len(sorted_ones) == 1 else "are"
        yield Statement(
            f"{several(sorted_ones)} {verb} sorted by pt in all events, and {in_words(changing)} change pt: the "
            "violation may only reflect the pt ordering.",
            {"sorted": sorted_ones, "changing": changing},
            "p_values",
            kind="warning",
        )
    if s.edges and (steps := list(_steps(s.whole))):
        text = several(steps)
        yield Statement(
            f"{text[0].upper()}{text[1:]} introduces a discontinuity where a member crosses its threshold, which edges "
            "do not remove: generators that move members across the threshold are violated.",
            {"edges": list(s.edges), "steps": steps},
            "p_values",
            kind="warning",
        )
    if s.whole.otherwise:
        text = "; ".join(s.whole.otherwise)
        yield Statement(
            f"Events with a variable number of objects: {text}.", {"otherwise": list(s.whole.otherwise)}
        )


def _steps(whole: WholeEvents) -> Iterator[str]:
    """Discontinuities where a member of a set passes its threshold."""
    sets = [row for row in whole.objects if row.is_set]
    for row in sets:
        # What has one member at least, and nothing else, adds nothing where that one leaves.
        if row.fewest > (1 if len(whole.objects) == 1 else 0):
            yield f"a selection of events with at least {row.fewest} {row.name}"
    if sets and whole.spectator_names:
        yield "a spectator that depends on the number of members"
