"""What the flows in a latent space do."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.number import Number
from symhep.methods.record import Record

__all__ = ["AlongRecord", "LatentRecord"]


class AlongRecord(Record):
    """A change at the ends of the flows: median, least and largest of the flows."""

    flow: Number = Field(description="along the flows that change the oracle least")
    random_line: Number = Field(description="along straight lines in random directions, as far")


class LatentRecord(Record):
    """The autoencoder, and flows that change the oracle least."""

    latents: int = Field(description="latents")
    inputs: int = Field(description="features that they encode")
    autoencoder: str = Field(description="trained here, or from files")
    unexplained_variance: float = Field(description="share of the variance of the features that is lost")
    measured_on: int = Field(description="events on which that is measured")
    image: tuple[int, int] | None = Field(None, description="rows and columns of the features as an image")
    flows: int = Field(description="flows followed")
    length: float = Field(description="how far each way, in units of the rms of a latent")
    change_of_outputs: AlongRecord = Field(description="median length of the change of the outputs")
    change_of_probability: AlongRecord = Field(
        description="mean largest change of a probability; 0 for regressors"
    )
    changed_class: AlongRecord = Field(description="share of the events that change their class")
