"""What the solvers that train found on the way."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.methods.number import Number
from symhep.methods.record import Record

__all__ = ["Diagonal", "FlowsRecord", "GradientRecord", "LossRecord", "ScanRow", "SeedField"]


class LossRecord(Record):
    """Final loss over the seeds."""

    best: float | None = Field(description="smallest over the seeds; null: not finite")
    median: float | None = Field(description="median over the seeds; null: not finite")


class ScanRow(Record):
    """Training with one number of generators."""

    asked: int = Field(description="number of generators N_g")
    loss: LossRecord = Field(description="final loss")
    parts: dict[str, float | None] = Field(description="weighted terms of the smallest loss")
    violation: float | None = Field(description="largest relative change of the oracle along their span")
    closure_gap: float | None = Field(description="rms closure residual per pair")
    successes: int = Field(description="number of seeds that converge to symmetries")
    seeds: int = Field(description="number of seeds")


class Diagonal(Record):
    """Rms of the diagonal entries, which differences forward move."""

    measured: float = Field(description="of the trained matrices")
    second_order: float = Field(description="expected to second order in the step")


class GradientRecord(Record):
    """Training of matrices for every N_g of a scan."""

    scan: tuple[ScanRow, ...] = Field(description="one row for each N_g")
    epsilon: float = Field(description="step of the finite differences")
    difference: Literal["forward", "central"] = Field(description="type of the finite differences")
    resolution: float = Field(
        description="largest relative violation at which matrices are accepted as symmetries"
    )
    diagonal: Diagonal | None = Field(None, description="null without generators")


class SeedField(Record):
    """A trained vector field of one seed."""

    seed: int = Field(description="from 1")
    field: int = Field(description="from 1")
    loss: float | None = Field(description="final loss of the seed; null: not finite")
    violation: float | None = Field(description="rms of grad phi . v over the rms of |v| times the slope")
    along: float | None = Field(description="fraction of |v|^2 along the contours")


class FlowsRecord(Record):
    """Training of networks x -> v(x), measured on events that they were not trained on."""

    asked: int = Field(description="number of fields trained together")
    found_per_seed: tuple[int, ...] = Field(
        description="for each seed, number of fields that follow the contours"
    )
    best: int = Field(description="seed with the smallest loss, counted from 1")
    trained_on: int = Field(description="number of training events")
    measured_on: int = Field(description="number of held-out events, used to measure the fields")
    loss: LossRecord = Field(description="final loss")
    parts: dict[str, float | None] = Field(description="weighted terms of the smallest loss")
    along_by_chance: float = Field(description="fraction of |v|^2 along the contours for random directions")
    directions: Number = Field(
        description="mean number of independent directions spanned by the fields at a point"
    )
    in_plane: bool = Field(description="whether the events are two-dimensional, so that the fields are drawn")
    fields: tuple[SeedField, ...] = Field(description="all fields of all seeds")
