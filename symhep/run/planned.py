"""What a run will do: datasets, methods in their regions, options at each point of a scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from symhep.card.loader import CardFile
from symhep.card.schema import RunCard
from symhep.events.functions import CardFunction
from symhep.methods.interface import Method, Options
from symhep.run.agreement import Agreement
from symhep.run.folder import content_key
from symhep.run.names import with_absolute_files
from symhep.run.regions import table_name, with_regions
from symhep.run.sources import Source

__all__ = ["Plan", "PlannedMethod", "ScanPoint"]


@dataclass(frozen=True)
class ScanPoint:
    """One value of a scanned option."""

    option: str
    value: Any
    options: Options

    @property
    def name(self) -> str:
        """Folder and label: 'beta=0.1'."""
        text = str(self.value)
        slug = "".join(c if c.isascii() and (c.isalnum() or c in ".-+") else "_" for c in text)[:40]
        # Values that look alike as file names must not share a folder.
        return (
            f"{self.option}={slug}" if slug == text else f"{self.option}={slug}-{content_key(self.value)[:8]}"
        )


@dataclass(frozen=True)
class PlannedMethod:
    """A method of the card, in one of its regions if it has any, ready to run.

    Attributes
    ----------
    name
        Of its result: 'symmetries', or 'symmetries/with_jet' in a region.
    datasets, reference
        All that are read, and which of them are the reference.
    of, region
        Name in the card, and the region.
    """

    name: str
    method: Method[Any]
    options: Options
    features: str
    datasets: tuple[str, ...]
    scan: tuple[ScanPoint, ...] = ()
    reference: tuple[str, ...] = ()
    of: str = ""
    region: str | None = None

    @property
    def table(self) -> str:
        """Its features in its region."""
        return table_name(self.features, self.region)

    @property
    def card_name(self) -> str:
        """Its name in the card."""
        return self.of or self.name


@dataclass(frozen=True)
class Plan:
    """A card whose every name is known to lead somewhere."""

    card_file: CardFile
    sources: Mapping[str, list[Source]]
    agreements: Mapping[str, Agreement]
    methods: Mapping[str, PlannedMethod]
    #: Dataset -> alternative -> its other files, see `symhep.events.alternatives.alternative_key`.
    others: Mapping[str, Mapping[str, list[Source]]] = field(default_factory=dict)

    @cached_property
    def device(self) -> str:
        """Where tensors live. Raises `DeviceError`."""
        from symhep.torchkit.device import resolve_device  # torch takes a second to load

        return resolve_device(self.card.run.device)

    @property
    def all_sources(self) -> list[list[Source]]:
        """Of the datasets, and of their variations by file."""
        return [*self.sources.values(), *(found for own in self.others.values() for found in own.values())]

    @property
    def functions(self) -> dict[str, CardFunction]:
        """Of plugins and named folders, those that the card's expressions call."""
        return {name: f for agreement in self.agreements.values() for name, f in agreement.functions.items()}

    @property
    def units(self) -> dict[str, str]:
        """Of what these give."""
        return {name: function.unit for name, function in self.functions.items()}

    @property
    def card(self) -> RunCard:
        """The card itself."""
        return self.card_file.card

    @property
    def has_roles(self) -> bool:
        """Does any dataset say whether it is collision data or simulation?"""
        return any(d.role is not None for d in self.card.datasets.values())

    @property
    def has_data(self) -> bool:
        """Is any dataset collision data?"""
        return any(d.role == "data" for d in self.card.datasets.values())

    @property
    def names(self) -> list[str]:
        """Of all results that the card asks for, whether this run computes them or not."""
        return [
            name if region is None else f"{name}/{region}"
            for name, method in self.card.methods.items()
            for region in method.regions or (None,)
        ]

    @property
    def without_methods(self) -> Plan:
        """For control plots alone."""
        return replace(self, methods={})

    @cached_property
    def tables(self) -> RunCard:
        """The card with its features in their regions: what is selected."""
        return with_regions(self.card)

    @cached_property
    def resolved_card(self) -> RunCard:
        """The card with absolute file names, so that it can be run from anywhere."""
        datasets = {
            name: with_absolute_files(d, self.card_file.folder) for name, d in self.card.datasets.items()
        }
        # As checked: a method that names files in its options has made them absolute by now.
        checked = {planned.card_name: planned.options for planned in self.methods.values()}
        methods = {
            name: m.model_copy(update={"options": _as_checked(m.options, checked[name])})
            if name in checked
            else m
            for name, m in self.card.methods.items()
        }
        return self.card.model_copy(update={"datasets": datasets, "methods": methods})


def _as_checked(given: Mapping[str, Any], checked: Options) -> dict[str, Any]:
    """The keys that the card gives, with the values that the method made of them."""
    values = checked.model_dump(mode="json")
    return {key: values.get(key, value) for key, value in given.items()}
