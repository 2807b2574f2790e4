"""What the flows in a latent space do, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.enumeration import plural
from symhep.methods.result import Statement
from symhep_oracle.latent.record import LatentRecord

__all__ = ["latent"]


def latent(record: LatentRecord | None) -> Iterator[Statement]:
    """The flows against random directions, and how well the latents hold the features."""
    if record is None:
        return
    outputs, classes = record.change_of_outputs, record.changed_class
    text = (
        f"Along the {plural(record.flows, 'field')} along which the oracle changes least, followed by "
        f"{record.length:g} rms of a latent in either direction, its outputs change by "
        f"{outputs.flow.value:.2g} "
        f"({outputs.flow.low:.2g} to {outputs.flow.high:.2g}); "
        f"along straight lines of the same length in random directions by {outputs.random_line.value:.2g}"
    )
    if (classes.random_line.high or 0.0) > 0:
        text += (
            f". {classes.flow.value:.1%} of the events change class, compared with "
            f"{classes.random_line.value:.1%}"
        )
    evidence = record.to_json()
    yield Statement(f"{text}.", evidence, "latent_outputs")
    yield Statement(
        f"{record.latents} latents describe {record.inputs} features; {record.unexplained_variance:.1%} of "
        f"the variance is not reconstructed ({record.measured_on} held-out events; autoencoder "
        f"{record.autoencoder}).",
        {key: evidence[key] for key in ("latents", "inputs", "unexplained_variance", "measured_on")},
        "latent_images",
    )
