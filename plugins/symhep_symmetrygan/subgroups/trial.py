"""Subgroups at given places, tested on held-out events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.divergence.observed import Observed
from symhep.methods.context import stream_for
from symhep.stats.divergence import Excess
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.subgroups.comparison import Comparison
from symhep_symmetrygan.subgroups.conjugates import Member
from symhep_symmetrygan.subgroups.evidence import Evidence, evidence
from symhep_symmetrygan.subgroups.networks import Judges, PooledImages
from symhep_symmetrygan.subgroups.options import WalkOptions
from symhep_symmetrygan.subgroups.random_elements import Draws, random_elements
from symhep_symmetrygan.subgroups.refinement import STEP, Positions
from symhep_symmetrygan.training.steps import Advance, nothing
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["Place", "Trial"]

FloatArray = npt.NDArray[np.float64]

#: Random elements that networks are trained with.
POOL = 2048
#: Random elements that every held-out event is compared with; the mean of several is less noisy.
IMAGES = 4


@dataclass(frozen=True, eq=False)
class Place:
    """A subgroup at one place: generators (k, 5, 5), which of them are turns, and what a fit was free to move."""

    name: str
    generators: Tensor
    compact: Tensor
    member: Member | None = None
    parameters: Tensor | None = None


class Trial:
    """Networks and waves against subgroups."""

    def __init__(
        self,
        events: Events,
        waves: Waves,
        positions: Positions,
        options: WalkOptions,
        seeds: np.random.SeedSequence,
        device: str,
        observed: Observed | None,
    ) -> None:
        self._events, self._positions, self._options = events, positions, options
        self._seeds, self._device = seeds, device
        self._held = Comparison(waves, events.held)
        self._observed = observed

    def of(self, places: Sequence[Place], advance: Advance = nothing) -> list[Evidence]:
        """Evidence against the density's invariance, for each place; the networks are trained as one batch.

        ``advance`` counts len(places) * posthoc_steps steps.
        """
        x = self._events.train.x
        pools = torch.stack([self._elements(place) for place in places])
        judges = Judges(
            self._events.train, PooledImages(pools.to(x.device), self._events.train), self._options.posthoc_steps,
            self._options.batch,
            [stream_for(self._seeds, f"network of {place.name}") for place in places], self._device, advance,
        )  # fmt: skip
        return [self._one(place, judges, r) for r, place in enumerate(places)]

    def _one(self, place: Place, judges: Judges, r: int) -> Evidence:
        held = self._events.held
        real = judges.scores(r, held.rows)
        moved, answers, losses = [], [], []
        for h in self._images(place, len(held)):
            fake = judges.scores(r, self._held.images(h))
            moved.append(self._held.differences(h))
            answers.append(torch.sigmoid(real) - torch.sigmoid(fake))
            losses.append(judges.loss(real, fake, held))
        tangent = None
        if place.member is not None and place.parameters is not None:
            slopes = self._positions.tangent(place.member, place.parameters)[1]
            own = self.slope(place, lambda x: torch.sigmoid(judges.scores(r, x)))
            tangent = np.concatenate([slopes, own[None]])
        loss = replace(losses[0], value=float(np.mean([one.value for one in losses])))
        waves, answer = (torch.stack(parts).mean(0) for parts in (moved, answers))
        return replace(evidence(waves, answer, held.weights, loss, tangent), excess=self.excess(place))

    def excess(self, place: Place) -> Excess | None:
        """(1, J) of held-out events moved by random elements of the subgroup, one for each event."""
        return None if self._observed is None else self._observed.excess([self.moved(place)])

    def moved(self, place: Place) -> FloatArray:
        """(N, D) held-out events, each moved by a random element of the subgroup."""
        first = next(self._images(place, len(self._events.held)))
        acted = self._events.held.x.shape[1]
        return np.asarray(self._held.images(first)[:, :acted].double().cpu().numpy())

    def slope(self, place: Place, answer: Callable[[Tensor], Tensor]) -> FloatArray:
        """Derivative (n + Q,) of E[answer(x) - answer(h x)] with a position that was searched.

        ``answer`` takes (N, D + S) to (N,). On held-out events: where a network was trained, what it learned is at its
        best for the position that was fitted there, and hardly moves with it.
        """
        assert place.member is not None
        assert place.parameters is not None
        held = self._events.held
        w, answers = held.weights / held.weights.sum(), []
        copies, places = self._positions.around(place.member, place.parameters)
        for generators in copies.generators(places):
            h = next(self._images(replace(place, generators=generators), len(held)))
            answers.append(float(w @ answer(self._held.images(h))))
        return np.asarray(answers[0] - np.array(answers[1:])) / STEP

    def _elements(self, place: Place) -> Tensor:
        """Random elements (POOL, 5, 5) to train with."""
        uniform, normal = self._numbers(place, "pool", POOL, 1)
        return random_elements(place.generators, place.compact, Draws.of(uniform, normal[0]))

    def _images(self, place: Place, count: int) -> Iterator[Tensor]:
        """Random elements (count, 5, 5) several times; turns evenly spaced, so that their mean has the less noise."""
        uniform, normal = self._numbers(place, "test", count, IMAGES)
        for k in range(IMAGES):
            turned = (uniform + k / IMAGES) % 1
            yield random_elements(place.generators, place.compact, Draws.of(turned, normal[k]))

    def _numbers(self, place: Place, purpose: str, count: int, times: int) -> tuple[Tensor, Tensor]:
        """Uniform (count, k) and normal numbers (times, count, k), from a stream of their own."""
        rng = np.random.default_rng(stream_for(self._seeds, f"{purpose} of {place.name}"))
        k = len(place.generators)
        uniform, normal = rng.uniform(size=(count, k)), rng.normal(size=(times, count, k))
        return torch.from_numpy(uniform).to(place.generators), torch.from_numpy(normal).to(place.generators)
