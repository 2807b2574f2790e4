"""Which columns are weights of the event: numbers, and elements of lists such as ``mcEventWeights[0]``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from symhep.errors import InputError, nearest
from symhep.readers.columns.groups import short_name
from symhep.readers.layout import WeightLeaf
from symhep.readers.table import Column

__all__ = ["Weights", "weights_of"]

#: Spellings of the nominal weight, the best first; of a list its first element is nominal (ATLAS' mcEventWeights,
#: the weights of HepMC, and EDM4hep's EventHeader).
_NUMBERS = ("weight", "eventweight", "evtweight", "evweight", "genweight", "mcweight", "mceventweight", "wgt")
_LISTS = (
    "mceventweights",
    "mcgeneratorweights",
    "eventweights",
    "genweights",
    "mcweights",
    "weights",
    *_NUMBERS,
)
#: Lists of factors on the nominal weight, as NanoAOD documents them.
_FACTORS = frozenset({"LHEScaleWeight", "LHEPdfWeight", "LHEReweightingWeight", "PSWeight"})
_ELEMENT = re.compile(r"^(?P<list>.+)\[(?P<index>\d+)\]$")


class Weights:
    """The weights of a file by name, the one that "auto" stands for, and the columns that hold lists of them."""

    def __init__(self) -> None:
        self.known: dict[str, WeightLeaf] = {}
        self.auto: str | None = None
        self.lists: dict[str, WeightLeaf] = {}


def weights_of(columns: Mapping[str, Column], used: Collection[str], asked: str | None, path: str) -> Weights:
    """The weights among the columns that no collection uses; ``asked`` is the user's choice of the nominal one.

    Raises `InputError` for a choice that is not one number per event.
    """
    found = Weights()
    numbers: dict[str, Column] = {}
    lists: dict[str, Column] = {}
    for column in columns.values():
        if column.name in used or column.type.startswith("bool"):
            continue
        if column.depth == 0 and column.numeric:
            numbers[short_name(column.name)] = column
        elif (column.depth == 1 and column.numeric) or re.fullmatch(r"\w+\[\d+\]", column.type):
            lists[short_name(column.name)] = column
    nominal = [name for spelling in _NUMBERS for name in numbers if spelling in _plain(name)]
    found.known = {name: WeightLeaf(numbers[name].name) for name in nominal}
    for name, column in lists.items():
        if "weight" in name.lower():
            times = numbers["genWeight"].name if name in _FACTORS and "genWeight" in numbers else None
            found.lists[name] = WeightLeaf(column.name, None, times)
    first = [name for spelling in _LISTS for name in found.lists if spelling in _plain(name)]
    if nominal:
        found.auto = nominal[0]
    elif first:
        found.auto = f"{first[0]}[0]"
        found.known[found.auto] = WeightLeaf(found.lists[first[0]].column, 0)
    if asked is not None:
        found.auto, leaf = _asked(asked, columns, numbers, lists, found, path)
        found.known = {found.auto: leaf, **{n: w for n, w in found.known.items() if n != found.auto}}
    return found


def _plain(name: str) -> tuple[str, str]:
    """A name, and what follows its last '.' or ':', in letters alone."""
    last = re.split(r"[.:]", name)[-1]
    return re.sub(r"[\W_]", "", name).lower(), re.sub(r"[\W_]", "", last).lower()


def _asked(
    asked: str,
    columns: Mapping[str, Column],
    numbers: Mapping[str, Column],
    lists: Mapping[str, Column],
    found: Weights,
    path: str,
) -> tuple[str, WeightLeaf]:
    if asked in columns:
        asked = short_name(asked)
    if asked in numbers:
        return asked, WeightLeaf(numbers[asked].name)
    element = _ELEMENT.match(asked)
    if element and (name := element["list"]) in {*lists, *columns}:
        name = short_name(name)
        if name in lists:
            times = found.lists[name].times if name in found.lists else None
            return f"{name}[{element['index']}]", WeightLeaf(lists[name].name, int(element["index"]), times)
    if asked in {short_name(c) for c in columns}:
        raise InputError(
            f"column '{asked}' does not have one number per event", file=path,
            hint=f"'{asked}[0]' is the first element of the list" if asked in lists else nearest(asked, numbers),
        )  # fmt: skip
    raise InputError(
        f"there is no column '{asked}' (options: weight)", file=path, hint=nearest(asked, numbers)
    )
