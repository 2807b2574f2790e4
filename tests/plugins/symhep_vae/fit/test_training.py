"""Training: replicas are independent, runs repeat, and the linear VAE finds its known optimum."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.events.dataset import Dataset
from symhep.torchkit.streams import replica_seeds
from symhep_vae.fit.count import count_relevant, linear_relevance
from symhep_vae.fit.relevance import moments
from symhep_vae.fit.training import Training, train
from symhep_vae.options import VaeOptions
from symhep_vae.sample import Sample

SEEDS = replica_seeds(np.random.SeedSequence(11), 3)


def sample(events: int = 600, weights: np.ndarray | None = None) -> Sample:
    x = np.random.default_rng(1).normal(size=(events, 3))
    return Sample.prepare(Dataset.from_array(x, weights=weights), VaeOptions())


def run(options: VaeOptions, replicas: slice = slice(None), **kind: object) -> Training:
    return train(sample(**kind), options.model_copy(update={"min_steps": 0}), SEEDS[replicas])


@pytest.mark.parametrize("variant", ["vae", "factor", "tc", "ae", "linear"])
def test_a_replica_trained_alone_is_the_replica_trained_among_others(variant: str) -> None:
    options = VaeOptions(latent_dim=2, epochs=3, hidden=(8,), batch_size=50, variant=variant)
    together, alone = run(options), run(options, slice(1, 2))
    for name in together.model.parameters.names():
        torch.testing.assert_close(
            together.model.parameters[name][1], alone.model.parameters[name][0], rtol=1e-4, atol=1e-5
        )
    np.testing.assert_allclose(together.curves[:, :, 1], alone.curves[:, :, 0], rtol=1e-4, atol=1e-5)


def test_the_same_seeds_give_the_same_numbers() -> None:
    options = VaeOptions(latent_dim=2, epochs=2, hidden=(8,), warmup=1)
    a, b = run(options), run(options)
    assert torch.equal(a.model.parameters.values, b.model.parameters.values)
    assert np.array_equal(a.curves, b.curves)


def test_training_lowers_the_loss() -> None:
    curves = run(VaeOptions(latent_dim=3, epochs=15, hidden=(16,), batch_size=32, learning_rate=3e-3)).curves
    total = curves[0] + 0.1 * curves[1]
    assert (total[-1] < 0.6 * total[0]).all()


def test_equal_weights_change_nothing_and_others_do() -> None:
    options = VaeOptions(latent_dim=2, epochs=2, hidden=(8,))
    plain = run(options).model.parameters.values
    assert torch.equal(run(options, weights=np.full(600, 3.7)).model.parameters.values, plain)
    assert not torch.equal(run(options, weights=np.linspace(0.1, 2, 600)).model.parameters.values, plain)


def test_a_run_that_diverges_stops_the_others_not() -> None:
    """A learning rate beyond reason overflows exp(log sigma^2) at once in every run; the loop ends early."""
    wild = run(VaeOptions(latent_dim=2, epochs=50, hidden=(8,), learning_rate=1e6))
    assert (wild.diverged_at > 0).all()
    assert np.isnan(wild.curves[:, -1]).all()
    calm = run(VaeOptions(latent_dim=2, epochs=2, hidden=(8,)))
    assert (calm.diverged_at == 0).all()


def test_warmup_starts_without_kl() -> None:
    """While beta is small the posterior may move away from the prior."""
    options = {
        "latent_dim": 2,
        "epochs": 1,
        "hidden": (8,),
        "beta": 5.0,
        "batch_size": 20,
        "learning_rate": 1e-2,
    }
    cold, warm = run(VaeOptions(**options)), run(VaeOptions(**options, warmup=100))
    assert (warm.curves[1, -1] > 2 * cold.curves[1, -1]).all()


def test_linear_vae_reaches_the_optimum_of_probabilistic_pca() -> None:
    """rho = sqrt(2 lambda/beta - 1), zero where lambda <= beta/2: worked out in `linear_relevance`."""
    variances, beta = np.array([3.0, 1.5, 0.6, 0.1]), 0.4
    x = np.random.default_rng(2).normal(size=(4000, 4)) * np.sqrt(variances)
    x = (x - x.mean(axis=0)) / x.std(axis=0) * np.sqrt(variances)
    rotation = np.linalg.qr(np.random.default_rng(3).normal(size=(4, 4)))[0]
    options = VaeOptions(
        latent_dim=4, variant="linear", beta=beta, learning_rate=5e-3, epochs=60, batch_size=100
    )
    prepared = Sample.prepare(Dataset.from_array(x @ rotation, scaling="none"), options)
    trained = train(prepared, options, SEEDS)
    rho = -np.sort(-moments(trained.model, prepared, beta).relevance, axis=1)
    expected = linear_relevance(variances, beta)
    assert expected == pytest.approx([np.sqrt(14), np.sqrt(6.5), np.sqrt(2), 0.0])
    assert rho[:, :3].mean(axis=0) == pytest.approx(expected[:3], rel=0.08)
    assert (rho[:, 3] < 0.2).all()


def test_the_linear_vae_on_a_circle_keeps_both_components() -> None:
    """Its covariance is R^2/2 times one: both variances are equal, so neither can be dropped."""
    angle = np.random.default_rng(4).uniform(0, 2 * np.pi, 4000)
    data = Dataset.from_array(10 * np.c_[np.cos(angle), np.sin(angle)])
    options = VaeOptions(latent_dim=2, variant="linear", learning_rate=5e-3, epochs=40)
    prepared = Sample.prepare(data, options)
    rho = moments(train(prepared, options, SEEDS).model, prepared, 0.1).relevance
    # Adam at a fixed rate jitters about the optimum.
    assert rho == pytest.approx(np.full((3, 2), np.sqrt(19)), rel=0.2)


def test_a_plane_in_five_dimensions_has_two_directions() -> None:
    plane = np.random.default_rng(5).uniform(-1, 1, size=(3000, 2))
    data = Dataset.from_array(plane @ np.random.default_rng(6).normal(size=(2, 5)))
    options = VaeOptions(latent_dim=4, epochs=40, batch_size=64, hidden=(32, 16))
    prepared = Sample.prepare(data, options)
    rho = moments(train(prepared, options, SEEDS).model, prepared, 0.1).relevance
    count = count_relevant(-np.sort(-rho, axis=1))
    assert (count.value, count.low, count.high) == (2, 2, 2)
