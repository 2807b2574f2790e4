"""Networks that see whitened coordinates."""

from __future__ import annotations

import numpy as np
import torch

from symhep.lie.groups import AffineLine, Iwasawa
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.training.batches import EventBatches
from symhep_symmetrygan.training.opponent import Opponent
from symhep_symmetrygan.training.options import DiscriminatorOptions
from symhep_symmetrygan.training.whitening import whitening

R = 3


def _sample() -> Sample:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, 2)) @ [[2.0, 0.3], [0.0, 0.1]] + 1.0
    return Sample(torch.from_numpy(x), torch.from_numpy(rng.uniform(0.5, 1.5, 400)))


def _opponent(sample: Sample, white: torch.Tensor | None) -> Opponent:
    streams = ReplicaStreams(replica_seeds(np.random.SeedSequence(2), R))
    batches = EventBatches(sample, streams, 50)
    return Opponent(batches, sample.x.shape[1], DiscriminatorOptions(), 1e-3, streams, white)


def test_whitened_events_have_unit_covariance() -> None:
    sample = _sample()
    z = (sample.x @ whitening(sample)).numpy()
    np.testing.assert_allclose(np.cov(z.T, aweights=sample.weights, ddof=0), np.eye(2), atol=1e-10)


def test_a_direction_without_width_is_not_stretched_without_bound() -> None:
    x = torch.stack([torch.linspace(-1, 1, 50), torch.zeros(50)], 1).double()
    assert torch.isfinite(whitening(Sample(x, torch.ones(50)))).all()


def test_whitened_networks_are_networks_on_whitened_events() -> None:
    """z = L x: images z -> L A L^-1 z + L b, and d loss / dA = L^T (d loss / d(L A L^-1)) L^-T."""
    sample = _sample()
    white = whitening(sample)
    inside = _opponent(sample, white)
    outside = _opponent(Sample(sample.x @ white, sample.weights), None)
    matrices = torch.randn(R, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    shifts, back = matrices[..., 0], torch.linalg.inv(white)
    seen = (white @ matrices @ back).float(), (shifts @ white).float()
    loss, by_matrix, by_shift = inside.affine(
        inside.batches.next(), matrices.float(), shifts.float(), measure=True
    )
    expected = outside.affine(outside.batches.next(), *seen, measure=True)
    assert loss is not None
    assert by_shift is not None
    torch.testing.assert_close(loss, expected[0], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(by_matrix, white.float() @ expected[1] @ back.float(), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(by_shift, expected[2] @ white.float(), rtol=1e-3, atol=1e-3)


def test_slopes_by_parameters_are_the_same_by_either_way() -> None:
    for family in (AffineLine(), Iwasawa(2)):
        x = torch.randn(200, family.vector, generator=torch.Generator().manual_seed(1)).double()
        one, two = (_opponent(Sample(x, torch.ones(200)), None) for _ in range(2))
        parameters = family.initial(ReplicaStreams(replica_seeds(np.random.SeedSequence(4), R)))
        _, by_matrix, by_shift = one.affine(
            one.batches.next(), family.matrices(parameters), family.translations(parameters), measure=False
        )
        _, slope = two.general(two.batches.next(), family, parameters, measure=False)
        pulled = family.pull(parameters, by_matrix, by_shift)
        torch.testing.assert_close(pulled, slope, rtol=1e-3, atol=1e-5)
