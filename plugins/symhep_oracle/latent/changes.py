"""What the flows change, as numbers of the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.methods.number import Number
from symhep_oracle.latent.options import LatentOptions
from symhep_oracle.latent.record import AlongRecord, LatentRecord

__all__ = ["latent_record"]


def latent_record(
    coding: Mapping[str, Any] | None,
    arrays: Mapping[str, npt.NDArray[Any]] | None,
    options: LatentOptions | None,
) -> LatentRecord | None:
    """The record of flows with these ``arrays`` (`Morphing.arrays`); None without a latent space."""
    if coding is None or arrays is None or options is None:
        return None
    return LatentRecord(
        **coding,
        image=options.image,
        flows=len(arrays["along_flow"]),
        length=arrays["distance"][-1],
        change_of_outputs=_ends(arrays, "along"),
        change_of_probability=_ends(arrays, "probability"),
        changed_class=_ends(arrays, "flipped"),
    )


def _ends(arrays: Mapping[str, npt.NDArray[Any]], name: str) -> AlongRecord:
    """Median and range over the flows, of the changes at their ends."""

    def spread(values: npt.NDArray[Any]) -> Number:
        each = values[:, [0, -1]].mean(axis=1)
        return Number(
            value=np.median(each), low=each.min(), high=each.max(), level=None,
            method="median, smallest and largest value over the flows",
        )  # fmt: skip

    return AlongRecord(flow=spread(arrays[f"{name}_flow"]), random_line=spread(arrays[f"{name}_line"]))
