"""The events as the moments see them: scaled vectors with signed weights, and the candidate generators."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from symhep.errors import CardError, MethodError, as_card_error
from symhep.events.dataset import Dataset
from symhep.events.vectors import ActsOn, Vectors, vectors_of
from symhep.lie.generators import Generators
from symhep.lie.sums import algebra_sum

__all__ = ["FEWEST", "Events", "candidates", "prepare"]

#: With fewer effective events, (sum w)^2 / sum w^2, the means of signed weights are no means of a density.
FEWEST = 10.0
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
    """

    x: Tensor
    weights: Tensor
    scale: float
    names: tuple[str, ...]
    unit: str
    momenta: bool
    generators: Generators

    @property
    def effective(self) -> float:
        """(sum w)^2 / sum w^2: as many unweighted events have the same relative error."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())

    @property
    def copies(self) -> int:
        """Events with a weight that are the same, to the last digit, as one before."""
        x = self.x[self.weights != 0].flatten(1).cpu().numpy()
        # Rows are compared by one random projection: a millionth of a million different ones agrees in all digits.
        key = (x * np.random.default_rng(0).normal(size=x.shape[1])).sum(axis=1)
        return len(key) - len(np.unique(key))

    def __len__(self) -> int:
        return len(self.x)


def prepare(
    data: Dataset,
    generators: str | None = None,
    *,
    acts_on: ActsOn = "auto",
    vectors: int | None = None,
    max_events: int | None = None,
    device: str = "cpu",
) -> Events:
    """Scaled events of ``data`` on ``device``, with the candidates that ``generators`` names.

    Raises `CardError` or `MethodError` as `vectors_of` and `candidates` do, and where the weights sum to nothing.

    >>> rng = np.random.default_rng(1)
    >>> events = prepare(Dataset.from_array(3 * rng.normal(size=(500, 4)), scaling="none"))
    >>> len(events), events.generators.name, round(float((events.x**2).mean()), 12)
    (500, 'sl(4,R) + R^4', 1.0)
    """
    taken = vectors_of(data, acts_on, vectors, max_events)
    total, squares = taken.weights.sum(), (taken.weights**2).sum()
    if total <= 0 or total**2 < FEWEST * squares:
        raise MethodError(
            f"the event weights of '{data.name}' amount to {max(total, 0.0) ** 2 / squares:.2g} events: "
            f"they describe no density; at least {FEWEST:g} are needed, with a positive sum"
        )
    scale = taken.scale
    return Events(
        torch.from_numpy(taken.x / scale).to(device),
        torch.from_numpy(taken.weights).to(device),
        scale,
        taken.names,
        taken.unit,
        taken.momenta,
        candidates(generators, taken),
    )


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
