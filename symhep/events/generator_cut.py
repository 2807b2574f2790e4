"""A cut that a generator has applied, as its header states it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GeneratorCut"]


@dataclass(frozen=True)
class GeneratorCut:
    """In words; and in numbers, where it holds for every final-state particle of some kinds.

    Attributes
    ----------
    text
        For people, with the generator's own name for it.
    variable
        pt, abs_eta or energy (GeV); None for cuts on pairs or on the event.
    particles
        |PDG number| of the particles that have all passed.
    above, below
        The limit: one of the two, where there is a ``variable``.

    >>> cut = GeneratorCut("pt > 20 GeV of photons (pta)", "pt", (22,), above=20.0)
    >>> str(cut), cut.passed(19.5)
    ('pt > 20 GeV of photons (pta)', False)
    """

    text: str
    variable: str | None = None
    particles: tuple[int, ...] = ()
    above: float | None = None
    below: float | None = None

    def __str__(self) -> str:
        return self.text

    def passed(self, value: float) -> bool:
        """Does a particle with this value of the variable pass? With the few digits that files are written with."""
        slack = 1e-5 * abs(value)
        return (self.above is None or value > self.above - slack) and (
            self.below is None or value < self.below + slack
        )
