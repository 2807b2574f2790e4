"""Catalogues of the connected subgroups of the Lorentz and of the Poincare group, up to conjugation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

import numpy as np
import numpy.typing as npt

from symhep.errors import nearest
from symhep.lie.bases import lorentz, poincare
from symhep.lie.generators import Generators, Matrices
from symhep.lie.notation import Parameter, Rows, parse_generators, parse_parameters

__all__ = ["Catalogue", "SubgroupClass", "lorentz_subgroups", "poincare_subgroups"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SubgroupClass:
    """A conjugacy class of connected subgroups, or a family of them, by one member's generators.

    Attributes
    ----------
    label
        The published one (Lorentz) or our own (Poincare).
    name
        What it is called: 'SO(2)', 'E(2)'.
    written
        Its generators as text: 'J_z, K_z'.
    parameters
        Of a family; () of a single class.
    algebra
        The abstract Lie algebra as `Identification.abstract` names it: every one-dimensional one is R, turns and
        boosts alike.
    meaning
        In words.
    lorentz
        Label of the subgroup of the Lorentz group that is left when translations are divided out.
    rows
        Coefficients in the basis of the group, linear in the parameters.

    Examples
    --------
    >>> screw = lorentz_subgroups()["four-screw"]
    >>> screw.dimension, [p.name for p in screw.continuous], len(list(screw.members())), len(list(screw.signed()))
    (1, ['c'], 4, 1)
    """

    label: str
    name: str
    written: str
    parameters: tuple[Parameter, ...]
    algebra: str
    meaning: str
    lorentz: str
    rows: Rows

    def __str__(self) -> str:
        return f"{self.name} ({self.label}; {self.written}): {self.meaning}"

    @property
    def dimension(self) -> int:
        """Number of generators."""
        return len(self.rows.constant)

    def coefficients(self, **values: float) -> FloatArray:
        """Generators of one member.

        Parameters
        ----------
        **values
            Of the parameters; by default the first sample of each.

        Returns
        -------
        ndarray
            (G, n) coefficients in the basis of the group.

        Raises
        ------
        ValueError
            For a parameter that the class does not have, or outside its range.

        Examples
        --------
        >>> lorentz_subgroups()["four-screw"].coefficients(c=0.5).tolist()
        [[0.0, 0.0, 1.0, 0.0, 0.0, 0.5]]
        """
        known = {p.name: p for p in self.parameters}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"{self.name} has no parameter '{name}'; {nearest(name, known)}")
            if not known[name].allows(value):
                raise ValueError(f"{self.name}: {name} = {value:g} is not {known[name].domain}")
        return self.rows.at([values.get(p.name, p.samples[0]) for p in self.parameters])

    @property
    def continuous(self) -> tuple[Parameter, ...]:
        """The parameters but the signs."""
        return tuple(p for p in self.parameters if p.domain != "sign")

    def members(self) -> Iterator[FloatArray]:
        """Members that stand for the whole family; of the class itself without parameters.

        Yields
        ------
        ndarray
            (G, n) coefficients in the basis of the group.
        """
        return (self.rows.at(values) for values in product(*(p.samples for p in self.parameters)))

    def signed(self) -> Iterator[tuple[tuple[float, ...], Rows]]:
        """The family for every choice of the signs.

        Yields
        ------
        tuple
            The signs, and the coefficients as a family in the other parameters.
        """
        is_sign = np.array([p.domain == "sign" for p in self.parameters], dtype=bool)
        for signs in product(*(p.samples for p in self.parameters if p.domain == "sign")):
            constant = self.rows.constant + np.tensordot(np.array(signs), self.rows.slopes[is_sign], axes=1)
            yield signs, Rows(constant, self.rows.slopes[~is_sign])


@dataclass(frozen=True, eq=False)
class Catalogue(Mapping[str, SubgroupClass]):
    """The classes of a group by falling dimension, and the group's basis: a mapping from name to class.

    A class is looked up by its name, its label, or its generators as its row writes them, in any order.

    Attributes
    ----------
    key
        Names its data files: 'lorentz', 'poincare'.
    group
        The basis, labelled.
    classes
        By falling dimension.

    Examples
    --------
    >>> poincare_subgroups()["J_z, K_z, P_t + P_z"].label
    'R7.2'
    """

    key: str
    group: Generators
    classes: tuple[SubgroupClass, ...]

    def __getitem__(self, name: str) -> SubgroupClass:
        for found in self.classes:
            if name in (found.name, found.label):
                return found
        written = self._written(name)
        if written is not None:
            return written
        raise KeyError(f"no subgroup '{name}'; {nearest(name, [c.name for c in self.classes])}")

    def _written(self, text: str) -> SubgroupClass | None:
        """The class whose row has these generators, in any order and mixture, with its parameters by their names."""
        for found in self.classes:
            try:
                rows = parse_generators(text, self.group.labels, found.parameters)
            except ValueError:
                continue
            pairs = product(*(p.samples for p in found.parameters))
            if len(rows.constant) == found.dimension and all(
                np.linalg.matrix_rank(rows.at(v)) == found.dimension
                and np.linalg.matrix_rank(np.concatenate([rows.at(v), found.rows.at(v)])) == found.dimension
                for v in pairs
            ):
                return found
        return None

    def __iter__(self) -> Iterator[str]:
        return (c.name for c in self.classes)

    def __len__(self) -> int:
        return len(self.classes)

    def of_dimension(self, dimension: int) -> tuple[SubgroupClass, ...]:
        """The classes of a dimension.

        Parameters
        ----------
        dimension
            Number of generators.

        Returns
        -------
        tuple of SubgroupClass
            () where there is none.

        Examples
        --------
        >>> [c.name for c in lorentz_subgroups().of_dimension(4)]
        ['SIM(2)']
        """
        return tuple(c for c in self.classes if c.dimension == dimension)

    def matrices(self, name: str, **values: float) -> Matrices:
        """Representative generators of a class.

        Parameters
        ----------
        name
            Name, label or generators of the class.
        **values
            Of its parameters; by default the first sample of each.

        Returns
        -------
        ndarray
            (G, d, d): d = 4 (Lorentz), or 5 (Poincare, homogeneous).

        Examples
        --------
        >>> lorentz_subgroups().matrices("SO(2)")[0, 1, 2]
        np.float64(-1.0)
        """
        return self.group.combination(self[name].coefficients(**values))


@cache
def lorentz_subgroups() -> Catalogue:
    """The fourteen classes of connected subgroups of the Lorentz group but the trivial one.

    Two of them are families: the screws J_z + c K_z, and these with the null rotations of their light ray. Conjugation
    is by the proper orthochronous group; a reflection of space turns c into -c and identifies no others.

    Returns
    -------
    Catalogue
        Made once.

    References
    ----------
    J. F. Schell, J. Math. Phys. 2 (1961) 202; G. S. Hall, Symmetries and Curvature Structure in General Relativity
    (2004).

    Examples
    --------
    >>> len(lorentz_subgroups()), lorentz_subgroups()["E(2)"].meaning
    (14, 'the little group of a massless particle')
    """
    return _read("lorentz", lorentz())


@cache
def poincare_subgroups() -> Catalogue:
    """The classes of connected subgroups of the Poincare group but the trivial one, families with their parameters.

    How the table was derived and how far it is shown to be complete is written above it, in ``poincare.md``.

    Returns
    -------
    Catalogue
        Made once; 141 classes.

    References
    ----------
    J. Patera, P. Winternitz and H. Zassenhaus, J. Math. Phys. 16 (1975) 1597.

    Examples
    --------
    >>> poincare_subgroups()["J_z + a P_z"].meaning
    'screw motion of space: a helix of pitch 2 pi a'
    """
    return _read("poincare", poincare())


def _read(key: str, group: Generators) -> Catalogue:
    text = files("symhep.lie.subgroups").joinpath(f"{key}.md").read_text(encoding="utf-8")
    lines = [_cells(line) for line in text.splitlines() if line.startswith("|")]
    header, body = lines[0], lines[2:]
    classes = [_class(dict(zip(header, cells, strict=True)), group.labels) for cells in body]
    return Catalogue(key, group, tuple(sorted(classes, key=lambda c: -c.dimension)))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _class(row: Mapping[str, str], labels: Sequence[str]) -> SubgroupClass:
    parameters = parse_parameters(row["parameters"])
    rows = parse_generators(row["generators"], labels, parameters)
    return SubgroupClass(
        row["label"],
        row["name"],
        row["generators"],
        parameters,
        row["algebra"],
        row["meaning"],
        row["label"].partition(".")[0],
        rows,
    )
