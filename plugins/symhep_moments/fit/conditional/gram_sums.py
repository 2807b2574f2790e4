"""Sums over all events that regressions are made of: one pass over each sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep.events.copies import independent
from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep_moments.fit.points import Points
from symhep_moments.sample import Events
from symhep_moments.stream import EventsPass, together

__all__ = ["Centred", "GramSums", "centred_of_all", "gram_sums"]

FloatArray = npt.NDArray[np.float64]

#: Events at a time.
BLOCK = 1 << 14
#: Passes that share a reading: a state has J^2 numbers, and as many states are held as the blocks have binary digits.
SHARED = 4


@dataclass(frozen=True, eq=False)
class GramSums(EventsPass):
    """Of ``features`` s and ``functions`` f of events (n, P, D) the sums ``w``, ``s`` (J,), ``f`` (K,), ``ss`` of
    w s s^T, ``sf`` of w s f^T and ``ff`` of w f^2, and ``w2`` of the squares of the weights of independent events."""

    name: ClassVar[str] = "regressions"

    features: Callable[[Tensor], FloatArray]
    functions: Callable[[Tensor], Tensor]

    def of_events(self, events: Events, number: int) -> State:
        """See `EventsPass.of_events`."""
        parts = [
            self._sums(events.x[a : a + BLOCK], events.weights[a : a + BLOCK].cpu().numpy())
            for a in range(0, max(len(events), 1), BLOCK)
        ]
        w2 = (independent(events.weights.cpu().numpy(), events.source) ** 2).sum()
        return {name: np.asarray(sum(part[name] for part in parts)) for name in parts[0]} | {
            "w2": np.asarray(w2)
        }

    def _sums(self, x: Tensor, w: FloatArray) -> State:
        s, f = self.features(x), np.asarray(self.functions(x).cpu().numpy(), dtype=np.float64)
        weighted = s * w[:, None]
        return {
            "w": np.asarray(w.sum()), "s": weighted.sum(axis=0), "f": np.asarray(w @ f), "ss": weighted.T @ s,
            "sf": weighted.T @ f, "ff": np.asarray(w @ f**2),
        }  # fmt: skip


def gram_sums(
    works: Sequence[GramSums], samples: Sequence[Points], context: Context | None = None
) -> list[list[State]]:
    """Of each of ``works`` the states of the ``samples``, one reading of each for `SHARED` works."""
    found = list[list[State]]()
    for first in range(0, len(works), SHARED):
        some = works[first : first + SHARED]
        read = [together(some, sample.all_events, context) for sample in samples]
        found += [list(states) for states in zip(*read, strict=True)]
    return found


class Centred(NamedTuple):
    """Means of s (J,) and of y, f (1 + K,), and their centred E[s s^T], E[s (y, f)^T], E[(y, f)^2] and E[y f]."""

    centre: FloatArray
    about: FloatArray
    gram: FloatArray
    cross: FloatArray
    squares: FloatArray
    product: FloatArray

    def mean(self, label: FloatArray, position: FloatArray) -> FloatArray:
        """E[(y - e) (f - m)] (K,) of regressions with the coefficients ``label`` (J,) and ``position`` (J, K)."""
        left = self.cross[:, 1:] - self.gram @ position
        return np.asarray(self.product - self.cross[:, 0] @ position - label @ left)


def centred_of_all(states: Sequence[State], share: float) -> Centred:
    """Of the data, which count by ``share`` and have y = 1, and the reference."""
    data, reference = (
        {name: array * (part / float(state["w"])) for name, array in state.items()}
        for state, part in zip(states, (share, 1 - share), strict=True)
    )
    total = {name: data[name] + reference[name] for name in data}
    centre, about = total["s"], np.r_[share, total["f"]]
    return Centred(
        centre, about, total["ss"] - np.outer(centre, centre),
        np.column_stack([data["s"], total["sf"]]) - np.outer(centre, about),
        np.r_[share, total["ff"]] - about**2, data["f"] - share * total["f"],
    )  # fmt: skip
