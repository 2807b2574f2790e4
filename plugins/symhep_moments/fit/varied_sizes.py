"""Sizes of a result under one alternative of a systematic variation, which the fit has measured already."""

from __future__ import annotations

import numpy as np

from symhep.methods.result import Result
from symhep.methods.varied import Shifted
from symhep_moments.record import MomentsRecord
from symhep_moments.sample import Sample

__all__ = ["sizes_under"]


def sizes_under(
    sample: Sample, result: Result[MomentsRecord], variation: str, alternative: str
) -> dict[str, Shifted]:
    """Key of an answer -> its value, with the paired error of its difference from the nominal one.

    The columns of the array ``varied_values`` are the alternatives in their order.
    """
    if "varied_keys" not in result.arrays:
        return {}
    of = sample.variations or sample.reference_variations
    columns = [(v.name, name) for v in of for name in v.names]
    if (variation, alternative) not in columns:
        return {}
    number = columns.index((variation, alternative))
    keys = result.arrays["varied_keys"]
    values, errors = (result.arrays[f"varied_{what}"][:, number] for what in ("values", "errors"))
    return {
        str(key): Shifted(float(value), float(error) if np.isfinite(error) else None)
        for key, value, error in zip(keys, values, errors, strict=True)
        if np.isfinite(value)
    }
