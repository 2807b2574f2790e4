"""One method of a card: what its failure costs, and what is said of its events."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import symhep
from symhep.plugin.manager import Registry

Evil = Callable[..., Registry]


def test_a_failing_method_leaves_the_others(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    entry = toy_card["methods"]["boot"]
    toy_card["methods"] |= {
        "known": {**entry, "options": {"fail": "known"}},
        "unknown": {**entry, "options": {"fail": "unknown"}},
        "last": entry,
    }
    done = symhep.run(toy_card, tmp_path / "r", registry=registry)
    log = tmp_path / "r/.symhep/log/unknown.txt"
    assert done.failed == {
        "known": "asked to fail",
        "unknown": f"ZeroDivisionError: broken inside (traceback: {log})",
    }
    assert "toy_method.py" in log.read_text()
    assert log.read_text().endswith("ZeroDivisionError: broken inside\n")
    assert not log.with_name("known.txt").exists()
    assert set(done.results) == {"boot", "last"}
    stored = json.loads((tmp_path / "r/results.json").read_text())["methods"]
    assert (stored["known"]["status"], stored["known"]["error"]) == ("failed", "asked to fail")
    assert stored["last"]["status"] == "ok"
    assert "asked to fail" in done.report.read_text()


STAGES = ("check", "shards", "fit", "combine", "figures", "drawing")


@pytest.mark.parametrize("stage", STAGES)
def test_a_method_that_exits_is_a_failed_method(
    tmp_path: Path, toy_card: dict[str, Any], toy_method: Any, evil: Evil, stage: str
) -> None:
    def exits(self: Any, *given: Any) -> Any:
        sys.exit(0)

    def exits_later(self: Any, result: Any) -> Any:
        yield from toy_method.Bootstrap.figures(self, result)
        sys.exit(0)

    changed = {"figures": exits_later} if stage == "drawing" else {stage: exits}
    toy_card["methods"]["aaa"] = {**toy_card["methods"]["boot"], "use": "evil"}
    done = symhep.run(toy_card, tmp_path / "r", registry=evil(**changed))
    log = tmp_path / "r/.symhep/log/aaa.txt"
    assert done.failed == {"aaa": f"SystemExit: 0 (traceback: {log})"}
    assert "test_attempt.py" in log.read_text()
    assert list(done.results) == ["boot"]
    stored = json.loads((tmp_path / "r/results.json").read_text())["methods"]
    assert (stored["aaa"]["status"], stored["boot"]["status"]) == ("failed", "ok")
    assert str(log) in stored["aaa"]["error"]
    healed = symhep.run(toy_card, tmp_path / "r", registry=evil())
    assert not healed.failed
    assert not log.exists()


def test_no_events_left_is_reported_with_the_step_that_lost_them(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    toy_card["selections"] = {"s": [{"name": "inside", "cut": "x1 ** 2 + x2 ** 2 < 1"}]}
    toy_card["features"] = {"xy": {"selection": "s", "vars": ["x1"]}}
    done = symhep.run(toy_card, tmp_path / "r", registry=registry)
    assert done.failed["boot"].endswith("ring: all 500, inside 0, features xy 0")


def test_pooled_datasets_are_a_warning(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    toy_card["datasets"]["more"] = {"format": "toy", "options": {"name": "circle", "events": 100}}
    done = symhep.run(toy_card, tmp_path / "r", registry=registry)
    last = done.results["boot"].statements[-1]
    assert last.kind == "warning"
    assert "ring 500, more 100" in last.text
    given = {name: {**d, "xsec_pb": 1.0} for name, d in toy_card["datasets"].items()}
    again = symhep.run({**toy_card, "datasets": given}, tmp_path / "q", registry=registry)
    assert all(s.kind != "warning" for s in again.results["boot"].statements)
    account = json.loads((tmp_path / "q/cutflow.json").read_text())["datasets"]["more"]
    assert account["selections"]["all events"][0]["weighted"] == pytest.approx(1.0)
    assert account["weight_unit"] == "pb"
