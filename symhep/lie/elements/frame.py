"""What an event is made of, as far as discrete elements need it: names of components and of particles."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from symhep.errors import LieError, nearest
from symhep.lie.kinds import Known

__all__ = ["Frame"]

MOMENTA = ("px", "py", "pz")


@dataclass(frozen=True)
class Frame:
    """P vectors of d components.

    Attributes
    ----------
    components
        d names, ('E', 'px', 'py', 'pz') for four-momenta.
    vectors
        P names of particles: ('mu-', 'mu+').
    known
        P, what is known of the vectors, if it is not all components of all of them.
    objects
        P names of the objects that the vectors belong to, where that matters: an exchange of two vectors means
        something within one object.
    sets
        Those of ``objects`` whose members have no order.

    Examples
    --------
    >>> pair = Frame(("E", "px", "py", "pz"), ("mu-", "mu+"))
    >>> pair.component("z"), pair.vector("mu+"), pair.space, pair.spatial, pair.exchangeable
    (3, 1, (1, 2, 3), True, [(0, 1)])
    """

    components: tuple[str, ...]
    vectors: tuple[str, ...]
    known: tuple[Known, ...] = ()
    objects: tuple[str, ...] = ()
    sets: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        components: tuple[str, ...],
        particles: tuple[str, ...],
        count: int,
        known: tuple[Known, ...] = (),
        objects: tuple[str, ...] = (),
        sets: frozenset[str] = frozenset(),
    ) -> Frame:
        """Vectors of a dataset.

        Parameters
        ----------
        components
            d names.
        particles
            Names of the particles.
        count
            P. Where it is not the number of the particles, the vectors are called by their numbers, '1', '2', ...
        known, objects, sets
            As in `Frame`.

        Returns
        -------
        Frame
            P vectors of d components.

        Examples
        --------
        >>> Frame.of(("x", "y"), (), 2).vectors
        ('1', '2')
        """
        named = len(particles) == count
        vectors = particles if named else tuple(str(i + 1) for i in range(count))
        return cls(components, vectors, known, objects, sets)

    @property
    def exchangeable(self) -> list[tuple[int, int]]:
        """Pairs of vectors of one object; of all vectors where the objects do not matter."""
        pairs = list(combinations(range(len(self.vectors)), 2))
        if not self.objects:
            return pairs
        alike = [(i, j) for i, j in pairs if self.objects[i] == self.objects[j]]
        return [(i, j) for i, j in alike if not self.why_not_exchanged(i, j)]

    def why_not_exchanged(self, i: int, j: int) -> str:
        """Why two vectors cannot be exchanged.

        Parameters
        ----------
        i, j
            Their numbers from 0.

        Returns
        -------
        str
            '' if they can.

        Examples
        --------
        >>> event = Frame(("px", "py"), ("jets[0]", "jets[1]"), objects=("jets", "jets"), sets=frozenset({"jets"}))
        >>> event.why_not_exchanged(0, 1)
        "the members of 'jets' have no order, so that their exchange is trivial"
        """
        for k in (i, j):
            if self.objects and self.objects[k] in self.sets:
                return f"the members of '{self.objects[k]}' have no order, so that their exchange is trivial"
        if self.known and self.known[i].components != self.known[j].components:
            return f"'{self.vectors[i]}' and '{self.vectors[j]}' have different components"
        return ""

    @property
    def spatial(self) -> bool:
        """Whether these are momenta in space, with z along the beam."""
        return all(name in self.components for name in MOMENTA)

    @property
    def space(self) -> tuple[int, ...]:
        """Numbers of the components that parity reverses, those of the momentum, or all of them."""
        if self.spatial:
            return tuple(self.components.index(name) for name in MOMENTA)
        return tuple(range(len(self.components)))

    def component(self, name: str) -> int:
        """Number of a component.

        Parameters
        ----------
        name
            'px', or 'x' for short.

        Returns
        -------
        int
            From 0.

        Raises
        ------
        LieError
            For a name that is not there, with the nearest that is.
        """
        for spelling in (name, f"p{name}"):
            if spelling in self.components:
                return self.components.index(spelling)
        raise LieError(f"unknown component '{name}'", hint=nearest(name, self.components))

    def vector(self, name: str) -> int:
        """Number of a vector.

        Parameters
        ----------
        name
            Its name, or its number from 1.

        Returns
        -------
        int
            From 0.

        Raises
        ------
        LieError
            For a name that is not there, with the nearest that is.
        """
        if name in self.vectors:
            return self.vectors.index(name)
        if name.isdecimal() and 1 <= int(name) <= len(self.vectors):
            return int(name) - 1
        known = (*self.vectors, *(str(i + 1) for i in range(len(self.vectors))))
        raise LieError(f"unknown particle '{name}'", hint=nearest(name, known))
