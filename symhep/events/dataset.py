"""What a method gets: features with their scaling, weights, four-momenta, and which members each event has."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from symhep.events.copies import independent
from symhep.events.effective import effective_events
from symhep.events.kinds import VectorKind
from symhep.events.scaler import Scaler, Scaling
from symhep.events.thresholds import Threshold

if TYPE_CHECKING:
    from symhep.events.stream import EventStream
    from symhep.events.variation import Variation

__all__ = ["Column", "Dataset", "Scaler", "Scaling"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """A feature: what it is called, and where it comes from.

    Attributes
    ----------
    name
        For scripts: 'px(mu-)'.
    unit
        'GeV'; '' for a pure number.
    label
        For axes, in the mathematical notation of matplotlib: '$p_x(\\mu^-)$'; '': the name.
    variable
        'px'; '' for a number of the event.
    particle
        'mu-'; '' for a number of the event.
    slot
        Place of the particle among the P of the event; None for a number of the event itself.

    Examples
    --------
    >>> Column("px(mu-)", "GeV", "$p_x$", variable="px", particle="mu-", slot=0).axis_label
    '$p_x$ [GeV]'
    """

    name: str
    unit: str = ""
    label: str = ""
    variable: str = ""  # 'px'
    particle: str = ""  # 'mu-'
    slot: int | None = (
        None  # number of the particle among all of the event; None for a number of the event itself
    )

    @property
    def axis_label(self) -> str:
        """Label with its unit in brackets, for an axis."""
        return f"{self.label or self.name}{f' [{self.unit}]' if self.unit else ''}"


@dataclass(frozen=True)
class Dataset:
    """N events as a method sees them.

    Attributes
    ----------
    name
        Name of the feature set in the card.
    values
        (N, F) features in their units.
    columns
        F descriptions.
    weights
        (N,) signed event weights.
    scaler
        The scaling the card asks for, fitted on these events.
    momenta
        (N, P, 4) four-momenta (E, px, py, pz) in GeV of the selected objects, or None. What ``mask`` and ``kinds`` say
        is not there is 0, and means nothing.
    particles
        P names, e.g. ('mu-', 'mu+').
    mask
        (N, P) which of the P places hold a member; None: all of them, in every event.
    kinds
        P kinds of vectors (`symhep.events.kinds`); () if there are no momenta.
    objects
        P names of the objects that the places belong to, e.g. ('electrons', 'electrons', 'met', 'jets', 'jets'); the
        members of an object whose number differs from event to event are a set: their order means nothing more than
        the card's ``sort``. () if there are no momenta.
    sets
        Which of ``objects`` are such sets.
    tags, tag_names
        (N, P, L) numbers of each member on which no transformation acts, such as its charge, with L names; or None.
    spectators, spectator_columns
        (N, S) numbers of the event on which no transformation acts, and which tests and networks see, with S
        descriptions.
    thresholds
        What every member of an object has passed, read from the card's conditions: the density ends there.
    labels, label_names
        (N,) index of the dataset an event came from, and the datasets' names.
    unit
        (N,) number of the independent source event each row comes from: copies and images of one event share it, and
        splits, covariances, bootstraps and random images act on it. By default every row is an event of its own; of
        files and arrays `symhep.events.copies.source_units` finds which are not.
    reference
        Which of ``label_names`` the others are looked at relative to: their rows are no events of the sample.
    variations
        The same events under systematic variations, nominal rows of the others included.
    block
        (N,) number of the block of the input that each row is of: sums are formed over the rows of a block. Empty:
        blocks are made of `symhep.events.stream.BLOCK_EVENTS` neighbours.
    origin
        (N,) hash of the content of the file and the number in it of the independent source event, whatever the file is
        called: samples are drawn by it. Empty for events that come from no file.
    stream
        All events, where the rows are a uniform subsample of more than fit into memory; see `stream_of`.

    Raises
    ------
    ValueError
        If mask, tags, spectators or units have another shape than events, places and names say.

    Examples
    --------
    >>> data = Dataset.from_array([[0.0, 1.0], [2.0, 3.0], [4.0, 8.0]], columns=("x", "y"), weights=[1.0, 1.0, 2.0])
    >>> len(data), data.events, data.weighted, round(data.effective, 2)
    (3, 3, True, 2.67)
    >>> data.values[0].tolist(), data.scaled[0].round(2).tolist()  # standard scaling by default
    ([0.0, 1.0], [-1.51, -1.3])
    >>> data.present is None, data.needs
    (True, frozenset())
    """

    name: str
    values: FloatArray
    columns: tuple[Column, ...]
    weights: FloatArray
    scaler: Scaler
    momenta: FloatArray | None = None
    particles: tuple[str, ...] = ()
    labels: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    label_names: tuple[str, ...] = ()
    unit: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    mask: npt.NDArray[np.bool_] | None = None
    kinds: tuple[VectorKind, ...] = ()
    objects: tuple[str, ...] = ()
    sets: frozenset[str] = frozenset()
    tags: FloatArray | None = None
    tag_names: tuple[str, ...] = ()
    spectators: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    spectator_columns: tuple[Column, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    reference: frozenset[str] = frozenset()
    variations: tuple[Variation, ...] = ()
    block: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    origin: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    stream: EventStream | None = None

    def __post_init__(self) -> None:
        events, places = len(self.values), 0 if self.momenta is None else self.momenta.shape[1]
        if not self.spectator_columns:
            object.__setattr__(self, "spectators", np.zeros((events, 0)))
        if self.momenta is not None and not self.kinds:
            object.__setattr__(self, "kinds", ("full",) * places)
        if self.momenta is not None and not self.objects:
            object.__setattr__(self, "objects", self.particles)
        shapes = {
            "mask": (None if self.mask is None else self.mask.shape, (events, places)),
            "tags": (None if self.tags is None else self.tags.shape, (events, places, len(self.tag_names))),
            "spectators": (self.spectators.shape, (events, len(self.spectator_columns))),
        }
        for name, (given, needed) in shapes.items():
            if given not in (None, needed):
                raise ValueError(f"{name} of shape {given} where {needed} is needed")
        if len(self.unit) != len(self.values):
            if len(self.unit):
                raise ValueError(f"{len(self.values)} events but {len(self.unit)} units")
            object.__setattr__(self, "unit", np.arange(len(self.values), dtype=np.int64))

    @property
    def scaled(self) -> FloatArray:
        """(N, F) features after the card's scaling, without a unit."""
        return self.scaler.apply(self.values)

    @property
    def present(self) -> npt.NDArray[np.bool_] | None:
        """(N, F) which features an event has, of its members and of the event itself; None stands for all."""
        if self.mask is None:
            return None
        found = np.ones(self.values.shape, dtype=bool)
        for number, column in enumerate(self.columns):
            if column.slot is not None:
                found[:, number] = self.mask[:, column.slot]
        return found

    @property
    def needs(self) -> frozenset[str]:
        """What a method must handle to work on these events, of 'mask', 'kinds', 'tags', 'spectators', 'reference'."""
        asked = {
            "mask": self.mask is not None,
            "kinds": not set(self.kinds) <= {"full", "massless"},
            "tags": self.tags is not None,
            "spectators": bool(self.spectator_columns),
            "reference": bool(self.reference),
        }
        return frozenset(name for name, there in asked.items() if there)

    @property
    def events(self) -> int:
        """How many events there are, of which the rows may be a subsample."""
        return len(self) if self.stream is None else self.stream.events

    @property
    def weighted(self) -> bool:
        """Whether the weights differ from event to event."""
        return bool(len(self.weights)) and not np.allclose(self.weights, self.weights[0])

    @property
    def effective(self) -> float:
        """Effective number of events, (sum w)^2 / sum w^2, w the sum over the rows of an independent event."""
        if self.stream is not None:
            return self.stream.effective
        return effective_events(independent(self.weights, self.unit))

    def __len__(self) -> int:
        return len(self.values)

    def rescaled(self, kind: Scaling) -> Dataset:
        """The same events with another scaling.

        Parameters
        ----------
        kind
            'standard': each feature by its own mean and spread; 'isotropic': one common scale, so that rotations stay
            rotations; 'none'.

        Returns
        -------
        Dataset
            With ``scaler`` fitted on these events, weighted.

        Examples
        --------
        >>> Dataset.from_array([[0.0], [4.0]], scaling="none").rescaled("standard").scaled.tolist()
        [[-1.0], [1.0]]
        """
        return replace(self, scaler=Scaler.fit(self.values, kind, self.weights, self.present))

    def take(self, rows: npt.NDArray[np.int64] | slice) -> Dataset:
        """Some of the events, with the scaling of all, and without variations.

        Parameters
        ----------
        rows
            Numbers of rows, in any order, or a slice.

        Returns
        -------
        Dataset
            Also without ``stream``: the rows are all events there are.

        Examples
        --------
        >>> Dataset.from_array([[0.0], [1.0], [2.0]]).take(np.array([2, 0])).values[:, 0].tolist()
        [2.0, 0.0]
        """
        return replace(
            self,
            variations=(),
            stream=None,
            values=self.values[rows],
            weights=self.weights[rows],
            momenta=None if self.momenta is None else self.momenta[rows],
            labels=self.labels[rows] if len(self.labels) == len(self) else self.labels,
            unit=self.unit[rows],
            mask=None if self.mask is None else self.mask[rows],
            tags=None if self.tags is None else self.tags[rows],
            spectators=self.spectators[rows],
            block=self.block[rows] if len(self.block) else self.block,
            origin=self.origin[rows] if len(self.origin) else self.origin,
        )

    def apart(self) -> tuple[Dataset, Dataset | None]:
        """Sample and reference, taken apart; their variations alike.

        Returns
        -------
        tuple
            The sample, and the events of its reference; None without one.

        Examples
        --------
        >>> both = Dataset.from_array([[0.0], [1.0], [2.0]])
        >>> both = replace(both, labels=np.array([0, 1, 1]), label_names=("data", "mc"), reference=frozenset({"mc"}))
        >>> [len(part) for part in both.apart()]
        [1, 2]
        """
        if not self.reference:
            return self, None
        theirs = np.isin(self.labels, [self.label_names.index(name) for name in self.reference])
        pairs = [v.apart(self.reference) for v in self.variations]
        one, two = self.take(np.flatnonzero(~theirs)), self.take(np.flatnonzero(theirs))
        if self.stream is not None:
            numbers = {self.label_names.index(name) for name in self.reference}
            one = replace(one, stream=self.stream.of(set(range(len(self.label_names))) - numbers))
            two = replace(two, stream=self.stream.of(numbers))
        nobody = frozenset[str]()
        return (
            replace(one, reference=nobody, variations=tuple(own for own, _ in pairs if own is not None)),
            replace(
                two, reference=nobody, variations=tuple(other for _, other in pairs if other is not None)
            ),
        )

    def split(self, fraction: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
        """Two parts for training and test; rows of one source event stay together, in order.

        Parameters
        ----------
        fraction
            Share of the independent units that the first part gets, rounded to whole ones.
        rng
            From `Context.rng`, or from `Context.shared` where all shards need the same split.

        Returns
        -------
        tuple
            Two datasets.

        Examples
        --------
        >>> data = replace(Dataset.from_array([[0.0]] * 4), unit=np.array([0, 0, 1, 1]))
        >>> [np.unique(part.unit).size for part in data.split(0.5, np.random.default_rng(0))]
        [1, 1]
        """
        units = np.unique(self.unit)
        chosen = rng.permutation(units)[: round(fraction * len(units))]
        inside = np.isin(self.unit, chosen)
        return self.take(np.flatnonzero(inside)), self.take(np.flatnonzero(~inside))

    @classmethod
    def from_array(
        cls,
        values: npt.ArrayLike,
        *,
        columns: tuple[str, ...] | tuple[Column, ...] | None = None,
        weights: npt.ArrayLike | None = None,
        scaling: Scaling = "standard",
        name: str = "data",
    ) -> Dataset:
        """A dataset from a bare table, for notebooks and tests; `symhep.dataset_of` takes everything else.

        Parameters
        ----------
        values
            (N, F).
        columns
            F names, or `Column` objects; by default x1, x2, ...
        weights
            (N,) signed; by default 1.
        scaling
            'standard', 'isotropic' or 'none'.
        name
            Of the feature set.

        Returns
        -------
        Dataset
            Of features: without four-momenta.

        Raises
        ------
        ValueError
            For a table that is not (N, F), and names or weights of another number.

        Examples
        --------
        >>> Dataset.from_array([[0.0, 1.0], [2.0, 3.0]], columns=("a", "b")).scaled[:, 0].tolist()
        [-1.0, 1.0]
        """
        x = np.asarray(values, dtype=np.float64)
        if x.ndim != 2:
            raise ValueError(f"features need shape (N, F), got {x.shape}")
        names = columns or tuple(f"x{i + 1}" for i in range(x.shape[1]))
        described = tuple(c if isinstance(c, Column) else Column(c, label=c) for c in names)
        if len(described) != x.shape[1]:
            raise ValueError(f"{x.shape[1]} features but {len(described)} column names")
        w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
        if w.shape != (len(x),):
            raise ValueError(f"{len(x)} events but weights of shape {w.shape}")
        return cls(
            name,
            x,
            described,
            w,
            Scaler.fit(x, scaling, w),
            labels=np.zeros(len(x), dtype=np.int64),
            label_names=(name,),
        )
