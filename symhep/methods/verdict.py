"""A verdict: a question of a physicist, the answer, and the numbers that it rests on, as one row of the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from symhep.errors import StoreError
from symhep.methods.number import Bounded, Number
from symhep.methods.p_values import PValue

__all__ = ["CONCLUSIONS", "Conclusion", "Verdict"]

#: What is concluded of the hypothesis in question; 'measured': the answer is a number or a name, no hypothesis.
Conclusion = Literal["compatible", "violated", "undecided", "measured", "not tested"]
CONCLUSIONS: tuple[str, ...] = get_args(Conclusion)


@dataclass(frozen=True)
class Verdict:
    """A question and its answer. The report opens with the verdicts of all methods, one row each.

    Attributes
    ----------
    question
        'Rotations about the beam, SO(2)?'
    answer
        'compatible', '3 directions', 'so(1,3)'.
    conclusion
        What is concluded of the hypothesis: 'compatible', 'violated' or 'undecided'; 'measured' where the answer is a
        number or a name, 'not tested' where there is no answer. It decides the row's icon and colour.
    p
        p-value that the conclusion rests on, adjusted for its family of hypotheses where there is one; None: none.
    size
        The number that was asked for, or how large the breaking is, with its limit at 95 % confidence; None: none.
    size_of
        What the size is, in words, without which it cannot be understood: 'v_2'; a fraction above 1 needs it.
    figure
        Name of the figure that shows it; None: none does.

    Examples
    --------
    >>> verdict = Verdict("Rotations about the beam, SO(2)?", "compatible", "compatible", size_of="v_2",
    ...     p=PValue(p_value=0.31, log10_p=-0.51, p_kind="exact"), size=Bounded(value=0.01, upper_95=0.03))
    >>> Verdict.from_json(verdict.to_json()) == verdict
    True
    """

    question: str
    answer: str
    conclusion: Conclusion = "measured"
    p: PValue | None = None
    size: Number | Bounded | None = None
    size_of: str = ""
    figure: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As stored in result.json and results.json.

        Returns
        -------
        dict
            Every field; ``p`` and ``size`` are mappings or null.
        """
        return {
            **vars(self),
            "p": None if self.p is None else self.p.p.to_json(),
            "size": None if self.size is None else self.size.to_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Verdict:
        """A stored verdict.

        Parameters
        ----------
        stored
            What `to_json` gave.

        Returns
        -------
        Verdict
            Equal to the one that was stored.

        Raises
        ------
        StoreError
            For what is no verdict of this version: `symhep report` makes it again.
        """
        try:
            p, size = stored["p"], stored["size"]
            if stored["conclusion"] not in CONCLUSIONS:
                raise ValueError(f"the conclusion {stored['conclusion']!r}")
            return cls(
                str(stored["question"]),
                str(stored["answer"]),
                stored["conclusion"],
                None if p is None else PValue.from_json(p),
                None if size is None else (Bounded if "upper_95" in size else Number).from_json(size),
                str(stored["size_of"]),
                stored["figure"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"a stored verdict cannot be read ({error}); `symhep report` writes it again"
            ) from error
