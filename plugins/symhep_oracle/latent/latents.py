"""A dataset's features replaced by their latents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from symhep.errors import MethodError
from symhep.events.dataset import Column, Dataset, Scaler
from symhep.methods.context import Progress
from symhep.torchkit.streams import replica_seeds
from symhep_oracle.latent.autoencoder import fit_autoencoders
from symhep_oracle.latent.coder import Coding, FileCoding, TrainedCoding
from symhep_oracle.latent.options import LatentOptions
from symhep_oracle.learned.held_out import hold_out

__all__ = ["Coded", "encode"]

#: Events on which foreign modules are tried.
TRIED = 10


@dataclass(frozen=True)
class Coded:
    """``data`` holds the latents z1, z2, ... and after them the features that were not coded.

    ``report`` (JSON) tells how well the features come back; ``parameters`` are those of the autoencoders trained here.
    """

    data: Dataset
    coding: Coding
    report: dict[str, Any]
    parameters: dict[str, npt.NDArray[np.float32]]


def encode(
    data: Dataset,
    coded: list[int],
    options: LatentOptions,
    seeds: np.random.SeedSequence,
    device: str,
    progress: Progress,
) -> Coded:
    """Code the features with numbers ``coded``, by the files of the card or by an autoencoder trained here.

    Raises `InputError` or `MethodError` where files do not fit.
    """
    values = data.values[:, coded]
    x = torch.from_numpy(np.ascontiguousarray(values))
    coding: Coding
    parameters: dict[str, npt.NDArray[np.float32]] = {}
    if options.encoder is not None and options.decoder is not None:
        coding = FileCoding(options.encoder.file, options.decoder.file, x[:TRIED])
        rows, how = np.arange(len(x)), "from files"
    else:
        trained, rows = _train(data, values, options, seeds, device, progress)
        coding, parameters, how = trained, trained.parameters, "trained here"
    z = coding.encode(x).numpy()
    back = coding.decode(torch.from_numpy(z[rows])).numpy()
    weights = np.abs(data.weights[rows])
    each = ((back - values[rows]) ** 2).sum(axis=1)
    spread = ((values[rows] - np.average(values[rows], axis=0, weights=weights)) ** 2).sum(axis=1)
    error = float(np.average(each, weights=weights) / np.average(spread, weights=weights))
    others = [i for i in range(len(data.columns)) if i not in coded]
    kept = np.c_[z, data.values[:, others]]
    columns = (
        *(Column(f"z{i + 1}", label=f"$z_{{{i + 1}}}$") for i in range(coding.latents)),
        *(data.columns[i] for i in others),
    )
    latent = replace(
        data, values=kept, columns=columns, momenta=None, scaler=Scaler.fit(kept, "none", data.weights)
    )
    report = {
        "latents": coding.latents, "inputs": len(coded), "autoencoder": how, "unexplained_variance": error,
        "measured_on": len(rows),
    }  # fmt: skip
    return Coded(latent, coding, report, parameters)


def _train(
    data: Dataset,
    values: npt.NDArray[np.float64],
    options: LatentOptions,
    seeds: np.random.SeedSequence,
    device: str,
    progress: Progress,
) -> tuple[TrainedCoding, npt.NDArray[np.int64]]:
    """The best of the restarts, and the (n,) numbers of the events that it was judged by and not trained on."""
    split, *members = replica_seeds(seeds, options.restarts + 1)
    held_out, used, _ = hold_out(data.unit, options.held_out, np.random.default_rng(split))
    weights = data.weights[used]
    if not weights.sum() > 0:
        raise MethodError(
            f"the event weights of '{data.name}' sum to {weights.sum():.4g}; training needs a positive sum"
        )
    mean = np.average(values[used], axis=0, weights=weights)
    scale = float(np.sqrt(((values[used] - mean) ** 2).mean())) or 1.0
    shift = torch.from_numpy(mean)
    x = (torch.from_numpy(values) - shift) / scale
    with progress.task(f"{options.restarts} autoencoders", options.steps * options.restarts) as advance:
        networks = fit_autoencoders(
            x[used], torch.from_numpy(weights / weights.mean()), options.hidden, options.dimension,
            options.steps, members, device, advance,
        )  # fmt: skip
    errors = networks.errors(x[held_out])
    if not bool(torch.isfinite(errors).any()):
        raise MethodError("all autoencoders diverged. The usual cause is features that are not of order one")
    best = int(torch.nan_to_num(errors, nan=torch.inf).argmin())
    return TrainedCoding(networks, best, shift, scale), held_out
