"""The symmetry that a result states, as matrices: what `symhep augment` draws transformations from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from symhep.errors import CardError, StoreError, nearest
from symhep.methods.events import VectorsRecord
from symhep.methods.record import Record
from symhep.methods.result import Arrays, Result

__all__ = ["Symmetry", "SymmetryRecord", "homogeneous"]

FloatArray = npt.NDArray[np.float64]

#: Arrays of the result.
GENERATORS, ELEMENTS = "symmetry_generators", "symmetry_elements"


def homogeneous(linear: npt.ArrayLike, *, element: bool = False) -> FloatArray:
    """Matrices (M, n, n) that act on x as matrices (M, n + 1, n + 1) that act on (x, 1); ``element``: of the group.

    >>> homogeneous([[[2.0]]], element=True).tolist()
    [[[2.0, 0.0], [0.0, 1.0]]]
    """
    padded: FloatArray = np.pad(np.asarray(linear, dtype=np.float64), ((0, 0), (0, 1), (0, 1)))
    padded[:, -1, -1] = float(element)
    return padded


class SymmetryRecord(Record):
    """The symmetry that a result states; arrays ``symmetry_generators`` and ``symmetry_elements`` hold its matrices."""

    acts_on: Literal["momenta", "features"] = Field(
        description="momenta: the four-momenta (E, px, py, pz) in GeV of the feature set's objects; features: the "
        "features, unscaled"
    )
    vectors: VectorsRecord = Field(description="what an event is made of, as the matrices see it")
    generator_names: tuple[str, ...] = Field(description="names of the generators; [] if there is none")
    element_names: tuple[str, ...] = Field(
        description="names of the discrete elements that hold; [] if there is none"
    )


@dataclass(frozen=True, eq=False)
class Symmetry:
    """Generators and discrete elements that a method found, and holds to be symmetries.

    A method offers it by a field ``symmetry`` of its record, ``symmetry.to_record()``, and by
    ``arrays |= symmetry.to_arrays()``.
    It acts on events of P vectors x of d components, in the units of the data: x' = A x + b. All matrices are
    homogeneous, (A, b; 0, 1) for elements and (a, t; 0, 0) for generators, with A (d, d), alike for every vector, or
    (P d, P d), on the components of all vectors, vector by vector.

    Parameters
    ----------
    acts_on
        'momenta': the vectors are the four-momenta (E, px, py, pz) in GeV of the feature set's objects. 'features':
        they are its features, in order and before any scaling.
    vectors
        P.
    components
        d names.
    generators, labels
        (G, d + 1, d + 1) or (G, P d + 1, P d + 1), real, and their names.
    elements, names
        (M, d + 1, d + 1) or (M, P d + 1, P d + 1), and their names.

    Raises
    ------
    ValueError
        Shapes, names, or entries do not fit.

    >>> turn = homogeneous([[[0.0, -1.0], [1.0, 0.0]]])
    >>> found = Symmetry("features", 1, ("x", "y"), turn, ("J",))
    >>> class Found(Record):
    ...     symmetry: SymmetryRecord | None
    >>> Symmetry.of(Result(Found(symmetry=found.to_record()), found.to_arrays())).labels
    ('J',)
    """

    acts_on: Literal["momenta", "features"]
    vectors: int
    components: tuple[str, ...]
    generators: FloatArray
    labels: tuple[str, ...]
    elements: FloatArray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        sizes = (len(self.components) + 1, self.vectors * len(self.components) + 1)
        if self.acts_on not in ("momenta", "features") or self.vectors < 1 or sizes[0] < 2:
            raise ValueError(
                f"no symmetry of {self.vectors} {self.acts_on} of {len(self.components)} components"
            )
        if self.acts_on == "momenta" and len(self.components) != 4:
            raise ValueError(f"four-momenta have 4 components, not {len(self.components)}")
        if not len(self.elements):
            object.__setattr__(self, "elements", np.zeros((0, sizes[0], sizes[0])))
        for kind, given, corner in (("generators", self.generators, 0.0), ("elements", self.elements, 1.0)):
            count = len(self.labels if kind == "generators" else self.names)
            if given.ndim != 3 or given.shape not in {(count, size, size) for size in sizes}:
                raise ValueError(f"{count} {kind} of {sizes[0] - 1} components are no array {given.shape}")
            if given.dtype.kind not in "fiu" or not np.isfinite(given).all():
                raise ValueError(f"{kind} hold something else than finite real numbers")
            if given[:, -1, :-1].any() or (given[:, -1, -1] != corner).any():
                raise ValueError(f"the last row of {kind} is (0, ..., 0, {corner:g})")

    def to_record(self) -> SymmetryRecord:
        """What goes into the record, as its field ``symmetry``."""
        return SymmetryRecord(
            acts_on=self.acts_on, vectors=VectorsRecord(number=self.vectors, components=self.components),
            generator_names=self.labels, element_names=self.names,
        )  # fmt: skip

    def to_arrays(self) -> Arrays:
        """What goes into the arrays."""
        return {GENERATORS: self.generators, ELEMENTS: self.elements}

    @classmethod
    def of(cls, result: Result[Record]) -> Symmetry | None:
        """The symmetry of a stored result, None where it offers none. Raises `StoreError` for one that is broken."""
        told = getattr(result.record, "symmetry", None)
        if not isinstance(told, SymmetryRecord):
            return None
        try:
            return cls(
                told.acts_on, told.vectors.number, told.vectors.components,
                result.arrays[GENERATORS], told.generator_names, result.arrays[ELEMENTS], told.element_names,
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"the symmetry of the result is not as docs/run_folder.md says: {error}"
            ) from error

    def only(self, labels: Sequence[str] | None = None, names: Sequence[str] | None = None) -> Symmetry:
        """Some of the generators and elements, by name; None: all. Raises `CardError` for unknown names."""
        kept = _positions("generator", self.labels, labels)
        parts = _positions("discrete element", self.names, names)
        return Symmetry(
            self.acts_on, self.vectors, self.components,
            self.generators[kept], tuple(self.labels[i] for i in kept),
            self.elements[parts], tuple(self.names[i] for i in parts),
        )  # fmt: skip

    def act(self, elements: FloatArray, x: FloatArray) -> FloatArray:
        """g x for an element (N, n + 1, n + 1) of each event, in either size, and events x (N, P, d).

        >>> flip = homogeneous([[[-1.0, 0.0], [0.0, 1.0]]], element=True)
        >>> both = Symmetry("features", 2, ("x", "y"), np.zeros((0, 3, 3)), (), flip, ("mirror",))
        >>> both.act(flip, np.array([[[1.0, 2.0], [3.0, 4.0]]])).tolist()
        [[[-1.0, 2.0], [-3.0, 4.0]]]
        """
        n = elements.shape[1] - 1
        parts = x if n == x.shape[2] else x.reshape(len(x), 1, -1)
        moved = parts @ elements[:, :n, :n].swapaxes(1, 2) + elements[:, None, :n, n]
        return np.asarray(moved.reshape(x.shape))


def _positions(kind: str, known: tuple[str, ...], wanted: Sequence[str] | None) -> list[int]:
    for name in wanted or ():
        if name not in known:
            raise CardError(f"the result has no {kind} '{name}'", hint=nearest(name, known))
    return [i for i, name in enumerate(known) if wanted is None or name in wanted]
