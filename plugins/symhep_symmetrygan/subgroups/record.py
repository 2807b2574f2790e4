"""What is found out about subgroups, generators in the lab frame and discrete elements: one row per hypothesis."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.hypotheses.candidates.record import CandidateRow
from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.hypotheses.discrete.scan_record import DiscreteScan
from symhep.hypotheses.divergence.record import DivergenceRecord
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.methods.number import Bounded, Number
from symhep.methods.record import Record

__all__ = ["ClassRow", "DiscreteSearch", "ElementRow", "LabRow", "SubgroupSearch"]


class ClassRow(SubgroupRow):
    """A class of subgroups, with projections and a network at the reported orientation."""

    excess: tuple[Bounded, ...] | None = Field(
        None,
        description="excess KL divergence of each projection (noise of split samples subtracted) for "
        "random elements of the subgroup, in nats; null: not tested",
    )
    posthoc_loss: Number | None = Field(
        None,
        description="post-hoc loss: loss of a network between events and such transformed events; "
        "null: not tested",
    )


class LabRow(CandidateRow):
    """A generator in the lab frame, likewise."""

    excess: tuple[Bounded, ...] | None = Field(None, description="as for a class of subgroups")
    posthoc_loss: Number | None = Field(None, description="as for a class of subgroups")


class ElementRow(DiscreteRow):
    """A discrete element, likewise."""

    excess: tuple[Bounded, ...] | None = Field(
        None,
        description="excess KL divergence of each projection (noise of split samples subtracted), in nats; "
        "null: not tested",
    )
    posthoc_loss: Number | None = Field(
        None,
        description="post-hoc loss: loss of a network between events and transformed events; null: "
        "not tested",
    )


class SubgroupSearch(Record):
    """All hypotheses on continuous subgroups."""

    catalogue: Literal["lorentz", "poincare"] = Field(description="catalogue of classes")
    subgroups: tuple[ClassRow, ...] = Field(
        description="all classes of the catalogue, in decreasing dimension"
    )
    maximal_subgroups: tuple[str, ...] = Field(description="names of the maximal compatible classes")
    subgroup_kl: DivergenceRecord | None = Field(
        description="KL divergences of projections for random elements of the maximal compatible classes, "
        "of violated generators, and of the whole group; null: not available for a variable "
        "number of objects"
    )
    candidates: tuple[LabRow, ...] = Field(description="generators of the group in the lab frame")


class DiscreteSearch(Record):
    """All hypotheses on discrete elements."""

    discrete: tuple[ElementRow, ...] = Field(description="elements in the order of the card")
    cyclic_scan: DiscreteScan | None = Field(
        None, description="cyclic groups of a one-parameter subgroup; null: not requested"
    )
    discrete_kl: DivergenceRecord | None = Field(
        description="KL divergences of projections of transformed events; no random elements; null: not "
        "available for a variable number of objects"
    )
    forward_backward_asymmetry: Number | None = Field(
        description="forward-backward asymmetry of an oppositely charged pair, a fraction; null: no such pair"
    )
