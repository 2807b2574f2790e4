"""Looks into a file and proposes what to look at: objects, their number, their variables, and cuts that fit them."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, replace

import awkward as ak
import numpy as np

from symhep.card.expressions import parse_expression
from symhep.errors import CardError, InputError
from symhep.events.evaluate import evaluate, object_scope
from symhep.events.generator_cut import GeneratorCut
from symhep.readers.interface import CollectionSchema, LossLog, ReadRequest, Schema
from symhep.run.sources import Source

__all__ = ["YAML_WORDS", "Suggestion", "suggest"]

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
    #: Fraction of the events looked at that have so many.
    fraction: float = 1.0
    #: A condition on the objects, and one on the event, that keep most of what is there.
    fiducial: tuple[str, ...] = ()
    window: str | None = None
    #: Cuts of the generator that each of the objects has passed.
    passed: tuple[GeneratorCut, ...] = ()


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
#: Readers give particles along the beam a pseudorapidity that is finite, and beyond any detector.
_ALONG_BEAM = 10.0
_INFINITE = 1e6
#: Cuts that are proposed keep so many of the objects, each.
_KEPT = 0.95
#: Names that are values in YAML 1.2 or 1.1.
YAML_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
#: Detector-level collections by the words in their names, best first.
_WORDS = ("muon", "electron", "jet", "fatjet", "photon", "tau", "track")


def suggest(source: Source, losses: LossLog | None = None) -> tuple[Suggestion, int]:
    """A proposal for a file, and how many events it was drawn from; what is lost or noticed goes to ``losses``.

    Raises `InputError` if it has none.
    """
    schema = source.schema()
    wanted = {name: frozenset({"pdgId", "status"} & set(c.fields)) for name, c in schema.collections.items()}
    request = ReadRequest(wanted, frozenset(), "none", max_events=_LOOK_AT)
    batches = list(source.read(request, losses or LossLog("skip")))
    events = ak.concatenate([b.events for b in batches]) if batches else ak.Array([])
    if len(events) == 0:
        raise InputError("there are no events", file=source.path)
    found = _reconstructed(events, schema) or _generated(events, schema) or _numbers(schema)
    if found is not None and found.collection is not None:
        found = _with_cuts(found, events, schema)
    if found is None:
        raise InputError(
            "no particles or numbers per event were recognised", file=source.path,
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
                f"{fraction:.0%} of the events have two {kind.name} in the final state", others, fraction,
            )  # fmt: skip
        number = int(np.clip(np.quantile(ak.to_numpy(ak.num(stable)), 1 - _COMMON), 1, 4))
        return Suggestion(
            "particles", name, "status == 1", "pt", number, _variables(schema),
            f"the {number} hardest final-state particles",
            fraction=float(np.mean(ak.to_numpy(ak.num(stable)) >= number)),
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
                ("px", "py", "pz", "E"), f"{fractions[name]:.0%} of the events have at least {take} of "
                                         f"{name}", others,
                fractions[name],
            )  # fmt: skip
    return None


def _label(collection: str, take: int) -> str:
    """A collection's name as an object's: 'Jet' -> 'jets'.

    >>> _label("Mü.on", 2), _label("in", 1), _label("2b", 1)
    ('m__ons', 'object_in', 'object_2b')
    """
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in collection.lower())[:48]
    label = name + ("s" if take > 1 and not name.endswith("s") else "")
    bare = label[0].isalpha() and not keyword.iskeyword(label) and label not in YAML_WORDS
    return label if bare else f"object_{label}"


def _speaks(name: str) -> bool:
    """Does a column's name, put into an expression, mean the column?"""
    try:
        return parse_expression(name).names == {name}
    except CardError:
        return False


def _numbers(schema: Schema) -> Suggestion | None:
    """Numbers per event, where there are no particles: quantities, and not weights, counters, flags or identifiers."""
    floats = {
        n: f for n, f in schema.event_fields.items() if f.type.startswith("float") and f.role == "number"
    }
    names = [n for n in floats if _speaks(n) and n not in schema.weights][:12]
    if not names:
        return None
    return Suggestion(None, None, None, None, 1, tuple(names), "numbers per event; there are no particles")


def _with_cuts(found: Suggestion, events: ak.Array, schema: Schema) -> Suggestion:
    """With cuts that fit the objects, and those of the generator that they have passed."""
    assert found.collection is not None
    objects = events[found.collection]
    if found.where is not None:
        objects = objects[_values(found.where, objects)]
    order = ak.argsort(_values(found.sort or "pt", objects), axis=1, ascending=False)
    objects = objects[order]
    objects = objects[ak.num(objects) >= found.take][:, : found.take]
    if len(objects) == 0:
        return found
    # Along the beam eta is infinite: beyond any cut, and nothing to interpolate with.
    one = {
        name: np.nan_to_num(ak.to_numpy(ak.flatten(_values(name, objects))).astype(float), posinf=_INFINITE)
        for name in ("pt", "abs(eta)", "E")
    }
    conditions = []
    if (pt := _below(np.quantile(one["pt"], 1 - _KEPT))) > 0:
        conditions.append(f"pt > {pt:g}")
    eta = np.quantile(one["abs(eta)"], _KEPT)
    if 0 < eta < _ALONG_BEAM:
        conditions.append(f"abs(eta) < {np.ceil(10 * eta) / 10:g}")
    return replace(
        found,
        fiducial=tuple(conditions),
        window=_window(found, objects),
        passed=_passed(schema, objects, one),
    )


def _values(expression: str, objects: ak.Array) -> ak.Array:
    condition = parse_expression(expression)
    return evaluate(condition, object_scope(objects, condition.names))


def _window(found: Suggestion, objects: ak.Array) -> str | None:
    """A window in the mass of the first two objects, unless all have the same."""
    if found.take != 2:
        return None
    mass = ak.to_numpy((objects[:, 0] + objects[:, 1]).mass)
    low, high = np.quantile(np.nan_to_num(mass, posinf=0.0), [(1 - _KEPT) / 2, (1 + _KEPT) / 2])
    if not high > 1.02 * low > 0:
        return None
    m = f"mass({found.object}[0], {found.object}[1])"
    return f"{m} > {_below(low):g} and {m} < {_below(high, up=True):g}"


def _passed(schema: Schema, objects: ak.Array, one: dict[str, np.ndarray]) -> tuple[GeneratorCut, ...]:
    """The generator's cuts on single particles that hold for these: by their kinds, and by looking."""
    if "pdgId" not in objects.fields:
        return ()
    kinds = set(np.unique(np.abs(ak.to_numpy(ak.flatten(objects.pdgId)))).tolist())
    values = {"pt": one["pt"], "abs_eta": one["abs(eta)"], "energy": one["E"]}
    return tuple(
        cut
        for cut in schema.cuts
        if cut.variable in values
        and kinds <= set(cut.particles)
        and cut.passed(
            float(values[cut.variable].min() if cut.above is not None else values[cut.variable].max())
        )
    )


def _below(value: float, up: bool = False) -> float:
    """``value`` with two digits, rounded down (or up) so that a cut keeps what is there.

    >>> _below(23.7), _below(0.01234), _below(87.1, up=True)
    (23.0, 0.012, 88.0)
    """
    if not value > 0:
        return 0.0
    step = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(f"{(np.ceil if up else np.floor)(value / step) * step:.2g}")
