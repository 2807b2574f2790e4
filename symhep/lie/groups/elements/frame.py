"""What an event is made of, as far as discrete elements need it: names of components and of particles."""

from __future__ import annotations

from dataclasses import dataclass

from symhep.errors import LieError, nearest

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

    >>> Frame(("E", "px", "py", "pz"), ("mu-", "mu+")).component("z")
    3
    """

    components: tuple[str, ...]
    vectors: tuple[str, ...]

    @classmethod
    def of(cls, components: tuple[str, ...], particles: tuple[str, ...], count: int) -> Frame:
        """``count`` vectors; where their number is not that of the particles, they are called by their numbers."""
        named = len(particles) == count
        return cls(components, particles if named else tuple(str(i + 1) for i in range(count)))

    @property
    def spatial(self) -> bool:
        """Are there momenta in space, with z along the beam?"""
        return all(name in self.components for name in MOMENTA)

    @property
    def space(self) -> tuple[int, ...]:
        """Numbers of the components that parity reverses: of the momentum, or all of them."""
        if self.spatial:
            return tuple(self.components.index(name) for name in MOMENTA)
        return tuple(range(len(self.components)))

    def component(self, name: str) -> int:
        """Number of a component: 'px', or 'x' for short. Raises `LieError`."""
        for spelling in (name, f"p{name}"):
            if spelling in self.components:
                return self.components.index(spelling)
        raise LieError(f"there is no component '{name}'", hint=nearest(name, self.components))

    def vector(self, name: str) -> int:
        """Number of a vector, from its name or its number from 1. Raises `LieError`."""
        if name in self.vectors:
            return self.vectors.index(name)
        if name.isdecimal() and 1 <= int(name) <= len(self.vectors):
            return int(name) - 1
        known = (*self.vectors, *(str(i + 1) for i in range(len(self.vectors))))
        raise LieError(f"there is no particle '{name}'", hint=nearest(name, known))
