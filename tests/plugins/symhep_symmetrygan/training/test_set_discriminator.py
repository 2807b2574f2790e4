"""Deep sets: independent of order and padding, with slopes that automatic differentiation confirms."""

from __future__ import annotations

import numpy as np
import torch

from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_symmetrygan.members import Members
from symhep_symmetrygan.training.discriminator import cross_entropy
from symhep_symmetrygan.training.options import DiscriminatorOptions
from symhep_symmetrygan.training.set_discriminator import SetDiscriminator

R, B, P = 3, 20, 5


def made() -> tuple[Members, SetDiscriminator, torch.Tensor]:
    """A set of four jets at most beside one missing momentum, one tag, two spectators."""
    there = np.ones((P, 3), bool)
    there[4, 2] = False
    rng = np.random.default_rng(1)
    white = np.eye(3) + 0.1 * rng.normal(size=(3, 3))
    members = Members(
        P, 3, 1, 2, (0, 0, 0, 0, 1), there, ("jets", "met"), ("jets",), ("three",) * 4 + ("transverse",),
        rng.normal(size=3), white @ white.T,
    )  # fmt: skip
    networks = SetDiscriminator(members, R, DiscriminatorOptions(hidden=(7, 6)), dtype=torch.float64)
    networks.initialise(ReplicaStreams(replica_seeds(np.random.SeedSequence(2), R)))
    mask = np.concatenate([np.arange(4) < rng.integers(0, 5, (R, B, 1)), np.ones((R, B, 1), bool)], 2)
    x = rng.normal(size=(R, B, P, 3)) * mask[..., None] * there
    tags = rng.normal(size=(R, B, P)) * mask
    rows = np.concatenate([x.reshape(R, B, -1), mask, tags, rng.normal(size=(R, B, 2))], 2)
    return members, networks, torch.from_numpy(rows).mT.contiguous()


def test_logits_are_those_of_the_formula() -> None:
    """rho(sum_p phi(white (x_p - centre), type, tag), spectators), with matrices by hand, member by member."""
    members, networks, columns = made()
    own = {name: values.astype(np.float64) for name, values in networks.parameters.arrays().items()}
    rows = columns.mT.numpy()
    for r, n in ((0, 0), (1, 7), (2, 19)):
        x, mask = rows[r, n, :15].reshape(P, 3), rows[r, n, 15:20]
        pooled = np.zeros(6)
        for p in np.flatnonzero(mask):
            seen = members.white @ ((x[p] - members.centre) * members.present[p])
            h = np.concatenate([seen, np.eye(2)[members.types[p]], rows[r, n, 20 + p : 21 + p]])
            h = np.maximum(h @ own["member.0.weight"][r] + own["member.0.bias"][r, 0], 0)
            pooled += h @ own["member.1.weight"][r] + own["member.1.bias"][r, 0]
        h = np.concatenate([pooled, rows[r, n, 25:]])
        h = np.maximum(h @ own["event.0.weight"][r] + own["event.0.bias"][r, 0], 0)
        logit = h @ own["event.1.weight"][r] + own["event.1.bias"][r, 0]
        np.testing.assert_allclose(float(networks.logits(columns)[r, n]), logit[0], rtol=1e-5)


def test_slopes_are_those_of_automatic_differentiation() -> None:
    members, networks, columns = made()
    weights = torch.rand(R, B, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    fake = members.image(columns.mT, torch.eye(3, dtype=torch.float64) * 1.1, None).mT.contiguous()
    loss, slope = networks.gradients(columns, fake, weights)
    written = networks.parameters.gradients.clone()
    leaf, values = fake.clone().requires_grad_(), networks.parameters.values
    values.requires_grad_()
    again = SetDiscriminator(members, R, DiscriminatorOptions(hidden=(7, 6)), dtype=torch.float64)
    again.parameters.load(networks.parameters.arrays())
    expected = cross_entropy(again.logits(columns), again.logits(leaf), weights)
    (by_fake,) = torch.autograd.grad(expected.sum(), leaf)
    assert loss is not None
    torch.testing.assert_close(loss, expected.detach(), rtol=1e-5, atol=1e-6)
    there = members.there(members.split(fake.mT)[1]).flatten(2).mT
    torch.testing.assert_close(slope[:, :15], by_fake[:, :15] * there, rtol=1e-4, atol=1e-6)
    assert not slope[:, 15:].any()
    assert written.isfinite().all()


def test_slopes_by_parameters_are_differences_of_the_loss() -> None:
    _, networks, columns = made()
    fake = columns.clone()
    fake[:, :3] += 0.3 * columns[:, 15:16]
    networks.gradients(columns, fake)
    slopes, values = networks.parameters.gradients.clone(), networks.parameters.values
    for k in np.random.default_rng(5).integers(0, len(values), 12):
        ends = []
        for step in (1e-5, -2e-5):
            values[k] += step
            ends.append(float(cross_entropy(networks.logits(columns), networks.logits(fake)).sum()))
        values[k] += 1e-5
        np.testing.assert_allclose(float(slopes[k]), (ends[0] - ends[1]) / 2e-5, rtol=1e-3, atol=1e-7)


def test_order_and_empty_places_mean_nothing() -> None:
    members, networks, columns = made()
    rows = columns.mT.clone()
    x, mask, tags, _ = members.split(rows)
    order = [2, 0, 3, 1, 4]
    turned = torch.cat([x[:, :, order].flatten(2), mask[..., order], tags[..., order, 0], rows[..., 25:]], 2)
    torch.testing.assert_close(networks.logits(columns), networks.logits(turned.mT), rtol=1e-12, atol=1e-12)
    garbage = rows.clone()
    garbage[..., :15] += 7.0 * (1 - members.there(mask).flatten(2))
    assert networks.logits(garbage.mT).equal(networks.logits(columns))


def test_members_of_one_type_are_alike_and_others_are_not() -> None:
    members, networks, columns = made()
    rows = columns.mT.clone()
    rows[..., 15:20] = 1.0
    rows[..., 2::3][..., :5] = 0.0  # all have two components
    swapped = rows.clone()
    for a, b, width in ((0, 12, 3), (20, 24, 1)):  # the first jet and the missing momentum
        swapped[..., a : a + width], swapped[..., b : b + width] = (
            rows[..., b : b + width],
            rows[..., a : a + width],
        )
    assert not torch.allclose(networks.logits(rows.mT), networks.logits(swapped.mT))
    assert members.types[0] != members.types[4]
