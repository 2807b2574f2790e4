"""Options of the validation."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.interface import Options
from symhep.methods.layers import LayerSizes

__all__ = ["PosthocOptions", "ValidationOptions"]


class PosthocOptions(Options):
    """Newly trained classifiers, one per element."""

    steps: int = Field(1000, ge=1, description="number of training steps")
    batch: int = Field(128, ge=1, description="batch size (events)")
    learning_rate: float = Field(
        3e-3, gt=0, le=1e30, description="initial learning rate of Adam; decreases to 0 (cosine)"
    )
    hidden: LayerSizes = Field((25, 25), min_length=1, description="sizes of the hidden layers (ReLU)")


class ValidationOptions(Options):
    """Refinement and tests of the elements found.

    >>> ValidationOptions(bins=50).posthoc.hidden
    (25, 25)
    """

    removed_keys = {"splits": "remove it: divergences have errors without it"}

    waves: int = Field(
        48,
        ge=1,
        description="number of frequencies of the test functions (a cosine and a sine each); at most one per 40 "
        "effective events of the training or the held-out sample",
    )
    steps: int = Field(40, ge=1, description="maximum number of refinement steps")
    reach: float = Field(
        0.3,
        gt=0,
        description="maximum displacement of the events by refinement, in units of their r.m.s. size",
    )
    bins: int = Field(100, ge=2, description="number of bins of the histograms for KL divergences")
    random: int = Field(100, ge=0, description="number of random elements of the search space for comparison")
    posthoc: PosthocOptions | None = Field(
        PosthocOptions(), description="newly trained classifiers; null: none, tests with plane waves only"
    )
