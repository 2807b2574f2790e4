"""Cross-sections of skimmed files: worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import symhep
from symhep.card.loader import load_card
from symhep.card.schema import RunCard
from symhep.errors import InputError
from symhep.readers.interface import WeightSums
from symhep.readers.lhe import LheReader
from symhep.run.normalisation import normalisation


def _card(**dataset: Any) -> RunCard:
    weights = {"negative": dataset.pop("negative", "keep")}
    data = {"symhep": 1, "datasets": {"d": {"xsec_pb": 6.0, **dataset}}, "features": {}, "weights": weights}
    return load_card(data).card


def _file(generated: float | None, events: int = 10, lost: list[int | None] | None = None) -> dict[str, Any]:
    losses = [{"events": many} for many in lost or ()]
    return {"file": {"file": "f.root", "generated": generated}, "sums": {"events": events}, "losses": losses}


#: 20 events read that weigh 1, and 4 that weigh -1.
SUMS = WeightSums()
SUMS.merge({"events": 24, "negative": 4, "sum_w": 16.0, "sum_w2": 24.0, "sum_abs_w": 24.0})


def test_all_generated_events_have_the_cross_section() -> None:
    found = normalisation("d", _card(), SUMS, [_file(40.0), _file(20.0)])
    # 16 of 60 are left: the events read have 6 pb * 16 / 60.
    assert (found.factor, found.notes) == (0.1, ())
    assert found.to == {"events": "generated", "sum_of_weights": 60.0}


def test_without_a_sum_before_skimming_the_events_read_have_it() -> None:
    found = normalisation("d", _card(), SUMS, [_file(None)])
    assert found.factor == 6.0 / 16.0
    assert found.to == {"events": "read", "sum_of_weights": 16.0}
    assert normalisation("d", _card(xsec_pb=None), SUMS, [_file(None)]).to is None


def test_what_was_lost_in_damage_was_not_skimmed_away() -> None:
    found = normalisation("d", _card(), SUMS, [_file(40.0, 6, [1, 1]), _file(20.0), _file(99.0, 0, [None])])
    assert found.to == {"events": "generated", "sum_of_weights": 40.0 * 6 / 8 + 20.0}


def test_some_files_with_it_and_some_without() -> None:
    files = [_file(40.0), _file(None)]
    with pytest.raises(
        InputError, match=r"before skimming is in 1 of 2 files, not in f\.root; xsec_pb needs it"
    ):
        normalisation("d", _card(), SUMS, files)
    found = normalisation("d", _card(missing="fill"), SUMS, files)
    assert found.to == {"events": "read", "sum_of_weights": 16.0}
    assert found.notes[0].endswith("not to those before skimming: some files lack it.")


@pytest.mark.parametrize(
    ("changes", "total", "why"),
    [
        ({"max_events": 24}, 16.0, "max_events limits the number of events"),
        ({"negative": "drop"}, 20.0, "it is not available for 'negative: drop'"),
        ({"negative": "abs"}, 24.0, "it is not available for 'negative: abs'"),
    ],
)
def test_where_it_cannot_be_used_that_is_said(changes: dict[str, Any], total: float, why: str) -> None:
    found = normalisation("d", _card(**changes), SUMS, [_file(40.0)])
    assert found.to == {"events": "read", "sum_of_weights": total}
    assert found.notes == (f"xsec_pb is applied to the events read, not to those before skimming: {why}.",)


@pytest.mark.parametrize("total", [0.0, -3.0, float("inf"), float("nan")])
def test_a_sum_that_cannot_be_scaled(total: float) -> None:
    with pytest.raises(InputError, match=r"the weights sum to .*, so xsec_pb cannot be applied"):
        normalisation("d", _card(), SUMS, [_file(total)])


EVENT = "<event>\n 2 1 2.0 80 -1 -1\n 13 1 0 0 0 0 3 4 0 5 0 0 9\n -13 1 0 0 0 0 -3 -4 0 5 0 0 9\n</event>\n"
HEAD = '<LesHouchesEvents version="1.0">\n<init>\n 11 -11 40 40 0 0 0 0 -4 1\n 10 1 1 1\n</init>\n'


class Skimmed(LheReader):
    """An LHE file whose generator wrote five times as many events."""

    name: ClassVar[str] = "skimmed"

    def generated(self, path: str, options: Any) -> float | None:
        return 5 * 2.0 * Path(path).read_text().count("<event>")


@pytest.mark.parametrize("branch", ["auto", "XWGTUP", "none"])
def test_a_skim_keeps_its_cross_section(tmp_path: Path, toy_method: Any, branch: str) -> None:
    from types import ModuleType

    from symhep.plugin.manager import build_registry

    plugin = ModuleType("skimming")
    vars(plugin)["symhep_register_readers"] = symhep.hookimpl(lambda: {"skimmed": Skimmed})
    vars(plugin)["symhep_register_methods"] = symhep.hookimpl(lambda: {"bootstrap": toy_method.Bootstrap})
    (tmp_path / "a.lhe").write_text(HEAD + 4 * EVENT + "</LesHouchesEvents>\n")
    card: dict[str, Any] = {
        "symhep": 1,
        "datasets": {"d": {"files": str(tmp_path / "a.lhe"), "format": "skimmed", "xsec_pb": 8.0}},
        "weights": {"branch": branch},
        "objects": {"mu": {"collection": "particles", "take": 2}},
        "features": {"p": {"object": "mu", "vars": ["px"], "scaling": "none"}},
        "methods": {"boot": {"use": "bootstrap", "features": "p"}},
    }
    done = symhep.run(card, tmp_path / "run", registry=build_registry({"skimming": plugin}))
    account = json.loads((tmp_path / "run/cutflow.json").read_text())["datasets"]["d"]
    row = account["selections"]["all events"][-1]
    # The sum before skimming is that of the nominal weight, and of no other.
    share = 1.0 if branch == "none" else 1 / 5
    np.testing.assert_allclose(row["weighted"], 8.0 * share)
    assert account["normalised_to"]["events"] == ("read" if branch == "none" else "generated")
    assert ("all generated events before skimming" in done.report.read_text()) is (branch != "none")
