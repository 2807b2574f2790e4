"""What is asked of a mutated file, and how the answer is judged."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
from child import Outcome

from samples import Sample
from symhep.card.loader import load_card
from symhep.errors import InputError, SymhepError
from symhep.plugin.manager import Registry
from symhep.printable import printable
from symhep.readers.interface import LossLog, ReadRequest
from symhep.run.reading import check_weights
from symhep.run.sources import lost, open_source

__all__ = ["FAULTS", "KINDS", "judge", "measured"]

#: The outcomes, the harmless ones first; what stands in `FAULTS` must never happen.
KINDS = {
    "same": "read, the same events",
    "other": "read, other numbers",
    "told": "read in part, the loss told",
    "refused": "refused with a reason",
    "untold": "events lost in silence",
    "foreign": "an exception or a warning of a library",
    "hang": "more than 20 s",
    "memory": "more than 1 GB",
    "crash": "the process died",
}
FAULTS = frozenset(list(KINDS)[4:])
#: In a message where the pipeline has caught what the reader has not.
_UNCAUGHT = "check the format of the file"


def measured(sample: Sample, folder: Path, registry: Registry) -> Sample:
    """The sample with what a reader finds in it as long as nothing happened to it."""
    path = folder / sample.file
    path.write_bytes(sample.data)
    if sample.format == "card":
        load_card(path)
        return sample
    source = open_source(str(path), registry, sample.format, dict(sample.options))
    batches = list(source.read(ReadRequest(variations=True), LossLog("fail")))
    return sample.read(sum(len(batch) for batch in batches), _total(batches))


def judge(path: Path, sample: Sample, registry: Registry) -> Outcome:
    """Inspect the file and read it, as its format and by its content; a card is loaded.

    A warning of a library is as foreign to a user as its exceptions are.
    """
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        outcome = _judged(path, sample, registry)
    if told and outcome.kind not in FAULTS:
        first = told[0]
        where = f"{Path(first.filename).name}:{first.lineno}"
        return Outcome("foreign", f"{first.category.__name__}: {str(first.message)[:150]} ({where})")
    return outcome


def _judged(path: Path, sample: Sample, registry: Registry) -> Outcome:
    if sample.format == "card":
        try:
            load_card(path)
        except SymhepError as error:
            return _refused(error)
        return Outcome("same")
    for chosen in ("auto", sample.format):
        try:
            source = open_source(str(path), registry, chosen, dict(sample.options))
            source.inspect(LossLog("skip"))
            source.generated()
        except SymhepError as error:
            outcome = _refused(error)
        else:
            outcome = _read(source, path, sample)
            if source.reader.name == sample.format:
                return outcome  # the same reader would read the same bytes again
        if outcome.kind in FAULTS:
            return outcome
    return outcome


def _read(source: Any, path: Path, sample: Sample) -> Outcome:
    losses = LossLog("skip")
    try:
        batches = list(source.read(ReadRequest(variations=True), losses))
    except SymhepError as error:
        return _refused(error)
    delivered = sum(len(batch) for batch in batches)
    numbers = [loss.events for loss in losses.losses]
    told = sum(number or 0 for number in numbers)
    expected = sample.count(path)
    if expected is not None and not losses.losses and delivered < expected:
        return Outcome("untold", f"{delivered} of {expected} events")
    if expected is not None and numbers and None not in numbers and delivered + told < expected:
        return Outcome("untold", f"{delivered} delivered and {told} told lost of {expected} events")
    try:  # as every run does; an event whose momenta are no numbers leaves the sample in the cut-flow
        for batch in batches:
            check_weights(batch, str(path))
    except InputError as error:
        losses.record(lost(str(path), error))
    for loss in losses.losses:
        if _UNCAUGHT in loss.reason:
            return Outcome("foreign", loss.reason[:200])
    if losses.losses:
        return Outcome("told")
    return Outcome("same" if delivered == sample.events and _equal(batches, sample) else "other")


def _equal(batches: list[Any], sample: Sample) -> bool:
    """Do the weights and the first four-vectors add up to what they did?"""
    return bool(np.isclose(_total(batches), sample.total, rtol=1e-9, atol=0.0))


def _total(batches: list[Any]) -> float:
    """A number that changes with any number of the events."""
    found = 0.0
    for batch in batches:
        found += float(batch.weights.sum())
        for name in ak.fields(batch.events):
            values = batch.events[name]
            columns = [values.E, values.px] if hasattr(values, "px") else [values]
            for column in columns:
                flat = np.asarray(ak.ravel(column), dtype=np.float64)
                found += float(np.nansum(flat))
    return found


def _refused(error: SymhepError) -> Outcome:
    text = str(error)
    if _UNCAUGHT in text:
        return Outcome("foreign", text[:200])
    if text != printable(text):
        return Outcome("foreign", f"a message that is no line of text: {text[:150]!r}")
    return Outcome("refused", text[:150])
