"""The first sentence if no symmetries were fitted: results for the given candidates."""

from __future__ import annotations

from symhep.methods.p_values import p_text
from symhep.methods.result import Statement
from symhep.methods.wording import in_words
from symhep_moments.record import MomentsRecord

__all__ = ["unfitted_answer"]


def unfitted_answer(s: MomentsRecord) -> Statement:
    """'Continuous symmetries of the 100 events were not fitted: .... Separate tests: J_z compatible; J_x violated.'"""
    kept = [c for c in s.candidates if c.rejected is False]
    lost = [c for c in s.candidates if c.rejected]
    parts = []
    if kept:
        least = min(kept, key=lambda c: c.log10_p_adjusted or 0.0)
        more = " or more" if len(kept) > 1 and (least.log10_p_adjusted or 0.0) < 0 else ""
        parts.append(
            f"{in_words([c.label for c in kept])} compatible (adjusted {p_text(least.p_adjusted)}{more})"
        )
    if lost:
        most = max(lost, key=lambda c: c.log10_p_adjusted or 0.0)
        less = "" if len(lost) == 1 else " or less"
        parts.append(
            f"{in_words([c.label for c in lost])} violated (adjusted {p_text(most.p_adjusted)}{less})"
        )
    relative = f", relative to {s.reference}" if s.reference else ""
    given = f" Separate tests with fixed axes{relative}: {'; '.join(parts)}." if parts else ""
    unfitted = [c.label for c in s.candidates if c.how == "unfitted"]
    left = f" Not tested: {in_words(unfitted)}." if unfitted else ""
    return Statement(
        f"Continuous symmetries of the {s.events.used:,} events were not fitted: {s.not_fitted}.{given}{left}",
        {
            "events": s.events.used, "not_fitted": s.not_fitted, "level": s.significance_level,
            "candidates": {c.label: c.log10_p for c in s.candidates if c.log10_p is not None},
        },
        "p_values",
    )  # fmt: skip
