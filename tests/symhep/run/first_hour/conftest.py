"""The first card of a file, and events whose masses are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import awkward as ak
import numpy as np
import numpy.typing as npt
import pytest

import symhep

Floats = npt.NDArray[np.float64]


@pytest.fixture
def init(tmp_path: Path, command: Callable[..., object]) -> Callable[[Path], symhep.RunCard]:
    """``init(file)``: the card that `symhep init` writes for a file."""

    def write(file: Path) -> symhep.RunCard:
        command("init", file, "-o", tmp_path / "first.yaml", "--force")
        return symhep.load_card(tmp_path / "first.yaml").card

    return write


@pytest.fixture
def looked_at() -> Callable[[symhep.RunCard], tuple[str, int | None, tuple[str, ...]]]:
    """Collection, how many of it, and variables of a first card that looks at one kind of object."""

    def told(card: symhep.RunCard) -> tuple[str, int | None, tuple[str, ...]]:
        (chosen,) = card.objects.values()
        (features,) = card.features.values()
        return chosen.collection, chosen.take, tuple(features.vars)

    return told


@pytest.fixture
def massless() -> Callable[..., Floats]:
    """``massless(rng, *shape, pt=40)``: E, px, py, pz."""

    def draw(rng: np.random.Generator, *shape: int, pt: float = 40.0) -> Floats:
        size, eta, phi = (
            rng.exponential(pt, shape) + 5,
            rng.normal(0, 1, shape),
            rng.uniform(-np.pi, np.pi, shape),
        )
        return np.stack(
            [size * np.cosh(eta), size * np.cos(phi), size * np.sin(phi), size * np.sinh(eta)], axis=-1
        )

    return draw


@pytest.fixture
def z_muons() -> Callable[..., Floats]:
    """``z_muons(rng, n)``: muons of Z bosons that move along the beam, (N, 2, 4) of E, px, py, pz."""

    def draw(rng: np.random.Generator, n: int) -> Floats:
        half, boost = rng.normal(91.2, 2.0, n) / 2, rng.normal(0, 1, n)
        cosine, phi = rng.uniform(-1, 1, n), rng.uniform(-np.pi, np.pi, n)
        across, along = half * np.sqrt(1 - cosine**2), half * cosine
        muons = [
            (
                np.cosh(boost) * half + sign * np.sinh(boost) * along, sign * across * np.cos(phi),
                sign * across * np.sin(phi), np.sinh(boost) * half + sign * np.cosh(boost) * along,
            )
            for sign in (1, -1)
        ]  # fmt: skip
        return np.stack([np.stack(muon, axis=-1) for muon in muons], axis=1)

    return draw


@pytest.fixture
def mass() -> Callable[[Floats], Floats]:
    """Invariant mass of all particles of an event, (N, P, 4) of E, px, py, pz."""

    def of(momenta: Floats) -> Floats:
        total = momenta.sum(axis=1)
        return np.asarray(np.sqrt(total[:, 0] ** 2 - (total[:, 1:] ** 2).sum(axis=1)))

    return of


@pytest.fixture
def pair_mass() -> Callable[[ak.Array], Floats]:
    """Invariant mass of the first two objects of each event."""
    return lambda particles: np.asarray((particles[:, 0] + particles[:, 1]).mass)
