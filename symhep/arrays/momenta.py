"""Objects of momenta as the dataset that a card would have made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import awkward as ak
import numpy as np

from symhep.arrays.coordinates import SYNONYMS, unit_factor
from symhep.arrays.given import Given, checked_card
from symhep.arrays.members import Members, members_of
from symhep.arrays.plain import plain_numbers, shape_text
from symhep.card.expressions import KINEMATICS, parse_expression
from symhep.card.schema import RunCard
from symhep.errors import CardError, InputError, nearest
from symhep.events.assemble import assemble
from symhep.events.batch import EventBatch, event_records
from symhep.events.dataset import Dataset
from symhep.events.naming import feature_columns, particle_names
from symhep.events.select import Selector
from symhep.events.table import FeatureTable
from symhep.methods.enumeration import several
from symhep.readers.units import doubtful_unit

__all__ = ["of_momenta"]


def of_momenta(objects: Mapping[str, Any], given: Given, *, alone: bool) -> Dataset:
    """As a card would: collections of a batch, objects that take them, a feature set of their system."""
    factor = unit_factor("GeV" if given.units is None else _one_unit(given.units))
    members = {
        name: members_of(
            name, x, mask=_for(name, given.mask, "mask", objects, alone), factor=factor,
            kind=_for(name, given.kinds, "kinds", objects, alone or isinstance(given.kinds, str)),
            varies=_varies(name, given.sets, objects),
        )
        for name, x in objects.items()
    }  # fmt: skip
    counts = {name: len(m.records) for name, m in members.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise CardError(f"the objects have different numbers of events: {told}")
    count = next(iter(counts.values()))
    if count == 0:
        raise InputError("there are no events: the array is empty")
    if (
        given.units is None
        and (doubt := doubtful_unit({n: m.records for n, m in members.items()})) is not None
    ):
        found = doubt.partition(" in the file")[0]
        raise CardError(f"{found}, which suggests MeV", hint="set units='MeV', or units='GeV' if it is GeV")
    members = {name: _tagged(name, m, given.tags, objects) for name, m in members.items()}
    members = {name: _numbered(m, given.names) if alone else m for name, m in members.items()}
    _require_known(members, given.vars)
    data = assemble(
        card := _card(members, given), given.name, {given.name: _table(card, members, given, count)}
    )
    if given.names is not None:
        data = _named(data, given, alone)
    return data


def _card(members: Mapping[str, Members], given: Given) -> RunCard:
    """What a card would say of these objects."""
    objects: dict[str, Any] = {}
    for name, m in members.items():
        if m.width == 0:
            raise InputError(f"no event has any '{name}'")
        most = {"up_to": m.width} if m.width <= 1000 else "all"
        objects[name] = {"collection": name, "take": most if m.varies else m.width}
    target = next(iter(objects))
    if len(objects) > 1:
        target = next(n for n in ("event", "all_objects", "objects_of_the_event") if n not in objects)
        objects[target] = {"system": list(members)}
    tags = list(given.tags) if given.tags is not None else []
    feature = {"object": target, "vars": list(given.vars), "scaling": given.scaling, "tags": tags}
    return checked_card(given.name, feature, objects)


def _require_known(members: Mapping[str, Members], variables: Sequence[str]) -> None:
    """Raise `CardError` for variables that no momentum has."""
    known = {*KINEMATICS, *(f for m in members.values() for f in ak.fields(m.records))}
    for variable in variables:
        for name in parse_expression(variable, "vars").names - known:
            raise CardError(f"vars: there is no variable '{name}'", hint=nearest(name, known))


def _table(card: RunCard, members: Mapping[str, Members], given: Given, count: int) -> FeatureTable:
    selector = Selector(card, {name: m.kind for name, m in members.items()})
    events = event_records({name: m.records for name, m in members.items()}, count)
    selector.add(EventBatch(events, np.ones(count)))
    table = selector.table(given.name)
    if len(table) < count:
        lost = np.setdiff1d(np.arange(count), table.source[:, 1])
        raise InputError(
            f"a variable of {', '.join(given.vars)} is not finite (so in {len(lost)} events)", event=int(lost[0]),
            hint="drop such events, or remove this variable",
        )  # fmt: skip
    return table


def _one_unit(units: str | Sequence[str]) -> str:
    if not isinstance(units, str):
        raise CardError("units: all momenta have the same unit", hint="give 'GeV', 'MeV' or 'TeV'")
    return units


def _for(name: str, given: Any, what: str, objects: Mapping[str, Any], alone: bool) -> Any:
    """What a keyword says of an object."""
    if given is None:
        return None
    if isinstance(given, Mapping):
        for key in given:
            if key not in objects:
                raise CardError(f"{what}: there is no object '{key}'", hint=nearest(str(key), objects))
        return given.get(name)
    if alone and (isinstance(given, str) or what == "mask"):
        return given
    if what == "kinds" and not isinstance(given, str):
        kinds = set(given)
        if alone and len(kinds) == 1:
            return next(iter(kinds))
    raise CardError(
        f"{what}: one value per object is required",
        hint=f"give {{object: ...}} with {several(list(objects))}",
    )


def _varies(name: str, sets: Collection[str] | bool | None, objects: Mapping[str, Any]) -> bool | None:
    if sets is None or isinstance(sets, bool):
        return sets
    for key in [sets] if isinstance(sets, str) else sets:
        if key not in objects:
            raise CardError(f"sets: there is no object '{key}'", hint=nearest(str(key), objects))
    return True if name in sets else None


def _tagged(
    name: str, m: Members, tags: Sequence[str] | Mapping[str, Any] | None, objects: Mapping[str, Any]
) -> Members:
    """With the tags that are given as arrays, as fields of the members."""
    if not isinstance(tags, Mapping):
        if isinstance(tags, str):
            raise CardError("tags: give a list of names", hint=f"tags=[{tags!r}]")
        for tag in tags or ():
            if tag not in ak.fields(m.records) and len(objects) == 1:
                raise CardError(
                    f"tags: '{name}' has no field '{tag}'", hint=nearest(tag, ak.fields(m.records))
                )
        return m
    records, counts = m.records, ak.to_numpy(ak.num(m.records, axis=1))
    for tag, values in tags.items():
        if not tag.isidentifier() or tag.lower() in SYNONYMS:
            raise CardError(
                f"tags: '{tag}' is not a valid name of a tag", hint="use a name such as charge or btag"
            )
        own = values.get(name) if isinstance(values, Mapping) else values
        if own is None:
            continue
        if isinstance(own, ak.Array) and (ak.num(own, axis=1) == counts).tolist() == [True] * len(counts):
            flat = plain_numbers(ak.flatten(own, axis=1), f"tags: '{tag}'")
        else:
            table = plain_numbers(own, f"tags: '{tag}'")
            if table.shape != (len(counts), m.width) or (counts != m.width).any():
                raise CardError(
                    f"tags: '{tag}' has shape {shape_text(table)}",
                    hint=f"give {(len(counts), m.width)}, or lists of the lengths that '{name}' has",
                )
            flat = table.reshape(-1)
        records = ak.with_field(records, ak.unflatten(flat, counts), tag)
    return replace(m, records=records)


def _numbered(m: Members, names: Sequence[str | int] | None) -> Members:
    """With PDG numbers, if these are the names."""
    if names is None or not all(isinstance(n, int | np.integer) for n in names):
        return m
    if m.varies or len(names) != m.width:
        raise CardError(f"names: {len(names)} PDG numbers for {m.width} particles")
    ids = np.tile(np.asarray(names, dtype=np.int64), len(m.records))
    return replace(m, records=ak.with_field(m.records, ak.unflatten(ids, m.width), "pdgId"))


def _named(data: Dataset, given: Given, alone: bool) -> Dataset:
    """With the names of the particles that are given."""
    names = list(given.names or ())
    if not alone:
        raise CardError("names: the objects already have names", hint="the names are the keys of the mapping")
    if all(isinstance(n, int | np.integer) for n in names):
        return data
    if len(names) != len(data.particles) or len(set(names)) < len(names):
        raise CardError(f"names: {len(data.particles)} different particle names are required, not {names}")
    places = particle_names([(None, str(n)) for n in names])
    variables = [tuple(c.variable for c in data.columns if c.slot == i) for i in range(len(names))]
    return replace(data, particles=tuple(map(str, names)), columns=feature_columns(variables, places))
