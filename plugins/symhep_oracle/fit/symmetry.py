"""The symmetry that a result states: its generators as real matrices in the unit of the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.events.dataset import Dataset
from symhep.lie.bases import realify
from symhep.methods.symmetry import Symmetry, homogeneous
from symhep_oracle.fit.algebra import Analysis
from symhep_oracle.fit.fields import LinearFields

__all__ = ["stated_symmetry"]


def stated_symmetry(a: Analysis, data: Dataset) -> Symmetry | None:
    """The generators of linear fields; None for others, and for fields on latents or on a part of the features.

    They leave the oracle as it is; whether the density of the events stays as well is another question.
    """
    layout, facts = a.outcome.layout, a.outcome.facts
    acts_on = facts.layout.acts_on
    part = acts_on == "features" and layout.features != data.values.shape[1]
    if acts_on == "latents" or part or not isinstance(a.fields, LinearFields):
        return None
    d = layout.dimension
    linear, shift = a.matrices[:, :d, :d], a.matrices[:, :d, d:]
    if layout.complex:
        linear, shift = realify(linear), np.concatenate([shift.real, shift.imag], axis=1)
    found, errors = homogeneous(np.real(linear)), homogeneous(_sizes(a.errors[:, :d, :d]))
    if shift.shape[2]:
        found[:, :-1, -1:] = np.real(shift) * facts.scale
        errors[:, :-1, -1:] = _sizes(a.errors[:, :d, d:]) * facts.scale
    components = facts.layout.components
    if len(components) != layout.width:
        components = tuple(f"x{i + 1}" for i in range(layout.width))
    names = tuple(known.name for known in a.names)
    return Symmetry(acts_on, layout.vectors, components, found, names, measured=found, errors=errors)


def _sizes(errors: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Standard errors of the real entries: of complex ones, those of real and imaginary parts where these stand."""
    if not np.iscomplexobj(errors):
        return np.asarray(np.abs(errors))
    if errors.shape[1] == errors.shape[2]:
        return np.asarray(np.abs(realify(errors)))
    return np.asarray(np.abs(np.concatenate([errors.real, errors.imag], axis=1)))
