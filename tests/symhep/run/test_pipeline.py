"""Runs end to end: what lands in the run folder, what resuming repeats, what a failure costs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symhep
from symhep.errors import CardError, DeviceError, InputError, PluginError, StoreError
from symhep.methods.record import Record
from symhep.methods.result import Statement
from symhep.plugin.manager import Registry

Evil = Callable[..., Registry]


def _numbers(folder: Path) -> dict[str, Any]:
    """results.json without the clock."""
    methods = json.loads((folder / "results.json").read_text())["methods"]
    return {
        name: {k: v for k, v in m.items() if k not in ("duration_s", "options")}
        for name, m in methods.items()
    }


def test_run_folder(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    done = symhep.run(toy_card, tmp_path / "r", registry=registry)
    folder = tmp_path / "r"
    for name in (
        "card.yaml",
        "provenance.json",
        "cutflow.json",
        "results.json",
        "report.html",
        "boot/arrays.npz",
        "boot/result.json",
        "boot/figures/means.png",
    ):
        assert (folder / name).is_file(), name
    assert not list(folder.rglob("*.partial"))
    entry = _numbers(folder)["boot"]
    assert (entry["use"], entry["status"], entry["error"]) == ("bootstrap", "ok", None)
    assert entry["summary"] == done.results["boot"].summary
    # 500 points on a circle of radius 10: the mean of x is 0 +- 10 / sqrt(2 * 500) = 0.32.
    assert abs(entry["summary"]["mean"][0]) < 5 * 0.32
    assert 0.5 * 0.32 < entry["summary"]["error"][0] < 2 * 0.32
    cutflow = json.loads((folder / "cutflow.json").read_text())["datasets"]["ring"]
    assert cutflow["events_read"] == 500
    assert [r["events"] for r in cutflow["selections"]["all events"]] == [500, 500]
    provenance = json.loads((folder / "provenance.json").read_text())
    line = provenance["runs"][0]
    assert (line["seed"], line["device"], line["computed"]) == (20260101, "cpu", ["boot"])
    assert "torch" in line["packages"]
    assert provenance["results"] == {"boot": 0}


def test_figures_as_objects(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    import matplotlib.pyplot as plt

    figures = symhep.run(toy_card, tmp_path / "r", registry=registry).figures("boot")
    assert [f.name for f in figures] == ["means"]
    assert figures[0].figure.axes[0].get_ylabel() == "mean"
    assert figures[0].figure.axes[0].yaxis.label.get_fontsize() == 13, "in the style of the card"
    # A notebook shows the picture that it asks for; what is open in pyplot would appear beside it.
    assert figures[0]._repr_png_().startswith(b"\x89PNG")
    assert plt.get_fignums() == []


def test_the_resolved_card_runs_again_to_the_same_numbers(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    symhep.run(toy_card, tmp_path / "a", registry=registry)
    symhep.run(tmp_path / "a/card.yaml", tmp_path / "b", registry=registry)
    assert _numbers(tmp_path / "a") == _numbers(tmp_path / "b")


def test_another_seed_gives_other_numbers(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    a = symhep.run(toy_card, tmp_path / "a", registry=registry)
    b = symhep.run(toy_card, tmp_path / "b", overrides=["run.seed=7"], registry=registry)
    assert a.results["boot"].summary["mean"] != b.results["boot"].summary["mean"]


def _trace(card: dict[str, Any], path: Path, **options: Any) -> dict[str, Any]:
    card["methods"]["boot"]["options"] |= {"trace": str(path), **options}
    return card


def test_finished_work_is_not_repeated(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    card = _trace(toy_card, tmp_path / "trace")
    first = symhep.run(card, tmp_path / "r", registry=registry)
    again = symhep.run(card, tmp_path / "r", registry=registry)
    assert len((tmp_path / "trace").read_text().splitlines()) == 4
    assert again.results["boot"].summary == first.results["boot"].summary
    symhep.run(card, tmp_path / "r", registry=registry, force=True)
    assert len((tmp_path / "trace").read_text().splitlines()) == 8


def test_a_changed_option_is_not_taken_from_the_old_result(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    first = symhep.run(toy_card, tmp_path / "r", registry=registry)
    set_scale = ["methods.boot.options.scale=2.0"]
    second = symhep.run(toy_card, tmp_path / "r", overrides=set_scale, registry=registry)
    np.testing.assert_allclose(
        second.results["boot"].summary["mean"], 2 * np.array(first.results["boot"].summary["mean"])
    )


def test_changed_data_is_not_taken_from_the_old_result(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    first = symhep.run(toy_card, tmp_path / "r", registry=registry)
    second = symhep.run(toy_card, tmp_path / "r", max_events=100, registry=registry)
    assert second.results["boot"].summary["error"][0] > 1.3 * first.results["boot"].summary["error"][0]


class Count(Record):
    """A record of one number."""

    n: int


SCRIPT = """
import importlib.util, sys, symhep
spec = importlib.util.spec_from_file_location("toy_method", {module!r})
module = importlib.util.module_from_spec(spec)
sys.modules["toy_method"] = module
spec.loader.exec_module(module)
symhep.run({card!r}, {out!r}, registry=module.registry())
"""


@pytest.mark.parametrize(
    "moment", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow), 5]
)
def test_kill_and_resume(
    tmp_path: Path, toy_card: dict[str, Any], toy_method: Any, registry: Any, moment: int
) -> None:
    """kill -9 in a shard, before it is stored: the next run repeats that shard alone, and all numbers are the same."""
    toy_card["output"]["figures"] = []
    reference = symhep.run(toy_card, tmp_path / "whole", registry=registry)
    trace = tmp_path / "trace"
    toy_card["methods"]["boot"]["scan"] = {"scale": [2.0]}
    card = _trace(toy_card, trace)
    script = SCRIPT.format(module=toy_method.__file__, card=card, out=str(tmp_path / "killed"))
    process = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | {"SYMHEP_TEST_DIES_AT": str(moment)},
        capture_output=True, check=False,
    )  # fmt: skip
    assert process.returncode == -signal.SIGKILL
    assert (len(trace.read_text().splitlines()) if trace.exists() else 0) == moment
    resumed = symhep.run(card, tmp_path / "killed", registry=registry)
    # Two values of the scale, four shards each; in flight is the one that was last traced, if there is one.
    assert len(trace.read_text().splitlines()) == 8 + (moment > 0)
    assert resumed.results["boot"].summary == reference.results["boot"].summary


def test_only_keeps_what_is_there(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    toy_card["methods"]["other"] = toy_card["methods"]["boot"]
    symhep.run(toy_card, tmp_path / "r", registry=registry, only=["boot"])
    assert set(_numbers(tmp_path / "r")) == {"boot"}
    symhep.run(toy_card, tmp_path / "r", registry=registry, only=["other"])
    assert set(_numbers(tmp_path / "r")) == {"boot", "other"}


def test_dry_run_writes_nothing(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    symhep.run(toy_card, tmp_path / "r", dry_run=True, registry=registry)
    assert not (tmp_path / "r").exists()
    with pytest.raises(CardError, match="unknown method of the card 'bot'; did you mean 'boot'"):
        symhep.run(toy_card, tmp_path / "r", dry_run=True, only=["bot"], registry=registry)


def test_scan_is_stored_and_drawn(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    toy_card["methods"]["boot"]["scan"] = {"scale": [1.0, 3.0]}
    symhep.run(toy_card, tmp_path / "r", registry=registry)
    one, three = (
        json.loads((tmp_path / f"r/boot/scan/scale={s}/result.json").read_text()) for s in ("1.0", "3.0")
    )
    np.testing.assert_allclose(three["summary"]["mean"], 3 * np.array(one["summary"]["mean"]))
    names = {p.name for p in (tmp_path / "r/boot/figures").iterdir()}
    assert names == {"means.png", "scan_scale_mean.png", "scan_scale_first.png", "features.png"}


def test_running_again_what_is_done_adds_a_line_and_changes_none(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    toy_card["methods"]["other"] = toy_card["methods"]["boot"]
    folder, stored = tmp_path / "r", tmp_path / "r/provenance.json"
    symhep.run(toy_card, folder, registry=registry)
    first, result = json.loads(stored.read_text()), (folder / "boot/result.json").read_bytes()
    symhep.run(toy_card, folder, registry=registry)
    second = json.loads(stored.read_text())
    assert second["runs"][:1] == first["runs"]
    assert [line["computed"] for line in second["runs"]] == [["boot", "other"], []]
    assert second["results"] == {"boot": 0, "other": 0}
    assert (folder / "boot/result.json").read_bytes() == result
    symhep.run(toy_card, folder, registry=registry, only=["other"], force=True)
    third = json.loads(stored.read_text())
    assert third["runs"][:2] == second["runs"]
    assert third["results"] == {"boot": 0, "other": 2}
    for line in third["runs"]:
        assert line["started"].endswith("+00:00")
        assert line["command"]
        assert line["host"]


PLUGIN = """
import symhep
from symhep.methods.number import Number
from symhep.methods.record import Record
from symhep.methods.result import Part, Result

class FirstRecord(Record):
    first: float

class First(symhep.Method):
    name, summary, Options, Record = "first", "the first number", symhep.Options, FirstRecord

    def fit(self, prepared, shard, context):
        return Part({"first": 1.0})

    def combine(self, prepared, parts, context):
        return Result(FirstRecord(first=parts[0].values["first"]))

@symhep.hookimpl
def symhep_register_methods():
    return {"first": First}
"""
RUN_PLUGIN = """
import sys, symhep
sys.path.insert(0, {place!r})
import changing_plugin
from symhep.plugin.manager import build_registry
done = symhep.run({card!r}, {out!r}, registry=build_registry({{"changing": changing_plugin}}))
print(done.failed, done.results["first"].record.first, done.computed)
"""


def test_a_changed_line_of_a_method_changes_its_result(tmp_path: Path, toy_card: dict[str, Any]) -> None:
    """A method that is being written: the number of the older code must not be printed for the new."""
    card = {**toy_card, "methods": {"first": {"use": "first", "features": "xy"}}, "output": {"figures": []}}
    (tmp_path / "code").mkdir()
    module = tmp_path / "code/changing_plugin.py"
    script = RUN_PLUGIN.format(place=str(tmp_path / "code"), card=card, out=str(tmp_path / "r"))
    told = []
    for code in (PLUGIN, PLUGIN, PLUGIN.replace('"first": 1.0', '"first": 2.0')):
        module.write_text(code)
        done = subprocess.run(
            [sys.executable, "-B", "-c", script], capture_output=True, text=True, check=True
        )
        told.append(done.stdout.strip())
    assert told == ["{} 1.0 ['first']", "{} 1.0 []", "{} 2.0 ['first']"]


def test_a_missing_gpu_is_an_error(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(DeviceError, match="torch finds no GPU"):
        symhep.run(toy_card, tmp_path / "r", device="cuda", registry=registry)


def test_a_foreign_folder_is_left_alone(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    (tmp_path / "precious").write_text("")
    with pytest.raises(StoreError, match="choose another folder"):
        symhep.run(toy_card, tmp_path, registry=registry)
    assert [p.name for p in tmp_path.iterdir()] == ["precious"]


def test_a_changed_feature_set_is_not_taken_from_the_old_result(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    toy_card["features"]["y"] = {"vars": ["x2"], "scaling": "none"}
    first = symhep.run(toy_card, tmp_path / "r", registry=registry)
    second = symhep.run(toy_card, tmp_path / "r", overrides=["methods.boot.features=y"], registry=registry)
    assert len(first.results["boot"].summary["mean"]) == 2
    assert len(second.results["boot"].summary["mean"]) == 1


def test_changed_datasets_are_not_taken_from_the_old_result(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    toy_card["datasets"]["far"] = {
        "format": "toy",
        "options": {"name": "circle", "radius": 100.0, "events": 500},
    }
    both = symhep.run(toy_card, tmp_path / "r", registry=registry)
    one = symhep.run(toy_card, tmp_path / "r", overrides=["methods.boot.datasets=[ring]"], registry=registry)
    assert one.results["boot"].summary["error"][0] < 0.5 * both.results["boot"].summary["error"][0]


def test_a_result_never_keeps_the_arrays_of_another(tmp_path: Path) -> None:
    from symhep.methods.result import Result
    from symhep.run.folder import RunFolder

    folder = RunFolder(tmp_path)
    tensors = {"w": np.zeros(1, np.float32)}
    folder.write_result("m", Result(Count(n=1), {"x": np.ones(2)}, checkpoint={"old": tensors}), {"key": "a"})
    folder.write_result("m", Result(Count(n=2)), {"key": "b"})
    assert folder.read_result("m", Count).arrays == {}
    assert folder.read_result("m", Count).record.n == 2
    assert not (tmp_path / "m/checkpoint").exists()


def test_only_does_not_mix_results_of_two_cards(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    toy_card["methods"]["other"] = toy_card["methods"]["boot"]
    symhep.run(toy_card, tmp_path / "r", registry=registry)
    symhep.run(toy_card, tmp_path / "r", registry=registry, only=["other"], max_events=50)
    assert set(_numbers(tmp_path / "r")) == {"other"}


def test_force_touches_only_what_is_run(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    toy_card["methods"]["other"] = toy_card["methods"]["boot"]
    symhep.run(toy_card, tmp_path / "r", registry=registry)
    symhep.run(toy_card, tmp_path / "r/inner", registry=registry)
    symhep.run(toy_card, tmp_path / "r", registry=registry, only=["other"], force=True)
    assert (tmp_path / "r/boot/result.json").is_file()
    assert (tmp_path / "r/inner/boot/result.json").is_file()


def test_a_run_that_cannot_read_leaves_the_old_folder_whole(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    symhep.run(toy_card, tmp_path / "r", registry=registry)
    before = (tmp_path / "r/card.yaml").read_bytes()
    (tmp_path / "bad.lhe").write_text(
        '<LesHouchesEvents version="1.0">\n<init>\n 1 1 1 1 0 0 0 0 3 1\n 1 1 1 1\n</init>\n<event>'
    )
    broken = {"files": [str(tmp_path / "bad.lhe")], "format": "lhe"}
    features = {"xy": {"vars": ["scale"], "scaling": "none"}}
    with pytest.raises(InputError, match=r"bad\.lhe"):
        symhep.run(
            {**toy_card, "datasets": {"ring": broken}, "features": features},
            tmp_path / "r",
            registry=registry,
        )
    assert (tmp_path / "r/card.yaml").read_bytes() == before


def test_negative_weights_that_the_card_forbids_are_no_damage(tmp_path: Path, registry: Any) -> None:
    event = "<event>\n 1 1 {w} 80 -1 -1\n 13 1 0 0 0 0 3 4 0 5 0 0 9\n</event>\n"
    head = '<LesHouchesEvents version="1.0">\n<init>\n 11 -11 40 40 0 0 0 0 -3 1\n 1 0.1 1 1\n</init>\n'
    body = "".join(event.format(w=w) for w in (1, 1, -1, 1))
    (tmp_path / "a.lhe").write_text(head + body + "</LesHouchesEvents>\n")
    card = {
        "symhep": 1,
        "datasets": {"d": {"files": [str(tmp_path / "a.lhe")]}},
        "features": {"s": {"vars": ["scale"]}},
        "weights": {"negative": "fail"},
        "run": {"bad_files": "skip"},
    }
    with pytest.raises(InputError, match=r"event 2: weight -1 is negative"):
        symhep.run(card, tmp_path / "r", registry=registry)


def test_options_that_exit_when_checked(
    tmp_path: Path, toy_card: dict[str, Any], toy_method: Any, evil: Evil
) -> None:
    def exits(cls: Any, *given: Any, **named: Any) -> Any:
        sys.exit(0)

    options = type("Leaving", (toy_method.BootstrapOptions,), {"model_validate": classmethod(exits)})
    toy_card["methods"]["boot"]["use"] = "evil"
    with pytest.raises(PluginError, match="the options of method 'evil' cannot be checked: SystemExit: 0"):
        symhep.run(toy_card, tmp_path / "r", registry=evil(Options=options))


@pytest.mark.parametrize("name", ["../escaped", "a/b", ".hidden", "", "C:x"])
@pytest.mark.parametrize("kind", ["checkpoint", "table"])
def test_names_of_a_method_stay_in_its_folder(
    tmp_path: Path, toy_card: dict[str, Any], toy_method: Any, evil: Evil, kind: str, name: str
) -> None:
    def combine(self: Any, *given: Any) -> Any:
        result = toy_method.Bootstrap.combine(self, *given)
        result.checkpoint[name] = {"w": np.ones(2, dtype=np.float32)}
        return result

    def tables(self: Any, record: Any) -> Any:
        return {name: next(iter(toy_method.Bootstrap.tables(self, record).values()))}

    changed = {"combine": combine} if kind == "checkpoint" else {"tables": tables}
    toy_card["methods"]["boot"]["use"] = "evil"
    done = symhep.run(toy_card, tmp_path / "a/r", registry=evil(**changed))
    assert f"a {kind} has the name {name!r}, which is not a valid file name" in done.failed["boot"]
    assert not list(tmp_path.rglob("*escaped*"))


def test_files_of_the_users_stay_among_the_figures(
    tmp_path: Path, toy_card: dict[str, Any], evil: Evil
) -> None:
    symhep.run(toy_card, tmp_path / "r", registry=evil())
    figures = tmp_path / "r/boot/figures"
    (figures / "mine.png").write_text("precious")
    toy_card["output"] = {"figures": ["pdf"]}
    symhep.run(toy_card, tmp_path / "r", registry=evil())
    assert sorted(p.name for p in figures.iterdir()) == ["features.pdf", "means.pdf", "mine.png"]
    toy_card["output"] = {"figures": ["png"]}
    symhep.run(toy_card, tmp_path / "r", registry=evil(), force=True)
    assert sorted(p.name for p in figures.iterdir()) == ["features.png", "means.png", "mine.png"]


def test_figures_stay_in_their_folder(
    tmp_path: Path, toy_card: dict[str, Any], toy_method: Any, evil: Evil
) -> None:
    def escape(self: Any, result: Any) -> Any:
        for item in toy_method.Bootstrap.figures(self, result):
            yield type(item)("../../escaped", item.figure, item.caption)

    toy_card["methods"]["boot"]["use"] = "evil"
    done = symhep.run(toy_card, tmp_path / "a/b/r", registry=evil(figures=escape))
    assert "is not a valid file name" in done.failed["boot"]
    assert not list(tmp_path.rglob("escaped*"))


def test_dry_run_finds_a_device_that_is_not_there(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    with pytest.raises(DeviceError, match="'foo' is not a device"):
        symhep.run(toy_card, tmp_path / "r", device="foo", dry_run=True, registry=registry)
    with pytest.raises(CardError, match="is not a number of processes"):
        symhep.run(toy_card, tmp_path / "r", workers="x", dry_run=True, registry=registry)


def test_the_card_may_ask_for_fewer_events_than_n(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    toy_card["datasets"]["ring"]["max_events"] = 20
    symhep.run(toy_card, tmp_path / "r", max_events=50, registry=registry)
    assert json.loads((tmp_path / "r/cutflow.json").read_text())["datasets"]["ring"]["events_read"] == 20


def test_scan_values_that_look_alike_have_folders_of_their_own(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    toy_card["methods"]["boot"]["scan"] = {"trace": [str(tmp_path / "a/b"), str(tmp_path / "a_b"), "x" * 300]}
    (tmp_path / "a").mkdir()
    from symhep.card.loader import load_card
    from symhep.run.plan import make_plan

    names = [p.name for p in make_plan(load_card(toy_card), registry).methods["boot"].scan]
    assert len(set(names)) == 3
    assert max(map(len, names)) < 64


def test_an_unknown_result(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    done = symhep.run(toy_card, tmp_path / "r", registry=registry)
    with pytest.raises(StoreError, match="no result 'bot'; did you mean 'boot'"):
        done.figures("bot")


def test_words_cannot_change_the_record(
    tmp_path: Path, toy_card: dict[str, Any], toy_method: Any, evil: Evil
) -> None:
    class Loose(toy_method.BootstrapRecord):  # type: ignore[misc]
        more: dict[str, float] = {"a": 1.0}

    def combine(self: Any, *given: Any) -> Any:
        found = toy_method.Bootstrap.combine(self, *given)
        return replace(found, record=Loose(**dict(found.record)))

    def statements(self: Any, record: Any) -> Any:
        record.more["a"] = 2.0
        return [Statement("Changed.", {"a": record.more["a"]})]

    registry = evil(Record=Loose, combine=combine, statements=statements)
    toy_card["methods"]["boot"]["use"] = "evil"
    done = symhep.run(toy_card, tmp_path / "r", registry=registry)
    assert done.failed == {}
    assert done.results["boot"].summary["more"] == {"a": 1.0}
    assert _numbers(tmp_path / "r")["boot"]["summary"]["more"] == {"a": 1.0}


def test_shards_count_from_zero(
    tmp_path: Path, toy_card: dict[str, Any], toy_method: Any, evil: Evil
) -> None:
    registry = evil(shards=lambda *_: [symhep.Shard(0), symhep.Shard(0)])
    toy_card["methods"]["boot"]["use"] = "evil"
    failed = symhep.run(toy_card, tmp_path / "r", registry=registry).failed
    assert failed == {"boot": "evil: shards must count from 0"}


def test_two_figures_of_one_name(
    tmp_path: Path, toy_card: dict[str, Any], toy_method: Any, evil: Evil
) -> None:
    def figures(self: Any, result: Any) -> Any:
        yield from [*toy_method.Bootstrap.figures(self, result)] * 2

    toy_card["methods"]["boot"]["use"] = "evil"
    failed = symhep.run(toy_card, tmp_path / "r", registry=evil(figures=figures)).failed
    assert failed == {"boot": "evil: two figures have the name 'means'"}
