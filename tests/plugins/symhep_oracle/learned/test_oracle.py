"""Learned oracles: they find the symmetry of what they learned, and depend on nothing they should not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.lie.bases import lorentz, so
from symhep.lie.spans import grassmann_distance
from symhep.methods.context import SilentProgress
from symhep_oracle.fit import exact
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.learned.oracle import Learned, train
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.oracles.layout import Layout

QUICK = {"hidden": (32, 32), "pooled": (16,), "min_steps": 1500, "epochs": 1}


def regression(metric: list[float], n: int = 3000, seed: int = 1) -> Dataset:
    """Normal points x with the target sum_i metric_i x_i^2."""
    x = np.random.default_rng(seed).normal(size=(n, len(metric)))
    names = tuple("txyz"[-len(metric) :])
    return Dataset.from_array(np.c_[x, (x**2) @ metric], columns=(*names, "square"), scaling="none")


def classes(n: int = 2000, weights: np.ndarray | None = None) -> Dataset:
    """Two datasets of normal points in the plane, the second of twice the width: the optimal logit follows r^2."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2 * n, 2)) * np.repeat([1.0, 2.0], n)[:, None]
    data = Dataset.from_array(x, scaling="none", weights=weights)
    return replace(data, labels=np.repeat([0, 1], n), label_names=("narrow", "wide"))


def learn(data: Dataset, seed: int = 1, **options: object) -> Learned:
    given = LearnedOracleOptions.model_validate({"kind": "learned"} | QUICK | options)
    x = data.values if given.target is None else data.values[:, :-1]
    layout = Layout(1, x.shape[1])
    return train(data, x, given, layout, np.random.SeedSequence(seed), "cpu", SilentProgress())


@pytest.mark.parametrize("network", ["plain", "pooled"])
@pytest.mark.parametrize(
    ("metric", "truth"),
    [([1.0, 1.0, 1.0], so(3).matrices), ([1.0, -1.0, -1.0, -1.0], lorentz().matrices)],
    ids=["so(3)", "so(1,3)"],
)
def test_a_regressor_of_a_square_finds_its_group(
    network: str, metric: list[float], truth: np.ndarray
) -> None:
    data = regression(metric)
    learned = learn(data, task="regressor", target="square", network=network, weight_decay=0.1)
    assert learned.report.quality.name == "R2"
    assert learned.report.quality.score.value > 0.95
    x = torch.from_numpy(data.values[learned.held_out, :-1])
    fields = LinearFields(Layout(1, len(metric)))
    found = exact.solve(learned.oracle, x, np.ones(len(x)), fields, np.random.default_rng(1))
    assert found.dimension == len(truth)
    # A network that misses the share 1 - R^2 of the variance may have a gradient off by its root.
    missed = np.sqrt(1 - learned.report.quality.score.value)
    assert 0 < grassmann_distance(fields.matrices(found.coefficients), truth) < 5 * missed


def test_a_classifier_learns_the_likelihood_ratio() -> None:
    data = classes()
    learned = learn(data)
    quality = learned.report.quality
    # r^2 is exponential with mean 2 and 8: P(wide > narrow) = 8 / (8 + 2).
    assert quality.name == "AUC"
    assert abs(quality.score.value - 0.8) < 4 * quality.score.error
    trained = learned.report.quality_trained
    assert abs(trained.score.value - 0.8) < 4 * trained.score.error
    x = torch.from_numpy(data.values[learned.held_out])
    logits = learned.oracle.each(x).mean(dim=0)[:, 0]
    # log N(x; 2) - log N(x; 1) = 3/8 r^2 - log 4: no sigmoid, whose values end at 1.
    expected = 3 / 8 * (x**2).sum(dim=1) - np.log(4)
    assert np.corrcoef(logits, expected)[0, 1] > 0.98
    assert logits.max() > 2


def test_gradients_are_those_of_automatic_differentiation() -> None:
    data = regression([1.0, 1.0])
    numbered = np.c_[data.values[:, :2], np.digitize(data.values[:, 2], [0.5, 1.5])]
    coloured = Dataset.from_array(numbered, columns=("x", "y", "class"), scaling="none")
    oracle = learn(coloured, target="class", members=3, min_steps=300).oracle
    assert (oracle.members, oracle.outputs) == (3, 9)
    x = torch.from_numpy(numbered[:20, :2])
    torch.testing.assert_close(oracle.gradient(x), Oracle.gradient(oracle, x), rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(oracle(x).view(20, 3, 3).sum(dim=2), torch.zeros(20, 3, dtype=torch.float64))


def test_numbers_come_from_the_seed_alone() -> None:
    data = classes(500)
    threads = torch.get_num_threads()
    results = []
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            results.append(learn(data, members=3, min_steps=100))
    finally:
        torch.set_num_threads(threads)
    x = torch.from_numpy(data.values[:50])
    for other in results[1:]:
        assert np.array_equal(results[0].held_out, other.held_out)
        for name, values in results[0].oracle.parameters.items():
            assert np.array_equal(values, other.oracle.parameters[name])
    fewer, another = learn(data, members=2, min_steps=100), learn(data, seed=2, members=2, min_steps=100)
    torch.testing.assert_close(results[0].oracle(x)[:, :2], fewer.oracle(x), rtol=1e-4, atol=1e-4)
    assert (another.oracle(x) - fewer.oracle(x)).abs().max() > 1e-2


def test_held_out_events_do_not_enter_the_training() -> None:
    data = classes(500)
    first = learn(data, min_steps=100)
    changed = data.values.copy()
    changed[first.held_out] = 100.0
    again = learn(replace(data, values=changed), min_steps=100)
    assert np.array_equal(first.held_out, again.held_out)
    assert len(first.held_out) == 200
    for name, values in first.oracle.parameters.items():
        assert np.array_equal(values, again.oracle.parameters[name])


def test_weights_are_honoured() -> None:
    """Points of weight zero are as if they were not there; here they hold the opposite truth."""
    data = classes(1000)
    contrary = replace(
        data,
        values=np.r_[data.values, data.values],
        labels=np.r_[data.labels, 1 - data.labels],
        weights=np.r_[np.ones(2000), np.zeros(2000)],
        unit=np.arange(4000),
    )
    assert learn(contrary, min_steps=600).report.quality.score.value > 0.75
    with pytest.raises(MethodError, match="networks are better than a constant prediction"):
        learn(replace(contrary, weights=np.ones(4000)), min_steps=300)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"label_names": ("all",), "labels": np.zeros(1000, int)}, {}, "a classifier needs at least two "
                                                                       "datasets"),
        ({"weights": np.r_[np.ones(500), -np.ones(500)]}, {}, "'wide' has 500 events with weights that sum "
                                                              "to -500"),
        ({"weights": np.full(1000, np.nan)}, {}, "NaN or infinite"),
        ({}, {"target": "x3"}, "target 'x3' is not a feature of 'data'; did you mean 'x2'"),
        ({}, {"target": "x1"}, "'x1' has 1000 different values, too many for a classifier"),
    ],
)  # fmt: skip
def test_what_cannot_be_learned_is_refused(
    change: dict[str, object], options: dict[str, object], message: str
) -> None:
    data = replace(classes(500), **change)
    with pytest.raises(MethodError, match=message):
        learn(data, **options)


def test_a_target_that_does_not_vary_is_refused() -> None:
    data = regression([1.0, 1.0])
    flat = replace(data, values=np.c_[data.values[:, :2], np.ones(len(data))])
    with pytest.raises(MethodError, match="'square' does not vary"):
        learn(flat, task="regressor", target="square")


def test_a_regressor_needs_a_target() -> None:
    with pytest.raises(ValidationError, match="a regressor needs 'target'"):
        LearnedOracleOptions(kind="learned", task="regressor")
