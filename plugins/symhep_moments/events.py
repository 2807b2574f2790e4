"""Events as the fit sees them: scaled vectors with signed weights, and the candidate generators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from symhep.events.copies import Copies, independent
from symhep.events.effective import effective_events
from symhep.events.stream import EventStream
from symhep.events.vectors import ActsOn
from symhep.lie.generators import Generators
from symhep_moments.places import Places

if TYPE_CHECKING:  # torch takes a second to load, and a card is checked without it
    from torch import Tensor

    from symhep_moments.varied import VariedEvents

__all__ = ["Events"]


@dataclass(frozen=True, eq=False)
class Events:
    """N events of P vectors of d components.

    Attributes
    ----------
    x
        (N, P, d) float64, divided by ``scale``: the root mean square of all components is one. With ``places`` the
        components may be followed by others, (N, P, D).
    weights
        (N,) signed.
    scale
        In the unit of the data.
    names, unit
        Of the components of a vector, as in `symhep.events.vectors.Vectors`.
    momenta
        Are the vectors four-momenta (E, px, py, pz)?
    generators
        G candidates (G, d + 1, d + 1), affine; translations by one are by ``scale``.
    available
        Events that these were taken from; None: these.
    source
        (N,) number of the independent source event of each; None: each is its own.
    places
        What the columns are, where they are more than vectors of which all is known.
    particles
        P names of the vectors; () if they have none.
    left_out
        (label, why) of the candidates that are not defined on all of the vectors.
    of_objects
        Are the vectors what is known of the four-momenta of objects?
    read
        Copies among the rows that the events are made of, where all of them are used.
    columns
        As of `symhep.events.vectors.Vectors`.
    stream
        All events, of which these may be a uniform subsample; None: these are all. `symhep_moments.stream.over_all`
        passes over them.
    here
        These as a stream.
    subsampled
        Are they a subsample?
    asked
        What `symhep.events.vectors.vectors_of` makes vectors of a block with: ``acts_on`` and ``vectors``.
    variations
        Of the rows of a block: the same rows, or those of the same block, under the systematic variations that are read
        with it.
    """

    x: Tensor
    weights: Tensor
    scale: float
    names: tuple[str, ...]
    unit: str
    momenta: bool
    generators: Generators
    available: int | None = None
    source: npt.NDArray[np.int64] | None = None
    places: Places | None = None
    particles: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    of_objects: bool = False
    read: Copies | None = None
    columns: tuple[str, ...] = ()
    stream: EventStream | None = None
    here: EventStream | None = None
    subsampled: bool = False
    asked: tuple[ActsOn, int | None] = ("auto", None)
    variations: tuple[VariedEvents, ...] = ()

    @property
    def vectors(self) -> Tensor:
        """(N, P, d) the components alone."""
        return self.x if self.places is None else self.x[..., : self.places.dimension]

    @property
    def effective(self) -> float:
        """Effective number of independent events, of all."""
        if self.subsampled and self.stream is not None:
            return self.stream.effective
        return effective_events(independent(self.weights.cpu().numpy(), self.source))

    @property
    def copies(self) -> Copies:
        """Which of the events with a weight come from the same event as others, or may."""
        if self.read is not None:
            return self.read
        kept = (self.weights != 0).cpu().numpy()
        source = np.arange(len(self)) if self.source is None else self.source
        return Copies.of([self.x.cpu().numpy()[kept]], source[kept])

    @property
    def number(self) -> int:
        """How many there are, of which these may be a subsample."""
        return self.stream.events if self.subsampled and self.stream is not None else len(self)

    @property
    def few(self) -> Events:
        """All of them, or where there are more than that the subsample alone."""
        return replace(self, stream=self.here, subsampled=False)

    @property
    def bare(self) -> Events:
        """No events, of the same kind."""
        x, weights = (part[:0].clone() for part in (self.x, self.weights))  # a view is pickled with all of it
        return replace(
            self, x=x, weights=weights, source=None, stream=None, here=None, subsampled=False,
            read=None,
            variations=(),
        )  # fmt: skip

    def rows(self, rows: npt.NDArray[np.int64]) -> Events:
        """Some of those in memory, as if there were no others."""
        import torch

        chosen = torch.from_numpy(rows).to(self.x.device)
        source = None if self.source is None else self.source[rows]
        return replace(self.bare, x=self.x[chosen], weights=self.weights[chosen], source=source)

    def on(self, device: str) -> Events:
        """The same events on another device."""
        return replace(self, x=self.x.to(device), weights=self.weights.to(device))

    def scaled_as(self, other: Events) -> Events:
        """The same events in the units of others."""
        x, d = self.x * (self.scale / other.scale), len(self.names)
        x[..., d:] = self.x[..., d:]
        return replace(self, x=x, scale=other.scale)

    def __len__(self) -> int:
        return len(self.x)
