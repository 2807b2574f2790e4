"""Training the members of an ensemble, all as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi

import numpy as np
import numpy.typing as npt
import torch

from symhep.methods.context import Task
from symhep.torchkit.adam import Adam
from symhep.torchkit.streams import ReplicaStreams
from symhep.torchkit.threads import in_groups
from symhep_oracle.learned.answers import Answers
from symhep_oracle.learned.losses import slope
from symhep_oracle.learned.networks import Network, make_network
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.oracles.layout import Layout

__all__ = ["fit_members", "steps_for"]

Parameters = dict[str, npt.NDArray[np.float32]]

#: Share of the steps over which the learning rate rises: large steps at the start can kill a network.
WARMUP = 0.1
#: Steps between two moves of the bar.
SHOWN = 50


def steps_for(options: LearnedOracleOptions, events: int) -> int:
    """Optimiser steps on ``events`` training events: whole epochs."""
    each = max(1, events // options.batch_size)
    return max(options.epochs, -(-options.min_steps // each)) * each


def fit_members(
    x: npt.NDArray[np.float64],
    answers: Answers,
    options: LearnedOracleOptions,
    layout: Layout,
    seeds: Sequence[np.random.SeedSequence],
    device: str = "cpu",
    advance: Task | None = None,
) -> Parameters:
    """Train one network per member of ``seeds`` on scaled points (N, D); parameters with the members first.

    A member's numbers depend on its own seed alone. Adam with decoupled weight decay, each member's gradient
    clipped. The learning rate rises over the first tenth of the steps and falls to zero along half a cosine.
    """
    points = torch.as_tensor(x, dtype=torch.float32).to(device)
    truth = torch.as_tensor(answers.values, dtype=torch.float32).to(device)
    weighted = not np.allclose(answers.weights, 1.0)
    weights = torch.as_tensor(answers.weights, dtype=torch.float32).to(device)[:, None]

    @torch.inference_mode()
    def fit_group(members: list[int]) -> Parameters:
        streams = ReplicaStreams([seeds[m] for m in members], device)
        network: Network = make_network(options, layout, answers.outputs, len(members), device)
        network.initialise(streams)
        parameters = network.parameters
        adam = Adam(
            parameters.values, parameters.gradients, options.learning_rate, weight_decay=options.weight_decay
        )
        total = steps_for(options, len(points))
        while adam.steps < total:
            for chosen in streams.batches(len(points), options.batch_size):
                trace = network.trace(points[chosen])
                pull = slope(trace[-1], truth[chosen], len(answers.names)) / chosen.shape[1]
                network.backward(trace, pull * weights[chosen] if weighted else pull)
                parameters.clip(options.clip)
                done = adam.steps / total
                rise = min(1.0, (adam.steps + 1) / (WARMUP * total))
                adam.learning_rate = options.learning_rate * rise * (1 + cos(pi * done)) / 2
                adam.step()
                if advance is not None and adam.steps % SHOWN == 0:
                    advance(SHOWN * len(members))
        return parameters.arrays()

    groups = in_groups(fit_group, len(seeds), device, most=1)  # wide layers: one keeps a core busy
    return {name: np.concatenate([group[name] for group in groups]) for name in groups[0]}
