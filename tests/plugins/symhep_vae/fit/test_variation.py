"""Trained networks, evaluated on varied events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative
from symhep.methods.answers import answers_of
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.result import Result
from symhep_vae.fit.variation import evaluated
from symhep_vae.method import VaeRelevance
from symhep_vae.options import VaeOptions
from symhep_vae.record import VaeRecord
from symhep_vae.sample import Sample

METHOD = VaeRelevance()
CONTEXT = Context(seed_sequence(1, "vae", COMBINE))
QUICK = VaeOptions(latent_dim=3, runs=3, epochs=8, min_steps=0, batch_size=64, hidden=(16,), max_events=1200)


def events() -> Dataset:
    x = np.random.default_rng(1).normal(size=(2000, 3)) * (1.0, 1.0, 0.5)
    return Dataset.from_array(np.c_[x, x[:, 0] - x[:, 1]], columns=("a", "b", "c", "d"))


@pytest.fixture(scope="module")
def trained() -> tuple[Sample, Result[VaeRecord]]:
    sample = METHOD.prepare(events(), QUICK)
    parts = [METHOD.fit(sample, shard, CONTEXT.of_shard(shard.index)) for shard in METHOD.shards(sample)]
    return sample, METHOD.combine(sample, parts, CONTEXT)


def numbers(record: VaeRecord) -> dict[str, float]:
    return {
        key: answer.number.value
        for key, answer in answers_of(record).items()
        if answer.number is not None and answer.number.value is not None
    }


def test_nominal_events_give_the_nominal_numbers(trained: tuple[Sample, Result[VaeRecord]]) -> None:
    sample, result = trained
    nominal = numbers(result.record)
    for same_rows in (True, False):
        found = METHOD.vary(sample, result, "none", Alternative("a", events(), same_rows), CONTEXT)
        assert {key: shifted.value for key, shifted in found.items()} == pytest.approx(
            {key: nominal[key] for key in found}
        )
    assert set(nominal) - set(found) == {"loss_terms.total_correlation"}
    assert "relevance.mean[0]" in found


def test_a_larger_spread_is_a_larger_relevance_of_the_same_latents(
    trained: tuple[Sample, Result[VaeRecord]],
) -> None:
    """All features times 1.1: the scaling is that of the nominal events, so components have 1.21 of the variance."""
    sample, result = trained
    data = events()
    scaled = replace(data, values=1.1 * data.values)
    found = METHOD.vary(sample, result, "scale", Alternative("up", scaled, False), CONTEXT)
    nominal = numbers(result.record)
    for k in range(3):
        ratio = found[f"pca.variances[{k}]"].value / nominal[f"pca.variances[{k}]"]
        assert ratio == pytest.approx(1.21)
    assert found["relevance.mean[0]"].value > nominal["relevance.mean[0]"]
    assert found["loss_terms.reconstruction"].value > nominal["loss_terms.reconstruction"]


def test_weights_of_one_and_zero_are_a_selection(trained: tuple[Sample, Result[VaeRecord]]) -> None:
    """Moments with weights 1 and 0 are those of the events that are left."""
    sample, result = trained
    data = events()
    kept = data.values[:, 0] > 0
    weights = kept.astype(np.float64)
    weighted = METHOD.vary(
        sample, result, "w", Alternative("a", replace(data, weights=weights), True), CONTEXT
    )
    whole = replace(sample, left_out=np.zeros(0, dtype=np.int64))
    inside = data.take(np.flatnonzero(kept & np.isin(data.unit, sample.data.unit)))
    selected = METHOD.vary(whole, result, "w", Alternative("a", inside, False), CONTEXT)
    for key in ("relevance.mean[0]", "kl_nats.mean[1]", "pca.variances[0]", "combinations[a].r_squared"):
        assert weighted[key].value == pytest.approx(selected[key].value, rel=1e-5)


def test_many_weights_share_one_pass(trained: tuple[Sample, Result[VaeRecord]]) -> None:
    sample, result = trained
    data, rng = events(), np.random.default_rng(2)
    alternatives = [
        Alternative(str(k), replace(data, weights=1 + 0.1 * rng.normal(size=len(data))), True)
        for k in range(3)
    ]
    together = evaluated(sample, result, alternatives, CONTEXT)
    for one, alternative in zip(together, alternatives, strict=True):
        alone = METHOD.vary(sample, result, "pdf", alternative, CONTEXT)
        assert {k: s.value for k, s in one.items()} == pytest.approx({k: s.value for k, s in alone.items()})


def test_a_thinned_sample_keeps_its_events(trained: tuple[Sample, Result[VaeRecord]]) -> None:
    """Of 2000 events 1200 were taken: a variation that loses events looks at what is left of these."""
    sample, _ = trained
    fewer = events().take(np.arange(500, 2000))
    varied = sample.varied(fewer, np.random.default_rng(1))
    assert set(varied.data.unit) == {u for u in sample.data.unit if u >= 500}
