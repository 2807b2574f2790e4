"""The same oracle learned from bootstrap samples of its events: what another sample would have given."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from symhep.events.dataset import Dataset
from symhep.methods.context import Progress
from symhep.torchkit.streams import replica_seeds
from symhep_oracle.learned.answers import Answers
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.learned.oracle import Learned, LearnedOracle, useless_members
from symhep_oracle.learned.training import fit_members, steps_for

__all__ = ["resampled", "retrain"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def resampled(unit: IntArray, rows: IntArray, rng: np.random.Generator) -> IntArray:
    """As many independent events as ``rows`` hold, drawn with replacement, with all their rows.

    ``unit`` (N,) is the independent event that each row of the data comes from.

    >>> resampled(np.array([0, 0, 1, 2]), np.array([0, 1, 3]), np.random.default_rng(2)).tolist()
    [3, 0, 1]
    """
    ordered = rows[np.argsort(unit[rows], kind="stable")]
    _, starts = np.unique(unit[ordered], return_index=True)
    groups = np.split(ordered, starts[1:])
    chosen = rng.integers(len(groups), size=len(groups))
    return np.concatenate([groups[i] for i in chosen])


def retrain(
    data: Dataset,
    x: FloatArray,
    options: LearnedOracleOptions,
    learned: Learned,
    seeds: np.random.SeedSequence,
    device: str,
    progress: Progress,
) -> tuple[LearnedOracle, ...]:
    """``options.retrain`` further ensembles, each on a bootstrap sample of the events that ``learned`` was trained on.

    The events held out stay held out. Members that learn nothing are left out, and with them an ensemble that has none.
    """
    if not options.retrain:
        return ()
    first, answers = learned.oracle, Answers.of(data, options)
    layout, used = first.layout, np.setdiff1d(np.arange(len(x)), learned.held_out)
    acted = x[:, : layout.features] / first.scale
    points = np.concatenate([acted, x[:, layout.features :]], axis=1)
    found = []
    # the first streams of these seeds are the split's and the members'
    for stream in replica_seeds(seeds, options.members + 1 + options.retrain)[options.members + 1 :]:
        drawing, *members = replica_seeds(stream, options.members + 1)
        rows = resampled(data.unit, used, np.random.default_rng(drawing))
        steps = steps_for(options, len(rows)) * options.members
        with progress.task(f"{options.members} networks on a bootstrap sample", steps) as advance:
            parameters = fit_members(
                points[rows], answers.at(rows), options, layout, members, device, advance
            )
        outputs = first.outputs // first.members
        oracle = LearnedOracle(layout, options, parameters, first.scale, outputs)
        useless = useless_members(oracle, torch.as_tensor(x[rows]), answers.at(rows))
        kept = [m for m in range(options.members) if m not in useless]
        if kept:
            kept_parameters = {name: values[kept] for name, values in parameters.items()}
            found.append(LearnedOracle(layout, options, kept_parameters, first.scale, outputs))
    return tuple(found)
