"""A chunk of events as a reader hands it over: awkward records in GeV, with their weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import awkward as ak
import numpy as np
import numpy.typing as npt
import vector

vector.register_awkward()

__all__ = ["MOMENTUM_SETS", "EventBatch", "event_records", "momentum_records"]

FloatArray = npt.NDArray[np.float64]

#: The coordinate sets a collection may store its four-momenta in. Everything
#: else (rapidity, theta, invariant masses, ...) follows through `vector`.
MOMENTUM_SETS: tuple[tuple[str, str, str, str], ...] = (
    ("px", "py", "pz", "E"),
    ("px", "py", "pz", "mass"),
    ("pt", "eta", "phi", "mass"),
    ("pt", "eta", "phi", "E"),
)


@dataclass(frozen=True)
class EventBatch:
    """N events of one file, in file order.

    Attributes
    ----------
    events
        awkward record array of length N. A *collection* is a field that holds a
        list of ``Momentum4D`` records per event (GeV; one of `MOMENTUM_SETS` plus
        any other fields, such as ``pdgId``). An *event field* is a number per event.
    weights
        (N,) nominal event weights as the file gives them, signed.
    file
        The file the events come from.
    first
        Number, in the file, of the first event here (0-based).
    variations
        Named alternative weights, each (N,), when they were asked for.

    Raises
    ------
    ValueError
        If there is not one weight per event.

    Examples
    --------
    >>> records = event_records({"x": ak.Array([1.0, 2.0])}, 2)
    >>> batch = EventBatch(records, np.array([1.0, -0.5]), file="a.csv", first=100)
    >>> len(batch), batch.events.x.tolist(), batch.weights.tolist()
    (2, [1.0, 2.0], [1.0, -0.5])
    """

    events: ak.Array
    weights: FloatArray
    file: str = ""
    first: int = 0
    variations: Mapping[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.weights.shape != (len(self.events),):
            raise ValueError(f"{len(self.events)} events but weights of shape {self.weights.shape}")

    def __len__(self) -> int:
        return len(self.events)


def momentum_records(fields: Mapping[str, ak.Array]) -> ak.Array:
    """Zip columns into lists of ``Momentum4D`` records, one list per event.

    Parameters
    ----------
    fields
        Name -> N lists of numbers, the same lengths in all. Four of them are one of `MOMENTUM_SETS` (px, py, pz, E or
        mass; pt, eta, phi, mass or E), in GeV; others become fields beside the momentum.

    Returns
    -------
    awkward.Array
        N lists. Every other coordinate (rapidity, theta, p, ...) follows through `vector`.

    Examples
    --------
    >>> one = ak.Array([[3.0]])
    >>> m = momentum_records({"px": one, "py": one * 0, "pz": one * 0, "E": one + 2})
    >>> float(m.mass[0, 0])
    4.0
    """
    # A column with the same number of members in every event would otherwise stay a rectangular array,
    # and a condition on its members would flatten it.
    jagged = {name: ak.from_regular(values, axis=1) for name, values in fields.items()}
    return ak.zip(jagged, with_name="Momentum4D", depth_limit=2)


def event_records(fields: Mapping[str, ak.Array], count: int) -> ak.Array:
    """Put collections and event fields side by side.

    Parameters
    ----------
    fields
        Name -> N lists of objects (a collection), or N numbers (an event field).
    count
        N, which holds even where there is no field.

    Returns
    -------
    awkward.Array
        N records, the ``events`` of an `EventBatch`.

    Examples
    --------
    >>> len(event_records({}, 3)), event_records({"x": ak.Array([1.0, 2.0])}, 2).fields
    (3, ['x'])
    """
    contents = [ak.to_layout(values) for values in fields.values()]
    return ak.Array(ak.contents.RecordArray(contents, list(fields), length=count))
