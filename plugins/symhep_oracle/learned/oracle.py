"""The ensemble as an oracle: the logits of its members, in double precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.methods.context import Progress
from symhep.methods.number import Number
from symhep.torchkit.streams import replica_seeds
from symhep_oracle.learned.answers import Answers
from symhep_oracle.learned.held_out import hold_out
from symhep_oracle.learned.losses import loss
from symhep_oracle.learned.networks import make_network
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.learned.quality import accuracy, area_under_curve, determination
from symhep_oracle.learned.record import QualityRecord, TrainingRecord
from symhep_oracle.learned.training import fit_members, steps_for
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.oracles.layout import Layout

__all__ = ["Learned", "LearnedOracle", "quality_of", "train", "trained_before", "useless_members"]

#: Starts of a member, at most.
ATTEMPTS = 4
#: A network has learned something if its loss is below this share of a constant's.
LEARNED = 0.99

FloatArray = npt.NDArray[np.float64]
Parameters = dict[str, npt.NDArray[np.float32]]


class LearnedOracle(Oracle):
    """net_m(x / scale) of every member m: logits for classes, never their sigmoid, which saturates.

    The k outputs of a member follow each other, then those of the next member. More than two logits have
    their mean taken off: a common shift of all changes no probability.
    """

    approximate = True
    # Off the training data a network extrapolates, which says nothing about the function it has learned.
    anywhere = False

    def __init__(
        self,
        layout: Layout,
        options: LearnedOracleOptions,
        parameters: Parameters,
        scale: float,
        outputs: int,
    ) -> None:
        super().__init__(layout)
        self.parameters, self.scale, self._options = parameters, scale, options
        self.members = len(next(iter(parameters.values())))
        self.outputs = outputs * self.members
        self.regression = options.task == "regressor"
        self._network = make_network(options, layout, outputs, self.members, dtype=torch.float64)
        self._network.parameters.load(parameters)

    def __call__(self, x: Tensor) -> Tensor:
        return self.each(x).movedim(0, -2).flatten(-2)

    def each(self, x: Tensor) -> Tensor:
        """What every member says: (..., D) -> (M, ..., outputs of a member)."""
        points = self._scaled(x.reshape(1, -1, self.layout.total))
        values = self._network(points.expand(self.members, -1, -1))
        if values.shape[-1] > 1:
            values = values - values.mean(dim=-1, keepdim=True)
        return values.reshape(self.members, *x.shape[:-1], -1)

    def gradient(self, x: Tensor) -> Tensor:
        """(N, outputs, D), by the D numbers that generators change. Members share no weights: one pass does for all."""
        points = self._scaled(x.detach()).expand(self.members, -1, -1).clone().requires_grad_(True)
        with torch.enable_grad():
            values = self._network(points)
            if values.shape[-1] > 1:
                values = values - values.mean(dim=-1, keepdim=True)
            count = values.shape[-1]
            slopes = [
                torch.autograd.grad(values[..., j].sum(), points, retain_graph=j + 1 < count)[0]
                for j in range(count)
            ]
        whole = torch.stack(slopes, dim=1).movedim(2, 0).flatten(1, 2)
        return (whole[..., : self.layout.features] if self.layout.beside else whole) / self.scale

    def _scaled(self, x: Tensor) -> Tensor:
        """What generators change in units of ``scale``; what they do not is on a scale of its own."""
        if not self.layout.beside:
            return x / self.scale
        acted = self.layout.features
        return torch.cat([x[..., :acted] / self.scale, x[..., acted:]], -1)


@dataclass(frozen=True)
class Learned:
    """A trained oracle, the (N,) numbers of the events it has not seen, and how the training went."""

    oracle: LearnedOracle
    held_out: npt.NDArray[np.int64]
    report: TrainingRecord


def train(
    data: Dataset,
    x: FloatArray,
    options: LearnedOracleOptions,
    layout: Layout,
    seeds: np.random.SeedSequence,
    device: str,
    progress: Progress,
) -> Learned:
    """Learn the answers of ``data`` from the points ``x`` (N, D and what stands beside), on all but those held out.

    All numbers are divided by one constant, the root mean square, so that linear maps stay what they are.
    The split and each member draw from streams of their own. A member that learned nothing (all of a layer's units can
    die in the first steps) starts again from another stream: its training loss decides, nothing else. Raises
    `MethodError` if fewer than two members remain, since there would be no error to give.
    """
    answers = Answers.of(data, options)
    split, *members = replica_seeds(seeds, options.members + 1)
    held_out, used, some = hold_out(data.unit, options.held_out, np.random.default_rng(split))
    acted = x[used][:, : layout.features]
    scale = _scale(acted, answers.weights[used], layout, options)

    def fit(streams: Sequence[np.random.SeedSequence]) -> Parameters:
        steps = steps_for(options, len(used))
        with progress.task(f"{len(streams)} networks", steps * len(streams)) as advance:
            points = np.concatenate([acted / scale, x[used][:, layout.features :]], axis=1)
            return fit_members(points, answers.at(used), options, layout, streams, device, advance)

    def build(parameters: Parameters) -> LearnedOracle:
        return LearnedOracle(layout, options, parameters, scale, answers.outputs)

    parameters, restarted = fit(members), 0
    useless = useless_members(build(parameters), x[used], answers.at(used))
    for attempt in range(1, ATTEMPTS):
        if not useless:
            break
        restarted += len(useless)
        again = fit([replica_seeds(members[m], attempt)[-1] for m in useless])
        for name, values in again.items():
            parameters[name][useless] = values
        useless = useless_members(build(parameters), x[used], answers.at(used))
    useful = [m for m in range(options.members) if m not in useless]
    if len(useful) < 2:
        raise MethodError(
            f"{len(useful)} of {options.members} networks are better than a constant prediction. Either "
            f"the target does not depend on the features, or the training failed: try another "
            f"learning_rate, a smaller input_rms or more members"
        )
    oracle = build({name: values[useful] for name, values in parameters.items()})
    report = TrainingRecord(
        task=options.task,
        classes=answers.names,
        target=options.target,
        members=options.members,
        restarted=restarted,
        useless=len(useless),
        steps=steps_for(options, len(used)),
        trained_on=len(used),
        held_out=len(held_out),
        quality=quality_of(oracle, x[held_out], answers.at(held_out)),
        quality_trained=quality_of(oracle, x[some], answers.at(some)),
    )
    return Learned(oracle, held_out, report)


def trained_before(
    data: Dataset,
    x: FloatArray,
    options: LearnedOracleOptions,
    layout: Layout,
    seeds: np.random.SeedSequence,
    parameters: Parameters,
) -> tuple[LearnedOracle, npt.NDArray[np.int64]]:
    """The oracle that `train` with the same arguments gave, from its parameters; numbers of the events held out."""
    answers = Answers.of(data, options)
    held_out, used, _ = hold_out(
        data.unit, options.held_out, np.random.default_rng(replica_seeds(seeds, 1)[0])
    )
    scale = _scale(x[used][:, : layout.features], answers.weights[used], layout, options)
    return LearnedOracle(layout, options, parameters, scale, answers.outputs), held_out


def _scale(acted: FloatArray, weights: FloatArray, layout: Layout, options: LearnedOracleOptions) -> float:
    """What the numbers that are transformed are divided by, from training events."""
    size = np.abs(weights)
    square = np.average((acted**2).mean(axis=1), weights=size)
    if layout.masked:  # of the vectors that are there
        there = layout.present(layout.split(torch.from_numpy(acted))).mean(dim=1).numpy()
        square /= np.average(there, weights=size)
    return float(np.sqrt(square)) / options.size or 1.0


@torch.no_grad()
def useless_members(oracle: LearnedOracle, x: FloatArray | Tensor, answers: Answers) -> list[int]:
    """Members that predict the events they were trained on no better than a constant does."""
    outputs = oracle.each(torch.as_tensor(x))
    nothing = log(len(answers.names)) if answers.names else 0.5
    return [m for m, values in enumerate(outputs) if not loss(values, answers) < LEARNED * nothing]


@torch.no_grad()
def quality_of(oracle: LearnedOracle, x: FloatArray, answers: Answers) -> QualityRecord:
    """Loss, and AUC, accuracy or R^2 with its error, of the mean of the members."""
    outputs = oracle.each(torch.as_tensor(x)).mean(dim=0)
    values, truth, weights = outputs.numpy(), answers.values, answers.weights
    name: Literal["AUC", "accuracy", "R2"]
    if not answers.names:
        name, found = "R2", determination(values[:, 0], truth, weights)
    elif len(answers.names) == 2:
        name, found = "AUC", area_under_curve(values[:, 0], truth == 1, weights)
    else:
        name, found = "accuracy", accuracy(values.argmax(axis=1) == truth, weights)
    return QualityRecord(name=name, score=Number.with_error(*found), loss=loss(outputs, answers))
