"""Whether the number of relevant latents can be believed at all."""

from __future__ import annotations

from symhep.methods.enumeration import plural
from symhep_vae.record import VaeRecord

__all__ = ["MIN_EVENTS", "inconclusive", "longer", "raised", "surplus"]

#: Fewer events than this leave the relevance at the mercy of a handful of them. (Means and errors need fewer.)
MIN_EVENTS = 500


def inconclusive(record: VaeRecord) -> str:
    """Why the number of relevant latents means nothing; empty if it does mean something."""
    events, count = record.events.used, record.relevant_latents
    if events < MIN_EVENTS:
        return f"{plural(events, 'event')} {'is' if events == 1 else 'are'} too few"
    if 2 * count.collapsed > record.runs.used:
        return f"{count.collapsed} of {record.runs.used} runs collapsed"
    return ""


def surplus(record: VaeRecord) -> bool:
    """Are more latents relevant than directions exist linearly?"""
    return record.relevant_latents.value > record.pca.rank


def raised(record: VaeRecord) -> bool:
    """Did `min_steps`, and not `epochs`, set the length of the training?"""
    return record.runs.epochs > record.runs.epochs_asked


def longer(record: VaeRecord) -> str:
    """The option that lengthens the training."""
    return "min_steps" if raised(record) else "epochs"
