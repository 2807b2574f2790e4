"""Do the equations that some of the events satisfy hold for all of them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep_moments.events import Events
from symhep_moments.fit.support import Support, support_of
from symhep_moments.fit.support_groups import support_groups
from symhep_moments.stream import EventsPass, over_all

__all__ = ["Residuals", "support_of_all"]

FloatArray = npt.NDArray[np.float64]

#: Sum of the terms of an equation over the sum of their absolute values, beyond which an event does not satisfy it:
#: rounding of single precision leaves less.
VIOLATED = 1e-4
#: Events that are kept, those that violate an equation most.
KEPT = 64
#: Numbers of an intermediate array.
NUMBERS = 1 << 20


@dataclass(frozen=True, eq=False)
class Residuals(EventsPass):
    """The events that violate the ``equations`` of a `Support` most.

    State: ``residual`` (k,), decreasing, and ``x`` (k, P, D); at most `KEPT` of them.
    """

    equations: Mapping[str, FloatArray]
    name = "support"

    def of_events(self, events: Events, number: int) -> State:
        """See `symhep_moments.stream.EventsPass`."""
        kept = (events.weights != 0).cpu().numpy()
        x = np.asarray(events.x.cpu().numpy(), dtype=np.float64)[kept]
        return self._worst(self._residuals(events, x), x)

    def merge(self, first: State, second: State) -> State:
        """Of equal ones the first."""
        parts = [np.concatenate([first[key], second[key]]) for key in ("residual", "x")]
        return self._worst(*parts)

    @staticmethod
    def _worst(residual: FloatArray, x: FloatArray) -> State:
        above = np.flatnonzero(residual > VIOLATED)
        rows = above[np.argsort(-residual[above], kind="stable")[:KEPT]]
        return {"residual": residual[rows], "x": x[rows]}

    def _residuals(self, events: Events, x: FloatArray) -> FloatArray:
        """(n,) of each event the largest of all equations."""
        found = np.zeros(len(x))
        bare = replace(events, generators=events.generators.subset([]))
        step = max(1, NUMBERS // max(x[:1].size, 1))
        for first in range(0, len(x), step):
            some = x[first : first + step]
            for group in support_groups(bare, some, most=some.size):
                forms = self.equations.get(group.name)
                if forms is None or not len(forms):
                    continue
                worst = _worst(forms, group.flat)
                if group.of_set:
                    places = events.places
                    assert places is not None
                    there = some[:, places.members[group.name], places.dimension] > 0
                    own = np.zeros(there.shape)
                    own[there] = worst
                    worst = own.max(axis=1, initial=0.0)
                np.maximum(found[first : first + step], worst, out=found[first : first + step])
        return found


def _worst(forms: FloatArray, flat: FloatArray) -> FloatArray:
    """(n,) of points (n, C)."""
    y = np.c_[flat, np.ones(len(flat))]
    size, found = np.abs(y), np.zeros(len(y))
    for form in forms:
        terms = np.einsum("ni,ni->n", size @ np.abs(form), size)
        left = np.abs(np.einsum("ni,ni->n", y @ form, y))
        # A point where all terms are small satisfies it as well as one of the usual size.
        found = np.maximum(found, left / np.maximum(terms, np.abs(form).max()))
    return found


def support_of_all(
    events: Events, support: Support, residuals: State, context: Context | None = None
) -> tuple[Support, FloatArray]:
    """The ``support`` of some of ``events`` if all of them satisfy its equations, as the ``residuals`` say; or that of
    these and the events that do not, with those (n, P, D).

    An equation that stays when its worst offenders are among the points is violated by rounding alone.
    """
    more = residuals["x"][:0]
    while len(residuals["x"]):
        more = np.concatenate([more, residuals["x"]])
        found = support_of(events, more)
        fewer = _count(found) < _count(support)
        support = found
        if not fewer:
            break
        residuals = over_all(Residuals(support.equations), events, context)
    return support, more


def _count(support: Support) -> int:
    return sum(len(forms) for forms in support.equations.values())
