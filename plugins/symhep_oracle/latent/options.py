"""Options of the latent space in which generators are looked for."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from symhep.methods.interface import Options
from symhep.methods.layers import LayerSizes
from symhep_oracle.oracles.model_file_options import ModelFileOracle

__all__ = ["LatentOptions"]


def _script(value: Any) -> Any:
    """A bare path stands for {kind: torchscript, file: path}."""
    return {"kind": "torchscript", "file": value} if isinstance(value, str) else value


ScriptFile = Annotated[
    ModelFileOracle, BeforeValidator(_script, json_schema_input_type=str | ModelFileOracle)
]


class LatentOptions(Options):
    """An autoencoder, trained here or given as two TorchScript files, and what to draw.

    >>> LatentOptions().dimension
    16
    """

    encoder: ScriptFile | None = Field(
        None, description="TorchScript file: features (N, F) -> latents (N, L)"
    )
    decoder: ScriptFile | None = Field(
        None, description="TorchScript file: latents (N, L) -> features (N, F)"
    )
    dimension: int = Field(16, ge=1, le=256, description="number of latents of the autoencoder to be trained")
    hidden: LayerSizes = Field(
        (128,), description="sizes of the hidden layers of the encoder; the decoder has them in reverse order"
    )
    steps: int = Field(3000, ge=1, description="number of optimiser steps of the autoencoder")
    restarts: int = Field(2, ge=1, le=50, description="number of autoencoders to train; the best is used")
    held_out: float = Field(
        0.2,
        gt=0,
        lt=1,
        description="fraction of the events held out to measure the reconstruction",
    )
    flows: int = Field(
        6, ge=1, le=50, description="number of flows: the fields along which the oracle changes least"
    )
    length: float = Field(
        1.5, gt=0, description="length of the flow in either direction, in units of the rms of a latent"
    )
    image: tuple[int, int] | None = Field(
        None, description="rows and columns of the features as an image; default: square, if possible"
    )

    @model_validator(mode="after")
    def _both(self) -> LatentOptions:
        if (self.encoder is None) != (self.decoder is None):
            raise ValueError("'encoder' and 'decoder' are needed together: give both, or neither")
        for file in (self.encoder, self.decoder):
            if file is not None and file.kind != "torchscript":
                raise ValueError("'encoder' and 'decoder' must be TorchScript files")
        return self
