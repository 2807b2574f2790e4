"""From ``xsec_pb`` to a factor on the weights of a dataset.

The weights of all events that were *generated* sum to the cross-section. A file that was skimmed holds fewer; where
its format keeps the sum of weights before the skim (NanoAOD's Runs.genEventSumw, ATLAS' CutBookkeepers), that sum is
used, else the sum over the events read, for which nothing must have been skimmed away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symhep.card.schema import RunCard
from symhep.errors import InputError
from symhep.readers.interface import WeightSums

__all__ = ["Normalisation", "normalisation", "sum_after_policy"]

#: 1/fb in 1/pb.
PB_PER_FB = 1000.0


@dataclass(frozen=True)
class Normalisation:
    """The factor, and what it makes 1: ``to`` is {"events": "generated" or "read", "sum_of_weights": S}, or None.
    ``unit`` is that of the weights: pb, or events where there is a luminosity."""

    factor: float = 1.0
    to: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    unit: str = ""


def normalisation(
    dataset: str,
    card: RunCard,
    sums: WeightSums,
    files: Sequence[Mapping[str, Any]],
    like: float | None = None,
) -> Normalisation:
    """The factor that scales the weights of a dataset to its ``xsec_pb``; 1 without one.

    Parameters
    ----------
    sums
        Of the events read.
    files
        What `symhep.run.reading.read_file` says of each file: ``file.generated`` is the sum before skimming or None.
    like
        Of other files of a variation: the sum of weights that they are scaled to if there is no cross-section.

    Raises `InputError` if some files know their sum before skimming and others do not (unless the card says
    ``missing: fill``), or if the sum is not positive.
    """
    wanted = card.datasets[dataset]
    if wanted.xsec_pb is None and like is not None:
        total = sum_after_policy(sums, card.weights_of(dataset).negative)
        _require_positive(dataset, total, "the other files of a variation cannot be scaled to it")
        return Normalisation(like / total, {"events": "read", "sum_of_weights": total})
    if wanted.xsec_pb is None:
        return Normalisation()
    policy = card.weights_of(dataset).negative
    read = sum_after_policy(sums, policy)
    known = [f for f in files if f["file"].get("generated") is not None]
    lacking = [f["file"]["file"] for f in files if f["file"].get("generated") is None]
    why = None
    if known and lacking:
        if wanted.missing == "error":
            raise InputError(
                f"dataset '{dataset}': the sum of weights before skimming is in {len(known)} of "
                f"{len(files)} files, "
                f"not in {', '.join(lacking[:3])}",
                hint="xsec_pb needs it for all files: split them into two datasets, or set 'missing: fill'",
            )
        why = "some files lack it"
    elif known and wanted.max_events is not None:
        why = "max_events limits the number of events"
    elif known and policy in ("drop", "abs"):
        why = f"it is not available for 'negative: {policy}'"
    if known and why is None:
        generated = math.fsum(_delivered(f) * f["file"]["generated"] for f in known)
        return _scaled(dataset, card, "generated", generated, ())
    notes = (f"xsec_pb is applied to the events read, not to those before skimming: {why}.",) if known else ()
    return _scaled(dataset, card, "read", read, notes)


def _scaled(dataset: str, card: RunCard, events: str, total: float, notes: tuple[str, ...]) -> Normalisation:
    _require_positive(dataset, total, "xsec_pb cannot be applied")
    wanted = card.datasets[dataset].xsec_pb or 0.0
    unit = "pb"
    if card.luminosity_fb is not None:
        wanted, unit = wanted * card.luminosity_fb * PB_PER_FB, "events"
    return Normalisation(wanted / total, {"events": events, "sum_of_weights": total}, notes, unit)


def _require_positive(dataset: str, total: float, told: str) -> None:
    if not 0 < total < math.inf:
        raise InputError(f"dataset '{dataset}': the weights sum to {total:g}, so {told}")


def _delivered(file: Mapping[str, Any]) -> float:
    """The share of a file's events that could be read: what was lost in damage was not skimmed away."""
    lost, read = file["losses"], file["sums"]["events"]
    many = sum(loss["events"] or 0 for loss in lost)
    return read / (read + many) if read + many else float(not lost)


def sum_after_policy(sums: WeightSums, negative: str) -> float:
    """Sum of the weights of all events read, as the card's policy on negative weights leaves them."""
    positive = (sums.sum_abs_w + sums.sum_w) / 2
    return {"drop": positive, "abs": sums.sum_abs_w}.get(negative, sums.sum_w)
