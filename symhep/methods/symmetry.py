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

__all__ = ["MeasuredGenerators", "Symmetry", "SymmetryRecord", "homogeneous", "measured_entries"]

FloatArray = npt.NDArray[np.float64]

#: Arrays of the result.
GENERATORS, ELEMENTS = "symmetry_generators", "symmetry_elements"
#: Arrays of a result whose method measured the entries of the generators.
MEASURED, ERRORS = "symmetry_measured", "symmetry_errors"


def homogeneous(linear: npt.ArrayLike, *, element: bool = False) -> FloatArray:
    """Matrices that act on x as matrices that act on (x, 1).

    Parameters
    ----------
    linear
        (M, n, n).
    element
        True for elements of a group (A, 0; 0, 1), False for generators (a, 0; 0, 0).

    Returns
    -------
    ndarray
        (M, n + 1, n + 1).

    Examples
    --------
    >>> homogeneous([[[2.0]]], element=True).tolist()
    [[[2.0, 0.0], [0.0, 1.0]]]
    """
    padded: FloatArray = np.pad(np.asarray(linear, dtype=np.float64), ((0, 0), (0, 1), (0, 1)))
    padded[:, -1, -1] = float(element)
    return padded


def measured_entries(
    coefficients: npt.ArrayLike, covariance: npt.ArrayLike, matrices: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Matrices sum_k c_k M_k of G combinations of K candidates, and the standard errors of their entries.

    Each combination is divided by its largest coefficient c_m: the ratios r_k = c_k / c_m have the covariance
    J C J^T with J_kl = (delta_kl - r_k delta_ml) / c_m, to first order, and so c_m is one without an error. Entries
    are linear in them: var(a_ij) = sum_kl M_k,ij (J C J^T)_kl M_l,ij.

    Parameters
    ----------
    coefficients, covariance
        (G, K) and (G, K, K).
    matrices
        (K, m, m).

    >>> turn, grow = [[0.0, -1.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]
    >>> values, errors = measured_entries([[2.0, 0.2]], [np.diag([0.01, 0.04])], [turn, grow])
    >>> values.tolist(), errors.round(3).tolist()
    ([[[0.1, -1.0], [1.0, 0.1]]], [[[0.1, 0.0], [0.0, 0.1]]])
    """
    c, cov, m = (np.asarray(a, dtype=np.float64) for a in (coefficients, covariance, matrices))
    first = np.abs(c).argmax(axis=1)
    largest = np.take_along_axis(c, first[:, None], axis=1)
    ratios = c / largest
    jacobian = np.eye(c.shape[1]) - ratios[:, :, None] * np.eye(c.shape[1])[first][:, None, :]
    spread = jacobian @ cov @ jacobian.swapaxes(1, 2) / largest[:, :, None] ** 2
    variance = np.einsum("kij,gkl,lij->gij", m, spread, m, optimize=True)
    values: FloatArray = np.tensordot(np.sign(largest) * ratios, m, axes=1)
    return values, np.sqrt(np.maximum(variance, 0.0))


class SymmetryRecord(Record):
    """The symmetry that a result states, as a field ``symmetry`` of its record.

    The arrays ``symmetry_generators`` and ``symmetry_elements`` of the result hold the matrices; `Symmetry` makes
    both.

    Examples
    --------
    >>> record = SymmetryRecord(
    ...     acts_on="features", vectors=VectorsRecord(number=1, components=("x", "y")),
    ...     generator_names=("J",), element_names=(),
    ... )
    >>> record.generator_names
    ('J',)
    """

    acts_on: Literal["momenta", "features"] = Field(
        description="momenta: four-momenta (E, px, py, pz) in GeV of the objects of the feature set; features: "
        "unscaled features"
    )
    vectors: VectorsRecord = Field(description="vectors on which the matrices act")
    generator_names: tuple[str, ...] = Field(description="names of the generators; [] if there is none")
    element_names: tuple[str, ...] = Field(
        description="names of the accepted discrete symmetries; [] if there is none"
    )


@dataclass(frozen=True, eq=False)
class MeasuredGenerators:
    """The generators of a result as numbers: `Result.generators`.

    Attributes
    ----------
    names
        G names, as statements and tables have them.
    values
        (G, n + 1, n + 1) matrices (a, t; 0, 0) as they were measured: x' = x + eps (a x + t) to first order in eps,
        in the units of the data. Each is normalised as its method does: the largest coefficient in the candidates is
        one (moments, symmetrygan), or tr a a^T = 2 (oracle).
    errors
        The same shape: standard errors of the entries in that normalisation, correlations between coefficients
        included, so that the largest one has none; 0 where no candidate touches an entry; NaN in all entries where the
        method gives none.
    stated
        The same shape: what the method holds to be true, with what is zero or one within errors written so.
        `Canonicaliser` and `symhep augment` act by these.
    components, vectors
        Names of the d components of a vector, and the number of vectors P of an event: n is d where a matrix acts on
        each vector alike, or P d.
    acts_on
        'momenta' (E, px, py, pz) in GeV, or what of these the vectors have; or 'features'.

    Examples
    --------
    >>> turn = homogeneous([[[0.0, -1.0], [1.0, 0.0]]])
    >>> found = Symmetry("features", 1, ("x", "y"), turn, ("J",), errors=0.01 * abs(turn)).to_generators()
    >>> found
    <MeasuredGenerators J: 3x3 matrices on (x, y)>
    >>> found.linear[0].tolist(), found.errors[0, :2, :2].tolist()
    ([[0.0, -1.0], [1.0, 0.0]], [[0.0, 0.01], [0.01, 0.0]])
    """

    names: tuple[str, ...]
    values: FloatArray
    errors: FloatArray
    stated: FloatArray
    components: tuple[str, ...]
    vectors: int
    acts_on: Literal["momenta", "features"]

    @property
    def linear(self) -> FloatArray:
        """(G, n, n) the matrices a alone."""
        return self.values[:, :-1, :-1]

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        shape, names = "x".join(map(str, self.values.shape[1:])), ", ".join(self.names) or "none"
        return f"<MeasuredGenerators {names}: {shape} matrices on ({', '.join(self.components)})>"


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
    measured, errors
        Of the shape of ``generators``: their entries as they were measured, and the standard errors of these; None
        where the method has none.

    Raises
    ------
    ValueError
        Shapes, names, or entries do not fit.

    Examples
    --------
    >>> turn = homogeneous([[[0.0, -1.0], [1.0, 0.0]]])
    >>> found = Symmetry("features", 1, ("x", "y"), turn, ("J",))
    >>> class Found(Record):
    ...     symmetry: SymmetryRecord | None
    >>> result = Result(Found(symmetry=found.to_record()), found.to_arrays())
    >>> Symmetry.of(result).labels, found.to_generators().names
    (('J',), ('J',))
    """

    acts_on: Literal["momenta", "features"]
    vectors: int
    components: tuple[str, ...]
    generators: FloatArray
    labels: tuple[str, ...]
    elements: FloatArray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    names: tuple[str, ...] = ()
    measured: FloatArray | None = None
    errors: FloatArray | None = None

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
                raise ValueError(
                    f"{count} {kind} of {sizes[0] - 1} components cannot have the shape {given.shape}"
                )
            if given.dtype.kind not in "fiu" or not np.isfinite(given).all():
                raise ValueError(f"{kind} must be finite real numbers")
            if given[:, -1, :-1].any() or (given[:, -1, -1] != corner).any():
                raise ValueError(f"the last row of {kind} is (0, ..., 0, {corner:g})")
        for kind, numbers in (("measured", self.measured), ("errors", self.errors)):
            if numbers is not None and numbers.shape != self.generators.shape:
                raise ValueError(
                    f"{kind} of shape {numbers.shape} for generators of shape {self.generators.shape}"
                )

    def to_record(self) -> SymmetryRecord:
        """What goes into the record, as its field ``symmetry``.

        Returns
        -------
        SymmetryRecord
            Names and what is acted on; the matrices are in `to_arrays`.
        """
        return SymmetryRecord(
            acts_on=self.acts_on, vectors=VectorsRecord(number=self.vectors, components=self.components),
            generator_names=self.labels, element_names=self.names,
        )  # fmt: skip

    def to_arrays(self) -> Arrays:
        """What goes into the arrays of the result.

        Returns
        -------
        dict
            ``symmetry_generators``, ``symmetry_elements`` and, where they were measured, ``symmetry_measured`` and
            ``symmetry_errors``.
        """
        arrays: Arrays = {GENERATORS: self.generators, ELEMENTS: self.elements}
        arrays |= {} if self.measured is None else {MEASURED: self.measured}
        return arrays | ({} if self.errors is None else {ERRORS: self.errors})

    def to_generators(self) -> MeasuredGenerators:
        """The generators for people: as measured, with errors.

        Returns
        -------
        MeasuredGenerators
            Errors are NaN where none were given.
        """
        unknown = np.full(self.generators.shape, np.nan)
        return MeasuredGenerators(
            self.labels, self.generators if self.measured is None else self.measured,
            unknown if self.errors is None else self.errors, self.generators,
            self.components, self.vectors, self.acts_on,
        )  # fmt: skip

    @classmethod
    def of(cls, result: Result[Record]) -> Symmetry | None:
        """The symmetry of a stored result.

        Parameters
        ----------
        result
            Of a run folder or of `symhep.analyse`.

        Returns
        -------
        Symmetry or None
            None where the result states none.

        Raises
        ------
        StoreError
            Where record and arrays of the result do not fit each other: run the card again.
        """
        told = getattr(result.record, "symmetry", None)
        if not isinstance(told, SymmetryRecord):
            return None
        try:
            return cls(
                told.acts_on, told.vectors.number, told.vectors.components,
                result.arrays[GENERATORS], told.generator_names, result.arrays[ELEMENTS], told.element_names,
                result.arrays.get(MEASURED), result.arrays.get(ERRORS),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"the symmetry of the result does not have the format of docs/reference/run_folder.md: {error}"
            ) from error

    def only(self, labels: Sequence[str] | None = None, names: Sequence[str] | None = None) -> Symmetry:
        """Some of the generators and elements.

        Parameters
        ----------
        labels
            Names of generators to keep; None: all, []: none.
        names
            Names of discrete elements to keep; None: all, []: none.

        Returns
        -------
        Symmetry
            In the order of this one.

        Raises
        ------
        CardError
            For a name that is not there, with the nearest that is.

        Examples
        --------
        >>> both = Symmetry("features", 1, ("x", "y"), np.zeros((2, 3, 3)), ("J", "D"))
        >>> both.only(["D"]).labels
        ('D',)
        """
        kept = _positions("generator", self.labels, labels)
        parts = _positions("discrete element", self.names, names)
        return Symmetry(
            self.acts_on, self.vectors, self.components,
            self.generators[kept], tuple(self.labels[i] for i in kept),
            self.elements[parts], tuple(self.names[i] for i in parts),
            None if self.measured is None else self.measured[kept],
            None if self.errors is None else self.errors[kept],
        )  # fmt: skip

    def act(self, elements: FloatArray, x: FloatArray) -> FloatArray:
        """Apply an element to each event: g x.

        Parameters
        ----------
        elements
            (N, n + 1, n + 1), one per event; n = d acts on each vector alike, n = P d on all components of the event.
        x
            (N, P, d).

        Returns
        -------
        ndarray
            (N, P, d).

        Examples
        --------
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
