"""Which subgroups lie in which: A <= B when every member of B contains a conjugate of a member of A."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from symhep.lie.subgroups.catalogue import Catalogue

__all__ = ["Lattice", "closure", "lattice"]


@dataclass(frozen=True, eq=False)
class Lattice:
    """The order of a catalogue's classes by inclusion.

    A <= B where every member of B contains a conjugate of a member of A.

    Attributes
    ----------
    catalogue
        The classes.
    below
        Per class the names of all that lie in it.

    Examples
    --------
    >>> from symhep.lie.subgroups import lorentz_subgroups
    >>> sorted(lattice(lorentz_subgroups()).below["HOM(1)"])
    ['SO(1,1)', 'null rotation']
    """

    catalogue: Catalogue
    below: dict[str, frozenset[str]]

    @property
    def above(self) -> dict[str, frozenset[str]]:
        """Per class the names of all that contain it.

        Examples
        --------
        >>> from symhep.lie.subgroups import lorentz_subgroups
        >>> sorted(lattice(lorentz_subgroups()).above["SO(3)"])
        ['Lorentz']
        """
        return {name: frozenset(b for b in self.below if name in self.below[b]) for name in self.below}

    @property
    def covers(self) -> tuple[tuple[str, str], ...]:
        """Pairs (smaller, larger) with nothing in between, the edges of the drawing.

        Examples
        --------
        >>> from symhep.lie.subgroups import lorentz_subgroups
        >>> sorted(a for a, b in lattice(lorentz_subgroups()).covers if b == "SO(2,1)")
        ['HOM(1)', 'SO(2)']
        """
        return tuple(
            (a, b)
            for b in self.catalogue
            for a in self.catalogue
            if a in self.below[b] and not any(a in self.below[c] for c in self.below[b])
        )

    def maximal(self, those: Iterable[str]) -> tuple[str, ...]:
        """Those of some classes that lie in no other of them.

        Parameters
        ----------
        those
            Names of classes.

        Returns
        -------
        tuple
            In the order of the catalogue.

        Examples
        --------
        >>> from symhep.lie.subgroups import lorentz_subgroups
        >>> lattice(lorentz_subgroups()).maximal(["SO(2)", "SO(1,1)", "SO(2) x SO(1,1)", "SO(3)"])
        ('SO(3)', 'SO(2) x SO(1,1)')
        """
        chosen = {self.catalogue[name].name for name in those}
        return tuple(a for a in self.catalogue if a in chosen and not any(a in self.below[b] for b in chosen))


def lattice(catalogue: Catalogue) -> Lattice:
    """The inclusions among the classes of a catalogue, from the package's data.

    The data were found by search: a "yes" is a conjugation with a residual of rounding, a "no" is 55 starts that found
    none.

    Parameters
    ----------
    catalogue
        `lorentz_subgroups` or `poincare_subgroups`.

    Returns
    -------
    Lattice
        Made once for each.

    Examples
    --------
    >>> from symhep.lie.subgroups import lorentz_subgroups
    >>> order = lattice(lorentz_subgroups())
    >>> sorted(order.below["HOM(1)"]), "T(2)" in order.below["SO(3)"]
    (['SO(1,1)', 'null rotation'], False)
    """
    text = files("symhep.lie.subgroups").joinpath(f"{catalogue.key}_covers.json").read_text(encoding="utf-8")
    return Lattice(catalogue, closure(catalogue, json.loads(text)))


def closure(catalogue: Catalogue, covers: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    """All classes below each class, from those directly below it.

    >>> from symhep.lie.subgroups import lorentz_subgroups
    >>> closure(lorentz_subgroups(), {"Lorentz": ["SO(3)"], "SO(3)": ["SO(2)"]})["Lorentz"] == {"SO(3)", "SO(2)"}
    True
    """
    below: dict[str, frozenset[str]] = {}
    for name in reversed(tuple(catalogue)):  # by rising dimension: what lies below is known already
        direct = frozenset(covers.get(name, ()))
        below[name] = direct.union(*(below[smaller] for smaller in direct))
    return below
