"""Projections and newly trained classifiers, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.hypotheses.divergence.sentence import excess_statement
from symhep.methods.result import Statement
from symhep_symmetrygan.record import SymmetryGanRecord

__all__ = ["divergence_statements", "loss_statements"]

#: A held-out loss above 2 ln 2 by more than this indicates overtraining.
OVERTRAINED = 0.02
#: Groups of elements in the record, and what they are called.
_ELEMENTS = (
    ("kept", "for accepted elements"),
    ("failed", "for rejected elements"),
    ("symmetry", "for all elements before refinement"),
    ("random", "for random elements"),
)
_SUBGROUPS = (
    ("kept", "for the maximal compatible subgroups"),
    ("failed", "for violated generators"),
    ("random", "for random elements of the whole group"),
)
_DISCRETE = (("kept", "for compatible discrete elements"), ("failed", "for violated discrete elements"))


def divergence_statements(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Excess KL divergences of elements, of subgroups and of discrete elements."""
    for kl, words in ((r.kl, _ELEMENTS), (r.subgroup_kl, _SUBGROUPS), (r.discrete_kl, _DISCRETE)):
        told = None if kl is None else excess_statement(kl, words)
        if told is not None:
            yield told


def loss_statements(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Compared with 2 ln 2; accepted and rejected elements separately, to identify false maxima."""
    loss = r.posthoc_loss
    if loss is None or loss.found is None:
        return
    text = f"Post-hoc loss of a newly trained classifier between events and transformed events: {loss.found.text()}"
    text += f" for elements before refinement (no discrimination: 2 ln 2 = {loss.ideal:.4f}"
    if loss.random is not None:
        text += f"; random elements: {loss.random.text()}"
    text += ")"
    if loss.kept is not None and loss.failed is not None:
        text += f"; after refinement {loss.kept.text()} for accepted and {loss.failed.text()} for rejected elements"
    measured = [n.value for n in (loss.found, loss.random, loss.kept, loss.failed) if n is not None]
    if any(value is not None and value > loss.ideal + OVERTRAINED for value in measured):
        text += (
            ". A loss above 2 ln 2 indicates overtraining of the classifier and is no evidence of a violation"
        )
    yield Statement(f"{text}.", loss.to_json(), "posthoc")
