"""Everything that can be known before training: names, fields, options, files. Used by every run and by validate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from symhep.card.loader import CardFile
from symhep.card.problems import validation_error
from symhep.card.schema import RunCard
from symhep.errors import CardError, InputError, PluginError, nearest
from symhep.events.functions import CardFunction
from symhep.methods.interface import Options
from symhep.plotting.formulas import check_label
from symhep.plugin.isolation import failure, isolated
from symhep.plugin.manager import Registry
from symhep.readers.interface import Schema
from symhep.run.agreement import Agreement, check_agreement, merged, taken
from symhep.run.columns import wanted_columns
from symhep.run.functions import functions_of, with_line
from symhep.run.kinds import object_kinds
from symhep.run.links import check_links, must_be
from symhep.run.planned import Plan, PlannedMethod, ScanPoint
from symhep.run.regions import with_regions
from symhep.run.rehearsal import check_method, rehearse
from symhep.run.roles import check_files, datasets_of
from symhep.run.sources import Source, sources
from symhep.run.variations import agreeing, check_orders, other_sources, with_weights

#: So many files of a dataset are compared before the run; the others when they are read.
COMPARED = 10

#: Devices that need no look at the machine to know that they can be had.
_ALWAYS_THERE = ("auto", "cpu")

__all__ = ["make_plan"]


def make_plan(card_file: CardFile, registry: Registry, only: Iterable[str] = ()) -> Plan:
    """Check a card against the plugins and the first readable file of each dataset, and try it on its first events.

    Raises `CardError`, `InputError`, `PluginError`, `DeviceError`.
    """
    card = card_file.card
    if not card.datasets:
        raise CardError("there are no datasets", where=card_file.where("datasets"))
    functions = functions_of(card_file, registry)
    check_links(card_file)
    check_label(card.output.label, card_file.where("output", "label"))
    files = {
        name: sources(dataset, registry, card_file.folder, card_file.where("datasets", name))
        for name, dataset in card.datasets.items()
    }
    others = {name: other_sources(card_file, name, registry) for name in card.datasets}
    check_files(card_file, files)
    agreements = {name: _agreement(name, card_file, found, functions) for name, found in files.items()}
    for name, found in others.items():
        for given in found.values():
            _same_columns(agreements[name].nominal, given, card)
    agreeing({name: agreement.variations for name, agreement in agreements.items()}, card_file)
    tables = with_regions(card)
    try:
        tried = {name: rehearse(tables, found, agreements[name]) for name, found in files.items()}
    except CardError as error:
        raise with_line(error, card_file) from error
    planned_methods = [p for name in card.methods for p in _method(name, card_file, registry)]
    wanted = list(only)
    for name in wanted:
        known = dict.fromkeys([*card.methods, *(p.name for p in planned_methods)])
        must_be("method of the card", name, known, "--only")
    methods = {p.name: p for p in planned_methods if not wanted or p.name in wanted or p.card_name in wanted}
    for planned in methods.values():
        check_method(card_file, tables, planned, tried)
    plan = Plan(card_file, files, agreements, methods, others)
    if card.run.device not in _ALWAYS_THERE:
        plan.device  # noqa: B018  a device that is not there is told now
    return plan


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
                    f"unknown number per event '{number}'",
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
