"""The events as the solvers see them: points, weights, and how the numbers fall into vectors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import CardError
from symhep.events import vectors
from symhep.events.dataset import Dataset
from symhep.events.stream import EventStream
from symhep.events.vectors import MOMENTUM, Vectors, vectors_of
from symhep.methods.interface import Inputs
from symhep_oracle.learned.answers import without_target
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.build import vectors_needed
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.options import LorentzOracle, MaskOracle
from symhep_oracle.takes import require_taken

__all__ = ["MOMENTUM", "Prepared", "Sample", "acts_on_momenta", "layout_of"]

FloatArray = npt.NDArray[np.float64]

#: Names that give away what a feature is, whatever its order; capitals do not matter.
KINEMATIC = frozenset({"e", "energy", "px", "py", "pz", "pt", "eta", "phi", "m", "mass"})


@dataclass(frozen=True)
class Sample:
    """n events.

    Attributes
    ----------
    x
        (n, D) float64, in the units of the data: the oracle is a function of these.
    beside
        (n, E) numbers that no generator changes and a learned oracle sees: tags of the vectors, then spectators, each
        with mean 0 and spread 1.
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
    available
        Number of events of the dataset.
    called
        P names of the vectors; () where they have none.
    columns
        As of `symhep.events.vectors.Vectors`.
    units_of_beside
        (2, E) mean and spread that ``beside`` was shifted and divided by.
    """

    x: Tensor
    beside: Tensor
    weights: FloatArray
    layout: Layout
    scale: float
    names: tuple[str, ...]
    unit: str
    negative: float
    rows: npt.NDArray[np.int64]
    available: int
    called: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    units_of_beside: FloatArray = field(default_factory=lambda: np.zeros((2, 0)))

    @property
    def minkowski(self) -> bool:
        """Are the vectors four-momenta (E, px, py, pz)?"""
        return self.names == MOMENTUM

    @property
    def points(self) -> Tensor:
        """(n, D + E) where an oracle is evaluated."""
        return torch.cat([self.x, self.beside], 1) if self.beside.shape[1] else self.x

    def only(self, rows: npt.NDArray[np.int64]) -> Sample:
        """Some of the events."""
        weights = self.weights[rows]
        chosen = torch.from_numpy(rows)
        return replace(
            self,
            x=self.x[chosen],
            beside=self.beside[chosen],
            weights=weights / weights.mean(),
            rows=self.rows[rows],
        )

    def __len__(self) -> int:
        return len(self.x)

    @classmethod
    def of(cls, data: Dataset, options: OracleMethodOptions, like: Sample | None = None) -> Sample:
        """Events of ``data`` for ``options``; what stands beside in the units of the sample ``like``, or in its own.

        Raises `CardError` or `MethodError` where they do not fit.
        """
        momenta, layout = acts_on_momenta(data, options), layout_of(data, options)
        if isinstance(options.oracle, LearnedOracleOptions):
            data = without_target(data, options.oracle)
        taken = vectors_of(data, options.acts_on, layout.vectors, options.max_events)
        names = taken.names
        if not momenta and isinstance(options.oracle, LorentzOracle) and layout.dimension == 4:
            names = MOMENTUM  # that is what the norm takes them for
        size = np.abs(taken.weights)
        units = _units_of_beside(taken) if like is None else like.units_of_beside
        return cls(
            torch.from_numpy(taken.x.reshape(len(taken), -1)),
            torch.from_numpy(_beside(taken, units)),
            size * (len(taken) / size.sum()),
            layout,
            taken.scale,
            names,
            taken.unit,
            float(-taken.weights[taken.weights < 0].sum() / size.sum()),
            taken.rows,
            data.events,
            taken.called,
            taken.columns,
            units,
        )


@dataclass(frozen=True, eq=False)
class Prepared(Inputs[OracleMethodOptions]):
    """Data and options, with the events as the solvers see them."""

    sample: Sample

    @property
    def stream(self) -> EventStream | None:
        """All events, of which those of the sample are a subsample, where the conditions of an oracle that needs no
        training are solved; None: the sample is all that is looked at."""
        o = self.options
        if o.solver != "exact" or o.max_events is not None or isinstance(o.oracle, LearnedOracleOptions):
            return None
        return self.data.stream


def acts_on_momenta(data: Dataset, options: OracleMethodOptions) -> bool:
    """Is it the objects' four-momenta that the generators act on? Raises `CardError` where that cannot be."""
    return vectors.acts_on_momenta(data, options.acts_on, options.vectors)


def layout_of(data: Dataset, options: OracleMethodOptions) -> Layout:
    """How the numbers of an event fall into vectors.

    Raises `CardError` where they do not, or where they are others than an oracle of four-momenta takes.
    """
    momenta = acts_on_momenta(data, options)
    require_taken(data, options)
    tags = len(data.tag_names) if data.tags is not None else 0
    masked, spectators = data.mask is not None, len(data.spectator_columns)
    if isinstance(options.oracle, LearnedOracleOptions):
        data = without_target(data, options.oracle)
    if momenta:
        assert data.momenta is not None
        if options.complex:
            raise CardError("four-momenta are real", hint="set acts_on: features, or remove 'complex'")
        return Layout(data.momenta.shape[1], 4, masked=masked, tags=tags, spectators=spectators)
    features = data.values.shape[1]
    count = options.vectors or vectors_needed(options.oracle, features, options.complex)
    per_vector = count * (2 if options.complex else 1)
    if features == 0 or features % per_vector:
        kind = "complex vectors" if options.complex else "vectors"
        raise CardError(
            f"{features} features cannot be split into {count} {kind} of equal length",
            hint="check 'vars' and 'vectors'",
        )
    layout = Layout(count, features // per_vector, options.complex, masked, tags, spectators)
    _check_order(data, layout, options)
    return layout


def _units_of_beside(taken: Vectors) -> FloatArray:
    """(2, P L + S) mean and spread of tags, alike for all vectors, and of spectators."""
    members, size = taken.members, np.abs(taken.weights)
    tags = _mean_and_spread(taken.tags, np.asarray(members * size[:, None], dtype=np.float64))
    return np.concatenate(
        [np.tile(tags, (1, taken.x.shape[1])), _mean_and_spread(taken.spectators, size)], axis=1
    )


def _beside(taken: Vectors, units: FloatArray) -> FloatArray:
    """(n, P L + S) tags and spectators in these units; tags of empty places, and what never varies, are 0."""
    count = taken.tags.shape[2]
    there = np.concatenate(
        [
            np.repeat(taken.members, count, axis=1),
            np.ones((len(taken), taken.spectators.shape[1]), dtype=bool),
        ],
        axis=1,
    )
    values = np.concatenate([taken.tags.reshape(len(taken), -1), taken.spectators], axis=1)
    mean, spread = units
    return np.asarray(
        np.where(there & (spread > 0), (values - mean) / np.where(spread > 0, spread, 1.0), 0.0)
    )


def _mean_and_spread(values: FloatArray, size: FloatArray) -> FloatArray:
    """(2, L) of numbers (..., L), by their sizes (...); the spread of what never varies is 0."""
    axes, total = tuple(range(size.ndim)), max(float(size.sum()), 1e-300)
    mean = (size[..., None] * values).sum(axis=axes) / total
    spread = np.sqrt((size[..., None] * (values - mean) ** 2).sum(axis=axes) / total)
    flat = spread <= 1e-9 * np.abs(values).max(axis=axes, initial=0.0)
    return np.stack([mean, np.where(flat, 0.0, spread)])


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
