"""What all restarts found, gathered: elements, their verdicts, and what held-out events say of them as a whole."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.methods.number import Number
from symhep.methods.p_values import LEAST
from symhep.methods.result import Arrays, Part
from symhep.stats.multiplicity import holm
from symhep_symmetrygan.landscape.loss import LOG_4
from symhep_symmetrygan.maps.periods import periods_of
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.record import InertialRecord, SearchRecord, SpaceRecord
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.validation.record import LossRecord, VerdictCounts
from symhep_symmetrygan.validation.results import Validated

__all__ = ["Elements", "mean_loss"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: What a part holds once, and not for each restart.
ONCE = ("random", "posthoc_random", "posthoc_random_error", "networks_random")


@dataclass(frozen=True, eq=False)
class Elements:
    """E elements, one per restart, on the events of the space that was searched.

    Attributes
    ----------
    space, events, options
        Where they were searched; the events as rows of the coordinates that the space acts on.
    arrays
        What the shards left, restarts in their order: ``initial`` and ``final`` (E, K) parameters for scaled
        coordinates, ``loss`` (E, T), ``diverged`` (E,), ``log_p`` (E,), for an inertial density ``inertial_log_p``
        (E,), and for affine maps all of `Validated`.
    """

    space: Space
    events: Events
    options: SymmetryGanOptions
    arrays: Mapping[str, npt.NDArray[Any]]

    @classmethod
    def of(cls, parts: Sequence[Part], space: Space, events: Events, options: SymmetryGanOptions) -> Elements:
        """Those of all blocks of restarts."""
        first = parts[0].arrays
        joined = {
            name: first[name] if name in ONCE else np.concatenate([part.arrays[name] for part in parts])
            for name in first
        }
        return cls(space, events, options, joined)

    def __len__(self) -> int:
        return len(self.arrays["final"])

    @cached_property
    def log_p_adjusted(self) -> FloatArray:
        """(E,) Holm's, for all that are known."""
        return holm_of(self.arrays["log_p"])

    @cached_property
    def verdict(self) -> npt.NDArray[np.str_]:
        """(E,) 'diverged', 'not tested', 'failed' if the adjusted p is at most the level, else 'kept'."""
        passed = self.log_p_adjusted > math.log(self.options.level)
        verdict = np.where(passed, "kept", "failed").astype("U10")
        verdict[np.isnan(self.log_p_adjusted)] = "not tested"
        verdict[self.arrays["diverged"]] = "diverged"
        return verdict

    @property
    def kept(self) -> BoolArray:
        """(E,)."""
        return np.asarray(self.verdict == "kept")

    @cached_property
    def validated(self) -> Validated | None:
        """The validation of affine elements; None for other maps."""
        if not self.space.family.affine:
            return None
        arrays: dict[str, Any] = {f.name: self.arrays[f.name] for f in fields(Validated)}
        return Validated(**(arrays | {"log_p_adjusted": self.log_p_adjusted}))

    @cached_property
    def units(self) -> FloatArray:
        """(K,) what brings parameters to the units of the data."""
        return self.space.units(self.events)

    @property
    def periods(self) -> FloatArray:
        """(K,) 2 pi for angles, 0 for other parameters."""
        return periods_of(self.space.family)

    def records(self) -> dict[str, Any]:
        """The fields of the record that concern elements one by one, and on average."""
        v = self.validated
        return {
            "elements": int((self.verdict != "diverged").sum()),
            "verdicts": self._counts(),
            "posthoc_loss": None if v is None else self._losses(v),
            "space": SpaceRecord(
                name=self.space.name,
                marginal=self.space.marginal,
                spectator_names=self.events.spectators,
                parameter_labels=self.space.family.labels,
                discrete_parameters=self.space.discrete,
                coordinates=self.events.names,
                dimension=None if self.space.generators is None else len(self.space.generators),
            ),
            "search": SearchRecord(
                restarts=len(self), terms=tuple(term.words for term in self.options.terms)
            ),
            "inertial": self._inertial(),
        }

    def drawing(self) -> Arrays:
        """The arrays that their figures are drawn from."""
        a, v = self.arrays, self.validated
        points = a["loss"].shape[1]
        steps = (np.arange(points) + 0.5) / points * self.options.training.steps
        found: Arrays = {
            "initial": a["initial"] * self.units, "final": a["final"] * self.units, "periods": self.periods,
            "matrices": self._matrices(), "verdict": self.verdict, "loss": a["loss"],
            "loss_steps": np.round(steps).astype(np.int64), "log10_p": log10(a["log_p"]),
            "log10_p_adjusted": log10(self.log_p_adjusted),
        }  # fmt: skip
        if v is None:
            return found | {"log10_p_trained": log10(a["log_p"])}
        found |= {
            "random": v.random,
            "refined": v.refined,
            "moved": v.moved,
            "log10_p_trained": log10(v.log_p_found),
        }
        if np.isfinite(v.posthoc_found).any():
            names = ("posthoc_found", "posthoc_found_error", "posthoc_random", "posthoc_random_error")
            found |= {name: getattr(v, name) for name in names}
        return found

    def checkpoint(self) -> dict[str, npt.NDArray[np.float32]]:
        """Parameters of the classifiers that were trained afterwards; empty without any."""
        v = self.validated
        if v is None or not v.networks_found.shape[1]:
            return {}
        return {
            "found": v.networks_found.astype(np.float32),
            "refined": v.networks_refined.astype(np.float32),
            "random": v.networks_random.astype(np.float32),
        }

    def _matrices(self) -> FloatArray:
        """(E, D + 1, D + 1) as trained, NaN for what diverged or is not a matrix."""
        d = self.space.family.vector
        if not self.space.family.affine:
            return np.full((len(self), d + 1, d + 1), np.nan)
        matrices = self.space.matrices(np.nan_to_num(self.arrays["final"]))
        matrices[self.arrays["diverged"]] = np.nan
        return matrices

    def _counts(self) -> VerdictCounts:
        trained = self.arrays["log_p_found" if self.validated is not None else "log_p"]
        counts = {
            name.replace(" ", "_"): int((self.verdict == name).sum())
            for name in ("kept", "failed", "diverged", "not tested")
        }
        weak = 0 if self.validated is None else int((self.kept & (self.validated.weak > 0)).sum())
        return VerdictCounts(
            **counts, weak=weak, kept_as_trained=int((trained > math.log(self.options.level)).sum())
        )

    def _losses(self, v: Validated) -> LossRecord | None:
        """None if no classifier was trained."""
        if not np.isfinite(v.posthoc_found).any():
            return None
        return LossRecord(
            found=mean_loss(v.posthoc_found),
            random=mean_loss(v.posthoc_random),
            kept=mean_loss(v.posthoc_found[self.kept]),
            failed=mean_loss(v.posthoc_found[self.verdict == "failed"]),
            ideal=LOG_4,
        )

    def _inertial(self) -> InertialRecord | None:
        """How many elements keep the inertial density, by Holm's p-values."""
        if self.options.inertial is None:
            return None
        adjusted = holm_of(self.arrays["inertial_log_p"])
        known = adjusted[~np.isnan(adjusted)]
        kept = int((known > math.log(self.options.level)).sum())
        return InertialRecord(how=self.options.inertial.way, kept=kept, failed=len(known) - kept)


def holm_of(log_p: FloatArray) -> FloatArray:
    """Holm's adjustment of those that are known; NaN stays.

    >>> holm_of(np.array([np.nan, -10.0, 0.0])).round(3).tolist()
    [nan, -9.307, 0.0]
    """
    known, out = ~np.isnan(log_p), np.full(len(log_p), np.nan)
    if known.any():
        out[known] = holm(log_p[known])
    return out


def log10(log_p: FloatArray) -> FloatArray:
    """Decimal logarithms, what no float holds as `LEAST`; NaN stays.

    >>> log10(np.array([-np.inf, 0.0, np.nan])).tolist()
    [-1000000.0, 0.0, nan]
    """
    return np.asarray(np.maximum(log_p / np.log(10), LEAST))


def mean_loss(values: FloatArray) -> Number | None:
    """Mean over elements with its error; None without an element."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    error = float(known.std(ddof=1)) / math.sqrt(len(known)) if len(known) > 1 else math.nan
    return Number.with_error(float(known.mean()), error)
