"""The first reading of all events: what is learned from some of them is checked, and the moments are summed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep.errors import MethodError
from symhep.events.copies import Copies, independent
from symhep.events.effective import FEWEST
from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep_moments.events import Events
from symhep_moments.fit.discrete.element_reading import ElementReading
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import weight
from symhep_moments.fit.sums import Means
from symhep_moments.fit.support import Support
from symhep_moments.fit.support_check import Residuals, support_of_all
from symhep_moments.fit.systematics import VariedMeans
from symhep_moments.fit.whole import Members
from symhep_moments.stream import EventsPass, together
from symhep_moments.varied import VariedEvents

__all__ = ["Along", "Counted", "FirstReading", "first_reading"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Counted:
    """Of all events: the share of |w| that is negative, copies among the rows, and the effective numbers of independent
    events, all and within the edges."""

    negative: float
    copies: Copies
    effective: float
    within: float


@dataclass(frozen=True, eq=False)
class FirstReading:
    """Of all events.

    Attributes
    ----------
    support
        What they fill.
    beyond
        (n, P, D) events that are not on the surface on which the subsample lies, if there are any.
    counted
        Their numbers.
    means, varied
        The states of `Means` and `VariedMeans`; None where nothing is fitted, or varied.
    members
        The state of `Members`; None where all events have the same vectors.
    elements
        What discrete elements asked for; None where they did not.
    """

    support: Support
    beyond: FloatArray
    counted: Counted
    means: State | None
    varied: State | None
    members: State | None
    elements: ElementReading | None


@dataclass(frozen=True, eq=False)
class Along:
    """grad f . v (n, K, G) of events: what moves the moments."""

    functions: TestFunctions
    fields: LinearFields

    def __call__(self, x: Tensor) -> Tensor:
        return self.functions.along(x, self.fields(x))


@dataclass(frozen=True, eq=False)
class _Numbers(EventsPass):
    """Sums of the weights of independent events and their squares, within the edges of ``functions`` too, of negative
    and absolute weights; independent events, and further rows that equal others of their block."""

    functions: TestFunctions
    copies: bool
    name = "numbers"

    def of_events(self, events: Events, number: int) -> State:
        w = events.weights.cpu().numpy()
        b = weight(self.functions, events.x).cpu().numpy() if len(w) else w
        own, inside = independent(w, events.source), independent(w * b, events.source)
        sums = [own.sum(), (own**2).sum(), inside.sum(), (inside**2).sum(), -w[w < 0].sum(), np.abs(w).sum()]
        counts = [len(own), 0]
        if self.copies:
            kept = w != 0
            source = np.arange(len(w)) if events.source is None else events.source
            counts[1] = Copies.of([events.x.cpu().numpy()[kept]], source[kept]).alike
        return {"sums": np.array(sums), "counts": np.array(counts)}


def first_reading(
    events: Events,
    support: Support,
    functions: TestFunctions,
    context: Context,
    variations: Sequence[VariedEvents] = (),
    *,
    fit: bool = True,
    elements: ElementReading | None = None,
) -> FirstReading:
    """One reading of all events, if they satisfy the equations of the ``support`` that the subsample has. ``fit``: sum
    the moments, too; and what ``elements`` ask for.

    Copies are counted anew where there is a subsample; rows that equal others by chance then within blocks alone.

    Raises `MethodError` for too few events within the edges.
    """
    works: list[EventsPass] = [Residuals(support.equations), _Numbers(functions, events.subsampled)]
    if fit:
        works.append(Means(functions, events.generators.homogeneous()))
        if variations:
            fields = LinearFields(events.generators, str(events.x.device), events.places)
            size = functions.count * len(events.generators)
            works.append(VariedMeans(Along(functions, fields), size))
    if events.places is not None:
        works.insert(0, Members())
    if elements is not None:
        works.append(elements.work)
    states = together(works, events, context, variations if fit or elements is not None else ())
    if elements is not None:
        elements = replace(elements, state=states.pop())
    members = None if events.places is None else states.pop(0)
    residuals, numbers, *sums = states
    counted = _counted(events, numbers)
    if counted.within < FEWEST:
        raise MethodError(
            f"effective number of events within the edges = {counted.within:.3g} < {FEWEST:g} (of {events.number} "
            "events); edges must be cuts that all events have passed: check their positions and widths"
        )
    support, beyond = support_of_all(events, support, residuals, context)
    means, varied = [*sums, None, None][:2]
    return FirstReading(support, beyond, counted, means, varied, members, elements)


def _counted(events: Events, state: State) -> Counted:
    w, w2, within, within2, negative, size = state["sums"].tolist()
    units, alike = state["counts"].tolist()
    copies = Copies(events.number - units, alike) if events.subsampled else events.copies
    return Counted(
        negative / max(size, 1e-300), copies, w * w / max(w2, 1e-300), within**2 / max(within2, 1e-300)
    )
