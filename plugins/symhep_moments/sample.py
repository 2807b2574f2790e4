"""What enters: scaled vectors with signed weights, the candidate generators, and those of a reference."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import CardError, MethodError, as_card_error, nearest
from symhep.events.dataset import Dataset
from symhep.events.effective import effective_events, require_effective
from symhep.events.vectors import ActsOn, Vectors, vectors_of
from symhep.lie.generators import Generators
from symhep.lie.groups.elements.frame import Frame
from symhep.lie.sums import algebra_sum
from symhep_moments.options import MomentsOptions

__all__ = ["Events", "Sample", "candidates", "events_of", "prepare", "require_sense", "split_reference"]

#: Translations of four components that are no momenta.
_NUMBERED = {"P_t": "P_1", "P_x": "P_2", "P_y": "P_3", "P_z": "P_4"}
#: Most components of a vector for which all linear maps are candidates.
ALL_LINEAR = 4


@dataclass(frozen=True, eq=False)
class Events:
    """N events of P vectors of d components.

    Attributes
    ----------
    x
        (N, P, d) float64, divided by ``scale``: the root mean square of all components is one.
    weights
        (N,) signed.
    scale
        In the unit of the data.
    names, unit
        Of the components of a vector, as in `symhep.events.vectors.Vectors`.
    momenta
        Are the vectors four-momenta (E, px, py, pz)?
    generators
        G candidates (G, d + 1, d + 1), affine; translations by one are by ``scale``.
    available
        Events that these were taken from; None: these.
    source
        (N,) number of the independent source event of each; None: each is its own.
    """

    x: Tensor
    weights: Tensor
    scale: float
    names: tuple[str, ...]
    unit: str
    momenta: bool
    generators: Generators
    available: int | None = None
    source: npt.NDArray[np.int64] | None = None

    @property
    def effective(self) -> float:
        """Effective number of events."""
        return effective_events(self.weights.cpu().numpy())

    @property
    def copies(self) -> int:
        """Events with a weight that are the same, to the last digit, as one before."""
        x = self.x[self.weights != 0].flatten(1).cpu().numpy()
        # Rows are compared by one projection: a millionth of a million different ones agrees in all digits.
        key = (x * np.cos(np.arange(1.0, x.shape[1] + 1))).sum(axis=1)
        return len(key) - len(np.unique(key))

    def on(self, device: str) -> Events:
        """The same events on another device."""
        return replace(self, x=self.x.to(device), weights=self.weights.to(device))

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, eq=False)
class Sample:
    """What enters a fit: events, those of the reference in the same units, names of the vectors, options."""

    events: Events
    reference: Events | None
    particles: tuple[str, ...]
    options: MomentsOptions


def prepare(data: Dataset, options: MomentsOptions) -> Sample:
    """The sample. Raises as `events_of` and `split_reference` do."""
    own, theirs = split_reference(data, options.reference)
    events = _events(own, options)
    reference = None if theirs is None else _events(theirs, options)
    if reference is not None:
        shrink = reference.scale / events.scale
        reference = replace(reference, x=reference.x * shrink, scale=events.scale)
    return Sample(events, reference, data.particles, options)


def require_sense(data: Dataset, options: MomentsOptions) -> None:
    """Raise `CardError` or `MethodError` for a reference, vectors, candidates or elements that are not there."""
    own, _ = split_reference(data, options.reference)
    vectors = vectors_of(own, options.acts_on, options.vectors)
    candidates(options.generators, vectors)
    if options.discrete is not None:
        options.discrete.chosen(Frame.of(vectors.names, data.particles, vectors.x.shape[1]))


def _events(data: Dataset, options: MomentsOptions) -> Events:
    return events_of(
        data, options.generators, acts_on=options.acts_on, vectors=options.vectors, max_events=options.max_events
    )  # fmt: skip


def split_reference(data: Dataset, reference: str | None) -> tuple[Dataset, Dataset | None]:
    """The events without those of the dataset ``reference``, and these.

    Raises `CardError` if there is no such dataset among the features, or no other.

    >>> data = Dataset.from_array([[0.0], [1.0], [2.0]])
    >>> both = replace(data, labels=np.array([0, 1, 1]), label_names=("data", "simulation"))
    >>> [len(part) for part in split_reference(both, "simulation")]
    [1, 2]
    """
    if reference is None:
        return data, None
    if reference not in data.label_names:
        raise CardError(
            f"the reference '{reference}' is no dataset of '{data.name}'",
            hint=nearest(reference, data.label_names),
        )
    if len(data.label_names) < 2:
        raise CardError(
            f"'{reference}' is the only dataset of '{data.name}'", hint="add the one that is compared with it"
        )
    theirs = data.labels == data.label_names.index(reference)
    return data.take(np.flatnonzero(~theirs)), data.take(np.flatnonzero(theirs))


def events_of(
    data: Dataset,
    generators: str | None = None,
    *,
    acts_on: ActsOn = "auto",
    vectors: int | None = None,
    max_events: int | None = None,
) -> Events:
    """Scaled events of ``data``, with the candidates that ``generators`` names.

    Raises `CardError` or `MethodError` as `vectors_of` and `candidates` do, and where there are too few effective
    events.

    >>> rng = np.random.default_rng(1)
    >>> events = events_of(Dataset.from_array(3 * rng.normal(size=(500, 4)), scaling="none"))
    >>> len(events), events.generators.name, round(float((events.x**2).mean()), 12)
    (500, 'sl(4,R) + R^4', 1.0)
    """
    taken = vectors_of(data, acts_on, vectors, max_events)
    require_effective(data if len(taken) == len(data) else data.take(taken.rows))
    if (total := float(taken.weights.sum())) <= 0:
        raise MethodError(f"the weights of '{data.name}' sum to {total:.4g}; the sum must be positive")
    scale = taken.scale
    return Events(
        torch.from_numpy(taken.x / scale), torch.from_numpy(taken.weights), scale, taken.names, taken.unit,
        taken.momenta, candidates(generators, taken), len(data), data.unit[taken.rows],
    )  # fmt: skip


def candidates(name: str | None, vectors: Vectors) -> Generators:
    """The algebra ``name`` on these vectors, such as 'poincare' or 'so(3)+T', as affine matrices.

    Default: Poincare for four-momenta; else all volume-preserving affine maps, sl(d) + T, or, of vectors of more than
    four components, rotations and translations, so(d) + T. (A density that can be normalised has no others: a map
    that changes volumes would carry it away.)

    Raises `CardError` for unknown names, other sizes, and complex algebras.
    """
    d = vectors.x.shape[2]
    if name is None:
        linear = f"sl({d})+" if d <= ALL_LINEAR else f"so({d})+"
        name = "poincare" if vectors.momenta else f"{linear if d > 1 else ''}T"
    with as_card_error():
        found = algebra_sum(name, d)
    if np.iscomplexobj(found.matrices):
        raise CardError(
            f"'{name}' acts on complex vectors, which the moments do not know",
            hint="use a real algebra, such as so, sl or gl",
        )
    found = found.homogeneous()
    return (
        found if vectors.momenta else replace(found, labels=tuple(_NUMBERED.get(a, a) for a in found.labels))
    )
