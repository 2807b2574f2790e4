"""Non-linear generators (3): small networks x -> v(x) = (x' - x) / eps, all generators and seeds as one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.methods.context import Task
from symhep.torchkit.adam import Adam
from symhep.torchkit.network import Perceptron
from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_oracle.gradient.options import FlowOptions
from symhep_oracle.gradient.training import recorded_epochs

__all__ = ["Flows", "alignment", "learn_flows"]

FloatArray = npt.NDArray[np.float64]
Function = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Flows:
    """Trained vector fields of R seeds with G generators each.

    ``epochs`` (T,), ``parts`` (T, R, 3): invariance, normalisation, orthogonality on the way. `evaluate` gives
    the fields anywhere.
    """

    epochs: npt.NDArray[np.int64]
    parts: FloatArray
    generators: int
    network: Perceptron

    @property
    def best(self) -> int:
        """The seed with the least final loss."""
        return int(self.parts[-1].sum(axis=1).argmin())

    @torch.no_grad()
    def evaluate(self, x: FloatArray) -> FloatArray:
        """v (R, G, N, D) at the points (N, D)."""
        seeds = self.parts.shape[1]
        points = torch.as_tensor(x, dtype=torch.float64).expand(seeds * self.generators, *x.shape)
        return np.asarray(self.network(points).view(seeds, self.generators, *x.shape).numpy())


class _Loss:
    r"""sum_g E r_g^2 + sum_g E (|v_g|^2 - c)^2 + sum_{a<b} E[v_a . v_b]^2, r = (phi(x + eps v) - phi(x)) / eps.

    E is the weighted mean over the data. Normalised point by point, as in the published code: on average alone, a
    field may vanish wherever keeping to the contours is hard. c = 2 E |x|^2 / D gives W x on isotropic data
    tr(W W^T) = 2, as (5) asks.
    """

    def __init__(self, function: Function, x: Tensor, shares: Tensor, options: FlowOptions) -> None:
        self.function, self.x, self.shares, self.options = function, x, shares, options
        self.values = function(x).detach()
        self.target = 2 * float((shares @ x.square()).mean())
        one = torch.eye(options.generators, dtype=torch.float64)
        self._orthogonality = options.weights.orthogonality / 2 * (1 - one)

    def __call__(self, fields: Tensor) -> tuple[Tensor, Tensor]:
        """Terms (R, 3) and the slope at the fields (R, G, N, D)."""
        points = torch.add(self.x, fields, alpha=self.options.epsilon).requires_grad_()
        h = self.options.weights
        with torch.enable_grad():
            change = (self.function(points) - self.values) / self.options.epsilon
            invariance = h.invariance * (change.square().sum(3) @ self.shares).sum(1)
            (slope,) = torch.autograd.grad(invariance.sum(), points)
        slope *= self.options.epsilon
        excess = fields.square().sum(3) - self.target
        normalisation = h.normalisation * (excess.square() @ self.shares).sum(1)
        weighted = fields * self.shares[:, None]
        slope.addcmul_(weighted, excess[..., None], value=4 * h.normalisation)
        products = torch.bmm(weighted.flatten(2), fields.flatten(2).transpose(1, 2))
        slope.flatten(2).baddbmm_(4 * self._orthogonality * products, weighted.flatten(2))
        orthogonality = (self._orthogonality * products.square()).sum((1, 2))
        return torch.stack([invariance.detach(), normalisation, orthogonality], dim=1), slope


@torch.no_grad()
def learn_flows(
    function: Function,
    x: FloatArray,
    weights: FloatArray,
    options: FlowOptions,
    seeds: Sequence[np.random.SeedSequence],
    advance: Task | None = None,
) -> Flows:
    """Vector fields that leave ``function`` (..., D) -> (..., k) as it is, one set per member of ``seeds``.

    A field times any function of x is a symmetry as well, so what is found is a direction at each point.
    ``x`` (N, D), ``weights`` (N,) not negative.
    """
    points = torch.as_tensor(x, dtype=torch.float64)
    loss = _Loss(function, points, torch.as_tensor(weights / weights.sum(), dtype=torch.float64), options)
    g, replicas, sizes = options.generators, len(seeds), (x.shape[1], *options.hidden, x.shape[1])
    # Every generator is a network of its own; one stream per seed starts its generators in turn.
    parameters = ReplicaParameters(Perceptron.shapes("field", sizes), replicas * g, dtype=torch.float64)
    network = Perceptron(parameters, "field", sizes, options.activation)
    network.initialise(ReplicaStreams([s for seed in seeds for s in replica_seeds(seed, g)]))
    adam = Adam(parameters.values, parameters.gradients, options.learning_rate)
    batch = points.expand(replicas * g, *points.shape)
    epochs, parts = recorded_epochs(options.epochs), []
    for epoch in range(options.epochs + 1):
        trace = network.trace(batch)
        terms, slope = loss(trace[-1].view(replicas, g, *points.shape))
        if epoch in epochs:
            parts.append(terms)
        if epoch < options.epochs:
            network.backward(trace, slope.flatten(0, 1), to_input=False)
            adam.step()
            if advance is not None:
                advance(1)
    return Flows(np.array(epochs), torch.stack(parts).numpy(), g, network)


def alignment(fields: FloatArray, gradient: FloatArray) -> FloatArray:
    """Share of |v|^2 that runs along the contours, E |v_t|^2 / E |v|^2, for (..., N, D) fields and (N, D) gradients.

    >>> float(alignment(np.array([[0.0, 2.0]]), np.array([[1.0, 0.0]])))
    1.0
    """
    unit = gradient / np.linalg.norm(gradient, axis=-1, keepdims=True)
    across = (fields * unit).sum(axis=-1) ** 2
    return np.asarray(1 - across.sum(axis=-1) / (fields**2).sum(axis=(-1, -2)))
