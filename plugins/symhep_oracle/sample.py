"""The events as the solvers see them: points, weights, and how the numbers fall into vectors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import CardError, MethodError
from symhep.events.dataset import Dataset
from symhep_oracle.layout import Layout
from symhep_oracle.learned.answers import without_target
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.options import LorentzOracle, MaskOracle, OracleMethodOptions
from symhep_oracle.oracles.building import vectors_needed

__all__ = ["MOMENTUM", "Sample", "acts_on_momenta"]

FloatArray = npt.NDArray[np.float64]

#: Components of a four-momentum, in the order of the metric (+,-,-,-).
MOMENTUM: tuple[str, ...] = ("E", "px", "py", "pz")
#: Names that give away what a feature is, whatever its order; capitals do not matter.
KINEMATIC = frozenset({"e", "energy", "px", "py", "pz", "pt", "eta", "phi", "m", "mass"})


@dataclass(frozen=True)
class Sample:
    """n events.

    Attributes
    ----------
    x
        (n, D) float64, in the units of the data: the oracle is a function of these.
    weights
        (n,) absolute weights with mean 1. How much an event counts in the conditions is a matter of
        choice, since an invariance holds event by event: |w|, so that a negative weight cannot
        cancel a violation.
    layout
        P vectors of d components.
    scale
        Root mean square of the components: the unit in which the generators are solved for. One for
        all, so that matrices do not change, and translations come out in this unit.
    names
        Component names of a vector: ('E', 'px', 'py', 'pz'), ('x1', 'x2').
    unit
        Of the components, '' if they differ.
    negative
        Share of |weight| that was negative.
    rows
        (n,) which events of the dataset these are.
    """

    x: Tensor
    weights: FloatArray
    layout: Layout
    scale: float
    names: tuple[str, ...]
    unit: str
    negative: float
    rows: npt.NDArray[np.int64]

    @property
    def minkowski(self) -> bool:
        """Are the vectors four-momenta (E, px, py, pz)?"""
        return self.names == MOMENTUM

    def only(self, rows: npt.NDArray[np.int64]) -> Sample:
        """Some of the events."""
        weights = self.weights[rows]
        return replace(
            self, x=self.x[torch.from_numpy(rows)], weights=weights / weights.mean(), rows=self.rows[rows]
        )

    def __len__(self) -> int:
        return len(self.x)

    @classmethod
    def prepare(cls, data: Dataset, options: OracleMethodOptions) -> Sample:
        """Events of ``data`` for ``options``. Raises `CardError` or `MethodError` where they do not fit."""
        momenta = acts_on_momenta(data, options)
        if isinstance(options.oracle, LearnedOracleOptions):
            data = without_target(data, options.oracle)
        keep = len(data) if options.max_events is None else min(options.max_events, len(data))
        if keep == 0:
            raise MethodError(f"no events in '{data.name}' have all features finite and enough objects")
        rows = np.linspace(0, len(data) - 1, keep).astype(np.int64)
        if momenta:
            assert data.momenta is not None
            x = data.momenta[rows].reshape(keep, -1)
            layout, names, unit = Layout(data.momenta.shape[1], 4), MOMENTUM, "GeV"
            if options.complex:
                raise CardError("four-momenta are real", hint="set acts_on: features, or leave out complex")
        else:
            x = data.values[rows]
            layout = _feature_layout(data, options)
            names = _component_names(data, layout)
            _check_order(data, layout, options)
            if isinstance(options.oracle, LorentzOracle) and layout.dimension == 4:
                names = MOMENTUM  # that is what the norm takes them for
            units = {c.unit for c in data.columns}
            unit = units.pop() if len(units) == 1 else ""
        if not np.isfinite(x).all():
            raise MethodError(f"'{data.name}' holds NaN or infinity; cut such events away in a selection")
        weights = data.weights[rows]
        size = np.abs(weights)
        if not np.isfinite(size).all() or size.sum() <= 0:
            raise MethodError(f"the event weights of '{data.name}' are not finite, or all zero")
        scale = float(np.sqrt(np.average((x**2).mean(axis=1), weights=size))) or 1.0
        return cls(
            torch.from_numpy(np.ascontiguousarray(x, dtype=np.float64)),
            size * (keep / size.sum()),
            layout,
            scale,
            names,
            unit,
            float(-weights[weights < 0].sum() / size.sum()),
            rows,
        )


def acts_on_momenta(data: Dataset, options: OracleMethodOptions) -> bool:
    """Is it the objects' four-momenta that the generators act on? Raises `CardError` where that cannot be."""
    if options.acts_on == "momenta" and data.momenta is None:
        raise CardError(
            f"'{data.name}' has no objects, so no four-momenta",
            hint="set acts_on: features, or give an object",
        )
    if data.momenta is not None and options.acts_on != "features":
        if options.vectors not in (None, data.momenta.shape[1]):
            raise CardError(f"there are {data.momenta.shape[1]} four-momenta", hint="leave out 'vectors'")
        return True
    if data.scaler.kind == "standard":
        raise CardError(
            f"the features '{data.name}' are scaled each by its own spread, which no rotation or boost survives",
            hint="write 'scaling: isotropic' or 'scaling: none'",
        )
    return False


def _feature_layout(data: Dataset, options: OracleMethodOptions) -> Layout:
    features = data.values.shape[1]
    vectors = options.vectors or vectors_needed(options.oracle, features, options.complex)
    per_vector = vectors * (2 if options.complex else 1)
    if features == 0 or features % per_vector:
        kind = "complex vectors" if options.complex else "vectors"
        raise CardError(
            f"{features} features do not make {vectors} {kind} of equal length", hint="check vars and vectors"
        )
    return Layout(vectors, features // per_vector, options.complex)


def _check_order(data: Dataset, layout: Layout, options: OracleMethodOptions) -> None:
    """Raise `CardError` where an oracle of four-momenta gets features that are others, or in another order.

    Features that say nothing of themselves, such as x1 .. x4, are taken for (E, px, py, pz).
    """
    asked = [options.oracle] + ([options.breaking.oracle] if options.breaking else [])
    kinds = [o.kind for o in asked if isinstance(o, LorentzOracle | MaskOracle)]
    if not kinds or layout.width != len(MOMENTUM):
        return
    wanted = [name.casefold() for name in MOMENTUM]
    for start in range(0, len(data.columns), layout.width):
        columns = data.columns[start : start + layout.width]
        names = [(c.variable or c.name).casefold() for c in columns]
        known = all(c.variable for c in columns) or not KINEMATIC.isdisjoint(names)
        if known and ["e" if n == "energy" else n for n in names] != wanted:
            raise CardError(
                f"the oracle '{kinds[0]}' takes vectors ({', '.join(MOMENTUM)}), in this order, "
                f"not ({', '.join(c.variable or c.name for c in columns)})",
                hint=f"write 'vars: [{', '.join(MOMENTUM)}]'",
            )


def _component_names(data: Dataset, layout: Layout) -> tuple[str, ...]:
    """Of the real components of a vector, from the variables of the first one."""
    columns = data.columns[: layout.width]
    shared = layout.vectors > 1 and all(c.variable for c in columns)
    return tuple(c.variable if shared else c.name for c in columns)
