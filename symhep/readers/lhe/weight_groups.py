"""The alternative weights that a header declares, and what varies in each group of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from symhep.readers.lhe.attributes import ATTRIBUTES, attributes, words

__all__ = ["DeclaredWeight", "declared_weights", "weight_groups"]

_NAMES = re.compile(rb"<initrwgt\b.*?</initrwgt", re.DOTALL)
_TAG = re.compile(
    rb"<(weight|weightgroup)(?=[\s>])(" + ATTRIBUTES + rb")>([^<]*)|</weightgroup\s*>", re.DOTALL
)
# Older versions of MadGraph and POWHEG say in the text what newer ones say in attributes.
_SAID = re.compile(
    r"\b(mur|muf|renscfact|facscfact|pdf|lhapdf|dyn_scale_choice)\s*=\s*([^\s,;]+)", re.IGNORECASE
)
_KEYS = {"mur": "MUR", "renscfact": "MUR", "muf": "MUF", "facscfact": "MUF", "pdf": "PDF", "lhapdf": "PDF",
         "dyn_scale": "DYN_SCALE", "dyn_scale_choice": "DYN_SCALE"}  # fmt: skip


@dataclass(frozen=True)
class DeclaredWeight:
    """A weight's description, its group, and its settings: MUR, MUF (factors on the scales), PDF, DYN_SCALE."""

    description: str
    group: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    def varied(self) -> tuple[str, ...]:
        """Which settings of scales differ from the nominal ones.

        >>> DeclaredWeight("", "", {"MUR": "2.0", "MUF": "1.0", "DYN_SCALE": "-1"}).varied()
        ('MUR', 'MUF')
        """
        scales = any(_factor(self.settings.get(key, "1")) != 1 for key in ("MUR", "MUF"))
        dynamical = self.settings.get("DYN_SCALE", "-1") != "-1"
        return (*(("MUR", "MUF") if scales else ()), *(("DYN_SCALE",) if dynamical else ()))


def declared_weights(header: bytes) -> dict[str, DeclaredWeight]:
    """Name -> weight of <initrwgt>, in the order of the file; a name that comes twice counts once.

    >>> text = b'<initrwgt><weightgroup name="scales"><weight id="1" MUR="2.0" MUF="1.0"> mu </weight></initrwgt>'
    >>> declared_weights(text)["1"]
    DeclaredWeight(description='mu', group='scales', settings={'MUR': '2.0', 'MUF': '1.0'})
    """
    found: dict[str, DeclaredWeight] = {}
    for block in _NAMES.findall(header):
        group = ""
        for tag, inside, text in _TAG.findall(block):
            named = attributes(inside)
            if tag != b"weight":
                group = " ".join((named.get("name") or named.get("type") or "").split()) if tag else ""
                continue
            name = named.get("id", named.get("name"))
            if name is None:
                continue
            description = "" if inside.endswith(b"/") else " ".join(words(text).split())
            found.setdefault(name, DeclaredWeight(description, group, dict(_settings(named, description))))
    return found


def weight_groups(weights: Mapping[str, DeclaredWeight]) -> dict[str, tuple[str, ...]]:
    """Group -> names of its weights; a group is divided by what varies in it, and says so.

    >>> names = {"1": "2.0", "2": "0.5"}
    >>> weight_groups({n: DeclaredWeight("", "scales", {"MUR": mu}) for n, mu in names.items()})
    {'scales (MUR, MUF)': ('1', '2')}
    """
    pdfs: dict[str, set[str]] = {}
    for weight in weights.values():
        pdfs.setdefault(weight.group, set()).add(weight.settings.get("PDF", ""))
    found: dict[str, tuple[str, ...]] = {}
    for name, weight in weights.items():
        varied = weight.varied()
        if not varied and len(pdfs[weight.group]) > 1:
            varied = ("PDF",)
        label = f"{weight.group} ({', '.join(varied)})".strip() if varied else weight.group
        if label:
            found[label] = (*found.get(label, ()), name)
    return found


def _settings(named: Mapping[str, str], description: str) -> Iterator[tuple[str, str]]:
    """What text and attributes say of scales and parton densities; an attribute is the better word."""
    for key, value in [*_SAID.findall(description), *named.items()]:
        if key.lower() in _KEYS:
            yield _KEYS[key.lower()], value.strip()


def _factor(text: str) -> float:
    """A factor on a scale; 1 where it is no number."""
    try:
        return float(text.lower().replace("d", "e"))
    except ValueError:
        return 1.0
