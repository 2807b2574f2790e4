"""Single generators as verdicts: rotations, boosts, translations and others, a row for each answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from symhep.hypotheses.candidates.record import CandidateRow
from symhep.hypotheses.candidates.table import NOT_TESTED
from symhep.methods.number import Bounded
from symhep.methods.verdict import Conclusion, Verdict
from symhep.methods.wording import in_words

__all__ = ["candidate_verdicts"]

RowT = TypeVar("RowT", bound=CandidateRow)

#: Heads of labels that make a family of their own.
_FAMILIES = ("J", "K", "P")
#: Rows that change a constant of the events are excluded without a test.
_CONCLUSIONS: dict[str, Conclusion] = {
    "compatible": "compatible",
    "violated": "violated",
    "support": "violated",
}


def candidate_verdicts(
    rows: Sequence[RowT],
    size: Callable[[RowT], tuple[Bounded | None, str]],
    *,
    beam: bool,
    figure: str = "p_values",
) -> Iterator[Verdict]:
    """A row for each family of generators and each answer, what is compatible first; what was not tested is one family.

    A row of several generators has the smallest adjusted p and the largest limit of those that are compatible, the
    largest p of those that are violated, and the size of the most violated one.

    Parameters
    ----------
    size
        Of a row, the size of its breaking, and what that is, in words.
    beam
        Whether z is the axis of the beams.
    """
    families: dict[tuple[int, int, str], list[RowT]] = defaultdict(list)
    order = ("compatible", "violated", "support")
    for row in rows:
        answer = row.conclusion or row.how
        place = order.index(answer) if answer in order else len(order)
        head = row.label.partition("_")[0] if in_words([row.label]) != row.label else ""
        family = _FAMILIES.index(head) if head in _FAMILIES and place < 2 else len(_FAMILIES)
        families[place, family, answer].append(row)
    for (_, _, answer), found in sorted(families.items(), key=lambda item: item[0][:2]):
        yield _verdict(found, answer, size, beam, figure)


def _verdict(
    rows: Sequence[RowT],
    answer: str,
    size: Callable[[RowT], tuple[Bounded | None, str]],
    beam: bool,
    figure: str,
) -> Verdict:
    tested = [row for row in rows if row.log10_p_adjusted is not None]
    sizes = [found for row in rows if (found := size(row))[0] is not None]
    violated = answer == "violated"
    pick = max if violated else min
    weakest = pick(tested, key=lambda row: row.log10_p_adjusted or 0.0, default=None)
    measured, of = max(sizes, key=lambda found: _height(found[0], violated), default=(None, ""))
    return Verdict(
        f"{_question([row.label for row in rows], beam)}?",
        NOT_TESTED.get(answer, answer),
        _CONCLUSIONS.get(answer, "not tested"),
        None if weakest is None else weakest.p_adjusted,
        measured,
        of,
        figure,
    )


def _height(size: Bounded | None, violated: bool) -> float:
    """By what the largest is chosen: sizes of what is violated, limits of what is not."""
    if size is None:
        return 0.0
    found = size.value if violated else size.upper_95
    return found or 0.0


def _question(labels: Sequence[str], beam: bool) -> str:
    """'Rotations about the beam, SO(2)', 'Boosts', 'Generators J_12 and J_13'."""
    if list(labels) == ["J_z"]:
        return f"Rotations about {'the beam' if beam else 'z'}, SO(2)"
    words = in_words(labels)
    named = any(words.startswith(word) for word in ("rotations", "boosts", "translations", "dilatations"))
    if not named:
        words = f"{'generator' if len(labels) == 1 else 'generators'} {words}"
    return words[0].upper() + words[1:]
