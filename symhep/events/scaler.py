"""How features are scaled, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

__all__ = ["Scaler", "Scaling"]

FloatArray = npt.NDArray[np.float64]
Scaling = Literal["standard", "isotropic", "none"]


@dataclass(frozen=True)
class Scaler:
    """Invertible scaling x -> (x - shift) / scale.

    'standard' gives every feature mean 0 and variance 1; 'isotropic' divides all
    features by one constant, so that rotations and boosts stay what they are;
    'none' leaves the numbers alone.
    """

    kind: Scaling
    shift: FloatArray  # (F,)
    scale: FloatArray  # (F,)

    @classmethod
    def fit(
        cls,
        values: FloatArray,
        kind: Scaling,
        weights: FloatArray | None = None,
        present: npt.NDArray[np.bool_] | None = None,
    ) -> Scaler:
        """Determine shift and scale from ``values`` (N, F), with |weights| as frequencies.

        Where ``present`` (N, F) is given, the other values do not count.

        >>> x = np.array([[0.0, 10.0], [2.0, 30.0]])
        >>> Scaler.fit(x, "standard").apply(x).tolist()
        [[-1.0, -1.0], [1.0, 1.0]]
        """
        n_features = values.shape[1]
        w = np.ones(len(values)) if weights is None else np.abs(weights)
        if present is not None and kind != "none" and len(values):
            return cls._fit_present(values, kind, w, present)
        if kind == "none" or len(values) == 0:
            return cls(kind, np.zeros(n_features), np.ones(n_features))
        if kind == "isotropic":
            rms = float(np.sqrt(np.average((values**2).mean(axis=1), weights=w)))
            return cls(kind, np.zeros(n_features), np.full(n_features, rms or 1.0))
        mean = np.average(values, axis=0, weights=w)
        spread = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=w))
        # A feature that never varies carries rounding noise only: it must not be blown up to variance 1.
        flat = spread <= 1e-9 * np.maximum(np.abs(mean), np.abs(values).max(axis=0, initial=0.0))
        return cls(kind, mean, np.where(flat | (spread == 0), 1.0, spread))

    @classmethod
    def _fit_present(
        cls, values: FloatArray, kind: Scaling, weights: FloatArray, present: npt.NDArray[np.bool_]
    ) -> Scaler:
        w = weights[:, None] * present
        total = w.sum(axis=0)
        some = np.where(total > 0, total, 1.0)
        if kind == "isotropic":
            size = float(w.sum())
            rms = float(np.sqrt((w * values**2).sum() / size)) if size > 0 else 1.0
            return cls(kind, np.zeros(values.shape[1]), np.full(values.shape[1], rms or 1.0))
        mean = (w * values).sum(axis=0) / some
        spread = np.sqrt((w * (values - mean) ** 2).sum(axis=0) / some)
        flat = spread <= 1e-9 * np.maximum(np.abs(mean), np.abs(values * present).max(axis=0, initial=0.0))
        return cls(kind, mean, np.where(flat | (spread == 0), 1.0, spread))

    def apply(self, values: FloatArray) -> FloatArray:
        """Scaled values, same shape."""
        return (values - self.shift) / self.scale

    def invert(self, scaled: FloatArray) -> FloatArray:
        """Undo `apply`."""
        return scaled * self.scale + self.shift

    def to_json(self) -> dict[str, Any]:
        """As stored in the result."""
        return {"kind": self.kind, "shift": self.shift.tolist(), "scale": self.scale.tolist()}
