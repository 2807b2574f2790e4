"""Events of toys with known symmetries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep.readers.toy.particles import density
from symhep_symmetrygan.sample import Events, Rows

Drawn = Callable[..., Events]


@pytest.fixture(scope="session")
def drawn() -> Drawn:
    """Events of a toy, half of them held out."""

    def draw(
        name: str, n: int = 2000, seed: int = 1, particles: tuple[str, ...] = (), **options: Any
    ) -> Events:
        momenta = density(name, **options).draw(np.random.default_rng(seed), n)
        flat = Dataset.from_array(momenta.reshape(n, -1), scaling="isotropic")
        data = replace(flat, momenta=momenta, particles=particles)
        return Rows.of(data).split(np.random.default_rng(seed))

    return draw
