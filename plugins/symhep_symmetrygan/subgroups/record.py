"""What is found out about subgroups, generators in the lab frame and discrete elements: one row per hypothesis."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.methods.number import Number
from symhep.methods.p_values import Adjusted
from symhep.methods.record import Record

__all__ = ["CandidateRow", "ClassRow", "DiscreteRow", "DiscreteSearch", "SubgroupSearch"]


class ClassRow(SubgroupRow):
    """A class of subgroups, with what classifiers and projections say of it at the reported position."""

    kl: tuple[float, ...] | None = Field(
        None,
        description="divergences of projections of events moved by random elements of the subgroup, in nats; "
        "null: not tested",
    )
    posthoc_loss: Number | None = Field(
        None, description="loss of a network that tells events from such images; null: not tested"
    )


class CandidateRow(Adjusted):
    """The hypothesis that the events respect the one-parameter group of a generator in the lab frame: J_z, K_x, ..."""

    label: str = Field(description="label of the generator")
    kl: tuple[float, ...] | None = Field(None, description="as of a class of subgroups")
    posthoc_loss: Number | None = Field(None, description="as of a class of subgroups")


class SubgroupSearch(Record):
    """All hypotheses on the continuous subgroups of a group."""

    catalogue: Literal["lorentz", "poincare"] = Field(description="the catalogue of classes")
    subgroups: tuple[ClassRow, ...] = Field(description="all classes of the catalogue, by falling dimension")
    maximal_subgroups: tuple[str, ...] = Field(description="survivors that lie in no other survivor")
    candidates: tuple[CandidateRow, ...] = Field(description="the group's generators in the lab frame")


class DiscreteSearch(Record):
    """All hypotheses on discrete elements."""

    discrete: tuple[DiscreteRow, ...] = Field(description="the elements, in the order of the card")
