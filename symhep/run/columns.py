"""Which columns a card reads: every name in it is checked against what the file offers, and noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from symhep.card.expressions import KINEMATICS, SELF, Expression, parse_expression
from symhep.card.loader import CardFile
from symhep.card.schema import FeatureCard, ObjectCard
from symhep.card.variations import VariationCard
from symhep.errors import CardError, nearest
from symhep.events.alternatives import Alternatives
from symhep.events.functions import PHYSICS_FUNCTIONS, CardFunction
from symhep.events.kinds import VectorKind
from symhep.events.objects import PAIR_FIELDS, object_order
from symhep.events.uses import Use, lacking_variables, uses
from symhep.readers.interface import ReadRequest, Schema
from symhep.run.kinds import object_kinds
from symhep.run.known import Known

__all__ = ["wanted_columns"]

#: What a pair knows only if the momenta along the beam are known.
_ALONG = frozenset({"deltaR", "deltaeta"})


def wanted_columns(
    card_file: CardFile,
    schema: Schema,
    functions: Mapping[str, CardFunction] | None = None,
    dataset: str | None = None,
    variations: Mapping[str, VariationCard] | None = None,
) -> ReadRequest:
    """The request for a file with ``schema``: what objects, cuts and features take, and no more.

    ``functions`` are those of plugins and named folders that expressions call, by 'module:function'; ``dataset`` may
    have weights of its own; ``variations`` are its systematic ones, see `symhep.run.variations`. Raises `CardError` for
    a collection, field or weight that the file does not have, and for a variable that the vectors of an object
    cannot have (eta of missing momentum), with the card's line and the nearest name.
    """
    card, found = card_file.card, _Wanted(card_file, schema, functions or {})
    for name in object_order(card.objects):
        found.add_object(name, card.objects[name])
    for name, item in card.objects.items():
        found.add_conditions(name, item)
    for selection, cuts in card.selections.items():
        for index, cut in enumerate(cuts):
            found.add_event(parse_expression(cut.cut, card_file.where("selections", selection, index)))
    for name, feature in card.features.items():
        found.add_feature(feature, card_file.where("features", name))
    for key, changes in Alternatives.of(variations or {}).objects.items():
        where = card_file.where("datasets", dataset or "", "variations", key.partition("/")[0])
        for name, change in changes.items():
            found.add_change(name, [t for t in (change.factor, change.smear) if t is not None], where)
    own = dataset is not None and card.datasets[dataset].weights is not None
    branch = (card.weights if dataset is None else card.weights_of(dataset)).branch
    if branch not in ("auto", "none", *schema.weights):
        where = card_file.where(*(("datasets", dataset or "") if own else ()), "weights", "branch")
        raise CardError(f"unknown weight '{branch}'", where=where, hint=nearest(branch, schema.weights))
    fields = {name: frozenset(columns) for name, columns in found.columns.items()}
    return ReadRequest(
        fields, frozenset(found.event_fields), branch, frozenset(Alternatives.of(variations or {}).weights),
        card.run.chunk_events,
    )  # fmt: skip


class _Wanted:
    """Grows while the card is walked through."""

    def __init__(self, card_file: CardFile, schema: Schema, functions: Mapping[str, CardFunction]) -> None:
        self.card_file, self.schema, self.functions = card_file, schema, functions
        self.columns: dict[str, set[str]] = {}
        self.event_fields: set[str] = set()
        self._known: dict[str, Known] = {}
        self._clustered: dict[str, Known] = {}  # object -> what its jets are made of
        self._kinds = object_kinds(card_file.card.objects, schema)

    def add_object(self, name: str, card: ObjectCard) -> None:
        """What the members of an object know."""
        where = self.card_file.where("objects", name)
        if card.collection is not None:
            known = self._collection(card.collection, where)
        elif card.pair is not None:
            known = self._pair(name, card.pair)
        elif card.cluster is not None:
            known = self._jets(name, card.cluster, where)
        elif card.constituents is not None:
            source = self._clustered[card.constituents]
            known = replace(source, fields=source.fields | {"jet"})
        else:
            parts = [self._known[part] for part in card.system or ()]
            shared = frozenset.intersection(*(part.fields for part in parts))
            known = Known(
                shared, tuple(dict.fromkeys(kind for part in parts for kind in part.kinds)), of=name
            )
        if name in self._kinds:
            known = replace(known, kinds=(self._kinds[name],), of=known.of or name)
        self._known[name] = known

    def _collection(self, name: str, where: str | None) -> Known:
        collections = self.schema.collections
        if name not in collections:
            hint = nearest(name, collections)
            raise CardError(f"the file has no collection '{name}'", where=where, hint=hint)
        fields = frozenset(collections[name].fields)
        # PDG numbers give the particles their names in figures and sentences.
        self.columns.setdefault(name, set()).update(fields & {"pdgId"})
        return Known(fields, (collections[name].vector,), name)

    def _pair(self, name: str, parts: tuple[str, ...]) -> Known:
        fields = frozenset(PAIR_FIELDS)
        if not all("charge" in self._known[part].fields for part in parts):
            fields -= {"charge"}
        if any(self._known[part].lacks("eta") for part in parts):
            fields -= _ALONG
        return Known(fields, (self._kinds[name],))

    def _jets(self, name: str, source: str, where: str | None) -> Known:
        of_object = source in self.card_file.card.objects and source != name
        known = self._known[source] if of_object else self._collection(source, where)
        if known.lacks("E"):
            raise CardError(
                f"'{source}' cannot be clustered: the energies are not known",
                where=where, hint="define an object of it with 'kind: massless' (E = |p|)",
            )  # fmt: skip
        self._clustered[name] = known
        return Known(frozenset({"constituents"}), (self._kinds[name],))

    def add_conditions(self, name: str, card: ObjectCard) -> None:
        """What where, keep and sort of an object ask for."""
        where = self.card_file.where("objects", name)
        # 'where' of a clustered object chooses among the particles.
        particles = self._clustered.get(name, self._known[name])
        for text, members in (
            (card.where, particles),
            (card.keep, self._known[name]),
            (card.sort.by if card.sort else None, self._known[name]),
        ):
            if text is not None:
                self._member(parse_expression(text, where), name, members)

    def add_change(self, name: str, texts: Iterable[str], where: str) -> None:
        """Expressions for how the members of an object are changed: of fields of the member and numbers per event."""
        members = self._known[name]
        for text in texts:
            expression = parse_expression(text, where)
            if others := expression.names & self._known.keys() - members.names - {SELF}:
                raise CardError(
                    f"in \"{text}\": '{min(others)}' is an object, which the change of '{name}' cannot "
                    f"depend on",
                    where=where, hint="use fields of the member and numbers per event",
                )  # fmt: skip
            self._member(expression, name, members)

    def add_event(self, expression: Expression) -> None:
        """An expression whose names are objects, numbers per event, or the weight."""
        for name in sorted(expression.names):
            self._event_name(name, expression)
        for use in uses(expression):
            if use.object in self._known:
                self._use(use, use.object, self._known[use.object], expression)

    def add_feature(self, feature: FeatureCard, where: str | None) -> None:
        """The variables, tags and spectators of a feature set."""
        for text in feature.spectators:
            self.add_event(parse_expression(text, where))
        if feature.object is None:
            for text in feature.vars:
                self.add_event(parse_expression(text, where))
            return
        parts = self.card_file.card.objects[feature.object].system or (feature.object,)
        for text in (*feature.vars, *feature.tags) if feature.canonicalise else ():
            self._in_one_frame(parse_expression(text, where), self._known[feature.object])
        for text in feature.vars:
            self._of_parts(parse_expression(text, where), feature.object, parts)
        for text in feature.tags:
            self._tag(parse_expression(text, where), feature.object, parts)

    def _in_one_frame(self, expression: Expression, members: Known) -> None:
        """Refuse to mix members in a frame of their own with what stays in the frame of the file."""
        others = expression.names & {SELF, *self._known} - members.fields - set(KINEMATICS)
        if others:
            raise CardError(
                f"in \"{expression.text}\": '{min(others)}' is not defined in the frame of 'canonicalise'",
                where=expression.where, hint="use fields and variables of the members, as in px",
            )  # fmt: skip

    def _of_parts(self, expression: Expression, name: str, parts: tuple[str, ...]) -> None:
        """A variable of the members of an object, or of a system in which not all kinds of vectors have it."""
        if len(parts) > 1:
            lacking = {part: self._lacking(expression, part) for part in parts}
            if all(lacking.values()):
                raise CardError(
                    f"in \"{expression.text}\": no part of '{name}' has "
                    f"{' and '.join(sorted(lacking[parts[0]]))}",
                    where=expression.where, hint=self._offer(parts[0]),
                )  # fmt: skip
            parts = tuple(part for part in parts if not lacking[part])
        for part in parts:
            self._member(expression, part, self._known[part])

    def _lacking(self, expression: Expression, name: str) -> frozenset[str]:
        return lacking_variables(expression, self._known[name].kinds[0])

    def _tag(self, expression: Expression, name: str, parts: tuple[str, ...]) -> None:
        """A tag of the members of an object; parts of a system without such a field have 0."""
        outside = {*self._known, *self.schema.event_fields, SELF, "weight"}
        having = [
            part
            for part in parts
            if all(n in outside or n in self._known[part].names or n in KINEMATICS for n in expression.names)
            and not self._lacking(expression, part)
            and all(u.object != SELF or self._has(self._known[part], u) for u in uses(expression))
        ]
        for part in having or parts:
            self._member(expression, part, self._known[part])

    def _has(self, known: Known, use: Use) -> bool:
        return not use.variable or use.variable in known.fields or use.variable in KINEMATICS

    def _member(self, expression: Expression, name: str, members: Known) -> None:
        """An expression in the fields of an object's members, and in whatever else there is in the event."""
        for variable in sorted(expression.names - {SELF}):
            if variable in members.fields or variable in KINEMATICS:
                self._use(Use(SELF, variable), name, members, expression)
            else:
                self._event_name(variable, expression, members, name)
        for use in uses(expression):
            if use.object == SELF:
                self._use(use, name, members, expression)
            elif use.object in self._known and not (use.object in members.fields or use.object in KINEMATICS):
                # The object's own name means all of its collection, before any condition.
                own = members if use.object == name else self._known[use.object]
                self._use(use, use.object, own, expression)

    def _event_name(
        self, name: str, expression: Expression, members: Known | None = None, owner: str = ""
    ) -> None:
        """A name that is an object, a number per event or the weight."""
        if name in self._known or name == "weight":
            return
        if name not in self.schema.event_fields:
            what = f"'{owner}' has no field '{name}'" if members else f"unknown name '{name}'"
            known = [*self._known, *self.schema.event_fields, "weight"]
            # 'Electron_pt' of the collection Electron is its field 'pt'.
            bare = name.removeprefix(f"{members.collection}_") if members else name
            hint = nearest(bare, [*members.names, SELF, *known] if members else known)
            if name == SELF:
                hint = (
                    "'self' is only for expressions of an object; use the name of the object here, as "
                    "in jets[0]"
                )
            raise CardError(f'in "{expression.text}": {what}', where=expression.where, hint=hint)
        self.event_fields.add(name)

    def _use(self, use: Use, name: str, members: Known, expression: Expression) -> None:
        """A variable of an object's vectors, or the object as an argument of a function."""
        if not use.variable:
            self._argument(use, name, members, expression)
            return
        variable = use.variable
        what = f"a sum with '{name}'" if use.summed else f"'{name}'"
        if members.lacks(variable):
            asks = f"{use.function} needs '{variable}', but {what}" if use.function else what
            kinds = " and ".join(members.kinds)
            raise CardError(
                f'in "{expression.text}": {asks} has no \'{variable}\' (its vectors are {kinds})',
                where=expression.where, hint=self._offer(name, members),
            )  # fmt: skip
        if variable in KINEMATICS:
            return
        if use.summed or variable not in members.fields:
            known = KINEMATICS if use.summed else members.names
            raise CardError(
                f"in \"{expression.text}\": {what} has no field '{variable}'",
                where=expression.where, hint=nearest(variable, known),
            )  # fmt: skip
        self._fetch(members, [variable])

    def _argument(self, use: Use, name: str, members: Known, expression: Expression) -> None:
        function = PHYSICS_FUNCTIONS.get(use.function) or self.functions.get(use.function)
        if function is None:  # told where functions are looked up
            return
        refused = [kind for kind in members.kinds if not function.accepts(use.position, kind)]
        if refused:
            raise CardError(
                f"in \"{expression.text}\": {use.function} cannot be used with '{name}', whose vectors are "
                f"{refused[0]}",
                where=expression.where,
                hint=f"it needs {', '.join(k for k in _KINDS if function.accepts(use.position, k))} vectors",
            )
        if lacking := [field for field in function.fields if field not in members.fields]:
            raise CardError(
                f"in \"{expression.text}\": {use.function} needs the field '{lacking[0]}' of '{name}'",
                where=expression.where, hint=nearest(lacking[0], members.names),
            )  # fmt: skip
        self._fetch(members, function.fields)

    def _fetch(self, members: Known, fields: Iterable[str]) -> None:
        """Note the columns that fields of an object are read from."""
        wanted = set(fields) - set(KINEMATICS)
        if members.collection is not None:
            self.columns[members.collection] |= wanted - {"jet"}
            return
        card = self.card_file.card.objects[members.of]
        for part in card.system or ():
            self._fetch(self._known[part], wanted)
        for part in (card.pair or ()) if "charge" in wanted else ():
            self._fetch(self._known[part], {"charge"})

    def _offer(self, name: str, members: Known | None = None) -> str:
        members = members or self._known[name]
        return f"known of '{name}': {', '.join(v for v in KINEMATICS if not members.lacks(v))}"


_KINDS: tuple[VectorKind, ...] = ("full", "massless", "three", "transverse")
