"""New classifiers between events and transformed events, one per element, trained in parallel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import cos, pi, sqrt

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import t as student

from symhep.methods.passes import State
from symhep.stats.quadratic_forms import log_tail
from symhep.torchkit.adam import Adam
from symhep.torchkit.streams import ReplicaStreams
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.training.batches import EventBatches
from symhep_symmetrygan.training.options import DiscriminatorOptions
from symhep_symmetrygan.training.set_discriminator import Networks, make_networks
from symhep_symmetrygan.training.steps import SHOWN, Advance, nothing
from symhep_symmetrygan.validation.calibration import CalibratedLoss, halves
from symhep_symmetrygan.validation.given import Shifts, moved_by
from symhep_symmetrygan.validation.options import PosthocOptions
from symhep_symmetrygan.validation.pictures import Pictures, pictures_of
from symhep_symmetrygan.validation.waves import blocks

__all__ = ["Judged", "classify", "judge_sums", "judged_of", "loaded", "losses_of"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judged:
    """What E classifiers say of held-out events.

    Attributes
    ----------
    loss, error
        (E,) -E[ln d(x) + ln(1 - d(g x))], calibrated (`CalibratedLoss`), and its standard error: 2 ln 2 if nobody can
        tell x from g x.
    excess
        (E,) E[d(x)] - E[d(g x)], whose expectation is 0 for a symmetry, and positive where the classifier tells.
    variance
        (E,) of the excess, from paired differences.
    slope
        (E, G) of E[d(g x)] along exp(sum_a delta_a T_a) g.
    networks
        (E, n) single precision: parameters of the classifiers, for `losses_of`; (E, 0): there are none.
    images
        (E, 8, n) single precision: d of the images of the events that `Shifts` makes; (E, 0, 0) if not asked for.
    """

    loss: FloatArray
    error: FloatArray
    excess: FloatArray
    variance: FloatArray
    slope: FloatArray
    networks: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    images: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=np.float32))

    @classmethod
    def unknown(cls, count: int, generators: int) -> Judged:
        """NaN: without classifiers."""
        nothing = np.full(count, np.nan)
        none = np.zeros((count, 0, 0), dtype=np.float32)
        slope, networks = np.full((count, generators), np.nan), np.zeros((count, 0), dtype=np.float32)
        return cls(nothing, nothing, nothing, nothing, slope, networks, none)

    def log_p(self, nu: float, error: FloatArray | None = None) -> FloatArray:
        """One-sided p-values (E,), logarithms, of 'no excess': Student's t on ``nu`` degrees of freedom.

        ``error`` (E, G, G): covariance of the element; its part of the variance is slope^T error slope.
        """
        variance = self.variance
        if error is not None:
            variance = variance + np.einsum("ea,eab,eb->e", self.slope, error, self.slope)
        score = np.divide(self.excess, np.sqrt(variance), out=np.zeros_like(variance), where=~(variance <= 0))
        # both tails of t^2, which log_tail gives however small it is
        both = log_tail(np.maximum(score, 0.0) ** 2, [1.0], nu) - np.log(2)
        return np.where(score > 0, both, np.asarray(student.logsf(score, nu)))


def classify(
    train: Sample,
    held: Sample,
    elements: FloatArray,
    generators: FloatArray,
    options: PosthocOptions,
    seeds: Sequence[np.random.SeedSequence],
    advance: Advance = nothing,
    *,
    shifts: Shifts | None = None,
) -> Judged:
    """Train a classifier of ``train`` against its images by each of ``elements`` (E, D + 1, D + 1), judge on ``held``.

    The networks see whitened coordinates and start from ``seeds``, one per element. Their step size falls to zero as a
    cosine. ``advance`` counts len(seeds) * options.steps steps. ``shifts``: images of events to judge as well.
    """
    device = train.x.device
    streams = ReplicaStreams(seeds, str(device))
    layers = DiscriminatorOptions(hidden=options.hidden)
    networks = make_networks(train.width, train.members, len(seeds), layers, device)
    networks.initialise(streams)
    adam = Adam(networks.parameters.values, networks.parameters.gradients)
    batches = EventBatches(train, streams, options.batch)
    pictures = pictures_of(train, elements)
    for step in range(options.steps):
        x, weights = batches.next()
        networks.gradients(pictures.real(x), pictures.fake(x), weights, measure=False)
        adam.learning_rate = options.learning_rate * 0.5 * (1 + cos(pi * step / options.steps))
        adam.step()
        if (step + 1) % SHOWN == 0 or step + 1 == options.steps:
            advance((step % SHOWN + 1) * len(seeds))
    found = replace(_judge(networks, held, pictures, elements, generators), networks=_flat(networks))
    return (
        found if shifts is None else replace(found, images=_shifted(networks, train, held, elements, shifts))
    )


@torch.no_grad()
def _shifted(
    networks: Networks, train: Sample, held: Sample, elements: FloatArray, shifts: Shifts
) -> npt.NDArray[np.float32]:
    """(E, 8, n) d of the images g^-k_j z of the held-out events."""
    moves = np.stack([moved_by(g) for g in elements], 2)  # (8, 8, E, D + 1, D + 1)
    told = np.zeros((len(elements), len(moves), len(held)), dtype=np.float32)
    columns = torch.cat([held.rows.float(), torch.ones(len(held), 1, device=held.x.device)], 1).T
    for k, of in enumerate(moves):
        own = np.flatnonzero(shifts.of_events == k)
        if len(own):
            some = columns[:, torch.from_numpy(own).to(columns.device)]
            for j, maps in enumerate(of):
                pictures = pictures_of(train, maps)
                chances = networks.logits(pictures.judged(pictures.maps, some)).sigmoid()
                told[:, j, own] = chances.cpu().numpy()
    return told


def _judge(
    networks: Networks,
    held: Sample,
    pictures: Pictures,
    elements: FloatArray,
    generators: FloatArray,
) -> Judged:
    return judged_of(judge_sums(networks, held, pictures), pictures, elements, generators)


def judge_sums(networks: Networks, held: Sample, pictures: Pictures) -> State:
    """Sums over held-out events, a block at a time; slopes by automatic differentiation with respect to the maps.

    Those of other events, with other units, may be added.
    """
    count = len(pictures.maps)
    losses = CalibratedLoss(count, halves(len(held), held.unit))
    sums, at = torch.zeros(3, count, dtype=torch.float64, device=held.x.device), 0
    slope = torch.zeros(pictures.maps.shape, dtype=torch.float64, device=held.x.device)
    for rows, weights in blocks(held):
        columns = rows.T
        with torch.no_grad():
            real = networks.logits(pictures.real(columns[:-1]).expand(count, -1, -1))
        maps = pictures.maps.clone().requires_grad_()
        with torch.enable_grad():
            fake = networks.logits(pictures.judged(maps, columns))
            chance = fake.sigmoid()
            slope += torch.autograd.grad((chance * weights).sum(), maps)[0]
        fake, chance = fake.detach(), chance.detach()
        losses.add(slice(at, at + len(rows)), real, fake, weights)
        at += len(rows)
        excess, w, w2 = real.sigmoid() - chance, weights, weights**2
        sums += torch.stack((excess @ w, excess @ w2, excess**2 @ w2))
    each, halved = losses.state
    copied = float((held.unit_weights**2).sum())
    return {
        "judged": sums.cpu().numpy(), "slope": slope.cpu().numpy(), "losses": each, "halves": halved,
        "weight": np.array([float(held.weights.sum()), float((held.weights**2).sum()), copied]),
    }  # fmt: skip


def judged_of(state: State, pictures: Pictures, elements: FloatArray, generators: FloatArray) -> Judged:
    """What the sums of `judge_sums` say."""
    weight, squares, copied = state["weight"].tolist()
    mean, variance = _mean(state["judged"], weight, squares)
    loss, error = CalibratedLoss.of_state(state["losses"], state["halves"]).found()
    # d d / d delta_a = <d d / d(A, b), (A, b) of T_a g>, in whitened coordinates
    moved = np.einsum("gij,ejk->egik", generators[:, :-1], elements)
    by_delta = np.einsum("ehk,eghk->eg", state["slope"] / weight, pictures.along(moved))
    # what copies do to variances, `Sample.repeated`
    copies, none = copied / squares, np.zeros((len(elements), 0, 0), dtype=np.float32)
    return Judged(loss, error * sqrt(copies), mean, variance * copies, by_delta, images=none)


def _flat(networks: Networks) -> npt.NDArray[np.float32]:
    """(E, n) parameters, tensor after tensor."""
    arrays = networks.parameters.arrays()
    return np.concatenate([a.reshape(networks.parameters.replicas, -1) for a in arrays.values()], axis=1)


def loaded(trained: npt.NDArray[np.float32], like: Sample, options: PosthocOptions) -> Networks:
    """Classifiers (E, n) as `Judged.networks` keeps them, of rows like those of a sample."""
    networks = make_networks(
        like.width, like.members, len(trained), DiscriminatorOptions(hidden=options.hidden), like.x.device
    )
    parts, start = dict[str, npt.NDArray[np.float32]](), 0
    for name in networks.parameters.names():
        shape = tuple(networks.parameters[name].shape)
        stop = start + int(np.prod(shape[1:]))
        parts[name], start = trained[:, start:stop].reshape(shape), stop
    networks.parameters.load(parts)
    return networks


@torch.no_grad()
def losses_of(
    trained: npt.NDArray[np.float32],
    train: Sample,
    held: Sample,
    elements: FloatArray,
    options: PosthocOptions,
    weights: Sequence[npt.NDArray[np.float64]],
) -> list[FloatArray]:
    """Losses (E,) of trained classifiers (E, n) on the events ``held``, under each of several sets of weights (n,).

    ``train`` are the events they were trained on, whose unit covariance they see.
    """
    count = len(elements)
    networks = loaded(trained, train, options)
    pictures = pictures_of(train, elements)
    losses = [CalibratedLoss(count, halves(len(held), held.unit)) for _ in weights]
    at = 0
    for rows, _ in blocks(held):
        columns = rows.T
        real = networks.logits(pictures.real(columns[:-1]).expand(count, -1, -1))
        fake = networks.logits(pictures.judged(pictures.maps, columns))
        part = slice(at, at + len(rows))
        for loss, each in zip(losses, weights, strict=True):
            loss.add(part, real, fake, torch.from_numpy(each[part]).to(real))
        at += len(rows)
    return [loss.found()[0] for loss in losses]


def _mean(sums: FloatArray, weight: float, squares: float) -> tuple[FloatArray, FloatArray]:
    """Weighted mean and its variance sum w^2 (v - mean)^2 / (sum w)^2, from sum w v, sum w^2 v and sum w^2 v^2."""
    first, cross, second = sums
    mean = first / weight
    return mean, np.maximum(second - 2 * mean * cross + mean**2 * squares, 0.0) / weight**2
