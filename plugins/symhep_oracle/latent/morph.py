"""Following the flows of the generators from real events: features and oracle along the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.latent.coder import Coding
from symhep_oracle.latent.flows import flow, matched_lines, speeds
from symhep_oracle.latent.options import LatentOptions
from symhep_oracle.learned.oracle import LearnedOracle

__all__ = ["FRAMES", "Morphing", "follow"]

FloatArray = npt.NDArray[np.float64]

#: Images in a row; the middle one is the original.
FRAMES = 7
#: Rows of images in the figure of one flow.
ROWS = 10


@dataclass(frozen=True)
class Morphing:
    """What G flows do to n events, at T times of which the middle one is 0.

    Attributes
    ----------
    images
        (G, rows, T, F) features decoded along the flow, of one event per class.
    originals
        (rows, F) features of these events, not coded.
    line_images
        (rows, T, F) the same along straight lines in random directions, as far as the first flow goes.
    distance
        (T,) how far a typical event has gone, in units of the rms of a latent, times of a sign.
    along_flow, along_line
        (G, T) median length of the change of the oracle's outputs (mean of the members).
    flipped_flow, flipped_line
        (G, T) share of the events that change their class; zero for a regressor.
    probability_flow, probability_line
        (G, T) mean of the largest change of a class's probability; zero for a regressor.
    """

    images: FloatArray
    originals: FloatArray
    line_images: FloatArray
    distance: FloatArray
    along_flow: FloatArray
    along_line: FloatArray
    flipped_flow: FloatArray
    flipped_line: FloatArray
    probability_flow: FloatArray
    probability_line: FloatArray

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """By name."""
        return dict(vars(self))


def follow(
    coding: Coding,
    oracle: LearnedOracle,
    fields: LinearFields,
    directions: FloatArray,
    z: FloatArray,
    originals: FloatArray,
    scale: float,
    options: LatentOptions,
    rng: np.random.Generator,
) -> Morphing:
    """Flow events ``z`` (n, L), whose features are ``originals``, along fields ``directions`` (G, K).

    Each field is scaled so that the median event moves ``length`` times ``scale`` (the rms of a latent) in a straight
    line; the comparison is with straight lines in random directions that take each event as far.
    """
    matrices = np.asarray(fields.matrices(directions), dtype=np.float64)
    latents = z.shape[1]
    matrices[:, :latents, latents:] *= scale  # translations are in units of the scale
    shown = _one_of_each(oracle, z)
    times = np.linspace(-options.length, options.length, FRAMES) * scale
    images, changes = [], []
    line_images = np.zeros(0)
    for number, matrix in enumerate(matrices):
        path = flow(matrix / np.median(speeds(matrix, z)), z, times)
        line = matched_lines(path, rng)
        changes.append((_changes(oracle, path), _changes(oracle, line)))
        images.append(_decoded(coding, path[:, shown]))
        if number == 0:
            line_images = _decoded(coding, line[:, shown])
    on_flow, on_line = (np.array([c[i] for c in changes]).transpose(1, 0, 2) for i in (0, 1))
    return Morphing(
        np.array(images), originals[shown], line_images, times / scale, on_flow[0], on_line[0], on_flow[1],
        on_line[1], on_flow[2], on_line[2],
    )  # fmt: skip


@torch.no_grad()
def _outputs(oracle: LearnedOracle, z: FloatArray) -> torch.Tensor:
    return oracle.each(torch.from_numpy(np.ascontiguousarray(z))).mean(dim=0)


def _changes(oracle: LearnedOracle, path: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(T,) median change of the outputs, share of changed classes, mean largest change of a probability."""
    outputs = _outputs(oracle, path)
    start = outputs[len(path) // 2]
    moved = (outputs - start).norm(dim=-1).median(dim=1).values.numpy()
    if oracle.regression:
        return moved, np.zeros(len(path)), np.zeros(len(path))
    if outputs.shape[-1] == 1:  # one logit for two classes
        outputs = torch.cat([torch.zeros_like(outputs), outputs], dim=-1)
    share = torch.softmax(outputs, dim=-1)
    middle = share[len(path) // 2]
    flipped = (share.argmax(dim=-1) != middle.argmax(dim=-1)).double().mean(dim=1)
    largest = (share - middle).abs().amax(dim=-1).mean(dim=1)
    return moved, flipped.numpy(), largest.numpy()


def _one_of_each(oracle: LearnedOracle, z: FloatArray) -> npt.NDArray[np.int64]:
    """Numbers of events to draw: for each class the one of the median confidence; evenly spaced for one output."""
    outputs = _outputs(oracle, z).numpy()
    if outputs.shape[1] == 1:
        order = np.argsort(outputs[:, 0], kind="stable")
        return np.asarray(order[np.linspace(0, len(order) - 1, ROWS).astype(int)])
    classes, height = outputs.argmax(axis=1), outputs.max(axis=1)
    chosen = []
    for c in range(min(outputs.shape[1], ROWS)):
        inside = np.flatnonzero(classes == c)
        if len(inside):
            chosen.append(inside[np.argsort(height[inside], kind="stable")[len(inside) // 2]])
    return np.array(chosen, dtype=np.int64)


def _decoded(coding: Coding, path: FloatArray) -> FloatArray:
    """(T, rows, L) -> (rows, T, F)."""
    times, rows, latents = path.shape
    features = coding.decode(torch.from_numpy(np.ascontiguousarray(path.reshape(-1, latents)))).numpy()
    return np.asarray(features.reshape(times, rows, -1).transpose(1, 0, 2))
