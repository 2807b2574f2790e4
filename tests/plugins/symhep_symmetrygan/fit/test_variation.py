"""Elements and classifiers of the nominal fit, on varied events."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative
from symhep.methods.answers import answers_of
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.result import Result
from symhep_symmetrygan.fit.shards import Prepared
from symhep_symmetrygan.fit.variation import _varied
from symhep_symmetrygan.method import SymmetryGan
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.record import SymmetryGanRecord

_spec = importlib.util.spec_from_file_location("symmetrygan_sets", Path(__file__).parents[1] / "sets.py")
assert _spec is not None
assert _spec.loader is not None
_sets = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_sets)

METHOD = SymmetryGan()
CONTEXT = Context(seed_sequence(1, "symmetrygan", COMBINE))
OPTIONS = SymmetryGanOptions.model_validate(
    {
        "search": "o(2)",
        "training": {"restarts": 8, "steps": 300},
        "validation": {"random": 6, "bins": 20, "posthoc": {"steps": 150}},
        "discrete": {"elements": ["reflection(x1)"], "steps": 30, "waves": 8},
        "max_events": 2400,
    }
)
Fitted = tuple[Prepared, Result[SymmetryGanRecord]]


def gauss() -> Dataset:
    return Dataset.from_array(np.random.default_rng(1).normal(size=(3000, 2)), scaling="isotropic")


def numbers(record: SymmetryGanRecord) -> dict[str, float]:
    return {
        key: answer.number.value
        for key, answer in answers_of(record).items()
        if answer.number is not None and answer.number.value is not None
    }


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    prepared = METHOD.prepare(gauss(), OPTIONS)
    parts = [METHOD.fit(prepared, shard, CONTEXT.of_shard(shard.index)) for shard in METHOD.shards(prepared)]
    return prepared, METHOD.combine(prepared, parts, CONTEXT)


def test_nominal_events_give_the_nominal_numbers(fitted: Fitted) -> None:
    prepared, result = fitted
    nominal = numbers(result.record)
    for same_rows in (True, False):
        found = METHOD.vary(prepared, result, "n", Alternative("a", gauss(), same_rows), CONTEXT)
        assert {k: s.value for k, s in found.items()} == pytest.approx(
            {k: nominal[k] for k in found}, abs=1e-6
        )
    for key in ("kl.kept.excess[0]", "posthoc_loss.kept", "discrete[reflection(x1)].size"):
        assert key in found
    left = {key.rpartition(".")[2] for key in set(nominal) - set(found)}
    assert left <= {"learned_asymmetry", "posthoc_loss", "exponent"}


def test_a_stretched_density_is_told_from_its_images_by_divergences(fitted: Fitted) -> None:
    """x2 times 1.5: a turn by a quarter then changes the width of x1 by that factor; the identity changes nothing."""
    prepared, result = fitted
    nominal = numbers(result.record)
    stretched = gauss()
    stretched = replace(stretched, values=stretched.values * (1.0, 1.5))
    found = METHOD.vary(prepared, result, "s", Alternative("up", stretched, False), CONTEXT)
    key = "kl.random.excess[0]"
    assert found[key].value > nominal[key] + 0.01
    # signs of coordinates are what they were
    assert found["discrete[reflection(x1)].size"].value == nominal["discrete[reflection(x1)].size"]


def test_the_asymmetry_of_weights(fitted: Fitted) -> None:
    """Weights 1 + 0.4 sign(x1): (1.4 n+ - 0.6 n-) / (1.4 n+ + 0.6 n-) for n+ and n- events on the two sides."""
    prepared, result = fitted
    data = gauss()
    weighted = replace(data, weights=1 + 0.4 * np.sign(data.values[:, 0]))
    found = METHOD.vary(prepared, result, "w", Alternative("up", weighted, True), CONTEXT)
    chosen = np.linspace(0, 2999, 2400).astype(np.int64)  # max_events, evenly spaced
    plus = int((data.values[chosen, 0] > 0).sum())
    minus = 2400 - plus
    expected = (1.4 * plus - 0.6 * minus) / (1.4 * plus + 0.6 * minus)
    assert found["discrete[reflection(x1)].size"].value == pytest.approx(expected)


def test_many_weights_are_as_one_by_one(fitted: Fitted) -> None:
    prepared, result = fitted
    data, rng = gauss(), np.random.default_rng(2)
    alternatives = [
        Alternative(str(k), replace(data, weights=1 + 0.1 * rng.normal(size=len(data))), True)
        for k in range(3)
    ]
    together = METHOD.vary_weights(prepared, result, "pdf", alternatives, CONTEXT)
    for one, alternative in zip(together, alternatives, strict=True):
        alone = METHOD.vary(prepared, result, "pdf", alternative, CONTEXT)
        assert {k: s.value for k, s in one.items()} == pytest.approx({k: s.value for k, s in alone.items()})


def test_no_event_of_the_training_comes_back(fitted: Fitted) -> None:
    prepared, _ = fitted
    nominal = prepared.events(CONTEXT)
    assert nominal.held.unit is not None
    assert nominal.train.unit is not None
    data = gauss()
    migrated = replace(data, unit=np.where(np.arange(3000) < 600, 10_000 + data.unit, data.unit))
    varied = _varied(prepared, nominal, migrated, CONTEXT)
    assert varied.held.unit is not None
    assert not set(varied.held.unit) & (set(nominal.train.unit) | set(prepared.rows.left_out))
    new = varied.held.unit[varied.held.unit >= 10_000]
    # of 600 new ones 1200 / 3000 are held out: binomial, 240 +- 12
    assert abs(len(new) - 240) < 60
    assert varied.scale == nominal.scale


def test_sets_have_no_variation(fitted: Fitted) -> None:
    _, result = fitted
    options = SymmetryGanOptions(search="SO(3)")
    data = _sets.sets(600)
    prepared = METHOD.prepare(data, options)
    assert prepared.events(CONTEXT).members is not None
    assert METHOD.vary(prepared, result, "n", Alternative("a", data, True), CONTEXT) == {}
