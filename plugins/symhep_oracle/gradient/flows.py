"""Non-linear generators (3): small networks x -> v(x) = (x' - x) / eps, all generators and seeds as one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.methods.context import Task
from symhep.torchkit.adam import Adam
from symhep.torchkit.network import Perceptron
from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep.torchkit.threads import in_groups
from symhep_oracle.gradient.options import FlowOptions
from symhep_oracle.gradient.training import recorded_epochs
from symhep_oracle.oracles.interface import DOUBLE

__all__ = ["Flows", "alignment", "contour_normals", "learn_flows"]

FloatArray = npt.NDArray[np.float64]
Function = Callable[[Tensor], Tensor]

#: Seeds trained side by side: each has a network per generator, on all points at every step.
TOGETHER = 3


@dataclass(frozen=True)
class Flows:
    """Trained vector fields of R seeds with G generators each.

    ``epochs`` (T,), ``parts`` (T, R, 3): invariance, normalisation, orthogonality on the way; ``parameters`` of the
    R G networks, (R G, ...) each. `evaluate` gives the fields anywhere.
    """

    epochs: npt.NDArray[np.int64]
    parts: FloatArray
    generators: int
    network: Perceptron
    parameters: dict[str, npt.NDArray[Any]]

    @property
    def best(self) -> int:
        """The seed with the least final loss."""
        return int(self.parts[-1].sum(axis=1).argmin())

    @torch.no_grad()
    def evaluate(self, x: FloatArray) -> FloatArray:
        """v (R, G, N, D) at the points (N, D)."""
        return self._split(self.network(self._points(x)))

    def brackets(self, x: FloatArray) -> FloatArray:
        """[v_a, v_b] = (Dv_b) v_a - (Dv_a) v_b at the points, (R, G, G, N, D)."""
        points = self._points(x).requires_grad_()
        values = self.network(points)
        # Neither points nor networks mix, so the slope of a sum over both holds the slope of each.
        slopes = [torch.autograd.grad(c.sum(), points, retain_graph=True)[0] for c in values.unbind(-1)]
        jacobian = np.stack([self._split(s) for s in slopes], axis=3)  # (R, G, N, D, D): d v_i / d x_j
        along = np.einsum("rbnij,ranj->rabni", jacobian, self._split(values.detach()))
        return np.asarray(along - along.swapaxes(1, 2))

    def _points(self, x: FloatArray) -> Tensor:
        points = torch.as_tensor(x, dtype=torch.float64)
        return points.expand(self.parts.shape[1] * self.generators, *x.shape).contiguous()

    def _split(self, values: Tensor) -> FloatArray:
        return np.asarray(values.view(-1, self.generators, *values.shape[1:]).numpy())


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
    ``x`` (N, D), ``weights`` (N,) not negative; ``advance`` counts ``epochs`` steps in all.
    """
    loss = _Loss(function, torch.as_tensor(x, dtype=torch.float64), _shares(weights), options)

    @torch.no_grad()
    def group(members: list[int]) -> tuple[dict[str, npt.NDArray[Any]], FloatArray]:
        return _train(loss, [seeds[r] for r in members], advance if members[0] == 0 else None)

    found = in_groups(group, len(seeds), most=TOGETHER)
    parameters = {name: np.concatenate([p[name] for p, _ in found]) for name in found[0][0]}
    network = _networks(options, x.shape[1], len(seeds) * options.generators)
    network.parameters.load(parameters)
    epochs = np.array(recorded_epochs(options.epochs))
    parts = np.concatenate([p for _, p in found], axis=1)
    return Flows(epochs, parts, options.generators, network.fields, parameters)


def _shares(weights: FloatArray) -> Tensor:
    return torch.as_tensor(weights / weights.sum(), dtype=torch.float64)


class _Networks(NamedTuple):
    parameters: ReplicaParameters
    fields: Perceptron


def _networks(options: FlowOptions, features: int, count: int) -> _Networks:
    sizes = (features, *options.hidden, features)
    parameters = ReplicaParameters(Perceptron.shapes("field", sizes), count, dtype=torch.float64)
    return _Networks(parameters, Perceptron(parameters, "field", sizes, options.activation))


def _train(
    loss: _Loss, seeds: Sequence[np.random.SeedSequence], advance: Task | None
) -> tuple[dict[str, npt.NDArray[Any]], FloatArray]:
    """Parameters (R G, ...) and terms (T, R, 3)."""
    options, points, g, replicas = loss.options, loss.x, loss.options.generators, len(seeds)
    # Every generator is a network of its own; one stream per seed starts its generators in turn.
    parameters, network = _networks(options, points.shape[1], replicas * g)
    network.initialise(ReplicaStreams([s for seed in seeds for s in replica_seeds(seed, g)]))
    adam = Adam(parameters.values, parameters.gradients, options.learning_rate)
    batch = points.expand(replicas * g, *points.shape)
    recorded, parts = set(recorded_epochs(options.epochs)), []
    for epoch in range(options.epochs + 1):
        trace = network.trace(batch)
        terms, slope = loss(trace[-1].view(replicas, g, *points.shape))
        if epoch in recorded:
            parts.append(terms)
        if epoch < options.epochs:
            network.backward(trace, slope.flatten(0, 1), to_input=False)
            adam.step()
            if advance is not None:
                advance(1)
    return parameters.arrays(), torch.stack(parts).numpy()


def contour_normals(
    gradient: FloatArray, precision: float = DOUBLE
) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Orthonormal rows (N, min(k, D), D) that span the gradients (N, k, D) of k functions at each point, and how many
    of them count (N,); the others are zero. ``precision`` is the relative error of the gradients.

    >>> normals, rank = contour_normals(np.array([[[0.0, 2.0], [0.0, 1.0]]]))
    >>> np.abs(normals).round(9).tolist(), rank.tolist()
    ([[[0.0, 1.0], [0.0, 0.0]]], [1])
    """
    _, sizes, rows = np.linalg.svd(gradient, full_matrices=False)
    independent = sizes > sizes[:, :1] * max(gradient.shape[1:]) * 16 * precision
    return rows * independent[..., None], independent.sum(axis=1)


def alignment(fields: FloatArray, normals: FloatArray) -> FloatArray:
    """Share of |v|^2 that runs along the contours, E |v_t|^2 / E |v|^2, for fields (..., N, D) and the orthonormal
    ``normals`` (N, k, D) of the contours.

    >>> float(alignment(np.array([[0.0, 2.0]]), np.array([[[1.0, 0.0]]])))
    1.0
    """
    across = np.einsum("...nd,nkd->...nk", fields, normals) ** 2
    return np.asarray(1 - across.sum(axis=(-1, -2)) / (fields**2).sum(axis=(-1, -2)))
