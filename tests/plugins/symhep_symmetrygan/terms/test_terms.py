"""Terms of the loss against the same means written with numpy, and what they find."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.lie.bases import so
from symhep.lie.groups import AffineLine, Exponential, Family, PlaneRotations, Similarity
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_symmetrygan.inertial.henon import Henon
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.terms.commuting import Commuting
from symhep_symmetrygan.terms.cyclic import Cyclic
from symhep_symmetrygan.terms.interface import LossTerm
from symhep_symmetrygan.training.adversary import Trained, train
from symhep_symmetrygan.training.options import TrainingOptions

FAMILIES: list[Family] = [AffineLine(), Similarity(), Henon(), PlaneRotations(3)]
EVERY = pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)


def _start(family: Family, replicas: int = 4) -> torch.Tensor:
    return family.initial(ReplicaStreams(replica_seeds(np.random.SeedSequence(2), replicas))).double()


def _events(family: Family, replicas: int = 4) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(1).normal(size=(replicas, 9, family.vector)))


@EVERY
@pytest.mark.parametrize("order", [1, 2, 3, 7])
def test_cyclic_is_eq_18(family: Family, order: int) -> None:
    """1/N sum |g^q(x) - x|^2, event by event."""
    parameters, x = _start(family), _events(family)
    value = Cyclic(order).value(family, parameters, x)
    for r, row in enumerate(parameters):
        total = 0.0
        for event in x[r]:
            image = event[None, None]
            for _ in range(order):
                image = family.transform(row[None], image)
            total += float(((image[0, 0] - event) ** 2).sum())
        np.testing.assert_allclose(value[r], total / x.shape[1], rtol=1e-10)


@EVERY
def test_commuting_is_eq_41(family: Family) -> None:
    """Half of 1/N sum |g_1(g_2(x)) - g_2(g_1(x))|^2 with either partner."""
    parameters, x = _start(family), _events(family)
    value = Commuting().value(family, parameters, x)
    for r in range(4):
        one, two = parameters[[r]], parameters[[r ^ 1]]
        first = family.transform(one, family.transform(two, x[[r]]))
        second = family.transform(two, family.transform(one, x[[r]]))
        np.testing.assert_allclose(
            value[r], 0.5 * ((first - second) ** 2).sum(-1).mean(), rtol=1e-10, atol=1e-25
        )


@EVERY
@pytest.mark.parametrize("term", [Cyclic(3), Commuting()], ids=["cyclic", "commuting"])
def test_terms_have_gradients(family: Family, term: LossTerm) -> None:
    moving = [label != "s" or family.name != "Henon" for label in family.labels]
    start, x = _start(family, 2), _events(family, 2)

    def value(continuous: torch.Tensor) -> torch.Tensor:
        return term.value(family, torch.where(torch.tensor(moving), continuous, start), x)

    assert torch.autograd.gradcheck(value, (start.clone().requires_grad_(),))


def test_rotations_of_a_plane_commute_and_turns_have_orders() -> None:
    turn = torch.tensor([[2 * torch.pi / 7], [0.3]], dtype=torch.float64)
    x = torch.randn(2, 5, 2, dtype=torch.float64)
    assert float(Commuting().value(PlaneRotations(2), turn, x).abs().max()) < 1e-20
    seventh, other = Cyclic(7).value(PlaneRotations(2), turn, x).tolist()
    assert seventh < 1e-20
    assert other > 0.1


@pytest.mark.parametrize("order", [0, -1, 2.0])
def test_orders_that_are_none(order: int) -> None:
    with pytest.raises(ValueError, match="a positive integer, not"):
        Cyclic(order)


def _isotropic(family: Family, term: LossTerm, replicas: int, strength: float) -> Trained:
    x = np.random.default_rng(3).normal(size=(2000, family.vector))
    sample = Sample(torch.from_numpy(x), torch.ones(2000, dtype=torch.float64))
    options = TrainingOptions(steps=600, batch=64, learning_rate={"generator": 1e-2})
    seeds = replica_seeds(np.random.SeedSequence(4), replicas)
    return train(Space("s", family, None), sample, options, seeds, terms=[(strength, term)])


def test_z_3_of_an_isotropic_density() -> None:
    """All rotations keep it; those by thirds of a turn have order 3: Fig. 6 of the paper."""
    found = _isotropic(PlaneRotations(2), Cyclic(3), 12, 0.1)
    thirds = found.final[:, 0] / (2 * np.pi / 3)
    assert np.abs(thirds - thirds.round()).max() < 0.01
    assert np.abs(found.initial[:, 0] / (2 * np.pi / 3) - thirds).max() > 0.2
    assert len(np.unique(thirds.round() % 3)) == 3


def test_commuting_rotations_of_space() -> None:
    """All rotations keep an isotropic density; pairs that commute turn about one axis."""
    found = _isotropic(Exponential(so(3)), Commuting(), 6, 1.0)
    pairs = Exponential(so(3)).matrices(torch.from_numpy(found.final)).unflatten(0, (3, 2))
    starts = Exponential(so(3)).matrices(torch.from_numpy(found.initial)).unflatten(0, (3, 2))
    size = [
        float(torch.linalg.matrix_norm(p[:, 0] @ p[:, 1] - p[:, 1] @ p[:, 0]).max()) for p in (pairs, starts)
    ]
    assert size[0] < 0.02
    assert size[1] > 0.5
