"""All that a fit leaves, in plain arrays and rows: what a result is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import hist
import numpy as np
import numpy.typing as npt

__all__ = [
    "Composed",
    "Divergences",
    "Expected",
    "Learned",
    "Losses",
    "Outcome",
    "Search",
    "Slice",
    "Span",
    "Tested",
]

FloatArray = npt.NDArray[np.float64]
Row = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Search:
    """What was searched, and what E restarts found.

    Attributes
    ----------
    space, parameters, discrete, coordinates
        Name of the space; labels of its K parameters, and of those that choose discrete elements; names of the D
        coordinates.
    initial, final
        (E, K) as trained, that is, for scaled coordinates.
    units
        (K,) factor that brings a parameter to the units of the data: the scale for translations, else one.
    periods
        (K,) 2 pi for angles, 0 for other parameters.
    matrices
        (E, D + 1, D + 1) of the final parameters, on scaled coordinates.
    diverged
        (E,) restarts without an element.
    loss, loss_steps
        (E, T), (T,) loss of the discriminators while training.
    steps, batch, terms
        As in the card; terms in words.
    """

    space: str
    parameters: tuple[str, ...]
    discrete: tuple[str, ...]
    coordinates: tuple[str, ...]
    initial: FloatArray
    final: FloatArray
    units: FloatArray
    periods: FloatArray
    matrices: FloatArray
    diverged: npt.NDArray[np.bool_]
    loss: FloatArray
    loss_steps: npt.NDArray[np.int64]
    steps: int
    batch: int
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Tested:
    """The refined elements and their p-values on held-out events, natural logarithms: (E,) each."""

    refined: FloatArray
    moved: FloatArray
    log_p: FloatArray
    log_p_adjusted: FloatArray
    log_p_trained: FloatArray


@dataclass(frozen=True, eq=False)
class Divergences:
    """KL divergences after against before, of J projections, in nats."""

    projections: tuple[str, ...]
    bins: int
    found: FloatArray
    refined: FloatArray
    random: FloatArray
    noise: FloatArray


@dataclass(frozen=True, eq=False)
class Losses:
    """Losses of post-hoc classifiers on held-out events, with their statistical errors."""

    found: FloatArray
    found_error: FloatArray
    random: FloatArray
    random_error: FloatArray


@dataclass(frozen=True, eq=False)
class Span:
    """The logarithms of the found elements: singular values, those of noise, and the generators that remain."""

    values: FloatArray
    noise: FloatArray
    tangents: tuple[str, ...]
    generators: FloatArray
    errors: FloatArray
    labels: tuple[str, ...]
    algebra: Row


@dataclass(frozen=True, eq=False)
class Composed:
    """Powers of found elements: mean distance from the exact power and mean KL, with errors of the means."""

    steps: npt.NDArray[np.int64]
    distance: FloatArray
    distance_error: FloatArray
    kl: FloatArray
    kl_error: FloatArray
    row: Row


@dataclass(frozen=True, eq=False)
class Slice:
    """A slice through the analytic loss less 2 ln 2: (X, Y) over x and y, or (X,) over x; in units of the data.

    ``points`` (E, 2) or (E, 1): found elements, ``near`` (E,) those on the slice, whose other parameters are those of
    it. ``maxima`` are single points that are symmetries, ``false_maxima`` such that are none, ``ridge`` (.., 2) points
    of a continuous maximum.
    """

    x_label: str
    y_label: str | None
    x: FloatArray
    y: FloatArray
    loss: FloatArray
    points: FloatArray
    near: npt.NDArray[np.bool_]
    maxima: Sequence[Sequence[float]] = ()
    false_maxima: Sequence[Sequence[float]] = ()
    ridge: FloatArray | None = None
    fixed: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Learned:
    """A map learned in one training: fresh initial points, where it sends them, and what was expected there."""

    initial: FloatArray
    final: FloatArray
    expected: FloatArray
    trained: FloatArray
    row: Row


@dataclass(frozen=True, eq=False)
class Expected:
    """The map from initial to final coordinates (E, M), and what a stated formula expects."""

    formula: str
    coordinates: tuple[str, ...]
    periods: FloatArray
    initial: FloatArray
    final: FloatArray
    expected: FloatArray
    learned: Learned | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """All records of a fit; what was not asked for is None, or empty. Rows are those of `symhep_symmetrygan.record`.

    Attributes
    ----------
    events, vectors, scale, unit, level
        As in the summary.
    search, tested, divergences, losses
        Elements, and what held-out events say about them.
    component
        (E,) name of the component of each element, '' for none.
    """

    events: Row
    vectors: Row
    scale: float
    unit: str
    level: float
    search: Search | None = None
    tested: Tested | None = None
    divergences: Divergences | None = None
    losses: Losses | None = None
    span: Span | None = None
    component: npt.NDArray[np.str_] | None = None
    components: Sequence[Row] = ()
    finite: Row | None = None
    component_group: Row | None = None
    notes: Sequence[str] = ()
    composed: Composed | None = None
    catalogue: str | None = None
    subgroups: Sequence[Row] = ()
    maximal_subgroups: Sequence[Row] = ()
    discrete: Sequence[Row] = ()
    asymmetry: Row | None = None
    slices: Sequence[Slice] = ()
    landscape_source: str = ""
    map: Expected | None = None
    inertial: Row | None = None
    histograms: Mapping[str, hist.Hist[Any]] = field(default_factory=dict)
