"""The same training on a GPU: same code, other rounding and other random numbers, same physics."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Shard
from symhep_vae.method import VaeRelevance
from symhep_vae.options import VaeOptions

pytestmark = pytest.mark.gpu


def _plane() -> Dataset:
    """Two directions in four features."""
    u = np.random.default_rng(0).uniform(-1, 1, (4000, 2))
    return Dataset.from_array(np.c_[u, -u])


@pytest.mark.parametrize("variant", ["vae", "factor", "tc", "ae", "linear"])
def test_every_variant_trains_on_the_gpu(cuda: str, variant: str) -> None:
    options = VaeOptions.model_validate({"latent_dim": 4, "runs": 6, "epochs": 25, "variant": variant})
    method = VaeRelevance()
    sample = method.prepare(_plane(), options)
    part = method.fit(sample, Shard(), Context(seed_sequence(1, "vae", 0), cuda))
    result = method.combine(sample, [part], Context(seed_sequence(1, "vae", COMBINE), cuda))
    assert np.isfinite(result.summary["relevance"]["mean"]).all()
    if variant == "vae":  # the others need more epochs to settle
        assert result.summary["relevant_latents"]["value"] == 2


def test_same_seed_same_numbers(cuda: str) -> None:
    sample = VaeRelevance().prepare(_plane(), VaeOptions(latent_dim=3, runs=4, epochs=3))
    context = Context(seed_sequence(1, "vae", 0), cuda)
    first, second = (VaeRelevance().fit(sample, Shard(), context) for _ in range(2))
    np.testing.assert_array_equal(first.arrays["spread"], second.arrays["spread"])
