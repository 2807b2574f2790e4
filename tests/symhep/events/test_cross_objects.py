"""Conditions on other objects of the event, against loops in plain Python."""

from __future__ import annotations

import math
from typing import Any

import awkward as ak
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhep.card.expressions import parse_expression
from symhep.card.schema import ObjectCard
from symhep.errors import CardError
from symhep.events import axes
from symhep.events.batch import event_records, momentum_records
from symhep.events.evaluate import Scope, evaluate, per_event, per_member
from symhep.events.objects import build_objects, object_order

Member = dict[str, float]
Event = dict[str, list[Member]]
NAMES = ("pt", "eta", "phi", "mass")


def records(events: list[list[Member]]) -> ak.Array:
    """Four-vectors from dictionaries; every event may be empty."""
    counts = [len(members) for members in events]
    flat = [member for members in events for member in members]
    fields = {
        name: ak.unflatten(ak.Array(np.array([m[name] for m in flat], dtype=float)), counts) for name in NAMES
    }
    fields["charge"] = ak.unflatten(ak.Array(np.array([m["charge"] for m in flat], dtype=np.int64)), counts)
    return momentum_records(fields)


def batch(events: list[Event], **numbers: list[float]) -> ak.Array:
    collections = {name: records([event[name] for event in events]) for name in events[0]}
    return event_records(collections | {k: ak.Array(v) for k, v in numbers.items()}, len(events))


def distance(a: Member, b: Member) -> float:
    return math.hypot(a["eta"] - b["eta"], math.remainder(a["phi"] - b["phi"], math.tau))


member = st.fixed_dictionaries(
    {
        "pt": st.floats(1, 100),
        "eta": st.floats(-3, 3),
        "phi": st.floats(-3.1, 3.1),
        "mass": st.just(0.0),
        "charge": st.sampled_from([-1, 1]),
    }
)
event = st.fixed_dictionaries({"J": st.lists(member, max_size=4), "E": st.lists(member, max_size=3)})


def jets_of(where: str, events: ak.Array, **others: Any) -> list[list[float]]:
    cards = {name: ObjectCard(**card) for name, card in others.items()}
    built = build_objects({"jets": ObjectCard(collection="J", where=where), **cards}, events)
    return [list(pts) for pts in ak.to_list(built["jets"].pt)]


def kept(events: list[Event], holds: Any) -> list[list[float]]:
    return [[j["pt"] for i, j in enumerate(e["J"]) if holds(i, j, e)] for e in events]


@given(st.lists(event, min_size=1, max_size=4))
def test_conditions_on_electrons(events: list[Event]) -> None:
    electrons = {"electrons": {"collection": "E"}}
    data = batch(events, HT=[float(i) for i in range(len(events))])

    def found(where: str) -> list[list[float]]:
        return jets_of(where, data, **electrons)

    def margin(j: Member, e: Event) -> list[float]:
        return [distance(j, x) for x in e["E"]]

    assert found("all(deltaR(self, electrons) > 0.4)") == kept(
        events, lambda i, j, e: all(d > 0.4 for d in margin(j, e))
    )
    assert found("min(deltaR(self, electrons)) > 0.4") == kept(
        events, lambda i, j, e: min(margin(j, e), default=math.inf) > 0.4
    )
    assert found("any(deltaR(self, electrons) < 1 and electrons.charge > 0)") == kept(
        events, lambda i, j, e: any(distance(j, x) < 1 and x["charge"] > 0 for x in e["E"])
    )
    assert found("count(electrons) == 1 and HT >= 1") == kept(
        events, lambda i, j, e: len(e["E"]) == 1 and e is not events[0]
    )
    assert found("count(deltaR(self, electrons) < 1.5) > 1") == kept(
        events, lambda i, j, e: sum(d < 1.5 for d in margin(j, e)) > 1
    )
    assert found("pt > electrons[0].pt") == kept(
        events, lambda i, j, e: bool(e["E"]) and j["pt"] > e["E"][0]["pt"]
    )
    assert found("not pt > electrons[0].pt") == kept(
        events, lambda i, j, e: not (e["E"] and j["pt"] > e["E"][0]["pt"])
    )
    assert found("max(electrons.pt) < pt") == kept(
        events, lambda i, j, e: max((x["pt"] for x in e["E"]), default=-math.inf) < j["pt"]
    )


@given(st.lists(event, min_size=1, max_size=4))
def test_a_member_is_never_compared_with_itself(events: list[Event]) -> None:
    data = batch(events)

    def others(i: int, e: Event) -> list[Member]:
        return [x for k, x in enumerate(e["J"]) if k != i]

    def nearest(i: int, j: Member, e: Event) -> float:
        return min((distance(j, x) for x in others(i, e)), default=math.inf)

    isolated = kept(events, lambda i, j, e: nearest(i, j, e) > 1)
    assert jets_of("min(deltaR(self, jets)) > 1", data) == isolated
    assert jets_of("all(self.pt >= jets.pt)", data) == kept(
        events, lambda i, j, e: all(j["pt"] >= x["pt"] for x in others(i, e))
    )
    assert jets_of("pt > 0.5 * max(jets.pt)", data) == kept(
        events, lambda i, j, e: j["pt"] > 0.5 * max(x["pt"] for x in e["J"])
    )
    # Nor with itself as a member of another object of the same collection.
    hard = {"hard": {"collection": "J", "where": "pt > 20"}}
    assert jets_of("all(deltaR(self, hard) > 1)", data, **hard) == kept(
        events, lambda i, j, e: all(distance(j, x) > 1 for x in others(i, e) if x["pt"] > 20)
    )


@given(st.lists(event, min_size=1, max_size=4))
def test_values_of_members_and_events(events: list[Event]) -> None:
    data = batch(events)
    objects = build_objects({"jets": ObjectCard(collection="J"), "el": ObjectCard(collection="E")}, data)
    scope = Scope(objects)

    def values(text: str) -> list[float]:
        flat = ak.flatten(per_member(parse_expression(text), objects["jets"], scope), axis=1)
        return [float(v) for v in flat]

    flat = [(j, e) for e in events for j in e["J"]]
    sums = [sum(x["pt"] for x in e["E"] if distance(j, x) < 1) for j, e in flat]
    assert values("sum(if(deltaR(self, el) < 1, el.pt, 0))") == pytest.approx(sums)
    nearest = [min((distance(j, x) for x in e["E"]), default=math.inf) for j, e in flat]
    assert values("min(deltaR(self, el))") == pytest.approx(nearest)
    first = [distance(j, e["E"][0]) if e["E"] else math.nan for j, e in flat]
    assert values("deltaR(self, el)[0]") == pytest.approx(first, nan_ok=True)
    assert values("max(pt, el[0].pt)") == pytest.approx(
        [max(j["pt"], e["E"][0]["pt"]) if e["E"] else math.nan for j, e in flat], nan_ok=True
    )
    # In expressions of the event, the object that is named first is the outer one.
    near = [sum(any(distance(j, x) < 1 for x in e["E"]) for j in e["J"]) for e in events]
    text = "sum(any(deltaR(jets, el) < 1))"
    assert per_event(parse_expression(text), scope, len(events)).tolist() == near


def test_nothing_to_compare_with() -> None:
    """min over none is +inf, max -inf, all true, any false, sum and count 0; without electrons no jet is lost."""
    data = batch([{"J": [{"pt": 40.0, "eta": 0.1, "phi": 0.2, "mass": 5.0, "charge": 1}], "E": []}])
    for holds in (
        "all(deltaR(self, electrons) > 0.4)",
        "min(deltaR(self, electrons)) > 0.4",
        "min(electrons.pt) > 1e300",
        "max(electrons.pt) < -1e300",
        "not any(electrons.pt > 0)",
        "sum(electrons.pt) == 0 and count(electrons) == 0",
        "min(deltaR(self, jets)) > 1e300",
    ):
        assert jets_of(holds, data, electrons={"collection": "E"}) == [[40.0]], holds
    for fails in (
        "electrons[0].pt > 0",
        "electrons[0].pt != 3",
        "jets[1].pt < 1e9",
        "deltaR(self, jets[1]) < 9",
    ):
        assert jets_of(fails, data, electrons={"collection": "E"}) == [[]], fails
        assert jets_of(f"not {fails}", data, electrons={"collection": "E"}) == [[40.0]], fails


def test_a_number_that_is_not_there_compares_with_nothing() -> None:
    scope = {"x": ak.Array([1.0, np.nan, None])}
    for text in ("x != 7", "x not in [7]", "x == x", "x < 5", "1 <= x < 5"):
        assert per_event(parse_expression(text), scope, 3, condition=True).tolist() == [True, False, False], (
            text
        )


@pytest.mark.parametrize(
    ("order", "expected"), [("ascending", [2.0, 3.0, 9.0, 1.0]), ("descending", [3.0, 2.0, 9.0, 1.0])]
)
def test_members_without_a_value_come_last(order: str, expected: list[float]) -> None:
    members = [
        {"pt": pt, "eta": 0.0, "phi": 0.0, "mass": mass, "charge": 1}
        for pt, mass in ((9.0, math.nan), (2.0, 2.0), (3.0, 3.0), (1.0, math.nan))
    ]
    cards = {"j": ObjectCard(collection="J", sort={"by": "mass", "order": order})}
    assert ak.to_list(build_objects(cards, batch([{"J": members}]))["j"].pt) == [expected]


def test_small_groups_of_events_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)

    def some(n: int) -> list[Member]:
        rows = rng.uniform([1, -3, -3], [90, 3, 3], (n, 3))
        return [{"pt": p, "eta": e, "phi": f, "mass": 0.0, "charge": 1} for p, e, f in rows]

    data = batch([{"J": some(rng.integers(0, 6)), "E": some(rng.integers(0, 5))} for _ in range(60)])
    where = "min(deltaR(self, electrons)) > 0.8 or count(deltaR(self, jets) < 1) > 1"
    whole = jets_of(where, data, electrons={"collection": "E"})
    text = "sum(any(deltaR(J, E) < 1))"
    scope = {"J": data["J"], "E": data["E"]}
    near = per_event(parse_expression(text), scope, 60)
    monkeypatch.setattr(axes, "LARGEST", 7)
    assert jets_of(where, data, electrons={"collection": "E"}) == whole
    assert per_event(parse_expression(text), scope, 60).tolist() == near.tolist()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("deltaR(self, el) > 1", r"several values per member of the object; reduce them with any\("),
        ("el.pt", "several values per member of the object"),
        (
            "any(deltaR(self, el) < deltaR(self, mu))",
            "members of self, el, mu cannot be combined in one expression",
        ),
        (
            "thrust(self + el) > 1",
            "thrust needs objects or single members as arguments, not pairs of self and el",
        ),
        ("if(pt > 3, pt, eta > 1)", "two numbers or two conditions, not one of each"),
        ("if(pt > 3, self, self)", "needs numbers, not objects"),
        ("if(pt, 1, 2)", "'pt' is a number, not a condition"),
    ],
)
def test_what_makes_no_sense(text: str, message: str) -> None:
    some = [{"pt": 40.0, "eta": 0.1, "phi": 0.2, "mass": 5.0, "charge": 1}] * 2
    members, scope = records([some]), Scope({"el": records([some]), "mu": records([some[:1]])})
    with pytest.raises(CardError, match=message):
        per_member(parse_expression(text, "card, line 3"), members, scope)


def test_choices() -> None:
    data = {
        "mu": records([[{"pt": 4.0, "eta": 0.0, "phi": 0.0, "mass": 0.0, "charge": 1}], []]),
        "n": ak.Array([1, 2]),
    }

    def found(text: str) -> list[Any]:
        return list(ak.to_list(evaluate(parse_expression(text), data)))

    assert found("if(count(mu) > 0, mu[0].pt, -1)") == [4.0, -1.0]
    assert found("if(n > 1, n, 7 * n)") == [7.0, 2.0]
    assert found("if(mu[0].pt > 3, 1, 2)") == [1.0, 2.0], "a comparison with a missing object is false"
    assert found("if(True, n, 2)") == [1, 2]
    assert found("max(n, 2)") == [2, 2]
    assert found("min(n, 1.5, 3)") == [1.0, 1.5]
    assert found("max(mu[0].pt, 9)") == [9.0, None], "what is missing makes no maximum"
    assert found("count(mu.pt > 5)") == [0, 0]


def test_order_follows_the_names() -> None:
    cards = {
        "jets": ObjectCard(
            collection="J", where="all(deltaR(self, leptons) > 0.4)", sort="deltaR(self, z[0])"
        ),
        "z": ObjectCard(pair=("leptons",)),
        "leptons": ObjectCard(collection="E", where="pt > max(fat.pt)"),
        "fat": ObjectCard(cluster="J", R=1.0, keep="min(deltaR(self, tracks)) > 1"),
        "tracks": ObjectCard(collection="T"),
        "inside": ObjectCard(constituents="fat"),
        "event": ObjectCard(system=("jets", "leptons")),
    }
    order = object_order(cards)
    for first, then in (
        ("leptons", "z"), ("z", "jets"), ("fat", "leptons"), ("tracks", "fat"), ("fat", "inside"), ("jets", "event"),
    ):  # fmt: skip
        assert order.index(first) < order.index(then)


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        (
            {
                "a": {"collection": "J", "where": "count(b) > 1"},
                "b": {"collection": "J", "sort": "deltaR(self, c[0])"},
                "c": {"cluster": "J", "R": 0.4, "keep": "any(a.pt > 1)"},
            },
            r"circular definition of objects: a -> b -> c -> a; 'where' of an object may use other objects only",
        ),
        (
            {"x": {"pair": "y"}, "y": {"pair": "z"}, "z": {"pair": "y"}},
            "circular definition of objects: y -> z -> y",
        ),
        ({"self": {"collection": "J"}}, "'self' is reserved"),
        (
            {"a": {"pair": "jest"}, "jets": {"collection": "J"}},
            "unknown object 'jest'; did you mean 'jets'?",
        ),
        ({"a": {"collection": "J"}, "b": {"constituents": "a"}}, "'a' is not a clustered object"),
    ],
)
def test_circles_and_what_is_not_there(objects: dict[str, Any], message: str) -> None:
    with pytest.raises(CardError, match=message):
        object_order({name: ObjectCard(**card) for name, card in objects.items()})


def test_a_name_that_is_a_variable_of_the_member_needs_no_object() -> None:
    """An object called 'mass' is not meant by 'mass > 3'."""
    cards = {"jets": ObjectCard(collection="J", where="mass > 3"), "mass": ObjectCard(pair=("jets",))}
    assert object_order(cards) == ["jets", "mass"]
