"""What the flows in a latent space do."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.number import Number
from symhep.methods.record import Record

__all__ = ["AlongRecord", "LatentRecord"]


class AlongRecord(Record):
    """A change at the ends of the flows: median, least and largest of the flows."""

    flow: Number = Field(description="along the flows on which the oracle changes least")
    random_line: Number = Field(description="along straight lines of equal length in random directions")


class LatentRecord(Record):
    """The autoencoder, and flows that change the oracle least."""

    latents: int = Field(description="latents")
    inputs: int = Field(description="number of input features")
    autoencoder: str = Field(description="whether it was trained in this run or read from files")
    unexplained_variance: float = Field(
        description="fraction of the variance of the features not reconstructed"
    )
    measured_on: int = Field(description="number of held-out events used to measure it")
    image: tuple[int, int] | None = Field(None, description="rows and columns of the features as an image")
    flows: int = Field(description="number of flows")
    length: float = Field(description="length in either direction, in units of the rms of a latent")
    change_of_outputs: AlongRecord = Field(description="median norm of the change of the outputs")
    change_of_probability: AlongRecord = Field(
        description="mean of the largest change of a class probability; 0 for regressors"
    )
    changed_class: AlongRecord = Field(description="fraction of events that change class")
