"""Excess KL divergences in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

from symhep.hypotheses.divergence.record import DivergenceRecord
from symhep.methods.enumeration import several
from symhep.methods.number import Bounded
from symhep.methods.result import Statement

__all__ = ["excess_statement"]

#: Projections that a sentence can hold.
LISTED = 3


#: Figure that shows them.
FIGURE = "kl_excess"


def excess_statement(kl: DivergenceRecord, words: Sequence[tuple[str, str]]) -> Statement | None:
    """Excess of each projection that the elements change; None where there is none.

    ``words``: (group of elements of the record, what they are called), in the order of the sentence.
    """
    shown = _telling(kl)
    parts = []
    for name, text in words:
        excess = getattr(kl, name).excess
        if excess is not None and shown:
            numbers = [f"{kl.projections[j]}: {_text(excess[j])}" for j in shown]
            parts.append(f"{text}, {several(numbers)}")
    if not parts:
        return None
    evidence = kl.to_json()
    rest = len(kl.projections) - len(shown)
    more = f" ({rest} more in the table)" if rest else ""
    return Statement(
        f"Excess KL divergence (noise of split samples subtracted, {kl.bins} bins): "
        f"{'; '.join(parts)}{more}.",
        {key: evidence[key] for key in ("projections", *(name for name, _ in words), "noise")},
        FIGURE,
    )


def _text(excess: Bounded) -> str:
    """A projection that the elements do not change carries no information."""
    return "unchanged" if excess.value == 0 and not excess.error else excess.text()


def _telling(kl: DivergenceRecord) -> list[int]:
    """The first projections that the elements change, and the most significant of the others."""
    groups = [g.excess for g in (kl.kept, kl.failed, kl.random) if g.excess is not None]
    moved = [j for j in range(len(kl.projections)) if any(excess[j].value for excess in groups)]
    broken = kl.failed.excess or kl.random.excess
    if broken is None:
        return moved[:LISTED]
    rest = sorted(
        moved[LISTED - 1 :], key=lambda j: -(broken[j].value or 0.0) / (broken[j].error or math.inf)
    )
    return moved[: LISTED - 1] + rest[:1]
