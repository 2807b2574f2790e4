"""The runs of all shards put together: which ones count, in which order their latents stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.methods.result import Arrays, Part
from symhep_vae.fit.relevance import LatentMoments
from symhep_vae.fit.training import Training
from symhep_vae.fit.validation import Validated
from symhep_vae.options import VaeOptions

__all__ = ["Runs", "gather", "join", "to_part", "trained_parameters"]

FloatArray = npt.NDArray[np.float64]

#: A run whose error stays this many times that of predicting the mean has learnt nothing.
WORSE_THAN_MEAN = 2.0
PARAMETER = "parameter."


@dataclass(frozen=True)
class Runs:
    """All runs, and those that can be used.

    Attributes
    ----------
    used
        Numbers of the U usable runs.
    diverged_at
        (R,) epoch at which the loss stopped being finite; 0 if never.
    useless
        Numbers of the runs that stayed finite but reconstruct worse than the mean does.
    relevance, kl
        (U, L) sorted by decreasing relevance within each run.
    means
        (U, n, L) latent means in the same order.
    rows
        (n,) positions in the sample.
    curves
        (3, epochs, R) reconstruction, KL, total correlation.
    representative
        Position among the used runs of the one with the median final loss.
    parameters
        Trained parameters of all R runs.
    steps
        Optimiser steps per run.
    order
        (U, L) numbers that the latents have in the networks.
    """

    used: npt.NDArray[np.int64]
    diverged_at: npt.NDArray[np.int64]
    useless: npt.NDArray[np.int64]
    relevance: FloatArray
    kl: FloatArray
    means: npt.NDArray[np.float32]
    rows: npt.NDArray[np.int64]
    curves: FloatArray
    representative: int
    parameters: dict[str, npt.NDArray[np.float32]]
    steps: int
    order: npt.NDArray[np.int64]

    @property
    def total(self) -> int:
        """R."""
        return len(self.diverged_at)


def to_part(training: Training, found: LatentMoments) -> Part:
    """What a shard stores."""
    arrays: Arrays = {
        "spread": found.spread,
        "width": found.width,
        "kl": found.kl,
        "rows": found.rows,
        "means": found.means,
        "curves": training.curves,
        "diverged_at": training.diverged_at,
    }
    parameters = {PARAMETER + k: v for k, v in training.model.parameters.arrays().items()}
    return Part(values={"steps": training.steps}, arrays=arrays | parameters)


def join(parts: Sequence[Part]) -> Part:
    """Parts of the same sample, runs after runs."""
    axes = {"curves": 2}
    arrays: Arrays = {"rows": parts[0].arrays["rows"]}
    for name in parts[0].arrays:
        if name != "rows":
            arrays[name] = np.concatenate([p.arrays[name] for p in parts], axis=axes.get(name, 0))
    return Part(values={"steps": max(p.values["steps"] for p in parts)}, arrays=arrays)


def trained_parameters(part: Part) -> dict[str, npt.NDArray[np.float32]]:
    """Of all R runs of a joined part."""
    names = [k for k in part.arrays if k.startswith(PARAMETER)]
    return {k.removeprefix(PARAMETER): part.arrays[k].astype(np.float32) for k in names}


def gather(
    part: Part, options: VaeOptions, total_variance: float, validated: Validated | None = None
) -> Runs:
    """The runs of all shards, joined. Raises `MethodError` when no run is usable.

    ``total_variance`` of the scaled features is the error of predicting their mean. Latents are measured and ordered by
    the events of ``validated``, where there are such, instead of those trained on.
    """
    a = part.arrays
    found = LatentMoments(a["spread"], a["width"], a["kl"], a["rows"], a["means"])
    if validated is not None:
        found = replace(found, spread=validated.spread, width=validated.width, kl=validated.kl)
    curves, diverged_at = a["curves"], a["diverged_at"].astype(np.int64)
    final = curves[0, -1] + options.beta * curves[1, -1]
    finite = (diverged_at == 0) & np.isfinite(found.relevance).all(axis=1)
    with np.errstate(invalid="ignore"):
        # A sample without variance (a single event) has no scale to compare with.
        useless = finite & (total_variance > 0) & (curves[0, -1] > WORSE_THAN_MEAN * total_variance)
    used = np.flatnonzero(finite & ~useless)
    if len(used) == 0:
        raise MethodError(_nothing_usable(diverged_at, useless, len(diverged_at)))
    order = np.argsort(-found.relevance[used], axis=1, kind="stable")
    by_loss = np.argsort(final[used], kind="stable")
    return Runs(
        used=used,
        diverged_at=diverged_at,
        useless=np.flatnonzero(useless),
        relevance=np.take_along_axis(found.relevance[used], order, 1),
        kl=np.take_along_axis(found.kl[used], order, 1),
        means=np.take_along_axis(found.means[used], order[:, None, :], 2),
        rows=found.rows,
        curves=curves,
        representative=int(by_loss[(len(used) - 1) // 2]),
        parameters=trained_parameters(part),
        steps=int(part.values["steps"]),
        order=order,
    )


def _nothing_usable(diverged_at: npt.NDArray[np.int64], useless: npt.NDArray[np.bool_], total: int) -> str:
    when = diverged_at[diverged_at > 0]
    told = []
    if len(when):
        told.append(f"{len(when)} of {total} runs diverged, the first at epoch {when.min()}")
    if useless.any():
        told.append(
            f"{int(useless.sum())} have a reconstruction error larger than that of predicting the mean of "
            f"the features"
        )
    return (
        f"{' and '.join(told) or 'no run gave a finite relevance'}; the usual cause is features that "
        f"are not of order one (values in GeV, not scaled): use scaling: standard, or reduce learning_rate"
    )
