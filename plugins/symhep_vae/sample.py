"""The events that enter the training: thinned, scaled, smeared and weighted as the options say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.events.effective import require_effective, require_spread
from symhep.methods.interface import Inputs
from symhep_vae.options import VaeOptions

__all__ = ["MAX_NEGATIVE", "Sample", "require_trainable", "thinned"]

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
    """

    x: FloatArray
    weights: FloatArray
    available: int

    @property
    def weighted(self) -> bool:
        """Do the weights differ?"""
        return self.data.weighted

    @classmethod
    def prepare(cls, data: Dataset, options: VaeOptions) -> Sample:
        """Events of ``data`` for ``options``. Raises `MethodError` where no training can make sense."""
        chosen = thinned(data, options)
        require_trainable(chosen)
        x = chosen.scaled
        if options.noise:
            x = x + options.noise * np.random.default_rng(options.noise_seed).standard_normal(x.shape)
        weights = chosen.weights * (len(chosen) / float(chosen.weights.sum()))
        return cls(chosen, options, x, weights, len(data))


def thinned(data: Dataset, options: VaeOptions) -> Dataset:
    """At most ``max_events`` of the events, evenly spaced through the sample."""
    if options.max_events is None or options.max_events >= len(data):
        return data
    kept = options.max_events
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
        raise MethodError(f"{', '.join(bad)}: some events hold NaN or infinity; cut them away in a selection")
    _require_weights(data)
    require_effective(data)


def _require_weights(data: Dataset) -> None:
    weights = data.weights
    if not np.isfinite(weights).all():
        raise MethodError(f"'{data.name}' has event weights that are NaN or infinite")
    total = float(weights.sum())
    if total <= 0:
        raise MethodError(
            f"the event weights of '{data.name}' sum to {total:.4g}, which no density can be trained on; "
            "use 'weights: {negative: abs}' if the sign does not matter"
        )
    negative = float(-weights[weights < 0].sum() / np.abs(weights).sum())
    if negative > MAX_NEGATIVE:
        raise MethodError(
            f"{negative:.0%} of the |weight| of '{data.name}' is negative: at most {MAX_NEGATIVE:.0%} can be trained "
            "on; use 'weights: {negative: abs}' if the sign does not matter"
        )
