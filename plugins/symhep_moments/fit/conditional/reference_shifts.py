"""How moments along orbits move with the reference, from sums over all of its events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep_moments.fit.conditional.gram_sums import BLOCK, SHARED, GramSums
from symhep_moments.fit.conditional.partialling import Fit, Partialled, mean_of_all
from symhep_moments.fit.points import Points
from symhep_moments.sample import Events
from symhep_moments.stream import EventsPass, over_all, together
from symhep_moments.varied import VariedEvents

__all__ = ["ResidualSums", "reference_shifts"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ResidualSums(EventsPass):
    """Sums of w r g of the reference, r the residual of the regression of y and g that of the functions, as of `Fit`:
    ``sums`` (1 + A, K) and those of the weights, ``w`` (1 + A,), nominal ones and alternatives with the same rows."""

    name: ClassVar[str] = "shifts of the reference"

    features: Callable[[Tensor], FloatArray]
    functions: Callable[[Tensor], Tensor]
    fit: Fit

    def of_events(self, events: Events, number: int) -> State:
        """See `EventsPass.of_events`."""
        varied = [(e, s) for v in events.variations for e, s in zip(v.alternatives, v.same_rows, strict=True)]
        none = np.zeros(len(events))
        weights = np.stack([
            events.weights.cpu().numpy(), *(e.weights.cpu().numpy() if same else none for e, same in varied)
        ])  # fmt: skip
        sums = np.zeros((len(weights), self.fit.position.shape[1]))
        for a in range(0, len(events), BLOCK):
            x = events.x[a : a + BLOCK]
            s = self.features(x) - self.fit.centre
            f = np.asarray(self.functions(x).cpu().numpy(), dtype=np.float64)
            left = -self.fit.about[0] - s @ self.fit.label
            g = f - self.fit.about[1:] - s @ (self.fit.position + self.fit.again)
            sums += weights[:, a : a + BLOCK] @ (left[:, None] * g)
        return {"sums": sums, "w": weights.sum(axis=1)}


@dataclass(frozen=True, eq=False)
class _OfAlternative(EventsPass):
    """Of the events of the ``number``-th alternative, which are read with the blocks of the nominal ones."""

    work: GramSums
    number: int
    name: ClassVar[str] = "alternatives of the reference"

    def of_events(self, events: Events, number: int) -> State:
        """See `EventsPass.of_events`."""
        every = [alternative for v in events.variations for alternative in v.alternatives]
        return self.work.of_events(every[self.number], number)


def reference_shifts(
    works: Sequence[GramSums],
    found: Sequence[Partialled],
    data: Points,
    reference: Points,
    variations: Sequence[VariedEvents],
    states: Sequence[Sequence[State]],
    context: Context | None = None,
) -> list[FloatArray]:
    """(A, K) by how much each of ``found`` differs under the alternatives of ``variations``, from all events.

    Of other weights (w') by the share of the reference times mean' - mean of r g: to first order, as in
    `symhep_moments.fit.conditional.varied.partialled_under`. Of other events anew, with the nominal features.

    ``states``: of ``works`` over the data and the reference.
    """
    events, differences = reference.all_events, list[FloatArray]()
    share = reference.effective / (data.effective + reference.effective)
    flat = [(e, s) for v in variations for e, s in zip(v.alternatives, v.same_rows, strict=True)]
    for first in range(0, len(works), SHARED):
        some = range(first, min(first + SHARED, len(works)))
        residuals = [ResidualSums(works[i].features, works[i].functions, found[i].known) for i in some]
        for state in together(residuals, events, context, variations):
            means = state["sums"] / np.where(state["w"] != 0, state["w"], 1.0)[:, None]
            differences.append(share * (means[1:] - means[0]))
    for a, (other, same) in enumerate(flat):
        if same:
            continue
        for i, work in enumerate(works):
            apart = other.stream is not None
            own = (
                over_all(work, replace(other, variations=()), context)
                if apart
                else over_all(_OfAlternative(work, a), events, context, variations)
            )
            differences[i][a] = mean_of_all([states[i][0], own], data) - found[i].mean
    return differences
