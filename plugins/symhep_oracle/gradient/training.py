"""Training all numbers of generators and all seeds as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.methods.context import Task
from symhep.torchkit.adam import Adam
from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams
from symhep_oracle.gradient.algebra_terms import NORM, AlgebraTerms
from symhep_oracle.gradient.families import MatrixFamily
from symhep_oracle.gradient.invariance import Invariance
from symhep_oracle.gradient.options import GradientOptions

__all__ = ["PARTS", "SNAPSHOTS", "Ensemble", "Training", "recorded_epochs", "train"]

FloatArray = npt.NDArray[np.float64]

#: The terms of the loss, in the order in which they are stored.
PARTS = ("invariance", "normalisation", "orthogonality", "closure", "sparsity")
#: Epochs after which all generators are kept, for the angles between them; the last epoch is added.
SNAPSHOTS = (0, 10, 100, 300, 1000)
#: Points on a loss curve.
RECORDED = 120


def recorded_epochs(epochs: int) -> list[int]:
    """Epochs at which the loss is measured: every one at the start, then ever fewer; 0 is the start itself.

    >>> recorded_epochs(4)
    [0, 1, 2, 3, 4]
    """
    spaced = np.unique(np.round(np.geomspace(1, epochs, RECORDED)).astype(int))
    return sorted({0, epochs, *spaced.tolist()})


@dataclass
class Training:
    """How it went, for R replicas of up to G generators with K unknowns each.

    Attributes
    ----------
    theta
        (R, G, K) final generators; zeros beyond a replica's number.
    constants
        (R, P, G) structure constants, one row per pair a < b; P = 0 without closure.
    epochs, parts
        (T,) epochs measured, and (T, R, 5) the weighted terms of the loss there.
    snapshot_epochs, snapshots
        (S,), (S, R, G, K) generators on the way.
    """

    theta: FloatArray
    constants: FloatArray
    epochs: npt.NDArray[np.int64]
    parts: FloatArray
    snapshot_epochs: npt.NDArray[np.int64]
    snapshots: FloatArray

    @classmethod
    def join(cls, parts: Sequence[Training]) -> Training:
        """Replicas of several groups, one after the other."""
        return cls(
            np.concatenate([p.theta for p in parts]),
            np.concatenate([p.constants for p in parts]),
            parts[0].epochs,
            np.concatenate([p.parts for p in parts], axis=1),
            parts[0].snapshot_epochs,
            np.concatenate([p.snapshots for p in parts], axis=1),
        )


class Ensemble:
    """R sets of generators with structure constants, their loss and its gradient.

    Parameters
    ----------
    counts
        (R,) generators of each replica; ``groups`` G at least their largest.
    """

    def __init__(
        self,
        counts: Tensor,
        groups: int,
        family: MatrixFamily,
        invariance: Invariance,
        options: GradientOptions,
    ) -> None:
        self.family, self.invariance, self.weights = family, invariance, options.weights
        replicas = len(counts)
        # A batch holds as many generators as its largest replica; all groups of replicas share one shape.
        self.algebra = AlgebraTerms(
            counts, groups, options.weights, family.multiplicity, options.closure_power
        )
        shapes: dict[str, tuple[int, ...]] = {"theta": (groups, family.unknowns)}
        if self.algebra.closing:
            shapes["constants"] = (self.algebra.pairs, groups)
        self.parameters = ReplicaParameters(shapes, replicas, counts.device, dtype=torch.float64)
        self.theta = self.parameters["theta"]
        self.constants = self.parameters["constants"] if self.algebra.closing else None
        self._theta_slope = self.parameters.gradient("theta")
        self._constants_slope = self.parameters.gradient("constants") if self.algebra.closing else None
        # At zero all slopes vanish but for rounding, which Adam would blow up: so it is cut off.
        padded = bool((counts < groups).any())
        self._mask = self.algebra.active[..., None].to(torch.float64) if padded else None
        self._slope = torch.zeros(
            replicas, groups, family.width, family.width, dtype=torch.float64, device=counts.device
        )

    @torch.no_grad()
    def initialise(self, streams: ReplicaStreams) -> None:
        """Normal numbers with tr(W W^+) = 2 on average; structure constants start at zero."""
        start = streams.normal(*self.theta.shape[1:]).to(torch.float64)
        self.theta.copy_(start.mul_(sqrt(NORM / self.family.unknowns)).mul_(self.algebra.active[..., None]))

    def slopes(self) -> None:
        """Write d loss / d parameters into the gradient vector."""
        w, slope = self.family.expand(self.theta), self._slope
        self.invariance.evaluate(w.flatten(0, 1), slope.view(-1, *slope.shape[2:]))
        if self.weights.invariance != 1:
            slope.mul_(self.weights.invariance)
        self.algebra.add_slopes(w, slope, self.constants, self._constants_slope)
        self.family.pull(slope, self._theta_slope)
        if self._mask is not None:
            self._theta_slope.mul_(self._mask)

    def parts(self) -> Tensor:
        """The weighted terms of the loss, (R, 5) in the order of `PARTS`."""
        w = self.family.expand(self.theta)
        invariance = self.invariance.evaluate(w.flatten(0, 1)).view(len(w), -1).sum(1)
        return torch.stack(
            [self.weights.invariance * invariance, *self.algebra.values(w, self.constants)], dim=1
        )


def train(
    counts: Sequence[int],
    seeds: Sequence[np.random.SeedSequence],
    family: MatrixFamily,
    invariance: Invariance,
    options: GradientOptions,
    *,
    groups: int | None = None,
    device: str = "cpu",
    advance: Task | None = None,
) -> Training:
    """Train one replica per pair of ``counts`` (its N_g) and ``seeds``, all as one batch.

    ``groups`` (by default the largest count) is the size to which all replicas are padded.
    """
    # Without automatic differentiation, inference mode saves its bookkeeping: a tenth of the time.
    with torch.no_grad() if invariance.automatic else torch.inference_mode():
        ensemble = Ensemble(
            torch.tensor(counts, device=device), groups or max(counts), family, invariance, options
        )
        ensemble.initialise(ReplicaStreams(seeds, device))
        parameters = ensemble.parameters
        adam = Adam(parameters.values, parameters.gradients, options.learning_rate)
        epochs = recorded_epochs(options.epochs)
        snapshot_epochs = sorted({e for e in SNAPSHOTS if e < options.epochs} | {options.epochs})
        parts, snapshots = [ensemble.parts()], [ensemble.theta.clone()]
        stops = sorted({*epochs, *snapshot_epochs})
        for start, stop in pairwise(stops):
            for _ in range(stop - start):
                ensemble.slopes()
                adam.step()
            if stop in epochs:
                parts.append(ensemble.parts())
            if stop in snapshot_epochs:
                snapshots.append(ensemble.theta.clone())
            if advance is not None:
                advance(stop - start, f"loss {float(parts[-1].sum(1).median()):.2g}")
        constants = ensemble.constants
        return Training(
            ensemble.theta.cpu().numpy().copy(),
            np.zeros((len(counts), 0, 0)) if constants is None else constants.cpu().numpy().copy(),
            np.array(epochs),
            torch.stack(parts).cpu().numpy(),
            np.array(snapshot_epochs),
            torch.stack(snapshots).cpu().numpy(),
        )
