"""Networks that learn to tell an event from its images, one per element, all trained as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.discrete.orbit_sums import chunks
from symhep.lie.elements.element import Element
from symhep.torchkit.adam import Adam
from symhep.torchkit.network import Perceptron
from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams
from symhep.torchkit.threads import in_groups, on_cores
from symhep_moments.fit.discrete.options import ClassifierOptions
from symhep_moments.fit.discrete.products import Products

__all__ = ["OrbitClassifier"]

FloatArray = npt.NDArray[np.float64]

#: Share of the training events that decides when to stop.
VALIDATION = 0.2


class OrbitClassifier:
    """R networks h_r, each with the answer P(x is the event | x, g x, ..., g^(q-1) x) = softmax_j h(g^j x).

    For an involution this is sigmoid(h(x) - h(g x)), with a logit that is odd under g (Lester and Tombs,
    arXiv:2111.00616). Loss: the mean of - log softmax_0 over the events, which - log q + KL bounds from below, KL the
    divergence of the density from its mean over the images: 0 only if they are the same.

    Parameters
    ----------
    functions
        What the networks see of an event.
    elements
        R elements of one order.
    seeds
        R streams; a network's numbers depend on its own stream alone.
    """

    def __init__(
        self,
        functions: Products,
        elements: Sequence[Element],
        options: ClassifierOptions,
        seeds: Sequence[np.random.SeedSequence],
        device: str = "cpu",
    ) -> None:
        self._functions, self._elements, self._options = functions, elements, options
        self._seeds, self._device = seeds, device
        self._sizes = (len(functions.labels), *options.hidden, 1)

    def train(self, x: Tensor, weights: Tensor) -> None:
        """Learn from events (N, P, d) with signed weights (N,).

        The state of each network that does best on every fifth event, which it is not trained on, is kept.
        """
        orbits = self._orbits(x)
        self._centre = orbits.mean((1, 2), keepdim=True)
        spread = orbits.std((1, 2), correction=0, keepdim=True)
        self._spread = torch.where(spread > 1e-6, spread, torch.inf)
        data = self._inputs(orbits)
        del orbits
        w = (weights / weights.abs().mean()).to(data)
        held = torch.arange(len(x), device=x.device) % round(1 / VALIDATION) == 0
        learned, kept = data[:, ~held], data[:, held]
        del data  # it would double what a sample of 10^5 events takes
        whole = list(range(len(self._elements)))

        def fit(members: list[int]) -> dict[str, npt.NDArray[np.float32]]:
            own = (learned, kept) if members == whole else (learned[members], kept[members])
            return self._fit(*own, w[~held], w[held], [self._seeds[m] for m in members])

        parts = in_groups(fit, len(self._elements), self._device)
        self._trained = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def log_shares(self, x: Tensor) -> FloatArray:
        """log softmax_j h(g^j x), (R, N, q)."""
        network, parameters = self._network(len(self._elements))
        parameters.load(self._trained)

        def of_part(part: slice) -> FloatArray:
            with torch.inference_mode():
                found = _log_softmax(network, self._inputs(self._orbits(x[part])))
            return np.asarray(found.double().cpu().numpy())

        return np.concatenate(list(on_cores(of_part, chunks(len(x)), self._device)), axis=1)

    def _orbits(self, x: Tensor) -> Tensor:
        """What the networks see of all images: (R, N, q, K), single precision."""
        q, n, k = self._elements[0].order, len(x), len(self._functions.labels)
        seen = x.new_empty(len(self._elements), q, n, k, dtype=torch.float32)
        for own, element in zip(seen, self._elements, strict=True):
            own.copy_(self._functions(element.orbit(x).flatten(0, 1)).view(q, n, k))
        return seen.transpose(1, 2)

    def _inputs(self, orbits: Tensor) -> Tensor:
        """The same, centred and scaled in place."""
        return orbits.sub_(self._centre).div_(self._spread)

    def _network(self, replicas: int) -> tuple[Perceptron, ReplicaParameters]:
        parameters = ReplicaParameters(Perceptron.shapes("net", self._sizes), replicas, self._device)
        return Perceptron(parameters, "net", self._sizes, "tanh"), parameters

    @torch.inference_mode()
    def _fit(
        self,
        learned: Tensor,
        kept: Tensor,
        w_learned: Tensor,
        w_kept: Tensor,
        seeds: Sequence[np.random.SeedSequence],
    ) -> dict[str, npt.NDArray[np.float32]]:
        """Train on ``learned`` (R, N, q, K); parameters of each replica's epoch that does best on ``kept``."""
        streams = ReplicaStreams(list(seeds), self._device)
        network, parameters = self._network(len(seeds))
        network.initialise(streams)
        options = self._options
        adam = Adam(
            parameters.values, parameters.gradients, options.learning_rate, weight_decay=options.weight_decay
        )
        rows = torch.arange(len(seeds), device=learned.device)[:, None]
        best = parameters.arrays()
        least = np.full(len(seeds), np.inf)
        steps = max(1, learned.shape[1] // options.batch_size)
        total = max(options.epochs, -(-options.min_steps // steps)) * steps
        while adam.steps < total:
            for chosen in streams.batches(learned.shape[1], options.batch_size):
                batch = learned[rows, chosen]  # (R, b, q, K)
                trace = network.trace(batch.flatten(1, 2))
                slope = trace[-1].view(batch.shape[:3]).softmax(-1)
                slope[..., 0] -= 1
                slope *= w_learned[chosen][..., None] / chosen.shape[1]
                network.backward(trace, slope.view(trace[-1].shape), to_input=False)
                adam.learning_rate = options.learning_rate * (1 + cos(pi * adam.steps / total)) / 2
                adam.step()
            loss = -(w_kept * _log_softmax(network, kept)[..., 0]).mean(1).cpu().numpy()
            better, now = loss < least, parameters.arrays()
            least = np.where(better, loss, least)
            for name, values in best.items():
                values[better] = now[name][better]
        return best


def _log_softmax(network: Perceptron, data: Tensor) -> Tensor:
    """(R, N, q, K) -> (R, N, q)."""
    return network(data.flatten(1, 2)).view(data.shape[:3]).log_softmax(-1)
