"""Systematic variations by weight: what is read, what the datasets of the methods hold, and what the cutflow says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symhep
from symhep.card.loader import load_card
from symhep.errors import CardError, InputError
from symhep.events.assemble import assemble
from symhep.events.dataset import Dataset
from symhep.methods.context import SilentProgress
from symhep.plugin.manager import build_registry
from symhep.run.folder import RunFolder
from symhep.run.plan import make_plan
from symhep.run.planned import Plan
from symhep.run.reading import DatasetEvents, read_dataset
from symhep.run.workers import open_workers

GROUPS = """<initrwgt>
<weightgroup name="scale_variation">
<weight id="up" MUR="2.0" MUF="2.0"> up </weight>
<weight id="down" MUR="0.5" MUF="0.5"> down </weight>
</weightgroup>
<weightgroup name="PDF">
<weight id="p1"> one </weight>
<weight id="p2"> two </weight>
</weightgroup>
</initrwgt>
"""


def write_lhe(path: Path, rows: list[tuple[float, float, Mapping[str, str | float]]]) -> None:
    """A file of events (px of the muon, nominal weight, other weights)."""
    events = "".join(
        f"<event>\n 2 1 {weight} 80 -1 -1\n"
        f" 13 1 0 0 0 0 {px} 4 0 {(px**2 + 16) ** 0.5} 0 0 9\n -13 1 0 0 0 0 {-px} -4 0 "
        f"{(px**2 + 16) ** 0.5} 0 0 9\n"
        + "<rwgt>\n" + "".join(f"<wgt id='{k}'> {w} </wgt>\n" for k, w in others.items()) + "</rwgt>\n</event>\n"
        for px, weight, others in rows
    )  # fmt: skip
    path.write_text(
        f'<LesHouchesEvents version="3.0">\n<header>\n{GROUPS}</header>\n<init>\n 11 -11 40 40 0 0 0 0 -4 1\n'
        f" 10 1 1 1\n</init>\n{events}</LesHouchesEvents>\n"
    )


#: Four events, of which the last fails the cut px > 0.
ROWS: list[tuple[float, float, Mapping[str, str | float]]] = [
    (3.0, 1.0, {"up": 1.5, "down": 0.5, "p1": 2.0, "p2": 1.0}),
    (4.0, 2.0, {"up": 2.0, "down": 2.0, "p1": 2.0, "p2": 3.0}),
    (5.0, -1.0, {"up": -2.0, "down": -0.5, "p1": -1.0, "p2": -1.0}),
    (-3.0, 2.0, {"up": 4.0, "down": 1.0, "p1": 2.0, "p2": 2.0}),
]
SCALE = {"weights": ["up", "down"], "combine": "envelope"}


def card(tmp_path: Path, variations: Any, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "symhep": 1,
        "datasets": {
            "mc": {"files": [str(tmp_path / "*.lhe")], "variations": variations, **changes.pop("dataset", {})}
        },
        "objects": {"mu": {"collection": "particles", "where": "pdgId == 13", "take": 1}},
        "selections": {"right": [{"name": "px", "cut": "mu[0].px > 0"}]},
        "features": {"p": {"selection": "right", "object": "mu", "vars": ["px"], "scaling": "none"}},
    }
    given["datasets"] |= changes.pop("more", {})
    return given | changes


def events_of(given: Any, folder: Path, registry: Any = None) -> tuple[Plan, dict[str, DatasetEvents]]:
    plan = make_plan(load_card(given), registry or build_registry())
    with open_workers("1") as pool:
        return plan, {
            name: read_dataset(
                name, plan.tables, found, plan.agreements[name], {}, RunFolder(folder), SilentProgress(), pool
            )
            for name, found in plan.sources.items()
        }


def dataset_of(given: Any, folder: Path, features: str = "p") -> Dataset:
    plan, events = events_of(given, folder)
    read = {name: e.tables(features) for name, e in events.items()}
    tables = {name: table for name, (table, _) in read.items()}
    varied = {name: own for name, (_, own) in read.items() if own}
    return assemble(plan.tables, features, tables, varied=varied)


def test_weights_by_name(tmp_path: Path) -> None:
    write_lhe(tmp_path / "a.lhe", ROWS)
    data = dataset_of(card(tmp_path, {"scale": SCALE}), tmp_path / "run")
    (scale,) = data.variations
    assert (scale.name, scale.rule, scale.samples) == ("scale", "envelope", {"mc"})
    assert {a.name: a.data.weights.tolist() for a in scale.alternatives} == {
        "1": [1.5, 2.0, -2.0], "2": [0.5, 2.0, -0.5],
    }  # fmt: skip
    assert all(
        a.same_rows and a.data.values is data.values and a.data.unit is data.unit for a in scale.alternatives
    )
    assert all(a.data.variations == () for a in scale.alternatives)


def test_weights_by_the_name_of_their_group(tmp_path: Path) -> None:
    write_lhe(tmp_path / "a.lhe", ROWS)
    given = card(
        tmp_path,
        {
            "scale": {"weights": "scale_variation (MUR, MUF)", "combine": "envelope"},
            "pdf": {"weights": "PDF", "combine": "hessian_pairs", "confidence": 0.9},
        },
    )
    data = dataset_of(given, tmp_path / "run")
    assert [(v.name, v.rule, v.confidence, len(v.alternatives)) for v in data.variations] == [
        ("scale", "envelope", 0.6827, 2), ("pdf", "hessian_pairs", 0.9, 2),
    ]  # fmt: skip
    assert data.variations[1].alternatives[1].data.weights.tolist() == [1.0, 3.0, -1.0]


def test_up_and_down_by_weight(tmp_path: Path) -> None:
    write_lhe(tmp_path / "a.lhe", ROWS)
    given = card(tmp_path, {"mu": {"up": {"weights": "up"}, "down": {"weights": "down"}}})
    (mu,) = dataset_of(given, tmp_path / "run").variations
    assert (mu.rule, [a.name for a in mu.alternatives]) == ("up_down", ["up", "down"])


@pytest.mark.parametrize(
    ("negative", "nominal", "up"),
    [
        ("keep", [1.0, 2.0, -1.0], [1.5, 2.0, -2.0]),
        ("drop", [1.0, 2.0], [1.5, 2.0]),
        ("abs", [1.0, 2.0, 1.0], [1.5, 2.0, 2.0]),
    ],
)
def test_the_policy_follows_the_nominal_weight(
    tmp_path: Path, negative: str, nominal: list[float], up: list[float]
) -> None:
    write_lhe(tmp_path / "a.lhe", ROWS)
    given = card(tmp_path, {"scale": SCALE}, weights={"negative": negative})
    data = dataset_of(given, tmp_path / "run")
    assert data.weights.tolist() == nominal
    assert data.variations[0].alternatives[0].data.weights.tolist() == up


@pytest.mark.parametrize("chunk", [1, 2, 50_000])
def test_the_nominal_factor_for_all_and_the_yields(tmp_path: Path, chunk: int) -> None:
    """sum w = 4 of all events read, so 8 pb is a factor 2; of two files with the same events as well."""
    write_lhe(tmp_path / "a.lhe", ROWS[:2])
    write_lhe(tmp_path / "b.lhe", ROWS[2:])
    given = card(tmp_path, {"scale": SCALE}, dataset={"xsec_pb": 8.0}, run={"chunk_events": chunk})
    _, events = events_of(given, tmp_path / "run")
    rows = {row["name"]: row for row in events["mc"].account["selections"]["right"]}
    assert (rows["all"]["weighted"], rows["px"]["weighted"]) == (8.0, 4.0)
    # up: 2 (1.5 + 2 - 2 + 4) = 11, down: 2 (0.5 + 2 - 0.5 + 1) = 6; after the cut 3 and 4.
    assert rows["all"]["variations"] == {
        "scale": {"down": 2.0, "up": 3.0, "alternatives": {"1": 11.0, "2": 6.0}}
    }
    assert rows["px"]["variations"]["scale"] == {"down": 1.0, "up": 0.0, "alternatives": {"1": 3.0, "2": 4.0}}
    assert rows["features p"]["variations"]["scale"]["alternatives"] == {"1": 3.0, "2": 4.0}


@pytest.mark.parametrize(
    ("negative", "every", "weights"), [("drop", [5.5, 3.0], [7.5, 3.5]), ("abs", [5.5, 3.0], [9.5, 4.0])]
)
def test_yields_before_and_after_the_policy(
    tmp_path: Path, negative: str, every: list[float], weights: list[float]
) -> None:
    write_lhe(tmp_path / "a.lhe", ROWS)
    _, events = events_of(card(tmp_path, {"scale": SCALE}, weights={"negative": negative}), tmp_path / "run")
    rows = {
        r["name"]: r["variations"]["scale"]["alternatives"]
        for r in events["mc"].account["selections"]["right"]
    }
    assert list(rows["all"].values()) == every
    assert list(rows["weights"].values()) == weights


def test_one_name_moves_datasets_together_and_others_stay(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_lhe(tmp_path / f"{name}.lhe", ROWS)
    more = {
        "two": {"files": [str(tmp_path / "b.lhe")], "variations": {"scale": SCALE}},
        "plain": {"files": [str(tmp_path / "c.lhe")]},
    }
    given = card(tmp_path, {"scale": SCALE}, dataset={"files": [str(tmp_path / "a.lhe")]}, more=more)
    (scale,) = dataset_of(given, tmp_path / "run").variations
    assert scale.samples == {"mc", "two"}
    up, nominal = [1.5, 2.0, -2.0], [1.0, 2.0, -1.0]
    assert scale.alternatives[0].data.weights.tolist() == [*up, *up, *nominal]


def test_a_variation_that_changes_nothing_is_left_out(tmp_path: Path) -> None:
    write_lhe(tmp_path / "a.lhe", [(px, w, {"up": w, "down": w}) for px, w, _ in ROWS])
    assert dataset_of(card(tmp_path, {"scale": SCALE}), tmp_path / "run").variations == ()


def test_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    """An infinite weight is told when it is chosen, and no other time."""
    rows = [(px, w, {**others, "p1": "Infinity" if px == 4.0 else 1.0}) for px, w, others in ROWS]
    write_lhe(tmp_path / "a.lhe", rows)
    assert len(dataset_of(card(tmp_path, {"scale": SCALE}), tmp_path / "run")) == 3
    given = card(tmp_path, {"pdf": {"weights": "PDF", "combine": "hessian"}})
    with pytest.raises(InputError, match="the alternative weight 'p1' of event 1 is inf") as raised:
        events_of(given, tmp_path / "other")
    assert raised.value.event == 1


@pytest.mark.parametrize(
    ("name", "event", "told"), [("up", 2, "inf"), ("down", 1, "missing, or not a number")]
)
def test_weights_that_are_no_numbers(tmp_path: Path, name: str, event: int, told: str) -> None:
    odd: dict[tuple[int, str], str | float] = {(2, "up"): "Infinity", (1, "down"): "NaN"}
    rows = [(px, w, {k: odd.get((i, k), v) for k, v in o.items()}) for i, (px, w, o) in enumerate(ROWS)]
    write_lhe(tmp_path / "a.lhe", rows)
    assert len(dataset_of(card(tmp_path, {}), tmp_path / "run")) == 3
    given = card(tmp_path, {"v": {"up": {"weights": name}}})
    with pytest.raises(InputError, match=f"alternative weight '{name}' of event {event} is {told}"):
        events_of(given, tmp_path / "other")


def test_a_file_that_lacks_a_weight(tmp_path: Path) -> None:
    write_lhe(tmp_path / "a.lhe", ROWS)
    write_lhe(tmp_path / "b.lhe", [(px, w, {"down": 7.0}) for px, w, _ in ROWS])
    (tmp_path / "b.lhe").write_text((tmp_path / "b.lhe").read_text().replace(GROUPS, ""))
    with pytest.raises(
        InputError, match=re.escape("alternative weight 'up' is in 1 of 2 files: b.lhe lacks it")
    ):
        dataset_of(card(tmp_path, {"scale": SCALE}), tmp_path / "run")
    given = card(tmp_path, {"scale": SCALE}, dataset={"missing": "fill"})
    (scale,) = dataset_of(given, tmp_path / "run").variations
    assert scale.alternatives[0].data.weights.tolist() == [1.5, 2.0, -2.0, 1.0, 2.0, -1.0]


ODD = {"weights": ["up", "down", "p1"], "combine": "hessian_pairs"}


@pytest.mark.parametrize(
    ("variations", "changes", "told"),
    [
        ({"s": {"weights": ["upp"], "combine": "envelope"}}, {}, "unknown weight 'upp'; did you mean 'up'"),
        ({"s": {"up": {"weights": "dwon"}}}, {}, "unknown weight 'dwon'; did you mean 'down'"),
        ({"s": ODD}, {}, "'s' has 3 weights, an odd number; hessian_pairs needs a plus and a minus weight"),
        ({"s": {"weights": ["up"], "combine": "replicas"}}, {}, "'s' has only one replica"),
        ({"s": SCALE}, {"weights": {"branch": "none"}}, "'up' is an alternative event weight, but the nominal weight"),
        ({"s": SCALE}, {"dataset": {"role": "data"}}, "'mc' is collision data, which have no systematic"),
        ({"s": {"up": {"objects": {"muo": 1.1}}}}, {}, "unknown object 'muo'; did you mean 'mu'"),
        (
            {"s": SCALE},
            {"more": {"b": {"files": ["a"], "variations": {"s": {"weights": ["up", "p1"], "combine": "hessian"}}}}},
            "'s' of 'b' and 's' of 'mc' differ in 'combine'",
        ),
    ],
)  # fmt: skip
def test_what_a_card_cannot_ask_for(tmp_path: Path, variations: Any, changes: Any, told: str) -> None:
    write_lhe(tmp_path / "a.lhe", ROWS)
    with pytest.raises(CardError, match=re.escape(told)):
        make_plan(load_card(card(tmp_path, variations, **changes)), build_registry())


def test_groups_of_other_sizes_are_no_one_variation(tmp_path: Path) -> None:
    write_lhe(tmp_path / "a.lhe", ROWS)
    more = {
        "b": {
            "files": [str(tmp_path / "a.lhe")],
            "variations": {"s": {"weights": ["up"], "combine": "hessian"}},
        }
    }
    given = card(tmp_path, {"s": {"weights": "PDF", "combine": "hessian"}}, more=more)
    with pytest.raises(CardError, match="'s' has 1 weights in 'b' and 2 in 'mc'"):
        make_plan(load_card(given), build_registry())


def test_the_line_of_the_card_is_told(tmp_path: Path) -> None:
    write_lhe(tmp_path / "a.lhe", ROWS)
    text = json.dumps(card(tmp_path, {"s": {"weights": ["upp"], "combine": "envelope"}}), indent=1)
    (tmp_path / "card.json").write_text(text)
    line = next(i for i, row in enumerate(text.splitlines(), 1) if '"s": {' in row)
    with pytest.raises(CardError, match=f"card.json, line {line}"):
        make_plan(load_card(tmp_path / "card.json"), build_registry())


def test_a_run_stores_the_weights_and_takes_them_again(tmp_path: Path, registry: Any) -> None:
    """Another variation in the card is another part; the results of a resumed run are the same."""
    write_lhe(tmp_path / "a.lhe", ROWS * 10)
    method = {"methods": {"boot": {"use": "bootstrap", "features": "p"}}}
    given = card(tmp_path, {"scale": SCALE}, **method)
    first = symhep.run(given, tmp_path / "run", registry=registry)
    assert first.computed == ["boot"]
    parts = sorted((tmp_path / "run/.symhep/parts/data/mc").iterdir())
    assert symhep.run(given, tmp_path / "run", registry=registry).computed == []
    assert sorted((tmp_path / "run/.symhep/parts/data/mc").iterdir()) == parts
    again = card(tmp_path, {"scale": SCALE | {"weights": ["up"]}}, **method)
    assert symhep.run(again, tmp_path / "run", registry=registry).computed == ["boot"]
    record = first.results["boot"].variations
    assert record is not None
    assert [v.name for v in record.variations] == ["scale"]
    assert np.isfinite([a.up for a in record.answers]).all()


def tune(
    tmp_path: Path, rows: list[tuple[float, float, Mapping[str, str | float]]], **changes: Any
) -> dict[str, Any]:
    """A card whose variation 'tune' is another file."""
    write_lhe(tmp_path / "a.lhe", ROWS)
    (tmp_path / "tune").mkdir()
    write_lhe(tmp_path / "tune/up.lhe", rows)
    return card(tmp_path, {"tune": {"up": {"files": [str(tmp_path / "tune/*.lhe")]}}}, **changes)


OTHER: list[tuple[float, float, Mapping[str, str | float]]] = [
    (7.0, 1.0, {}),
    (-8.0, 2.0, {}),
    (9.0, 2.0, {}),
]


def all_events(given: Any, folder: Path) -> tuple[Dataset, DatasetEvents]:
    plan = make_plan(load_card(given), build_registry())
    with open_workers("1") as pool:
        events = read_dataset(
            "mc", plan.tables, plan.sources["mc"], plan.agreements["mc"], {}, RunFolder(folder), SilentProgress(), pool,
            plan.others["mc"],
        )  # fmt: skip
    table, varied = events.tables("p")
    return assemble(plan.tables, "p", {"mc": table}, varied={"mc": varied}), events


def test_other_files_are_normalised_to_the_same_cross_section(tmp_path: Path) -> None:
    """Sums of weights 4 and 5 of the events read; 20 pb is a factor 5 and 4."""
    data, events = all_events(tune(tmp_path, OTHER, dataset={"xsec_pb": 20.0}), tmp_path / "run")
    (found,) = data.variations
    (up,) = found.alternatives
    assert (found.rule, up.name, up.same_rows) == ("up_down", "up", False)
    assert data.weights.tolist() == [5.0, 10.0, -5.0]
    assert (up.data.values[:, 0].tolist(), up.data.weights.tolist()) == ([7.0, 9.0], [4.0, 8.0])
    # Events of their own, though they have the same numbers in their file.
    assert not np.isin(up.data.unit, data.unit).any()
    rows = {row["name"]: row["variations"]["tune"] for row in events.account["selections"]["right"]}
    assert rows["all"] == {"down": 0.0, "up": 0.0, "alternatives": {"up": 20.0}}
    assert rows["px"] == {"down": 2.0, "up": 2.0, "alternatives": {"up": 12.0}}
    assert events.account["variation_files"]["tune/up"]["events_read"] == 3


def test_without_a_cross_section_to_the_same_sum_of_weights(tmp_path: Path) -> None:
    data, _ = all_events(tune(tmp_path, OTHER), tmp_path / "run")
    assert data.weights.tolist() == [1.0, 2.0, -1.0]
    np.testing.assert_allclose(data.variations[0].alternatives[0].data.weights, [0.8, 1.6])


def test_other_files_that_sum_to_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the weights sum to 0, so the other files of a variation cannot"):
        all_events(tune(tmp_path, [(7.0, 1.0, {}), (7.0, -1.0, {})]), tmp_path / "run")


def test_other_files_that_are_not_there(tmp_path: Path) -> None:
    write_lhe(tmp_path / "a.lhe", ROWS)
    given = card(tmp_path, {"tune": {"up": {"files": [str(tmp_path / "nothing*.lhe")]}}})
    with pytest.raises(CardError, match="nothing"):
        make_plan(load_card(given), build_registry())


def test_another_alternative_by_file_leaves_the_stored_events(tmp_path: Path, registry: Any) -> None:
    method = {"methods": {"boot": {"use": "bootstrap", "features": "p"}}}
    given = tune(tmp_path, OTHER * 5, **method)
    write_lhe(tmp_path / "a.lhe", ROWS * 10)
    assert symhep.run(given, tmp_path / "run", registry=registry).failed == {}
    place = tmp_path / "run/.symhep/parts/data/mc"
    before = {p.name: p.stat().st_mtime_ns for p in place.iterdir() if p.is_file()}
    write_lhe(tmp_path / "tune/two.lhe", OTHER)
    done = symhep.run(given, tmp_path / "run", registry=registry)
    assert not done.failed
    assert done.computed == ["boot"]
    assert before == {p.name: p.stat().st_mtime_ns for p in place.iterdir() if p.is_file()}
    files = [f["file"] for f in json.loads((tmp_path / "run/provenance.json").read_text())["files"]]
    assert [Path(f).name for f in files] == ["a.lhe", "two.lhe", "up.lhe"]
