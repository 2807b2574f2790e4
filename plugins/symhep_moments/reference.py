"""The reference dataset, taken out of the events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from symhep.errors import CardError, nearest
from symhep.events.dataset import Dataset

__all__ = ["split_reference"]


def split_reference(data: Dataset, reference: str | None) -> tuple[Dataset, Dataset | None]:
    """The events without those of the dataset ``reference``, and these.

    Raises `CardError` if there is no such dataset among the features, or no other.

    >>> data = Dataset.from_array([[0.0], [1.0], [2.0]])
    >>> both = replace(data, labels=np.array([0, 1, 1]), label_names=("data", "simulation"))
    >>> [len(part) for part in split_reference(both, "simulation")]
    [1, 2]
    """
    if reference is None:
        return data, None
    if reference not in data.label_names:
        raise CardError(
            f"the reference '{reference}' is no dataset of '{data.name}'",
            hint=nearest(reference, data.label_names),
        )
    if len(data.label_names) < 2:
        raise CardError(
            f"'{reference}' is the only dataset of '{data.name}'", hint="add the one that is compared with it"
        )
    theirs = data.labels == data.label_names.index(reference)
    return _only(data, ~theirs), _only(data, theirs)


def _only(data: Dataset, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Dataset:
    momenta = None if data.momenta is None else data.momenta[rows]
    return replace(
        data, values=data.values[rows], weights=data.weights[rows], momenta=momenta, labels=data.labels[rows]
    )
