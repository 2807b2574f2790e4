"""What was found out about a single generator at its own place."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.hypotheses.bounds.record import Limits
from symhep.methods.p_values import Adjusted

__all__ = ["CandidateRow", "Untested"]

#: Why a generator was not tested; see `CandidateRow.how`.
Untested = Literal["support", "trivial", "combined", "undefined", "unfitted"]


class CandidateRow(Adjusted, Limits):
    """The hypothesis that the one-parameter group of this generator (J_z, K_x, ...) is a symmetry."""

    label: str = Field(description="the generator")
    how: Literal["tested"] | Untested = Field(
        "tested",
        description="how it was tested, or why not: support: it does not preserve the surface on which the "
        "events lie; trivial: it acts trivially on these events; combined: combinations with "
        "candidates that act identically are tested instead; undefined: it needs components "
        "that some vectors do not have; unfitted: too few events, or too many candidates",
    )
