"""Training many runs as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.methods.context import Task
from symhep.torchkit.adam import Adam
from symhep.torchkit.streams import ReplicaStreams
from symhep_vae.fit.losses import DiscriminatorTerm, MinibatchTerm, TotalCorrelation
from symhep_vae.fit.model import VaeEnsemble
from symhep_vae.options import VaeOptions
from symhep_vae.sample import Sample

__all__ = ["Training", "train"]

FloatArray = npt.NDArray[np.float64]

#: Noise numbers per replica drawn at once: bounds the memory, and belongs to the definition of the stream.
NOISE_BLOCK = 2**18
#: The loss is summed up on every fourth batch: it is for the eye, the gradient does not need it.
MEASURED = 4


@dataclass
class Training:
    """How the runs went.

    ``curves`` (3, epochs, R): mean reconstruction error, KL and total correlation of every epoch
    (over every fourth batch).
    ``diverged_at`` (R,): the epoch, counted from 1, at which a run's loss stopped being finite; 0 if never.
    """

    model: VaeEnsemble
    curves: FloatArray
    diverged_at: npt.NDArray[np.int64]
    steps: int


@torch.inference_mode()  # cheaper per operation than no_grad: a tenth of the whole training
def train(
    sample: Sample,
    options: VaeOptions,
    seeds: Sequence[np.random.SeedSequence],
    device: str = "cpu",
    advance: Task | None = None,
) -> Training:
    """Train one replica per member of ``seeds`` on ``sample``, all as one batch.

    Data, shuffles and noise live on the device; the host looks once per epoch,
    to see which runs are still finite. Ends early only when none is.
    """
    x = torch.as_tensor(sample.x, dtype=torch.float32).to(device)
    weights = torch.as_tensor(sample.weights, dtype=torch.float32).to(device).unsqueeze(1)
    streams = ReplicaStreams(seeds, device)
    model = VaeEnsemble(x.shape[1], options, len(seeds), device)
    model.initialise(streams)
    adam = Adam(model.parameters.values, model.parameters.gradients, options.learning_rate)
    extra = _extra_term(options, len(x), streams)
    epochs = options.epochs_for(len(x))
    curves = np.full((3, epochs, len(seeds)), np.nan)
    diverged_at = np.zeros(len(seeds), dtype=np.int64)
    for epoch in range(epochs):
        sums = _epoch(model, adam, x, weights if sample.weighted else None, streams, options, extra, epoch)
        curves[:, epoch] = sums.cpu().numpy()
        finite = np.isfinite(curves[:, epoch]).all(axis=0)
        diverged_at[~finite & (diverged_at == 0)] = epoch + 1
        if advance is not None:
            advance(len(seeds), f"loss {_total(curves[:, epoch], finite, options):.3g}")
        if not finite.any():
            break
    return Training(model, curves, diverged_at, adam.steps)


def _extra_term(options: VaeOptions, events: int, streams: ReplicaStreams) -> TotalCorrelation | None:
    if options.variant == "tc":
        return MinibatchTerm(events)
    if options.variant == "factor":
        return DiscriminatorTerm(options.latent_dim, streams, options.learning_rate)
    return None


def _epoch(
    model: VaeEnsemble,
    adam: Adam,
    x: Tensor,
    weights: Tensor | None,
    streams: ReplicaStreams,
    options: VaeOptions,
    extra: TotalCorrelation | None,
    epoch: int,
) -> Tensor:
    """One pass over the events; mean loss terms (3, R) on the device."""
    batches = streams.batches(len(x), options.batch_size)
    steps, _, size = batches.shape
    block = max(1, NOISE_BLOCK // (size * model.latent_dim))
    sums = torch.zeros(3, model.replicas, device=x.device)
    for step in range(steps):
        if step % block == 0:
            noise = streams.normal(min(block, steps - step), size, model.latent_dim)
        chosen = batches[step]
        beta = options.beta * _ramp(epoch + step / steps, options.warmup)
        losses = model.slopes(
            x[chosen],
            noise[:, step % block],
            None if weights is None else weights[chosen],
            beta,
            extra,
            beta * options.tc_weight,
            measure=step % MEASURED == 0,
        )
        adam.step()
        if losses is not None:
            for row, term in zip(sums, losses, strict=True):
                row += term
    return sums / -(-steps // MEASURED)


def _ramp(epochs_done: float, warmup: int) -> float:
    """Share of beta that is switched on."""
    return min(1.0, epochs_done / warmup) if warmup else 1.0


def _total(terms: FloatArray, finite: npt.NDArray[np.bool_], options: VaeOptions) -> float:
    """Median over the finite runs of the total loss."""
    if not finite.any():
        return float("nan")
    reconstruction, kl, _ = terms[:, finite]
    return float(np.median(reconstruction + options.beta * kl))
