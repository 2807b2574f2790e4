"""What `symhep inspect` shows of a file: a screenful, or all of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from symhep.cli.terminal import say
from symhep.methods.number import with_error
from symhep.printable import printable

__all__ = ["show"]

#: Of collections, fields of each, numbers per event, weights, notes, and losses so many are shown ...
_COLLECTIONS, _FIELDS, _NUMBERS, _WEIGHTS, _NOTES, _LOSSES = 10, 6, 8, 4, 4, 4
#: ... and of a sentence so many characters.
_LENGTH = 240


#: What missing transverse momentum does not have, although every four-vector in memory does.
_ALONG = frozenset({"pz", "E", "eta", "mass"})


def show(document: Mapping[str, Any], everything: bool = False) -> None:
    """Print the JSON form of a `FileSummary`, for people, on a terminal of any width."""
    if "error" in document:
        say(f"symhep: {document['error']}", err=True)
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(f"[bold]{_text(document['file'])}[/]  {_text(document['format'])}")
    facts = Table.grid(padding=(0, 2))
    for name, value in _facts(document, everything):
        facts.add_row(name, _text(value))
    console.print(facts)
    table = Table("collection", "kind", "fields", box=None, header_style="bold", pad_edge=False)
    collections = list(document["collections"].items())
    shown = collections if everything else collections[:_COLLECTIONS]
    for name, collection in shown:
        kind, fields = collection["kind"], collection["fields"]
        if collection["vector"] == "transverse":  # what is not known is no field of it
            kind, fields = f"{kind}, transverse", {n: f for n, f in fields.items() if n not in _ALONG}
        table.add_row(*map(_text, (name, kind, _listed(_units(fields), _FIELDS, everything))))
    if len(shown) < len(collections):
        left = [name for name, _ in collections[len(shown) :]]
        table.add_row(f"and {len(left)} more", "", _text(_listed(left, _NUMBERS, everything)))
    if document["event_fields"]:
        numbers = _units(document["event_fields"])
        table.add_row("(per event)", "", _text(_listed(numbers, _NUMBERS, everything)))
    console.print(table)
    for sentence in _some([f"note: {note}" for note in document["notes"]], _NOTES, everything):
        console.print(_text(_cut(sentence, everything)))
    for sentence in _some([_lost(loss) for loss in document["losses"]], _LOSSES, everything):
        console.print(f"[bold red]{_text(sentence[:4])}[/]{_text(sentence[4:])}")
    if not everything and _long(document):
        console.print("--all shows the rest")
    console.print()


def _facts(document: Mapping[str, Any], everything: bool) -> Iterable[tuple[str, str]]:
    yield "events", f"{document['events']:,}"
    yield "checked", document["checked"]
    yield "sum of weights", with_error(document["sum_of_weights"], document["sum_of_weights_error"])
    yield "negative weights", f"{100 * document['negative_fraction']:.3g} %"
    if document["cross_section_pb"]:
        value, error = document["cross_section_pb"]
        yield "cross-section", f"{with_error(value, error, 'pb')} (from the file)"
    if document["process"]:
        yield "process", document["process"]
    for beam in document["beams"]:
        yield "beam", f"pdgId {beam['pdgId']}, {beam['energy_gev']:g} GeV"
    if document["sqrt_s_gev"]:
        yield "sqrt(s)", f"{document['sqrt_s_gev']:g} GeV"
    if document["cuts"]:
        yield "generator cuts", _listed(document["cuts"], _WEIGHTS, everything)
    if document["containers"]:
        yield "contains", _listed(document["containers"], _NUMBERS, everything)
    if weights := document["weights"]:
        yield f"weights ({len(weights)})", _listed(_ranges(weights), _WEIGHTS, everything)
    groups = [f"{name}: {len(m)}, {m[0]} to {m[-1]}" for name, m in document["weight_groups"].items()]
    for group in _some(groups, _NOTES, everything):
        yield "weight group", group


def _text(text: str) -> str:
    """As rich shows it: no markup, and nothing that acts on the terminal."""
    from rich.markup import escape

    return escape(printable(text))


def _units(fields: Mapping[str, Any]) -> list[str]:
    return [f"{name} [{f['unit']}]" if f["unit"] else name for name, f in fields.items()]


def _listed(names: list[str], at_most: int, everything: bool) -> str:
    """The first names, and how many more there are.

    >>> _listed(["px", "py", "pz", "E"], 2, False)
    'px, py and 2 more'
    """
    if everything or len(names) <= at_most:
        return ", ".join(names)
    return f"{', '.join(names[:at_most])} and {len(names) - at_most} more"


def _ranges(names: list[str]) -> list[str]:
    """Elements of a list that follow one another as one range.

    >>> _ranges(["genWeight", "LHEPdfWeight[0]", "LHEPdfWeight[1]", "LHEPdfWeight[2]", "PSWeight[3]"])
    ['genWeight', 'LHEPdfWeight[0..2]', 'PSWeight[3]']
    """
    found: list[tuple[str, int, int] | str] = []
    for name in names:
        element = re.fullmatch(r"(.+)\[(\d+)\]", name)
        if element is None:
            found.append(name)
            continue
        base, index = element[1], int(element[2])
        last = found[-1] if found else ""
        if isinstance(last, tuple) and (last[0], last[2] + 1) == (base, index):
            found[-1] = (base, last[1], index)
        else:
            found.append((base, index, index))
    return [
        one
        if isinstance(one, str)
        else f"{one[0]}[{one[1]}]"
        if one[1] == one[2]
        else f"{one[0]}[{one[1]}..{one[2]}]"
        for one in found
    ]


def _some(sentences: list[str], at_most: int, everything: bool) -> list[str]:
    if everything or len(sentences) <= at_most:
        return sentences
    return [*sentences[:at_most], f"... and {len(sentences) - at_most} more"]


def _cut(sentence: str, everything: bool) -> str:
    return sentence if everything or len(sentence) <= _LENGTH else f"{sentence[:_LENGTH].rstrip()} ..."


def _lost(loss: Mapping[str, Any]) -> str:
    many = loss["events"]
    told = "an unknown number of events" if many is None else f"{many} event{'s' * (many != 1)}"
    at = "" if loss["first_event"] is None else f" from event {loss['first_event']}"
    return f"lost: {told}{at}: {loss['reason']}"


def _long(document: Mapping[str, Any]) -> bool:
    """Was something left out?"""
    collections = document["collections"]
    return (
        len(collections) > _COLLECTIONS
        or any(len(c["fields"]) > _FIELDS for c in collections.values())
        or len(document["event_fields"]) > _NUMBERS
        or any(len(document[key]) > _WEIGHTS for key in ("weights", "cuts", "weight_groups"))
        or len(document["notes"]) > _NOTES
        or any(len(note) > _LENGTH for note in document["notes"])
        or len(document["losses"]) > _LOSSES
    )
