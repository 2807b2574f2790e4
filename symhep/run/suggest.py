"""Looks into a file and proposes a run card: objects, features and methods that suit what is there."""

from __future__ import annotations

import json
import keyword
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files as package_files
from pathlib import Path
from textwrap import wrap

import awkward as ak
import jinja2
import numpy as np

from symhep.card.expressions import parse_expression
from symhep.errors import CardError, InputError, PluginError
from symhep.events.effective import FEW
from symhep.events.evaluate import evaluate, object_scope
from symhep.methods.init_block import SampleView
from symhep.plugin.isolation import isolated
from symhep.plugin.manager import Registry
from symhep.readers.interface import CollectionSchema, LossLog, ReadRequest, Schema
from symhep.run.sources import Source

__all__ = ["Suggestion", "suggest", "write_card"]

_LOOK_AT = 2_000
#: An object must be complete in this fraction of the events looked at.
_COMMON = 0.3


@dataclass(frozen=True)
class Suggestion:
    """What the card will say, and why."""

    object: str | None
    collection: str | None
    where: str | None
    sort: str | None
    take: int
    variables: tuple[str, ...]
    reason: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Kind:
    """A kind of generator-level particle worth looking for."""

    name: str
    where: str
    sort: str


# In this order: what identifies a process best comes first.
_KINDS = (
    _Kind("muons", "abs(pdgId) == 13", "pdgId"),
    _Kind("electrons", "abs(pdgId) == 11", "pdgId"),
    _Kind("taus", "abs(pdgId) == 15", "pdgId"),
    _Kind("tops", "abs(pdgId) == 6", "pdgId"),
    _Kind("wbosons", "abs(pdgId) == 24", "pdgId"),
    _Kind("zbosons", "pdgId == 23", "pt"),
    _Kind("higgs", "pdgId == 25", "pt"),
    _Kind("photons", "pdgId == 22", "pt"),
    _Kind("partons", "(abs(pdgId) <= 5 or pdgId == 21)", "pt"),
)
#: Numbers per event among which symmetries are looked for: the pairs that rotations mix grow with the square.
_MIXED = 6
#: Characters in a line of a comment.
_WIDTH = 110
#: Names that are values in YAML 1.2 or 1.1.
_YAML_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
#: Detector-level collections by the words in their names, best first.
_WORDS = ("muon", "electron", "jet", "fatjet", "photon", "tau", "track")


def suggest(source: Source) -> tuple[Suggestion, int]:
    """A proposal for a file, and how many events it was drawn from. Raises `InputError` if it has none."""
    schema = source.schema()
    wanted = {name: frozenset({"pdgId", "status"} & set(c.fields)) for name, c in schema.collections.items()}
    request = ReadRequest(wanted, frozenset(), "none", max_events=_LOOK_AT)
    batches = list(source.read(request, LossLog("skip")))
    events = ak.concatenate([b.events for b in batches]) if batches else ak.Array([])
    if len(events) == 0:
        raise InputError("there is no event to look at", file=source.path)
    found = _reconstructed(events, schema) or _generated(events, schema) or _numbers(schema)
    if found is None:
        raise InputError(
            "nothing here looks like particles or numbers per event", file=source.path,
            hint="name the columns with the option 'columns' of the format",
        )  # fmt: skip
    return found, len(events)


def _variables(schema: Schema) -> tuple[str, ...]:
    """Beams of known energy without parton densities: energy says nothing new; else it does."""
    lepton_collider = bool(schema.beams) and all(abs(i) in (11, 13) for i, _ in schema.beams)
    return ("px", "py", "pz") if lepton_collider else ("E", "px", "py", "pz")


def _generated(events: ak.Array, schema: Schema) -> Suggestion | None:
    """Final-state particles of a collection that knows PDG numbers and status codes."""
    for name, collection in schema.collections.items():
        if not {"pdgId", "status"} <= set(collection.fields):
            continue
        stable = events[name][events[name].status == 1]
        common: list[tuple[_Kind, int, float]] = []
        for kind in _KINDS:
            condition = parse_expression(kind.where)
            count = ak.to_numpy(ak.sum(evaluate(condition, object_scope(stable, condition.names)), axis=1))
            if (count >= 2).mean() >= _COMMON:
                common.append((kind, 2, float((count >= 2).mean())))
        if common:
            kind, take, fraction = common[0]
            others = tuple(
                f"{k.name}: {k.where} and status == 1 (in {f:.0%} of the events)" for k, _, f in common[1:]
            )
            return Suggestion(
                kind.name, name, f"{kind.where} and status == 1", kind.sort, take, _variables(schema),
                f"{fraction:.0%} of the events have two {kind.name} in the final state", others,
            )  # fmt: skip
        number = int(np.clip(np.quantile(ak.to_numpy(ak.num(stable)), 1 - _COMMON), 1, 4))
        return Suggestion(
            "particles", name, "status == 1", "pt", number, _variables(schema),
            f"the {number} hardest final-state particles",
        )  # fmt: skip
    return None


def _is_truth(name: str, collection: CollectionSchema) -> bool:
    """Generator-level: knows status codes, or is named as experiments name their truth."""
    return {"pdgId", "status"} <= set(collection.fields) or name.startswith(("Gen", "LHE", "MC", "Truth"))


def _reconstructed(events: ak.Array, schema: Schema) -> Suggestion | None:
    """A detector-level collection that most events have two of, else one."""
    detector = [n for n, c in schema.collections.items() if not _is_truth(n, c)]
    if not detector:
        return None

    def rank(name: str) -> tuple[int, str]:
        word = next((i for i, w in enumerate(_WORDS) if name.lower().endswith((w, w + "s"))), len(_WORDS))
        return (word, name)

    for take in (2, 1):
        fractions = {n: float(np.mean(ak.to_numpy(ak.num(events[n])) >= take)) for n in detector}
        good = sorted((n for n, f in fractions.items() if f >= _COMMON), key=rank)
        if good:
            name = good[0]
            others = tuple(f"{n}: {take} in {fractions[n]:.0%} of the events" for n in good[1:8])
            return Suggestion(
                _label(name, take), name, None, "pt", take,
                ("px", "py", "pz", "E"), f"{fractions[name]:.0%} of the events have at least {take} of {name}", others,
            )  # fmt: skip
    return None


def _label(collection: str, take: int) -> str:
    """A collection's name as an object's: 'Jet' -> 'jets'.

    >>> _label("Mü.on", 2), _label("in", 1), _label("2b", 1)
    ('m__ons', 'object_in', 'object_2b')
    """
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in collection.lower())[:48]
    label = name + ("s" if take > 1 and not name.endswith("s") else "")
    bare = label[0].isalpha() and not keyword.iskeyword(label) and label not in _YAML_WORDS
    return label if bare else f"object_{label}"


def _speaks(name: str) -> bool:
    """Does a column's name, put into an expression, mean the column?"""
    try:
        return parse_expression(name).names == {name}
    except CardError:
        return False


def _yaml(name: str) -> str:
    """A name as it stands in the card: quoted where YAML, of whatever version, reads it as something else."""
    plain = name.isascii() and name.isidentifier() and name.lower() not in _YAML_WORDS
    return name if plain else json.dumps(name)


def _numbers(schema: Schema) -> Suggestion | None:
    """Numbers per event, where there are no particles."""
    numbers = {
        n: f for n, f in schema.event_fields.items() if f.role == "number" and f.type.startswith("float")
    }
    names = [n for n in numbers if _speaks(n)][:12]
    if not names:
        return None
    return Suggestion(None, None, None, None, 1, tuple(names), "numbers per event; there are no particles")


def write_card(sources: Sequence[Source], files: Sequence[str], registry: Registry) -> str:
    """The text of a commented card for ``files`` (all of one format), drawn from the first one.

    Its methods are those of ``registry`` that have an `symhep.methods.interface.Method.init_block` for the file, the
    quickest first.
    """
    source = sources[0]
    found, looked_at = suggest(source)
    losses = LossLog("skip")
    sums = source.inspect(losses).weights
    # Signed weights of few events cancel to almost nothing: the sign is then given up, and the card says so.
    effective = sums.sum_w**2 / sums.sum_w2 if sums.sum_w2 else 0.0
    unsigned = sums.negative > 0 and effective < FEW
    sample = SampleView(
        object=found.object,
        take=found.take,
        variables=found.variables,
        features=len(found.variables) * (found.take if found.object else 1),
        measured="momenta",
        geometric="momenta" if found.object else "plane",
        events=sums.events,
        effective=effective,
    )
    template = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    ).from_string(package_files("symhep.card").joinpath("card.yaml.j2").read_text(encoding="utf-8"))
    return template.render(
        # Editors complete the card by it. `symhep schema card` prints the same with other plugins' options.
        schema=Path(str(package_files("symhep.card").joinpath("card.schema.json"))).as_uri(),
        variables=", ".join(map(_yaml, found.variables)),
        first=", ".join(map(_yaml, found.variables[:_MIXED])),
        # JSON strings are YAML strings, whatever stands in them.
        files=json.dumps([str(f) for f in files]),
        format=source.reader.name,
        options=json.dumps(source.options.model_dump(mode="json", exclude_defaults=True)),
        s=replace(found, reason=_one_line(found.reason), others=tuple(map(_one_line, found.others))),
        where=json.dumps(found.where),
        looked_at=looked_at,
        events=sums.events,
        damaged=bool(losses.losses),
        effective=effective,
        unsigned=unsigned,
        blocks=list(_blocks(sample, registry)),
    )


def _blocks(sample: SampleView, registry: Registry) -> Iterator[_Block]:
    """Entries under ``methods:``, by rising time; one of a plugin that fails is left out."""
    offered = []
    for name in sorted(registry.methods):
        try:
            with isolated(f"method '{name}' cannot write its part of the card"):
                block = registry.method(name).init_block(sample)
        except PluginError:
            continue  # `symhep methods` tells that it is broken
        if block is not None:
            offered.append(block)
    for block in sorted(offered, key=lambda block: block.seconds):
        lines = (f"{block.name}:", *(f"  {line}" for line in block.text.splitlines()))
        yield _Block(tuple(wrap(_one_line(block.comment), _WIDTH)), lines, block.active)


@dataclass(frozen=True)
class _Block:
    """An entry under ``methods:`` as lines of YAML."""

    comment: tuple[str, ...]
    lines: tuple[str, ...]
    active: bool


def _one_line(text: str) -> str:
    """Names from a file end up in comments: they must not break out of one."""
    return "".join(c if c.isprintable() else "?" for c in text)
