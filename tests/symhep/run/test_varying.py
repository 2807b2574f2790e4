"""A result under systematic variations: what is computed, combined, stored and taken up again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import symhep
from symhep.card.variations import Rule
from symhep.errors import MethodError, PluginError
from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative, Variation
from symhep.methods.context import Context
from symhep.methods.interface import Inputs
from symhep.methods.number import Number
from symhep.methods.record import Record
from symhep.methods.result import Part, Result
from symhep.methods.varied import Shifted, combine_shifts
from symhep.plugin.manager import Registry, build_registry

X = np.array([1.0, 2.0, 3.0, 6.0])


class MeanOptions(symhep.Options):
    trace: str = ""
    fail: str = ""


class MeanRecord(Record):
    mean: Number
    only_nominal: Number | None = None


class Mean(symhep.Method[MeanOptions, MeanRecord]):
    """The weighted mean; notes each fit in a file."""

    name = "mean"
    summary = "weighted mean"
    Options = MeanOptions
    Record = MeanRecord

    def fit(self, inputs: Inputs[MeanOptions], shard: symhep.Shard, context: Context) -> Part:
        if inputs.options.trace:
            with Path(inputs.options.trace).open("a") as log:
                log.write("fit\n")
        if inputs.options.fail and inputs.data.weights[0] == 9:
            raise ZeroDivisionError("broken inside")
        data = inputs.data
        return Part({"mean": float(np.average(data.values[:, 0], weights=data.weights))})

    def combine(self, inputs: Inputs[MeanOptions], parts: Any, context: Context) -> Result[MeanRecord]:
        own = Number(value=1.0) if (inputs.data.weights == 1).all() else None
        return Result(MeanRecord(mean=Number(value=parts[0].values["mean"]), only_nominal=own))


def _varied(rule: Rule, *weights: list[float]) -> Dataset:
    data = Dataset.from_array(X[:, None], scaling="none")
    alternatives = tuple(
        Alternative(str(i), replace(data, weights=np.array(w, dtype=float)), True)
        for i, w in enumerate(weights, 1)
    )
    return replace(data, variations=(Variation("tune", rule, alternatives, frozenset({"data"})),))


def _analysed(data: Dataset, **more: Any) -> Any:
    return symhep.analyse(data, "mean", registry=_registry(), **more)


def _registry() -> Registry:
    plugin = ModuleType("mean_plugin")
    vars(plugin)["symhep_register_methods"] = symhep.hookimpl(lambda: {"mean": Mean})
    return build_registry({"mean_plugin": plugin})


def test_a_method_that_says_nothing_is_fitted_again() -> None:
    """Means 3, (2 + 2 + 3 + 6) / 5 = 2.6 with twice the first event, (1 + 2 + 3 + 12) / 5 = 3.6 with twice the last."""
    found = _analysed(_varied("up_down", [2, 1, 1, 1], [1, 1, 1, 2])).variations
    (answer,) = found.answers
    assert (answer.key, answer.nominal.value) == ("mean", 3.0)
    (shift,) = answer.shifts
    assert shift.values == pytest.approx((2.6, 3.6))
    assert (shift.down, shift.up) == pytest.approx((0.4, 0.6))
    assert (answer.down, answer.up) == pytest.approx((0.4, 0.6))
    assert found.how == "fit"
    assert found.variations[0].alternatives == ("1", "2")


@pytest.mark.parametrize(
    ("rule", "down", "up"),
    # Means 2.6, 3.6 and, with twice both, (2 + 2 + 3 + 12) / 6 = 19 / 6; nominal 3.
    [
        ("envelope", 0.4, 0.6),
        ("hessian", (0.4**2 + 0.6**2 + (1 / 6) ** 2) ** 0.5, (0.4**2 + 0.6**2 + (1 / 6) ** 2) ** 0.5),
        ("replicas", np.std([2.6, 3.6, 19 / 6], ddof=1), np.std([2.6, 3.6, 19 / 6], ddof=1)),
    ],
)
def test_each_rule(rule: Rule, down: float, up: float) -> None:
    found = _analysed(_varied(rule, [2, 1, 1, 1], [1, 1, 1, 2], [2, 1, 1, 2])).variations
    assert (found.answers[0].down, found.answers[0].up) == pytest.approx((down, up))


def test_what_an_alternative_does_not_have_is_not_combined() -> None:
    found = _analysed(_varied("up_down", [2, 1, 1, 1])).variations
    assert [answer.key for answer in found.answers] == ["mean"]


def test_two_variations_add_in_quadrature() -> None:
    data = _varied("up_down", [2, 1, 1, 1], [1, 1, 1, 2])
    twice = replace(data, variations=(data.variations[0], replace(data.variations[0], name="scale")))
    (answer,) = _analysed(twice).variations.answers
    assert [s.variation for s in answer.shifts] == ["tune", "scale"]
    assert (answer.down, answer.up) == pytest.approx((0.4 * 2**0.5, 0.6 * 2**0.5))


def test_a_variation_that_fails_is_named() -> None:
    with pytest.raises(MethodError, match=r"variation 'tune' \(2\).*broken inside"):
        _analysed(_varied("up_down", [1, 1, 1, 2], [9, 1, 1, 1]), fail="yes")


def test_finished_alternatives_are_taken_up_and_stored(tmp_path: Path) -> None:
    trace, data = tmp_path / "trace", _varied("up_down", [2, 1, 1, 1], [1, 1, 1, 2])
    first = _analysed(data, folder=tmp_path / "run", trace=str(trace))
    stored = json.loads((tmp_path / "run" / "mean" / "result.json").read_text())["variations"]
    assert stored == first.variations.to_json()
    (
        tmp_path / "run" / "mean" / "result.json"
    ).unlink()  # as of a run that was killed before it could write it
    again = _analysed(data, folder=tmp_path / "run", trace=str(trace))
    assert again.variations == first.variations
    assert trace.read_text().count("fit") == 3


def test_other_weights_of_an_alternative_are_another_result(tmp_path: Path) -> None:
    _analysed(_varied("up_down", [2, 1, 1, 1]), folder=tmp_path / "run")
    other = _analysed(_varied("up_down", [1, 1, 1, 2]), folder=tmp_path / "run")
    assert other.variations.answers[0].up == pytest.approx(0.6)


def test_the_number_of_workers_changes_nothing() -> None:
    data = _varied("up_down", [2, 1, 1, 1], [1, 1, 1, 2])
    assert _analysed(data, workers=2).variations == _analysed(data).variations


def test_errors_of_differences_are_kept() -> None:
    (variation,) = _varied("up_down", [2, 1, 1, 1], [1, 1, 1, 2]).variations
    varied = {("tune", "1"): {"x": Shifted(2.0, 0.1)}, ("tune", "2"): {"x": Shifted(4.0)}}
    record = combine_shifts("evaluation", [variation], {"x": Number(value=3.0)}, varied)
    assert record.answers[0].shifts[0].errors == (0.1, None)
    assert record.how == "evaluation"


class Together(Mean):
    """Takes weights in one go, and says how many at a time."""

    name = "mean"

    def vary_weights(
        self, prepared: Any, result: Any, variation: str, alternatives: Any, context: Context
    ) -> list[dict[str, Shifted]]:
        if prepared.options.fail == "short":
            return []
        with Path(prepared.options.trace).open("a") as log:
            log.write(f"{variation} {len(alternatives)}\n")
        return [{"mean": Shifted(float(np.average(X, weights=a.data.weights)))} for a in alternatives]


def _together(data: Dataset, **more: Any) -> Any:
    plugin = ModuleType("mean_plugin")
    vars(plugin)["symhep_register_methods"] = symhep.hookimpl(lambda: {"mean": Together})
    return symhep.analyse(data, "mean", registry=build_registry({"mean_plugin": plugin}), **more)


def test_weights_of_a_variation_are_worked_out_in_one_go(tmp_path: Path) -> None:
    """Thirty weights as 25 and 5, and those of the next variation apart; the numbers are those of one by one."""
    weights = [[1 + 0.01 * k, 1.0, 1.0, 1.0] for k in range(30)]
    data = _varied("replicas", *weights)
    data = replace(
        data,
        variations=(*data.variations, replace(_varied("envelope", *weights[:2]).variations[0], name="scale")),
    )
    log = tmp_path / "log"
    found = _together(data, trace=str(log)).variations
    assert log.read_text().split("\n") == ["fit", "tune 25", "tune 5", "scale 2", ""]
    assert found.answers[0].shifts == _analysed(data).variations.answers[0].shifts


def test_too_few_answers_of_a_method_are_an_error() -> None:
    with pytest.raises(PluginError, match="vary_weights returned 0 results for 2 alternatives"):
        _together(_varied("envelope", [2, 1, 1, 1], [1, 1, 1, 2]), fail="short")
