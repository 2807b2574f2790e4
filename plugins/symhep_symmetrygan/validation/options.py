"""Options of the validation."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.interface import Options
from symhep.methods.layers import LayerSizes

__all__ = ["PosthocOptions", "ValidationOptions"]


class PosthocOptions(Options):
    """Classifiers that are trained afterwards, one per element."""

    steps: int = Field(1000, ge=1, description="batches that each sees")
    batch: int = Field(128, ge=1, description="events per batch")
    learning_rate: float = Field(
        3e-3, gt=0, le=1e30, description="step size of Adam at the start; it falls to 0 as a cosine"
    )
    hidden: LayerSizes = Field((25, 25), min_length=1, description="ReLU layers of the networks")


class ValidationOptions(Options):
    """How found elements are refined and tested.

    >>> ValidationOptions(bins=50).posthoc.hidden
    (25, 25)
    """

    waves: int = Field(
        48,
        ge=1,
        description="number of frequencies of the test functions (a cosine and a sine each); at most one per 40 "
        "effective events of the training or the held-out sample",
    )
    steps: int = Field(40, ge=1, description="most steps of the refinement")
    reach: float = Field(
        0.3,
        gt=0,
        description="farthest that refining may move the events, in units of their root mean square size",
    )
    bins: int = Field(100, ge=2, description="bins of every histogram whose divergence is taken")
    random: int = Field(100, ge=0, description="random elements of the space to compare with")
    posthoc: PosthocOptions | None = Field(
        PosthocOptions(), description="classifiers trained afterwards; null: none, and waves alone test"
    )
