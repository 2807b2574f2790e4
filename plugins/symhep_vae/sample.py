"""The events that enter the training: thinned, scaled, smeared and weighted as the options say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.events.counterparts import counterparts
from symhep.events.dataset import Dataset
from symhep.events.drawn import Drawn
from symhep.events.effective import require_effective, require_spread
from symhep.events.stream import EventStream, InMemory, stream_of
from symhep.events.subsample import subsample
from symhep.events.varied_stream import planned_of
from symhep.methods.interface import Inputs
from symhep_vae.options import VaeOptions

__all__ = ["MAX_NEGATIVE", "Sample", "require_trainable", "to_train_on"]

FloatArray = npt.NDArray[np.float64]

#: A share f of negative |weight| inflates the variance of a gradient by 1/(1-2f)^2: 6 times at 0.3.
MAX_NEGATIVE = 0.3


@dataclass(frozen=True, eq=False)
class Sample(Inputs[VaeOptions]):
    """n events as the networks see them; ``data`` holds these n alone.

    Attributes
    ----------
    x
        (n, F) scaled features, with the noise of the options.
    weights
        (n,) signed weights with mean 1, so that a mean over events estimates sum w l / sum w.
    available
        Events of which these were taken.
    left_out
        Units of the others, of those in memory.
    others
        All events of which these were drawn as a subsample; None: the networks are judged by these n.
    planned
        Names of variations and alternatives that their blocks hold.
    """

    x: FloatArray
    weights: FloatArray
    available: int
    left_out: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    others: EventStream | None = None
    planned: frozenset[tuple[str, str]] = frozenset()

    @property
    def weighted(self) -> bool:
        """Do the weights differ?"""
        return self.data.weighted

    @property
    def drawn(self) -> Drawn:
        """The source events of the n."""
        return Drawn.of(self.data)

    @classmethod
    def prepare(cls, data: Dataset, options: VaeOptions) -> Sample:
        """Events of ``data`` for ``options``. Raises `MethodError` where no training can make sense."""
        whole = _thinned(data, options)
        chosen = to_train_on(data, options)
        require_trainable(chosen)
        found = cls._of(chosen, options, data.events, np.setdiff1d(data.unit, chosen.unit))
        if len(chosen) == whole.events:
            return found
        return replace(found, others=stream_of(whole), planned=planned_of(whole))

    def varied(self, data: Dataset, rng: np.random.Generator) -> Sample:
        """The same events under a variation; of those that this sample lacks as large a share as it takes of its own.

        Raises `MethodError` where the varied events have nothing that networks can be evaluated on.
        """
        taken = np.unique(self.data.unit)
        share = len(taken) / (len(taken) + len(self.left_out))
        chosen = data.take(counterparts(data.unit, taken, self.left_out, share, rng))
        require_trainable(chosen)
        found = self._of(chosen, self.options, data.events, np.setdiff1d(data.unit, chosen.unit))
        return found if self.others is None else replace(found, others=self._varied_others(data, rng))

    def reweighted(self, data: Dataset) -> Sample:
        """The same rows, with the weights of ``data``, which holds all events. Raises `MethodError` as `prepare`."""
        chosen = to_train_on(data, self.options)
        require_trainable(chosen)
        others = None if self.others is None else stream_of(_thinned(data, self.options))
        return replace(self, data=chosen, weights=_of_mean_one(chosen), others=others)

    def _varied_others(self, data: Dataset, rng: np.random.Generator) -> EventStream:
        """All varied events; of those that ``max_events`` leaves, their counterparts."""
        if self.options.max_events is None or not isinstance(self.others, InMemory):
            return stream_of(data)
        kept = np.unique(self.others.data.unit)
        away = np.setdiff1d(self.left_out, kept)
        share = len(kept) / (len(kept) + len(away))
        return stream_of(data.take(counterparts(data.unit, kept, away, share, rng)))

    @classmethod
    def _of(
        cls, chosen: Dataset, options: VaeOptions, available: int, left_out: npt.NDArray[np.int64]
    ) -> Sample:
        x = chosen.scaled
        if options.noise:
            x = x + options.noise * np.random.default_rng(options.noise_seed).standard_normal(x.shape)
        return cls(chosen, options, x, _of_mean_one(chosen), available, left_out)


def _of_mean_one(data: Dataset) -> FloatArray:
    return data.weights * (len(data) / float(data.weights.sum()))


def to_train_on(data: Dataset, options: VaeOptions) -> Dataset:
    """At most ``train_events`` of the events, a uniform subsample of source events with all their rows."""
    return replace(subsample(_thinned(data, options), options.train_events, "training"), stream=None)


def _thinned(data: Dataset, options: VaeOptions) -> Dataset:
    """At most ``max_events`` of the events, evenly spaced through those in memory."""
    if options.max_events is None or options.max_events >= data.events:
        return data
    kept = min(options.max_events, len(data))
    rows = np.linspace(0, len(data) - 1, kept) if kept > 1 else np.zeros(1)
    return data.take(rows.astype(np.int64))


def require_trainable(data: Dataset) -> None:
    """Raise `MethodError` for events that no training can make sense of."""
    if len(data) == 0:
        raise MethodError(f"no events in '{data.name}' have all features finite and enough objects")
    if data.values.shape[1] == 0:
        raise MethodError(f"'{data.name}' has no features")
    require_spread(data)
    # A scaling that was fitted to NaN spoils all events.
    bad = [c.name for c, x in zip(data.columns, data.scaled.T, strict=True) if not np.isfinite(x).all()]
    if bad:
        raise MethodError(
            f"{', '.join(bad)}: NaN or infinity in some events; remove them with a cut in a selection"
        )
    _require_weights(data)
    require_effective(data)


def _require_weights(data: Dataset) -> None:
    weights = data.weights
    if not np.isfinite(weights).all():
        raise MethodError(f"'{data.name}' has event weights that are NaN or infinite")
    total = float(weights.sum())
    if total <= 0:
        raise MethodError(
            f"the event weights of '{data.name}' sum to {total:.4g}; training needs a positive sum. "
            "Use 'weights: {negative: abs}' if the sign does not matter"
        )
    negative = float(-weights[weights < 0].sum() / np.abs(weights).sum())
    if negative > MAX_NEGATIVE:
        raise MethodError(
            f"{negative:.0%} of the sum of |w| of '{data.name}' is from negative weights; training allows at "
            f"most {MAX_NEGATIVE:.0%}. "
            "Use 'weights: {negative: abs}' if the sign does not matter"
        )
