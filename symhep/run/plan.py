"""Everything that can be known before training: names, fields, options, files. Used by every run and by validate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from symhep.card.expressions import parse_expression
from symhep.card.loader import CardFile
from symhep.card.problems import validation_error
from symhep.card.schema import FeatureCard, RunCard
from symhep.errors import CardError, InputError, MethodError, PluginError, nearest
from symhep.events.alternatives import Alternatives
from symhep.events.assemble import assemble, check_cross_sections
from symhep.events.canonical import check_canonical
from symhep.events.functions import CardFunction
from symhep.events.objects import object_order
from symhep.events.select import Selector
from symhep.events.table import FeatureTable
from symhep.methods.interface import Method, Options
from symhep.plotting.formulas import check_label
from symhep.plugin.isolation import failure, isolated
from symhep.plugin.manager import Registry
from symhep.readers.interface import LossLog, Schema
from symhep.run.agreement import Agreement, check_agreement, merged, taken
from symhep.run.columns import wanted_columns
from symhep.run.filling import read_filled
from symhep.run.folder import content_key
from symhep.run.functions import functions_of
from symhep.run.kinds import object_kinds
from symhep.run.names import with_absolute_files
from symhep.run.regions import blind_of, check_regions, table_name, with_regions
from symhep.run.roles import datasets_of
from symhep.run.sources import Source, sources
from symhep.run.variations import agreeing, check_orders, check_variations, other_sources, with_weights

#: Events that a card is tried on before the run.
_REHEARSAL = 20
#: So many files of a dataset are compared before the run; the others when they are read.
COMPARED = 10

#: Devices that need no look at the machine to know that they can be had.
_ALWAYS_THERE = ("auto", "cpu")

__all__ = ["Plan", "PlannedMethod", "ScanPoint", "make_plan"]


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

    @cached_property
    def tables(self) -> RunCard:
        """The card with its features in their regions: what is selected."""
        return with_regions(self.card)

    @property
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


def make_plan(card_file: CardFile, registry: Registry, only: Iterable[str] = ()) -> Plan:
    """Check a card against the plugins and the first readable file of each dataset, and try it on its first events.

    Raises `CardError`, `InputError`, `PluginError`, `DeviceError`.
    """
    card = card_file.card
    if not card.datasets:
        raise CardError("there are no datasets", where=card_file.where("datasets"))
    functions = functions_of(card_file, registry)
    _check_references(card_file)
    check_label(card.output.label, card_file.where("output", "label"))
    files = {
        name: sources(dataset, registry, card_file.folder, card_file.where("datasets", name))
        for name, dataset in card.datasets.items()
    }
    others = {name: other_sources(card_file, name, registry) for name in card.datasets}
    agreements = {name: _agreement(name, card_file, found, functions) for name, found in files.items()}
    for name, found in others.items():
        for given in found.values():
            _same_columns(agreements[name].nominal, given, card)
    agreeing({name: agreement.variations for name, agreement in agreements.items()}, card_file)
    tables = with_regions(card)
    tried = {name: _rehearse(tables, found, agreements[name]) for name, found in files.items()}
    planned_methods = [p for name in card.methods for p in _method(name, card_file, registry)]
    wanted = list(only)
    for name in wanted:
        known = dict.fromkeys([*card.methods, *(p.name for p in planned_methods)])
        _must_be("method of the card", name, known, "--only")
    methods = {p.name: p for p in planned_methods if not wanted or p.name in wanted or p.card_name in wanted}
    for planned in methods.values():
        _check_method(card_file, tables, planned, tried)
    plan = Plan(card_file, files, agreements, methods, others)
    if card.run.device not in _ALWAYS_THERE:
        plan.device  # noqa: B018  a device that is not there is told now
    return plan


def _must_be(kind: str, name: str, known: Iterable[str], where: str) -> None:
    """Raise `CardError` unless ``name`` is one of ``known``."""
    names = list(known)
    if name not in names:
        raise CardError(f"no {kind} is called '{name}'", where=where, hint=nearest(name, names))


def _check_references(card_file: CardFile) -> None:
    """Names inside the card that point at other keys of the card."""
    card = card_file.card
    for name, item in card.objects.items():
        for key in ("pair", "system"):
            for part in getattr(item, key) or ():
                _must_be("object", part, card.objects, card_file.where("objects", name, key))
        for part in item.parts:
            _check_part(card_file, name, part)
    try:
        object_order(card.objects)
    except CardError as error:
        raise CardError(str(error), where=card_file.where("objects")) from error
    for name, feature in card.features.items():
        where = card_file.where("features", name)
        if feature.selection is not None:
            _must_be("selection", feature.selection, card.selections, where)
        if feature.object is not None:
            _must_be("object", feature.object, card.objects, where)
            _check_taken(card_file, name, feature)
    for selection, cuts in card.selections.items():
        names = [c.name for c in cuts]
        where = card_file.where("selections", selection)
        for index, name in enumerate(names):
            if name in names[:index]:
                raise CardError(f"two cuts of '{selection}' are called '{name}'", where=where)
            if name in ("all", "weights") or name.startswith("features "):
                raise CardError(f"'{name}' is reserved for the cutflow; rename the cut", where=where)
    check_regions(card_file)
    check_variations(card_file)
    for name, method in card.methods.items():
        where = card_file.where("methods", name)
        _must_be("feature set", method.features, card.features, where)
        for dataset in (*(method.datasets or ()), *(method.reference or ())):
            _must_be("dataset", dataset, card.datasets, where)
        for group in datasets_of(card_file, name):
            check_cross_sections(card, group)


def _check_part(card_file: CardFile, name: str, part: str) -> None:
    """Raise `CardError` for an object that cannot be a part of the object ``name``."""
    card, item = card_file.card, card_file.card.objects[name]
    if item.constituents is not None:
        where = card_file.where("objects", name, "constituents")
        _must_be("object", part, card.objects, where)
        if card.objects[part].cluster is None:
            raise CardError(f"'{part}' is not clustered, so it has no constituents", where=where)
    if part in card.objects and card.objects[part].system is not None:
        raise CardError(
            f"'{part}' is a system, and no part of '{name}'",
            where=card_file.where("objects", name), hint="name the objects that it is made of",
        )  # fmt: skip


def _check_taken(card_file: CardFile, name: str, feature: FeatureCard) -> None:
    """Raise `CardError` for an object that the features ``name`` cannot be made of."""
    card, where = card_file.card, card_file.where("features", name)
    assert feature.object is not None
    parts = card.objects[feature.object].system or (feature.object,)
    for part in parts:
        if card.objects[part].take is None:
            raise CardError(
                f"features of '{part}' need to know how many of them",
                where=card_file.where("objects", part), hint="add 'take: 2', 'take: {up_to: 8}' or 'take: all'",
            )  # fmt: skip
    if feature.canonicalise is not None:
        take = card.objects[feature.object].take
        if len(parts) > 1 or not isinstance(take, int):
            raise CardError(
                f"'canonicalise' needs a fixed number of one object, and '{feature.object}' is none",
                where=where, hint="give its objects a 'take' of a number, and a feature set of their own",
            )  # fmt: skip
        named = [name for v in feature.vars for name in parse_expression(v, where).names]
        check_canonical(feature.canonicalise, take, named, where)


def _agreement(
    name: str, card_file: CardFile, found: list[Source], functions: Mapping[str, CardFunction]
) -> Agreement:
    """What the card wants of a dataset, after a look at what its files have."""
    schemas = _schemas(found, card_file.card)
    variations = with_weights(card_file, name, merged(schemas.values()))
    request = wanted_columns(card_file, merged(schemas.values()), functions, name, variations)
    unit, fill = card_file.card.datasets[name].unit, card_file.card.datasets[name].missing == "fill"
    if not isinstance(unit, str):
        for number in unit:
            if number not in (known := merged(schemas.values()).event_fields):
                raise CardError(
                    f"no number of an event is called '{number}'",
                    where=card_file.where("datasets", name, "unit"), hint=nearest(number, known),
                )  # fmt: skip
        request = replace(request, event_fields=(request.event_fields or frozenset()) | frozenset(unit))
    has = {path: taken(schema, request) for path, schema in schemas.items()}
    check_agreement(name, has, fill=fill, total=len(found))
    kinds = object_kinds(card_file.card.objects, merged(schemas.values()))
    check_orders(card_file, name, kinds, variations)
    return Agreement(name, request, *next(iter(has.items())), fill, kinds, functions, unit, variations)


def _same_columns(agreement: Agreement, found: list[Source], card: RunCard) -> None:
    """Raise `InputError` for other files that differ from those of their dataset in what the run takes."""
    schemas = _schemas(found, card)
    has = {path: taken(schema, agreement.request) for path, schema in schemas.items()}
    check_agreement(agreement.dataset, {agreement.path: agreement.taken} | has, fill=agreement.fill)


def _schemas(found: list[Source], card: RunCard) -> dict[str, Schema]:
    """What the files offer; of many files some from all over the list, since to open thousands takes minutes."""
    step = max(1, len(found) // COMPARED)
    compared = found if len(found) <= COMPARED else [*found[::step][: COMPARED - 1], found[-1]]
    schemas: dict[str, Schema] = {}
    for source in compared:
        try:
            schemas[source.path] = source.schema()
        except InputError:
            if card.run.bad_files == "fail" or (source is compared[-1] and not schemas):
                raise
    return schemas


def _rehearse(card: RunCard, found: list[Source], agreement: Agreement) -> Mapping[str, FeatureTable]:
    """Select from the first few events: an expression that gives no single value per event fails here.

    The feature tables of these events.
    """
    few = replace(agreement.request, max_events=_REHEARSAL, chunk_events=_REHEARSAL)
    selector = Selector(
        card, agreement.kinds, agreement.functions, card.weights_of(agreement.dataset),
        blind_of(card, agreement.dataset), Alternatives.of(agreement.variations),
    )  # fmt: skip
    for source in found:
        read = 0
        try:
            source.schema()
        except InputError:  # under 'skip': a row of the account
            continue
        for batch in read_filled(source, few, LossLog("skip")):
            selector.add(batch)
            read += len(batch)
        if read:
            break
    return {name: selector.table(name) for name in card.features}


def _check_method(
    card_file: CardFile,
    tables: RunCard,
    planned: PlannedMethod,
    tried: Mapping[str, Mapping[str, FeatureTable]],
) -> None:
    """Raise `CardError` for what the method cannot do with such features, as far as the first events show it.

    What it says of the events themselves, of which these are too few, is left to the run.
    """
    where = card_file.where("methods", planned.card_name)
    found = {name: tried[name][planned.table] for name in planned.datasets}
    try:
        data = assemble(tables, planned.table, found, reference=planned.reference)
    except MethodError:
        return
    try:
        planned.method.require_takes(data.needs, planned.features)
        for options in (planned.options, *(point.options for point in planned.scan)):
            try:
                with isolated():
                    planned.method.check(data, options)
            except (MethodError, PluginError):
                continue
    except CardError as error:
        raise CardError(str(error), where=where) from error


def _method(name: str, card_file: CardFile, registry: Registry) -> list[PlannedMethod]:
    """Resolve the method's plugin and check its options, also at every scan point; one for each of its regions."""
    entry, where = card_file.card.methods[name], card_file.where("methods", name)
    try:
        method = registry.method(entry.use)
    except PluginError as error:
        raise failure(where, error) from error

    context = {"folder": card_file.folder, "registry": registry}

    def options(values: Mapping[str, Any]) -> Options:
        with isolated(f"{where}: the options of method '{entry.use}' cannot be checked"):
            try:
                return method.Options.model_validate(values, context=context)
            except ValidationError as error:
                prefix = ("methods", name, "options")
                raise validation_error(
                    error, method.Options, card_file.path, card_file.lines, prefix
                ) from error

    points = [
        ScanPoint(option, value, options({**entry.options, option: value}))
        for option, values in entry.scan.items()
        for value in values
    ]
    own, reference = datasets_of(card_file, name)
    chosen = options(entry.options)
    return [
        PlannedMethod(
            name if region is None else f"{name}/{region}", method, chosen, entry.features, (*own, *reference),
            tuple(points), reference, name, region,
        )
        for region in entry.regions or (None,)
    ]  # fmt: skip
