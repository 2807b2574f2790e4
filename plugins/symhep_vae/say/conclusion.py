"""Whether the number of relevant latents can be believed at all."""

from __future__ import annotations

from symhep.methods.enumeration import plural
from symhep_vae.record import MIN_EVENTS, VaeRecord

__all__ = ["inconclusive", "longer", "raised", "surplus", "trained_on"]


def trained_on(record: VaeRecord) -> int:
    """Events of the training, or of the validation where these are fewer."""
    return min(record.events.used, record.split.trained)


def inconclusive(record: VaeRecord) -> str:
    """Why the number of relevant latents means nothing; empty if it does mean something."""
    events, count = trained_on(record), record.relevant_latents
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
