"""What the sentences on a result rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symhep.events.dataset import Dataset
from symhep.stats.intrinsic_dimension import DimensionEstimate
from symhep.stats.principal_components import PrincipalComponents
from symhep_vae.combinations import Constraint
from symhep_vae.correlations import LatentCorrelations
from symhep_vae.ensemble import Runs
from symhep_vae.options import VaeOptions
from symhep_vae.relevance import RelevantCount

__all__ = ["MIN_EVENTS", "Evidence"]

#: Fewer events than this leave the relevance at the mercy of a handful of them.
MIN_EVENTS = 500


@dataclass(frozen=True)
class Evidence:
    """Everything a sentence may rest on."""

    data: Dataset
    options: VaeOptions
    runs: Runs
    count: RelevantCount
    components: PrincipalComponents
    dimension: DimensionEstimate | None
    constraints: Sequence[Constraint]
    correlations: LatentCorrelations
    events: int
    effective: float

    @property
    def inconclusive(self) -> str:
        """Why the number of relevant latents means nothing; empty if it does mean something."""
        collapsed, runs = int((self.count.per_run == 0).sum()), len(self.runs.used)
        if self.events < MIN_EVENTS:
            return f"{self.events} event{'' if self.events == 1 else 's'} cannot tell"
        if 2 * collapsed > runs:
            return f"{collapsed} of {runs} runs collapsed"
        return ""

    @property
    def surplus(self) -> bool:
        """Are more latents relevant than directions exist linearly?"""
        return self.count.value > self.components.rank()

    @property
    def raised(self) -> bool:
        """Did `min_steps`, and not `epochs`, set the length of the training?"""
        return self.options.epochs_for(self.events) > self.options.epochs

    @property
    def longer(self) -> str:
        """The option that lengthens the training."""
        return "min_steps" if self.raised else "epochs"
