"""Which datasets a method takes: those of one role, and beside them its reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symhep.card.loader import CardFile
from symhep.card.schema import MethodCard
from symhep.errors import CardError
from symhep.run.sources import Source

__all__ = ["check_files", "datasets_of"]


def datasets_of(card_file: CardFile, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The datasets of a method, and those of its reference.

    Without ``datasets`` these are all; beside a reference all others, or of these the collision data, if there are
    any. Raises `CardError` for datasets of several roles, which are never pooled.
    """
    card, method = card_file.card, card_file.card.methods[name]
    reference = method.reference or ()
    others = tuple(d for d in card.datasets if d not in reference)
    data = tuple(d for d in others if card.datasets[d].role == "data")
    own = method.datasets or ((data or others) if reference else others)
    where = card_file.where("methods", name)
    if both := [d for d in own if d in reference]:
        raise CardError(f"'{both[0]}' is both a dataset and the reference of '{name}'", where=where)
    if not own:
        raise CardError(
            f"'{name}' has a reference but no dataset to compare with it", where=where, hint="add one"
        )
    for names, key in ((own, "datasets"), (reference, "reference")):
        roles = {card.datasets[d].role: d for d in names}
        if len(roles) > 1:
            told = ", ".join(f"'{d}' ({role or 'no role'})" for role, d in roles.items())
            raise CardError(
                f"'{name}' combines datasets of different roles: {told}",
                where=where, hint=_hint(method, key),
            )  # fmt: skip
    return own, reference


def check_files(card_file: CardFile, files: Mapping[str, Sequence[Source]]) -> None:
    """Raise `CardError` for a file that is collision data in one dataset and simulated in another."""
    roles = {name: dataset.role for name, dataset in card_file.card.datasets.items()}
    simulated = {s.path: name for name, found in files.items() if roles[name] == "simulation" for s in found}
    for name, found in files.items():
        both = [s.path for s in found if roles[name] == "data" and s.path in simulated]
        if both:
            raise CardError(
                f"{both[0]} is collision data in '{name}' and simulation in '{simulated[both[0]]}'",
                where=card_file.where("datasets", name, "files"),
            )


def _hint(method: MethodCard, key: str) -> str:
    if key == "reference":
        return "use datasets of one role as the reference"
    return "select those of one role with 'datasets', and the others with 'reference'"
