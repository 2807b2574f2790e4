"""Networks trained on a subsample and judged, block by block, by the events that were not drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from symhep.events.dataset import Dataset
from symhep.events.stream import InMemory
from symhep.events.variation import Alternative, Variation
from symhep.methods.answers import answers_of
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.result import Result
from symhep.testing.streaming import backwards
from symhep_vae.fit.model import VaeEnsemble
from symhep_vae.fit.validation import Networks, validate
from symhep_vae.method import VaeRelevance
from symhep_vae.options import VaeOptions
from symhep_vae.record import VaeRecord
from symhep_vae.sample import Sample, to_train_on

METHOD = VaeRelevance()
CONTEXT = Context(seed_sequence(1, "vae", COMBINE))
QUICK = {
    "latent_dim": 3,
    "runs": 3,
    "epochs": 6,
    "min_steps": 0,
    "batch_size": 64,
    "hidden": (16,),
    "train_events": 1000,
}
SHARES = np.repeat(np.arange(7), 430)[:3000]


def events(weighted: bool = True) -> Dataset:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(3000, 3)) * (1.0, 1.0, 0.5)
    weights = rng.choice([1.0, 2.0, -0.5], p=[0.6, 0.3, 0.1], size=3000) if weighted else None
    data = Dataset.from_array(np.c_[x, x[:, 0] - x[:, 1]], columns=("a", "b", "c", "d"), weights=weights)
    return replace(data, block=SHARES.astype(np.int64))


def streamed(whole: Dataset, options: VaeOptions) -> Dataset:
    """The rows to train on, and all others in blocks alone."""
    return replace(to_train_on(whole, options), stream=InMemory(whole))


def fitted(data: Dataset, context: Context = CONTEXT, **options: object) -> tuple[Sample, Result[VaeRecord]]:
    sample = METHOD.prepare(data, VaeOptions.model_validate({**QUICK, **options}))
    parts = [METHOD.fit(sample, shard, context.of_shard(shard.index)) for shard in METHOD.shards(sample)]
    return sample, METHOD.combine(sample, parts, context)


@pytest.mark.parametrize("variant", ["vae", "ae"])
def test_events_in_blocks_give_the_numbers_of_events_in_memory(variant: str) -> None:
    whole = events()
    here = fitted(whole, variant=variant, noise=0.1)[1]
    there = fitted(streamed(whole, VaeOptions(**QUICK)), variant=variant, noise=0.1)[1]
    assert here.record.to_json() == there.record.to_json()
    assert here.record.split.to_json() == {"trained": 1000, "validated": 2000, "neither": 0}
    assert (here.record.events.used, here.record.events.available) == (2000, 3000)


def test_blocks_may_be_read_in_any_order_by_anybody() -> None:
    whole = events()
    shuffled = replace(CONTEXT, reducer=backwards)
    assert fitted(whole)[1].record == fitted(whole, shuffled)[1].record


def test_averages_are_those_of_the_events_that_were_not_drawn() -> None:
    """Means over rows outside the training sample, from the networks' outputs on all of them at once."""
    whole = events()
    sample, result = fitted(whole)
    others = np.flatnonzero(~np.isin(whole.unit, sample.data.unit))
    assert len(others) == 2000
    model = VaeEnsemble(4, sample.options, 3)
    model.parameters.load(result.checkpoint["vae"])
    with torch.no_grad():
        x = torch.as_tensor(whole.scaled[others], dtype=torch.float32)
        mean, log_variance = (t.double().numpy() for t in model.encode(x.expand(3, -1, -1)))
    w = whole.weights[others] / whole.weights[others].sum()
    average = np.einsum("n,rnl->rl", w, mean)
    spread = np.sqrt(np.einsum("n,rnl->rl", w, (mean - average[:, None]) ** 2))
    relevance = spread / np.einsum("n,rnl->rl", w, np.exp(log_variance / 2))
    expected = -np.sort(-relevance, axis=1)
    assert np.allclose(result.arrays["relevance"], expected, rtol=1e-5)
    assert result.record.relevance.mean == pytest.approx(expected.mean(axis=0), rel=1e-5)
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)
    assert result.record.validation is not None
    assert result.record.validation.kl_divergence.value == pytest.approx(
        np.einsum("n,rnl->r", w, kl).mean(), rel=1e-5
    )
    own = whole.weights[others]
    assert result.record.events.effective == pytest.approx(own.sum() ** 2 / (own**2).sum())
    assert result.record.events.negative == pytest.approx(-own[own < 0].sum() / np.abs(own).sum())


def test_a_source_event_is_trained_on_or_validated_on() -> None:
    whole = events(weighted=False)
    whole = replace(whole, unit=np.arange(3000) // 3)
    sample, result = fitted(whole)
    trained = np.isin(whole.unit, sample.data.unit)
    assert trained.sum() == len(sample.data) <= 1000
    assert len(np.unique(whole.unit[trained])) * 3 == len(sample.data)
    split = result.record.split
    assert (split.trained, split.validated, split.neither) == (trained.sum(), (~trained).sum(), 0)
    assert result.record.events.copies == 2 * split.validated // 3
    assert result.record.events.effective == pytest.approx(split.validated / 3)


def test_the_error_of_the_excess_loss_is_that_of_two_means() -> None:
    whole = events(weighted=False)
    sample = METHOD.prepare(whole, VaeOptions(**QUICK))
    _, result = fitted(whole)
    networks = Networks(
        result.checkpoint["vae"], sample.options, sample.drawn, CONTEXT.shared("noise of the validation")
    )
    found = validate(sample, result.checkpoint["vae"], CONTEXT)
    assert found is not None
    one = found.of(np.arange(3))
    state = [networks.of_block(sample.others.block(n), n) for n in range(7)]  # type: ignore[union-attr]
    first, squares = (sum(s["loss"][k] for s in state) for k in (0, 2))
    counts = np.array([[1000.0], [2000.0]])
    variance = squares / counts - (first / counts) ** 2
    assert one.excess == pytest.approx(first[1] / 2000 - first[0] / 1000)
    assert one.excess_error == pytest.approx(np.sqrt((variance / counts).sum(axis=0)))


def test_few_others_are_left_out() -> None:
    _, result = fitted(events(), train_events=2600)
    assert result.record.validation is None
    assert result.record.split.to_json() == {"trained": 2600, "validated": 0, "neither": 400}
    assert result.record.events.used == 2600


def test_all_events_are_trained_on_by_default() -> None:
    sample, result = fitted(events(), train_events=200_000)
    assert sample.others is None
    assert result.record.split.to_json() == {"trained": 3000, "validated": 0, "neither": 0}


def test_max_events_limit_training_and_validation_alike() -> None:
    sample, result = fitted(events(), max_events=2000)
    assert result.record.split.to_json() == {"trained": 1000, "validated": 1000, "neither": 1000}
    found = METHOD.vary(sample, result, "none", Alternative("a", events(), False), CONTEXT)
    assert found["relevance.mean[0]"].value == pytest.approx(result.record.relevance.mean[0])


@pytest.mark.parametrize("same_rows", [True, False])
def test_nominal_events_as_a_variation_give_the_nominal_numbers(same_rows: bool) -> None:
    whole = events()
    sample, result = fitted(streamed(whole, VaeOptions(**QUICK)))
    data = streamed(whole, VaeOptions(**QUICK))
    found = METHOD.vary(sample, result, "none", Alternative("a", data, same_rows), CONTEXT)
    nominal = {
        key: answer.number.value
        for key, answer in answers_of(result.record).items()
        if answer.number is not None and answer.number.value is not None
    }
    assert {"relevance.mean[0]", "validation.reconstruction", "validation.excess_loss"} <= found.keys()
    assert {k: s.value for k, s in found.items()} == pytest.approx({k: nominal[k] for k in found})


def test_a_variation_of_blocks_is_evaluated_on_all_of_them() -> None:
    """Events of the first half twice as heavy, in the blocks alone: as if all events were in memory."""
    whole = events(weighted=False)
    heavier = replace(whole, weights=np.where(whole.unit < 1500, 2.0, 1.0))
    options = VaeOptions(**QUICK)

    def varied(data: Dataset, other: Dataset) -> Dataset:
        return replace(
            data,
            variations=(Variation("w", "envelope", (Alternative("up", other, True),), frozenset({"data"})),),
        )

    few = to_train_on(heavier, options)
    data = varied(replace(to_train_on(whole, options), stream=InMemory(varied(whole, heavier))), few)
    sample, result = fitted(data)
    here, nominal = fitted(whole)
    expected = METHOD.vary(here, nominal, "w", Alternative("up", heavier, True), CONTEXT)
    found = METHOD.vary(sample, result, "w", Alternative("up", few, True), CONTEXT)
    assert {k: s.value for k, s in found.items()} == {k: s.value for k, s in expected.items()}
    assert found["relevance.mean[0]"].value != result.record.relevance.mean[0]


def test_the_report_says_what_was_trained_on() -> None:
    texts = [s.text for s in METHOD.worded(fitted(events())[1]).statements]
    told = next(t for t in texts if t.startswith("Trained on"))
    assert told == (
        "Trained on a uniform subsample of 1,000 of 3,000 events (train_events), validated on the other "
        "2,000; "
        "relevance, information, KL divergence and losses are averages over the validation events, all "
        "other results use the training events."
    )
    assert any(t.startswith("On the 2,000 validation events the reconstruction error is") for t in texts)
