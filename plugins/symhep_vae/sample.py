"""The events that enter the training: scaled, thinned, smeared and weighted as the options say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep_vae.options import VaeOptions

__all__ = ["MAX_NEGATIVE", "MIN_EFFECTIVE", "Sample", "effective_events"]

FloatArray = npt.NDArray[np.float64]

#: A share f of negative |weight| inflates the variance of a gradient by 1/(1-2f)^2: 6 times at 0.3.
MAX_NEGATIVE = 0.3
#: Signed weights with fewer effective events than this cannot carry a density.
MIN_EFFECTIVE = 100.0


def effective_events(weights: FloatArray) -> float:
    """(sum w)^2 / sum w^2: as many unweighted events have the same relative error.

    >>> effective_events(np.array([1.0, 1.0, 2.0, 0.0]))
    2.6666666666666665
    """
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


@dataclass(frozen=True)
class Sample:
    """n events as the networks see them.

    Attributes
    ----------
    x
        (n, F) scaled features, with the noise of the options.
    weights
        (n,) signed weights with mean 1, so that a mean over events estimates sum w l / sum w.
    rows
        (n,) which events of the dataset these are.
    weighted
        Do the weights differ?
    """

    x: FloatArray
    weights: FloatArray
    rows: npt.NDArray[np.int64]
    weighted: bool

    @classmethod
    def prepare(cls, data: Dataset, options: VaeOptions) -> Sample:
        """Events of ``data`` for ``options``. Raises `MethodError` where no training can make sense."""
        if len(data) == 0:
            raise MethodError(f"no events in '{data.name}' have all features finite and enough objects")
        if data.values.shape[1] == 0:
            raise MethodError(f"'{data.name}' has no features")
        keep = len(data) if options.max_events is None else min(options.max_events, len(data))
        rows = np.linspace(0, len(data) - 1, keep).astype(np.int64) if keep > 1 else np.zeros(1, np.int64)
        x = data.scaled[rows]
        bad = [c.name for c, values in zip(data.columns, x.T, strict=True) if not np.isfinite(values).all()]
        if bad:
            names = ", ".join(bad)
            raise MethodError(f"{names}: some events hold NaN or infinity; cut them away in a selection")
        if options.noise:
            x = x + options.noise * np.random.default_rng(options.noise_seed).standard_normal(x.shape)
        weights = _usable(data.weights[rows], data.name)
        return cls(x, weights, rows, bool(not np.allclose(weights, 1.0)))


def _usable(weights: FloatArray, name: str) -> FloatArray:
    """Weights scaled to mean 1, if the events can be trained on at all."""
    total = float(weights.sum())
    if not np.isfinite(weights).all():
        raise MethodError(f"'{name}' has event weights that are NaN or infinite")
    if total <= 0:
        raise MethodError(f"the event weights of '{name}' sum to {total:.4g}: they describe no density")
    if (weights < 0).any():
        negative = float(-weights[weights < 0].sum() / np.abs(weights).sum())
        effective = effective_events(weights)
        if negative > MAX_NEGATIVE or effective < MIN_EFFECTIVE:
            raise MethodError(
                f"'{name}' has {negative:.0%} of its |weight| negative and {effective:.0f} effective events: "
                f"at most {MAX_NEGATIVE:.0%} and at least {MIN_EFFECTIVE:.0f} are needed; "
                "use more events, or 'weights: {negative: abs}' if the sign does not matter"
            )
    return weights * (len(weights) / total)
