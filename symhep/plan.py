"""Everything that can be known before training: names, fields, options, files. Used by every run and by validate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from symhep.card.expressions import KINEMATICS, Expression, parse_expression
from symhep.card.loader import CardFile, validation_error
from symhep.card.schema import RunCard
from symhep.errors import CardError, InputError, PluginError, nearest
from symhep.events.objects import PAIR_FIELDS, object_order
from symhep.files import Source, sources
from symhep.methods.interface import Method, Options
from symhep.plugin.manager import Registry
from symhep.readers.interface import ReadRequest, Schema

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
        text = "".join(c if c.isalnum() or c in ".-+" else "_" for c in str(self.value))
        return f"{self.option}={text}"


@dataclass(frozen=True)
class PlannedMethod:
    """A method of the card, ready to run."""

    name: str
    method: Method[Any]
    options: Options
    features: str
    datasets: tuple[str, ...]
    scan: tuple[ScanPoint, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A card whose every name is known to lead somewhere."""

    card_file: CardFile
    sources: Mapping[str, list[Source]]
    requests: Mapping[str, ReadRequest]
    methods: Mapping[str, PlannedMethod]

    @property
    def card(self) -> RunCard:
        """The card itself."""
        return self.card_file.card


def make_plan(card_file: CardFile, registry: Registry, only: Iterable[str] = ()) -> Plan:
    """Check a card against the plugins and the files it names. Raises `CardError`, `InputError`, `PluginError`."""
    card = card_file.card
    if not card.datasets:
        raise CardError("there are no datasets", where=card_file.where("datasets"))
    _check_references(card_file)
    files = {
        name: sources(dataset, registry, card_file.folder, card_file.where("datasets", name))
        for name, dataset in card.datasets.items()
    }
    requests = {name: _request(card_file, _schema(found, card)) for name, found in files.items()}
    wanted = list(only) or list(card.methods)
    for name in wanted:
        if name not in card.methods:
            raise CardError(
                f"the card has no method '{name}'", where="--only", hint=nearest(name, card.methods)
            )
    methods = {name: _method(name, card_file, registry) for name in card.methods if name in wanted}
    return Plan(card_file, files, requests, methods)


def _check_references(card_file: CardFile) -> None:
    """Names inside the card that point at other keys of the card."""
    card = card_file.card
    for name, item in card.objects.items():
        for part in item.pair or ():
            if part not in card.objects:
                raise CardError(
                    f"object '{name}' pairs '{part}', which is no object",
                    where=card_file.where("objects", name, "pair"), hint=nearest(part, card.objects),
                )  # fmt: skip
    object_order(card.objects)
    for name, feature in card.features.items():
        where = card_file.where("features", name)
        if feature.selection is not None and feature.selection not in card.selections:
            raise CardError(
                f"no selection is called '{feature.selection}'",
                where=where,
                hint=nearest(feature.selection, card.selections),
            )
        if feature.object is not None:
            if feature.object not in card.objects:
                raise CardError(
                    f"no object is called '{feature.object}'",
                    where=where,
                    hint=nearest(feature.object, card.objects),
                )
            if card.objects[feature.object].take is None:
                raise CardError(
                    f"features of '{feature.object}' need a fixed number of them",
                    where=card_file.where("objects", feature.object), hint="add 'take: 2', say",
                )  # fmt: skip
    for selection, cuts in card.selections.items():
        names = [c.name for c in cuts]
        twice = [n for n in names if names.count(n) > 1]
        if twice:
            raise CardError(
                f"two cuts of '{selection}' are called '{twice[0]}'",
                where=card_file.where("selections", selection),
            )


def _schema(found: list[Source], card: RunCard) -> Schema:
    """The schema of the first file that can be opened."""
    for source in found:
        try:
            return source.reader.schema(source.path, source.options)
        except InputError:
            if card.run.bad_files == "fail" or source is found[-1]:
                raise
    raise CardError("a dataset has no files")


def _request(card_file: CardFile, schema: Schema) -> ReadRequest:
    """Check every expression against ``schema`` and note which columns it takes."""
    card = card_file.card
    knows: dict[str, set[str]] = {}
    needed: dict[str, set[str]] = {}

    def use(name: str, fields: Iterable[str], text: str, where: str) -> None:
        """Fields of an object: known ones are noted for reading, in the collections behind it."""
        for field in fields:
            if field not in knows[name] and field not in KINEMATICS:
                raise CardError(
                    f"in \"{text}\": '{name}' has no field '{field}'",
                    where=where,
                    hint=nearest(field, knows[name] | set(KINEMATICS)),
                )
            source = card.objects[name].collection
            if source is not None and field in knows[name] and field not in KINEMATICS:
                needed[source].add(field)

    for name in object_order(card.objects):
        item, where = card.objects[name], card_file.where("objects", name)
        if item.collection is not None:
            if item.collection not in schema.collections:
                raise CardError(
                    f"the file has no collection '{item.collection}'",
                    where=where,
                    hint=nearest(item.collection, schema.collections),
                )
            knows[name] = set(schema.collections[item.collection].fields)
            needed.setdefault(item.collection, set()).update(knows[name] & {"pdgId"})
        else:
            knows[name] = set(PAIR_FIELDS)
            for part in item.pair or ():
                use(part, knows[part] & {"charge"}, "pair", where)
        for key, text in (("where", item.where), ("sort", item.sort.by if item.sort else None)):
            if text is not None:
                expression = parse_expression(text, card_file.where("objects", name, key))
                use(name, expression.names, text, expression.where or "")

    event_fields: set[str] = set()

    def use_event(expression: Expression) -> None:
        """Names of an event expression: objects, event fields, 'weight'."""
        where = expression.where or ""
        for name in expression.names - set(knows) - {"weight"}:
            if name not in schema.event_fields:
                valid = [*knows, *schema.event_fields, "weight"]
                raise CardError(
                    f"in \"{expression.text}\": unknown name '{name}'", where=where, hint=nearest(name, valid)
                )
            event_fields.add(name)
        for name, field in expression.fields:
            if name in knows:
                use(name, [field], expression.text, where)

    for selection, cuts in card.selections.items():
        for index, cut in enumerate(cuts):
            use_event(parse_expression(cut.cut, card_file.where("selections", selection, index)))
    for name, feature in card.features.items():
        for variable in feature.vars:
            expression = parse_expression(variable, card_file.where("features", name))
            if feature.object is None:
                use_event(expression)
            else:
                use(feature.object, expression.names, variable, expression.where or "")
    branch = card.weights.branch
    if branch not in ("auto", "none", *schema.weights):
        raise CardError(
            f"no weight is called '{branch}'",
            where=card_file.where("weights", "branch"),
            hint=nearest(branch, schema.weights),
        )
    return ReadRequest(
        {name: frozenset(fields) for name, fields in needed.items()},
        frozenset(event_fields),
        branch,
        chunk_events=card.run.chunk_events,
    )


def _method(name: str, card_file: CardFile, registry: Registry) -> PlannedMethod:
    """Resolve the method's plugin and check its options, also at every scan point."""
    entry, where = card_file.card.methods[name], card_file.where("methods", name)
    if entry.features not in card_file.card.features:
        raise CardError(
            f"no feature set is called '{entry.features}'",
            where=where,
            hint=nearest(entry.features, card_file.card.features),
        )
    for dataset in entry.datasets or ():
        if dataset not in card_file.card.datasets:
            raise CardError(
                f"no dataset is called '{dataset}'",
                where=where,
                hint=nearest(dataset, card_file.card.datasets),
            )
    try:
        method = registry.method(entry.use)
    except PluginError as error:
        raise PluginError(f"{where}: {error}") from error

    def options(values: Mapping[str, Any]) -> Options:
        try:
            return method.Options.model_validate(values)
        except ValidationError as error:
            prefix = ("methods", name, "options")
            raise validation_error(error, method.Options, card_file.path, card_file.lines, prefix) from error

    points = [
        ScanPoint(option, value, options({**entry.options, option: value}))
        for option, values in entry.scan.items()
        for value in values
    ]
    datasets = entry.datasets or tuple(card_file.card.datasets)
    return PlannedMethod(name, method, options(entry.options), entry.features, datasets, tuple(points))
