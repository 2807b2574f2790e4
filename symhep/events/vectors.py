"""Events as vectors: the four-momenta of their objects, or features that fall into vectors of equal length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError, MethodError
from symhep.events.dataset import Dataset

__all__ = ["MOMENTUM", "ActsOn", "Vectors", "acts_on_momenta", "vectors_of"]

FloatArray = npt.NDArray[np.float64]
ActsOn = Literal["auto", "momenta", "features"]

#: Components of a four-momentum, in the order of the metric (+,-,-,-).
MOMENTUM: tuple[str, ...] = ("E", "px", "py", "pz")


@dataclass(frozen=True)
class Vectors:
    """N events of P vectors each, in the units of the data.

    Attributes
    ----------
    x
        (N, P, d) components, all finite.
    weights
        (N,) signed, finite and not all zero.
    names
        Component names of a vector: ('E', 'px', 'py', 'pz'), ('x1', 'x2').
    unit
        Of the components, '' if they differ.
    rows
        (N,) which events of the dataset these are.
    """

    x: FloatArray
    weights: FloatArray
    names: tuple[str, ...]
    unit: str
    rows: npt.NDArray[np.int64]

    @property
    def momenta(self) -> bool:
        """Are the vectors four-momenta (E, px, py, pz)?"""
        return self.names == MOMENTUM

    @property
    def scale(self) -> float:
        """Root mean square of the components, with |weights|: one for all, so that matrices stay what they are."""
        return float(np.sqrt(np.average((self.x**2).mean(axis=(1, 2)), weights=np.abs(self.weights)))) or 1.0

    def __len__(self) -> int:
        return len(self.x)


def vectors_of(
    data: Dataset, acts_on: ActsOn = "auto", vectors: int | None = None, max_events: int | None = None
) -> Vectors:
    """The vectors of ``data``: four-momenta where it has them (unless ``acts_on`` is 'features'), or else features.

    ``vectors`` says into how many the features fall (default: one). At most ``max_events`` events, evenly spaced.

    Raises
    ------
    CardError
        Four-momenta that are not there, or of another number; features that do not fall into so many vectors, or
        that are scaled each by its own spread.
    MethodError
        No events, NaN or infinity, weights that are not finite or all zero.

    >>> data = Dataset.from_array(np.arange(8.0).reshape(2, 4), scaling="isotropic")
    >>> vectors_of(data, vectors=2).x.shape
    (2, 2, 2)
    """
    momenta = acts_on_momenta(data, acts_on, vectors)
    keep = len(data) if max_events is None else min(max_events, len(data))
    if keep == 0:
        raise MethodError(f"no events in '{data.name}' have all features finite and enough objects")
    rows = np.linspace(0, len(data) - 1, keep).astype(np.int64)
    if momenta:
        assert data.momenta is not None
        x, names, unit = data.momenta[rows], MOMENTUM, "GeV"
    else:
        length = _length(data, vectors or 1)
        x = data.values[rows].reshape(keep, -1, length)
        names = _component_names(data, length)
        units = {c.unit for c in data.columns}
        unit = units.pop() if len(units) == 1 else ""
    if not np.isfinite(x).all():
        raise MethodError(f"'{data.name}' holds NaN or infinity; cut such events away in a selection")
    weights = data.weights[rows]
    if not np.isfinite(weights).all() or not weights.any():
        raise MethodError(f"the event weights of '{data.name}' are not finite, or all zero")
    return Vectors(np.ascontiguousarray(x, dtype=np.float64), weights, names, unit, rows)


def acts_on_momenta(data: Dataset, acts_on: ActsOn = "auto", vectors: int | None = None) -> bool:
    """Is it the objects' four-momenta that generators act on? Raises `CardError` where that cannot be."""
    if acts_on == "momenta" and data.momenta is None:
        raise CardError(
            f"'{data.name}' has no objects, so no four-momenta",
            hint="set acts_on: features, or give an object",
        )
    if data.momenta is not None and acts_on != "features":
        if vectors not in (None, data.momenta.shape[1]):
            raise CardError(f"there are {data.momenta.shape[1]} four-momenta", hint="leave out 'vectors'")
        return True
    if data.scaler.kind == "standard":
        raise CardError(
            f"the features '{data.name}' are scaled each by its own spread, which no rotation or boost survives",
            hint="write 'scaling: isotropic' or 'scaling: none'",
        )
    return False


def _length(data: Dataset, vectors: int) -> int:
    features = data.values.shape[1]
    if features == 0 or features % vectors:
        raise CardError(
            f"{features} features do not make {vectors} vectors of equal length",
            hint="check vars and vectors",
        )
    return features // vectors


def _component_names(data: Dataset, length: int) -> tuple[str, ...]:
    """From the variables of the first vector."""
    columns = data.columns[:length]
    shared = length < len(data.columns) and all(c.variable for c in columns)
    return tuple(c.variable if shared else c.name for c in columns)
