"""How features are scaled, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

__all__ = ["Scaler", "Scaling", "merged_scaling_sums", "scaling_sums"]

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
        return cls.of_sums(scaling_sums(values, weights, present), kind)

    @classmethod
    def of_sums(cls, sums: Mapping[str, FloatArray], kind: Scaling) -> Scaler:
        """Shift and scale from what `scaling_sums` gave, merged by `merged_scaling_sums`.

        >>> x = np.array([[0.0, 10.0], [2.0, 30.0]])
        >>> parts = [scaling_sums(rows) for rows in (x[:1], x[1:])]
        >>> Scaler.of_sums(merged_scaling_sums(*parts), "standard").scale.tolist()
        [1.0, 10.0]
        """
        w, mean = sums["weight"], sums["mean"]
        if kind == "none" or not w.any():
            return cls(kind, np.zeros(len(mean)), np.ones(len(mean)))
        if kind == "isotropic":
            rms = float(np.sqrt(sums["squares"].sum() / w.sum()))
            return cls(kind, np.zeros(len(mean)), np.full(len(mean), rms or 1.0))
        spread = np.sqrt(sums["deviation"] / np.where(w > 0, w, 1.0))
        # A feature that never varies carries rounding noise only: it must not be blown up to variance 1.
        flat = spread <= 1e-9 * np.maximum(np.abs(mean), sums["largest"])
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


def scaling_sums(
    values: FloatArray, weights: FloatArray | None = None, present: npt.NDArray[np.bool_] | None = None
) -> dict[str, FloatArray]:
    """Of values (N, F): for each feature the sum of |w|, the mean, the sums of |w| x^2 and |w| (x - mean)^2, and the
    largest |x|, each (F,)."""
    w = np.ones(len(values)) if weights is None else np.abs(weights)
    each = np.broadcast_to(w[:, None], values.shape) if present is None else w[:, None] * present
    total = each.sum(axis=0)
    # A sum over a broadcast axis is not that of the weights themselves.
    total = np.full(values.shape[1], w.sum()) if present is None else total
    seen = np.abs(values if present is None else values * present)
    with np.errstate(invalid="ignore", over="ignore"):  # methods refuse what is not finite, by name
        mean = (each * values).sum(axis=0) / np.where(total > 0, total, 1.0)
        return {
            "weight": total,
            "mean": mean,
            "squares": (each * values**2).sum(axis=0),
            "deviation": (each * (values - mean) ** 2).sum(axis=0),
            "largest": seen.max(axis=0, initial=0.0),
        }


def merged_scaling_sums(
    first: Mapping[str, FloatArray], second: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Of the values of both (Chan, Golub and LeVeque 1983)."""
    total = first["weight"] + second["weight"]
    some = np.where(total > 0, total, 1.0)
    apart = second["mean"] - first["mean"]
    return {
        "weight": total,
        "mean": first["mean"] + apart * (second["weight"] / some),
        "squares": first["squares"] + second["squares"],
        "deviation": first["deviation"] + second["deviation"]
        + apart**2 * (first["weight"] * second["weight"] / some),
        "largest": np.maximum(first["largest"], second["largest"]),
    }  # fmt: skip
