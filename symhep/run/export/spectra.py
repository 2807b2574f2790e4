"""The histograms of a run, one for each category, with names and units of their axes in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from symhep.printable import printable
from symhep.run.stored import StoredResult

if TYPE_CHECKING:
    import hist

__all__ = ["PlainAxis", "Spectrum", "plain_axis", "spectra_of"]

#: 'pt of jets [GeV]': a name and its unit.
_UNIT = re.compile(r"\s*\[([^\[\]]*)\]\s*$")


@dataclass(frozen=True)
class PlainAxis:
    """Name and unit of an axis."""

    name: str
    unit: str

    def __str__(self) -> str:
        return f"{self.name} [{self.unit}]" if self.unit else self.name


@dataclass(frozen=True, eq=False)
class Spectrum:
    """A histogram of a result.

    Attributes
    ----------
    kind, name
        'control' and 'px(jets[0])' of the key 'control: px(jets[0])'; ``kind`` is 'histogram' of a key without one.
    categories
        'dy', 'data' -> histogram of numeric axes alone; '' where the histogram has no categories.
    axes
        Of the numeric ones.
    quantity
        What the contents are: 'sum of weights', or what the histogram's own label says.
    """

    kind: str
    name: str
    categories: dict[str, hist.Hist[Any]]
    axes: tuple[PlainAxis, ...]
    quantity: str


def spectra_of(result: StoredResult) -> Iterator[Spectrum]:
    """All histograms of a result, those of no or more than two numeric axes left out."""
    import hist

    for key, histogram in result.method.histograms(result.result).items():
        kind, colon, name = key.partition(": ")
        kind, name = (kind, name) if colon else ("histogram", key)
        named = [
            axis for axis in histogram.axes if isinstance(axis, hist.axis.StrCategory | hist.axis.IntCategory)
        ]
        plain = [axis for axis in histogram.axes if axis not in named]
        if len(plain) not in (1, 2):
            continue
        axes = tuple(
            plain_axis(axis.label or axis.name, name if len(plain) == 1 else axis.name) for axis in plain
        )
        yield Spectrum(
            printable(kind), printable(name), _apart(histogram, named), axes,
            printable(histogram.label) if isinstance(histogram.label, str) else "sum of weights",
        )  # fmt: skip


def _apart(histogram: hist.Hist[Any], named: list[Any]) -> dict[str, hist.Hist[Any]]:
    if not named:
        return {"": histogram}
    found = {}
    for chosen in product(*named):
        place: list[Any] = [slice(None)] * len(histogram.axes)
        for axis, category in zip(named, chosen, strict=True):
            place[list(histogram.axes).index(axis)] = axis.index(category)
        found[printable(", ".join(map(str, chosen)))] = histogram[tuple(place)]
    return found


def plain_axis(label: str, name: str) -> PlainAxis:
    """Name and unit of an axis by its label; by ``name`` where the label is LaTeX for matplotlib.

    >>> str(plain_axis("pt of jets [GeV]", "pt")), str(plain_axis(r"$p_x$ [GeV]", "px"))
    ('pt of jets [GeV]', 'px [GeV]')
    """
    unit = _UNIT.search(label)
    text = _UNIT.sub("", label)
    return PlainAxis(printable(name if "$" in text or not text else text), printable(unit[1] if unit else ""))
