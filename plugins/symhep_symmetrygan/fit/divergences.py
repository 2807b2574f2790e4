"""Projections of held-out events after the elements that were found: divergences, histograms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import hist
import numpy as np
import numpy.typing as npt

from symhep.hypotheses.divergence.observed import Observed, images
from symhep.methods.context import Progress, SilentProgress
from symhep.methods.result import Arrays
from symhep.stats.divergence import Excess
from symhep_symmetrygan.fit.elements import Elements
from symhep_symmetrygan.fit.histograms import planes
from symhep_symmetrygan.validation.observed import observed_of
from symhep_symmetrygan.validation.record import ElementDivergences

__all__ = ["Divergences"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Divergences:
    """Of E elements as ``found`` and ``refined``, ``known`` (E,) those that are matrices, and of ``random`` ones."""

    elements: Elements
    observed: Observed
    known: npt.NDArray[np.bool_]
    found: Excess
    refined: Excess
    random: Excess

    @classmethod
    def of(
        cls, elements: Elements, seeds: np.random.SeedSequence, progress: Progress | None = None
    ) -> Divergences | None:
        """None for elements that are no affine maps, and for events without projections (`observed_of`)."""
        v = elements.validated
        if v is None:
            return None
        observed = observed_of(elements.events, elements.options.validation.bins, seeds)
        if observed is None:
            return None
        known = np.asarray(np.isfinite(v.refined).all(axis=(1, 2)))
        sets = (v.found[known], v.refined[known], v.random)
        measured = list[Excess]()
        with (progress or SilentProgress()).task("projecting elements", sum(map(len, sets))) as advance:
            for some in sets:
                measured.append(observed.of_elements(some))
                advance(len(some))
        return cls(elements, observed, known, *measured)

    def members(self, chosen: npt.NDArray[np.bool_]) -> Excess:
        """Of the refined elements among these (E,)."""
        return self.refined[chosen[self.known]]

    def record(self) -> ElementDivergences:
        """Means of all groups of elements."""
        return ElementDivergences.seen(
            self.observed, symmetry=self.found, refined=self.refined, random=self.random,
            kept=self.members(self.elements.kept), failed=self.members(self._failed),
        )  # fmt: skip

    def drawing(self) -> Arrays:
        """The arrays that the figures are drawn from; NaN for what is no element."""
        arrays: Arrays = {"kl_noise": self.observed.noise(), "kl_random": self.random.kl}
        arrays |= {"excess_random": self.random.value, "excess_random_error": self.random.error}
        for name, some in (("found", self.found), ("refined", self.refined)):
            arrays |= {
                f"kl_{name}": self._everywhere(some.kl),
                f"excess_{name}": self._everywhere(some.value),
                f"excess_{name}_error": self._everywhere(some.error),
            }
        return arrays

    def histograms(self) -> dict[str, hist.Hist[Any]]:
        """Of the events and their images: a kept and a rejected element, those of median excess, and a random one."""
        v = self.elements.validated
        assert v is not None
        chosen: dict[str, FloatArray] = {}
        for name, group in (("kept", self.elements.kept), ("rejected", self._failed)):
            members = np.flatnonzero(group & self.known)
            if len(members):
                order = np.argsort(self.members(group).value.sum(axis=1), kind="stable")
                chosen[name] = v.refined[members[order[len(order) // 2]]]
        if len(v.random):
            chosen["random"] = v.random[0]
        held = self.elements.events.held
        x, weights = held.x.cpu().numpy(), held.weights.cpu().numpy()
        moved: Mapping[str, FloatArray] = dict(
            zip(chosen, images(x, np.array([*chosen.values()])), strict=True)
        )
        return self.observed.histograms(moved) | planes(self.elements.events, x, weights, moved)

    @property
    def _failed(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.elements.verdict == "failed")

    def _everywhere(self, values: FloatArray) -> FloatArray:
        whole = np.full((len(self.known), values.shape[1]), np.nan)
        whole[self.known] = values
        return whole
