"""What projections and classifiers trained afterwards say of what was found, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.hypotheses.divergence.sentence import excess_statement
from symhep.methods.result import Statement
from symhep_symmetrygan.record import SymmetryGanRecord

__all__ = ["divergence_statements", "loss_statements"]

#: A loss on held-out events that is larger than that of guessing by more than this is one of overtraining.
OVERTRAINED = 0.02
#: Groups of elements in the record, and what they are called.
_ELEMENTS = (
    ("kept", "for kept elements"),
    ("failed", "for rejected ones"),
    ("symmetry", "for all as training left them"),
    ("random", "for random ones"),
)
_SUBGROUPS = (
    ("kept", "for the largest subgroups that survive"),
    ("failed", "for what is rejected"),
    ("random", "for random elements of the whole group"),
)
_DISCRETE = (("kept", "for discrete elements that survive"), ("failed", "for those that are rejected"))


def divergence_statements(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Excess KL divergences of elements, of subgroups and of discrete elements."""
    for kl, words in ((r.kl, _ELEMENTS), (r.subgroup_kl, _SUBGROUPS), (r.discrete_kl, _DISCRETE)):
        told = None if kl is None else excess_statement(kl, words)
        if told is not None:
            yield told


def loss_statements(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Against 2 ln 2; kept and failed apart, which tells false maxima."""
    loss = r.posthoc_loss
    if loss is None or loss.found is None:
        return
    text = f"A new classifier's loss between events and images is {loss.found.text()}"
    text += f" for elements as training left them (2 ln 2 = {loss.ideal:.4f}"
    if loss.random is not None:
        text += f"; random ones: {loss.random.text()}"
    text += ")"
    if loss.kept is not None and loss.failed is not None:
        text += f", {loss.kept.text()} for those that are kept once refined and {loss.failed.text()} for those that "
        text += "are rejected"
    measured = [n.value for n in (loss.found, loss.random, loss.kept, loss.failed) if n is not None]
    if any(value is not None and value > loss.ideal + OVERTRAINED for value in measured):
        text += ". Above 2 ln 2 a classifier knows its training events by heart: no difference is shown by such a loss"
    yield Statement(f"{text}.", loss.to_json(), "posthoc")
