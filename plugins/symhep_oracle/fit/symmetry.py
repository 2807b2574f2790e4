"""The symmetry that a result vouches for: its generators as real matrices in the unit of the data."""

from __future__ import annotations

import numpy as np

from symhep.events.dataset import Dataset
from symhep.lie.bases import realify
from symhep.methods.symmetry import Symmetry, homogeneous
from symhep_oracle.fit.algebra import Evidence
from symhep_oracle.fit.fields import LinearFields

__all__ = ["vouched"]


def vouched(e: Evidence, data: Dataset) -> Symmetry | None:
    """The generators of linear fields; None for others, and for fields on latents or on a part of the features.

    They leave the oracle as it is; whether the density of the events stays as well is another question.
    """
    layout, info = e.outcome.layout, e.outcome.info
    momenta = bool(info["on_momenta"])
    apart = "latent" in info or not (momenta or layout.features == data.values.shape[1])
    if apart or not isinstance(e.fields, LinearFields):
        return None
    d = layout.dimension
    linear, shift = e.matrices[:, :d, :d], e.matrices[:, :d, d:]
    if layout.complex:
        linear, shift = realify(linear), np.concatenate([shift.real, shift.imag], axis=1)
    found = homogeneous(np.real(linear))
    if shift.shape[2]:
        found[:, :-1, -1:] = np.real(shift) * info["scale"]
    components = list(info["names"])
    if len(components) != layout.width:
        components = [f"x{i + 1}" for i in range(layout.width)]
    return Symmetry(
        "momenta" if momenta else "features",
        layout.vectors,
        tuple(components),
        found,
        tuple(known.name for known in e.names),
    )
