"""Oracles on varied events: known ones solved again, learned ones evaluated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative
from symhep.methods.answers import answers_of
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.result import Result
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.record import OracleRecord
from symhep_oracle.sample import Prepared

METHOD = OracleGenerators()
CONTEXT = Context(seed_sequence(1, "oracle", COMBINE))


def gauss(events: int = 3000) -> Dataset:
    return Dataset.from_array(np.random.default_rng(1).normal(size=(events, 2)), scaling="isotropic")


def labelled(values: np.ndarray) -> Dataset:
    """Class 1 with the probability 1 / (1 + exp(2 - x^2 - y^2)): a round logit."""
    data = Dataset.from_array(values, scaling="isotropic")
    chance = 1 / (1 + np.exp(2 - (values**2).sum(axis=1)))
    labels = (np.random.default_rng(2).random(len(values)) < chance).astype(np.int64)
    return replace(data, labels=labels, label_names=("one", "two"))


def fitted(data: Dataset, **options: object) -> tuple[Prepared, Result[OracleRecord]]:
    prepared = METHOD.prepare(data, OracleMethodOptions.model_validate(options))
    parts = [METHOD.fit(prepared, shard, CONTEXT.of_shard(shard.index)) for shard in METHOD.shards(prepared)]
    return prepared, METHOD.combine(prepared, parts, CONTEXT)


def numbers(record: OracleRecord) -> dict[str, float]:
    return {
        key: answer.number.value
        for key, answer in answers_of(record).items()
        if answer.number is not None and answer.number.value is not None
    }


def test_weights_change_nothing_of_what_is_preserved_exactly() -> None:
    prepared, result = fitted(gauss(), oracle="l2")
    assert METHOD.varies_by(prepared) == "fit"
    data = replace(gauss(), weights=np.linspace(0.5, 1.5, 3000))
    assert METHOD.vary(prepared, result, "w", Alternative("a", data, True), CONTEXT) == {}


def test_a_breaking_term_depends_on_the_weights() -> None:
    breaking = {"oracle": "squeeze", "strengths": [0.1]}
    prepared, result = fitted(gauss(), oracle="l2", breaking=breaking)
    data = replace(gauss(), weights=np.linspace(0.5, 1.5, 3000))
    found = METHOD.vary(prepared, result, "w", Alternative("a", data, True), CONTEXT)
    nominal = numbers(result.record)
    assert any(shifted.value != pytest.approx(nominal[key]) for key, shifted in found.items())


@pytest.fixture(scope="module")
def learned() -> tuple[Prepared, Result[OracleRecord], np.ndarray]:
    values = np.random.default_rng(1).normal(size=(6000, 2))
    oracle = {
        "kind": "learned", "network": "plain", "hidden": [32], "epochs": 1, "min_steps": 800, "retrain": 0,
        "learning_rate": 5e-3,
    }  # fmt: skip
    return *fitted(labelled(values), oracle=oracle), values


def test_a_learned_oracle_is_evaluated(learned: tuple[Prepared, Result[OracleRecord], np.ndarray]) -> None:
    prepared, result, values = learned
    assert METHOD.varies_by(prepared) == "evaluation"
    assert result.record.algebra.dimension == 1
    nominal = numbers(result.record)
    for same_rows in (True, False):
        found = METHOD.vary(prepared, result, "n", Alternative("a", labelled(values), same_rows), CONTEXT)
        assert {k: s.value for k, s in found.items()} == pytest.approx({k: nominal[k] for k in found})
    assert set(nominal) - set(found) == {"oracle.training.quality_trained.score"}
    stretched = labelled(values)
    stretched = replace(stretched, values=stretched.values * (1.3, 1.0))
    varied = METHOD.vary(prepared, result, "n", Alternative("a", stretched, False), CONTEXT)
    score = "oracle.training.quality.score"
    # labels belong to the nominal positions: the network of those is worse on others
    assert varied[score].value < nominal[score]


def test_events_trained_on_do_not_come_back(
    learned: tuple[Prepared, Result[OracleRecord], np.ndarray],
) -> None:
    """Events lost by a variation leave fewer held-out ones: the others are not moved up."""
    prepared, result, values = learned
    whole = labelled(values)
    rows = np.arange(3000)
    found = METHOD.vary(prepared, result, "n", Alternative("a", whole.take(rows), False), CONTEXT)
    weights = replace(whole, weights=(np.arange(6000) < 3000).astype(np.float64))
    # the same events by weights of zero: the same quality of the same networks
    other = METHOD.vary(prepared, result, "n", Alternative("a", weights, True), CONTEXT)
    score = "oracle.training.quality.score"
    assert found[score].value == pytest.approx(other[score].value)


def test_what_was_trained_has_no_variation() -> None:
    few = {"seeds": 2, "epochs": 20}
    prepared, result = fitted(gauss(300), oracle="l2", solver="gradient", gradient=few)
    assert METHOD.varies_by(prepared) == "evaluation"
    assert METHOD.vary(prepared, result, "n", Alternative("a", gauss(300), False), CONTEXT) == {}
