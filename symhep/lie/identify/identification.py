"""The record that :func:`symhep.lie.identify.identify` returns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from symhep.lie.noise import RankDecision

__all__ = ["AMBIGUOUS", "NOT_CLOSED", "TOO_LARGE", "UNRECOGNISED", "Identification"]

AMBIGUOUS = "ambiguous"
NOT_CLOSED = "not closed"
#: Names of the one algebra R of dimension 1, by how it acts.
ONE_DIMENSIONAL = r"^(R|so\(2\)|u\(1\)|so\(1,1\))$"
#: Rank, roots or real form contradict each other.
UNRECOGNISED = "unrecognised"
#: What was called zero need not be: the errors would hide a value of the usual size.
TOO_LARGE = "the errors are too large to identify the algebra"


@dataclass(frozen=True)
class Identification:
    """What a span of matrices is.

    Attributes
    ----------
    name
        'so(1,3)', or 'not closed', or 'ambiguous'.
    dimension
        Of the span.
    stability
        In [0, 1]: a share of resamplings and no probability of being right.
    how
        How it was obtained.
    closed
        Whether the span is a Lie algebra within the errors.
    closure
        What is left of the brackets, over all brackets.
    closure_excess
        The same over what the errors explain.
    parts
        Names of the simple ideals, of the centre or of the radical.
    isomorphic
        Other names of the same abstract algebra.
    rank
        Of the semisimple part.
    signature
        Numbers of positive, negative and zero eigenvalues of the Killing form.
    parameters
        Continuous parameters of the algebra, (value, standard error).
    alternatives
        (name, fraction of the perturbed copies), the most frequent first.
    decisions
        Every rank that was decided, with its distance from the border.
    rounding_only
        Only rounding was allowed for, of the matrices themselves or as it was given.

    Examples
    --------
    >>> from symhep.lie import bases
    >>> from symhep.lie.identify import identify
    >>> found = identify(bases.lorentz())
    >>> found.name, found.signature, found.abstract, found.margin > 100, found.resolution < 0.5
    ('so(1,3)', (3, 3, 0), 'so(1,3)', True, True)
    """

    name: str
    dimension: int
    stability: float
    how: str
    closed: bool
    closure: float
    closure_excess: float
    parts: tuple[str, ...] = ()
    isomorphic: tuple[str, ...] = ()
    rank: int = 0
    signature: tuple[int, int, int] | None = None
    parameters: dict[str, tuple[float, float]] = field(default_factory=dict)
    alternatives: tuple[tuple[str, float], ...] = ()
    decisions: tuple[RankDecision, ...] = ()
    rounding_only: bool = False

    @property
    def margin(self) -> float:
        """How many times above its border the least clear of the values called nonzero was."""
        return min((decision.above for decision in self.decisions), default=float("inf"))

    @property
    def resolution(self) -> float:
        """The largest border of a decision over the size of what would have been seen; a name needs 1/2."""
        return max((decision.resolution for decision in self.decisions), default=0.0)

    @property
    def abstract(self) -> str:
        """The name as far as it depends on the algebra alone.

        Abelian summands, however they act, are R^k; the part after '=' is left out. The column ``algebra`` of the
        catalogues of subgroups (:mod:`symhep.lie.subgroups`) has these names.
        """
        name = self.name.partition(" = ")[0]
        plain = re.sub(r"^abelian | \((nilpotent|mixed)\)", "", name).split(" + ")
        lines = sum(
            int(p[2:] or 1) for p in (re.sub(ONE_DIMENSIONAL, "R^1", p) for p in plain) if p[:2] == "R^"
        )
        others = [p for p in plain if not re.fullmatch(ONE_DIMENSIONAL + r"|R\^\d+", p)]
        return " + ".join([*others, *(["R"] if lines == 1 else [f"R^{lines}"] if lines else [])])

    def __str__(self) -> str:
        if self.name == AMBIGUOUS:
            shown = ", ".join(f"{name} ({fraction:.0%})" for name, fraction in self.alternatives)
            return f"ambiguous: {self.how if self.how == TOO_LARGE else shown}"
        if self.name == NOT_CLOSED:
            cause = "rounding explains" if self.rounding_only else "errors explain"
            excess = f"{self.closure_excess:.3g} times what {cause}"
            none = self.rounding_only and "no errors" in self.how
            hint = "; no errors were given: if the matrices have errors, pass errors=" if none else ""
            return f"not closed: closure residual {self.closure:.2g}, {excess}{hint}"
        parameters = "".join(f", {key} = {v:.3g} +- {e:.1g}" for key, (v, e) in self.parameters.items())
        return f"{self.name}{parameters} (stability {self.stability:.2f})"
