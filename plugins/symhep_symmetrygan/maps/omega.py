"""The symmetry discovery map, learned in a single training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.methods.context import Task
from symhep.torchkit.streams import ReplicaStreams
from symhep.torchkit.threads import one_thread_per_operation
from symhep_symmetrygan.maps.options import LearnOptions
from symhep_symmetrygan.maps.periods import periods_of
from symhep_symmetrygan.maps.residual import CosineFeatures, ResidualMap
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.training.batches import EventBatches
from symhep_symmetrygan.training.opponent import Opponent
from symhep_symmetrygan.training.whitening import whitening

__all__ = ["LearnedMap", "learn_map"]

FloatArray = npt.NDArray[np.float64]

#: Adam's memories of slopes and of their squares, and what keeps it from dividing by zero.
MEMORY = (0.9, 0.999)
EPSILON = 1e-7


@dataclass(frozen=True, eq=False)
class LearnedMap:
    """Omega, and the points that it was trained on.

    Attributes
    ----------
    omega
        The map: (N, K) -> (N, K).
    points, images
        (M, K) the c_a of eq. (44), and Omega(c_a).
    periods
        (K,) of the parameters, 0 for none.
    """

    omega: ResidualMap
    points: FloatArray
    images: FloatArray
    periods: FloatArray


def learn_map(
    space: Space,
    sample: Sample,
    options: LearnOptions,
    seeds: Sequence[np.random.SeedSequence],
    device: str = "cpu",
    advance: Task | None = None,
) -> LearnedMap:
    """Omega of eq. (44): max over Omega, min over d of - sum_a mean_x [ln d_a(x) + ln(1 - d_a(g(x | Omega(c_a))))].

    One c_a per member of ``seeds``, drawn as the family draws its starts, each with a discriminator of its own; Omega
    is shared. It is a `ResidualMap`: only the last layer is trained, from zero, and when it has had its steps the next
    one is put on top, so Omega is the identity at first and never far from what it was a moment ago.

    The discriminators train alone at first (``options.warm_up``), so that Omega does not follow their random start.
    Each term of the sum counts by the inverse size of its slope at Omega(c_a) (Adam's running root mean square, one
    per a): a saturated discriminator would leave its c_a behind. The steps of the layer's weights V are those of least
    squares, V += (f^T f + ridge)^-1 f^T u: the images move by the slopes u, smoothed over the length of the features,
    as descent in the parameters themselves would move them; the sum's gradient in V, f^T u, is preconditioned by what
    a change of V does to the images.

    The generator's step size is in units of the spread of the c_a, so that the longest way is a matter of steps alone:
    with the default of both about five times the spread. Memory and time per step are linear in len(seeds).

    ``advance`` counts options.steps * len(seeds) steps. Raises `MethodError` for a space with discrete parameters,
    among which nothing is smooth.
    """
    if space.discrete:
        raise MethodError(
            f"a map can be learned for continuous parameters only, but {space.name} also has "
            f"{', '.join(space.discrete)}; search it without its discrete elements, or remove 'learn'"
        )
    with torch.inference_mode(), one_thread_per_operation():
        return _learn(space, sample, options, seeds, device, advance)


def _learn(
    space: Space,
    sample: Sample,
    options: LearnOptions,
    seeds: Sequence[np.random.SeedSequence],
    device: str,
    advance: Task | None,
) -> LearnedMap:
    family, count = space.family, len(seeds)
    streams = ReplicaStreams(seeds, device)
    points = family.initial(streams).to(device, torch.float32)
    periods = periods_of(family)
    spread = points.std(0).clamp_min(1e-3).double().cpu().numpy()
    features = CosineFeatures(periods, spread, options.features, options.length, options.seed).to(device)
    batches = EventBatches(sample, streams, options.batch)
    rates = options.learning_rate
    seen = whitening(sample) if options.discriminator.inputs == "whitened" else None
    opponent = Opponent(
        batches, sample.width, options.discriminator, rates.discriminator, streams, seen, acted=family.vector
    )
    longest = rates.generator * float(np.sqrt((spread**2).mean()))
    climb = _Climb(points)
    layers: list[Tensor] = []
    start, at = points, points
    for step in range(-options.warm_up, options.steps):
        if step >= 0 and step % options.layer_steps == 0:
            start = at
            values = features(start)
            weights = values.new_zeros(options.features, len(family))
            layers.append(weights)
            solver = _least_squares(values, options.ridge)
        share = 0.5 * (1 + math.cos(math.pi * max(step, 0) / options.steps))
        slope = _slope(space, opponent, at)
        opponent.step(share)
        if step < 0:
            continue
        weights.addmm_(solver, climb.direction(slope), alpha=share * longest)
        at = start + values @ weights
        if advance is not None:
            advance(count)
    omega = ResidualMap(features, torch.stack(layers))
    return LearnedMap(omega, points.double().cpu().numpy(), at.double().cpu().numpy(), periods)


def _slope(space: Space, opponent: Opponent, at: Tensor) -> Tensor:
    """d loss / d parameters (M, K) at a new batch; the networks' gradients are written on the way."""
    family = space.family
    batch = opponent.batches.next()
    if not family.affine:
        return opponent.general(batch, family, at, measure=False)[1]
    matrices, shifts = family.matrices(at), family.translations(at)
    _, by_matrix, by_shift = opponent.affine(batch, matrices, shifts, measure=False)
    return family.pull(at, by_matrix, by_shift)


def _least_squares(values: Tensor, ridge: float) -> Tensor:
    """(f^T f + ridge)^-1 f^T for features f (M, F), by the smaller matrix f f^T: (F, M)."""
    kernel = (values @ values.mT).double()
    kernel.diagonal().add_(ridge)
    inverse: Tensor = torch.linalg.inv(kernel)
    return values.mT @ inverse.to(values.dtype)


class _Climb:
    """Adam's direction with one scale for all parameters of a point: it turns no slope."""

    def __init__(self, points: Tensor) -> None:
        self._mean, self._square = torch.zeros_like(points), torch.zeros_like(points[:, :1])
        self._steps = 0

    def direction(self, slope: Tensor) -> Tensor:
        """Up the loss, about one in size while slopes agree from step to step."""
        self._steps += 1
        first, second = MEMORY
        self._mean.lerp_(slope, 1 - first)
        self._square.lerp_(slope.square().sum(1, keepdim=True), 1 - second)
        size = (self._square / (1 - second**self._steps)).sqrt_().add_(EPSILON)
        return self._mean / ((1 - first**self._steps) * size)
