"""What `symhep init` tells a method about a file, and what the method puts into the card."""

from __future__ import annotations

from dataclasses import dataclass

from symhep.events.generator_cut import GeneratorCut

__all__ = ["InitBlock", "SampleView"]


@dataclass(frozen=True)
class SampleView:
    """A file as `symhep init` sees it, and the feature sets that its card will have.

    Attributes
    ----------
    object, take
        Name of the selected objects and how many; None and 1 where the file has numbers per event and no particles.
    variables
        Variables of each object, or the numbers per event.
    features
        F, numbers per event in the feature set ``measured``.
    measured
        Name of the feature set with all variables, scaled one by one.
    geometric
        Name of the feature set for symmetries: one common scale, or four-momenta.
    events, effective
        Events that have the objects, about, and their effective number (sum w)^2 / sum w^2.
    passed
        Cuts that the generator has applied, and that every one of the objects has passed: the density ends there.

    Examples
    --------
    >>> view = SampleView("jets", 2, ("pt", "eta", "phi"), 6, "all", "momenta", events=10_000, effective=9_200.0)
    >>> view.features == view.take * len(view.variables)
    True
    """

    object: str | None
    take: int
    variables: tuple[str, ...]
    features: int
    measured: str
    geometric: str
    events: int
    effective: float
    passed: tuple[GeneratorCut, ...] = ()


@dataclass(frozen=True)
class InitBlock:
    """A method's entry in the card that `symhep init` writes.

    Attributes
    ----------
    name
        Of the entry under ``methods:``.
    comment
        The question it answers, as a line of English; the card adds what it costs, from ``seconds``.
    text
        YAML below the name, without indentation: ``use: ...``, ``features: ...``, ``options: ...``.
    seconds
        Rough time on two cores; the card lists the quickest first.
    active
        False: written as a comment, to be switched on by hand; ``comment`` says why.

    Examples
    --------
    >>> InitBlock("spread", "How far do the features spread?", "use: spread\\nfeatures: all", seconds=2).cost
    'a few seconds'
    """

    name: str
    comment: str
    text: str
    seconds: float
    active: bool = True

    @property
    def cost(self) -> str:
        """The time in words, as the card's comment has it.

        Examples
        --------
        >>> [InitBlock("a", "", "", seconds).cost for seconds in (3, 42, 200)]
        ['a few seconds', 'about 40 s', 'about 3 minutes']
        """
        if self.seconds < 8:
            return "a few seconds"
        if self.seconds < 90:
            return f"about {5 * round(self.seconds / 5)} s"
        return f"about {round(self.seconds / 60)} minutes"
