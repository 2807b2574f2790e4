"""Which events are drawn, and what they count."""

from __future__ import annotations

import numpy as np
import torch
from scipy.stats import chisquare

from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.training.batches import EventBatches

EVENTS = 20


def _batches(weights: np.ndarray, replicas: int = 3, batch: int = 100) -> EventBatches:
    x = torch.arange(EVENTS, dtype=torch.float64)[:, None] * torch.tensor([1.0, -1.0])
    streams = ReplicaStreams(replica_seeds(np.random.SeedSequence(8), replicas))
    return EventBatches(Sample(x, torch.from_numpy(weights)), streams, batch)


def _drawn(weights: np.ndarray, count: int = 100) -> tuple[np.ndarray, np.ndarray | None]:
    """Event numbers and weights of many batches."""
    batches = _batches(weights)
    taken = [batches.next() for _ in range(count)]
    signs = [w for _, w in taken if w is not None]
    numbers = torch.stack([x[:, 0] for x, _ in taken]).flatten().numpy()
    return numbers, torch.stack(signs).flatten().numpy() if signs else None


def test_columns_are_events() -> None:
    batches = _batches(np.ones(EVENTS), batch=7)
    x, weights = batches.next()
    assert x.shape == (3, 2, 7)
    assert weights is None
    assert torch.equal(x[:, 0], -x[:, 1])
    assert not torch.equal(x, batches.next()[0])


def test_equal_weights_are_drawn_equally() -> None:
    numbers, _ = _drawn(np.full(EVENTS, 0.3))
    assert chisquare(np.bincount(numbers.astype(int), minlength=EVENTS)).pvalue > 1e-3


def test_events_come_as_often_as_they_weigh() -> None:
    weights = np.arange(EVENTS, dtype=float)
    numbers, signs = _drawn(weights)
    assert signs is None
    counts = np.bincount(numbers.astype(int), minlength=EVENTS)
    assert counts[0] == 0
    assert chisquare(counts[1:], counts.sum() * weights[1:] / weights.sum()).pvalue > 1e-3


def test_negative_weights_have_the_weighted_mean() -> None:
    weights = np.where(np.arange(EVENTS) % 3, 2.0, -1.0)
    numbers, signs = _drawn(weights)
    assert signs is not None
    value = signs * np.cos(numbers)
    expected = np.average(np.cos(np.arange(EVENTS)), weights=weights)
    assert abs(value.mean() - expected) < 4 * value.std() / np.sqrt(len(value))
    assert abs(signs.mean() - 1) < 4 * signs.std() / np.sqrt(len(signs))


def test_a_replica_draws_for_itself() -> None:
    weights = np.arange(EVENTS, dtype=float)
    few, many = _batches(weights, 2), _batches(weights, 5)
    for _ in range(50):  # beyond one block
        assert torch.equal(few.next()[0], many.next()[0][:2])
