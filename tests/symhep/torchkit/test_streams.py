"""Random numbers per replica."""

from __future__ import annotations

import numpy as np
import torch
from scipy.stats import chisquare

from symhep.torchkit.streams import ReplicaStreams, replica_seeds

ROOT = np.random.SeedSequence([1, 2, 3])


def test_a_replica_does_not_feel_its_neighbours() -> None:
    seeds = replica_seeds(ROOT, 4)
    together, alone = ReplicaStreams(seeds), ReplicaStreams(seeds[2:3])
    for draw in ("normal", "uniform"):
        assert torch.equal(getattr(together, draw)(5, 2)[2], getattr(alone, draw)(5, 2)[0])
    assert torch.equal(together.integers(1000, 5, 2)[2], alone.integers(1000, 5, 2)[0])
    assert torch.equal(together.batches(20, 6)[:, 2], alone.batches(20, 6)[:, 0])


def test_replicas_differ() -> None:
    drawn = ReplicaStreams(replica_seeds(ROOT, 2)).normal(10)
    assert not torch.equal(drawn[0], drawn[1])


def test_batches_visit_every_event_at_most_once() -> None:
    batches = ReplicaStreams(replica_seeds(ROOT, 3)).batches(20, 6)
    assert batches.shape == (3, 3, 6)
    for r in range(3):
        assert len(set(batches[:, r].flatten().tolist())) == 18


def test_a_batch_larger_than_the_sample_takes_all() -> None:
    batches = ReplicaStreams(replica_seeds(ROOT, 2)).batches(5, 128)
    assert batches.shape == (1, 2, 5)
    assert sorted(batches[0, 1].tolist()) == [0, 1, 2, 3, 4]


def test_asking_twice_gives_the_same_children_unlike_spawn() -> None:
    again = [s.generate_state(2).tolist() for s in replica_seeds(ROOT, 3)]
    assert again == [s.generate_state(2).tolist() for s in replica_seeds(ROOT, 3)]
    assert again == [s.generate_state(2).tolist() for s in np.random.SeedSequence([1, 2, 3]).spawn(3)]


def test_whole_numbers_are_equally_likely() -> None:
    drawn = ReplicaStreams(replica_seeds(ROOT, 2)).integers(7, 5000)
    assert drawn.dtype == torch.int64
    for row in drawn:
        assert chisquare(torch.bincount(row, minlength=7).numpy()).pvalue > 1e-3
    assert int(ReplicaStreams(replica_seeds(ROOT, 1)).integers(2**53, 1000).max()) > 2**52
