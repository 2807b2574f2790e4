"""Which events were drawn for a purpose, so that every block of all events can tell them from the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from symhep.events.subsample import source_hashes

if TYPE_CHECKING:
    from symhep.events.dataset import Dataset

__all__ = ["Drawn"]

#: Two source events have the same number by chance once in 2^64.
PURPOSE = "drawn"


@dataclass(frozen=True, eq=False)
class Drawn:
    """The source events of some rows: known again by block and ``unit``, whichever rows lie beside them.

    A pass carries it to where blocks are read; it takes 8 bytes per event.

    >>> from symhep.events.dataset import Dataset
    >>> data = Dataset.from_array([[0.0], [1.0], [2.0], [3.0]])
    >>> Drawn.of(data.take(np.array([3, 1]))).among(data).tolist()
    [False, True, False, True]
    """

    #: Increasing 64-bit numbers of the source events.
    keys: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, data: Dataset) -> Drawn:
        """The source events of all rows of ``data``."""
        return cls(np.unique(source_hashes(PURPOSE, data)))

    def among(self, data: Dataset) -> npt.NDArray[np.bool_]:
        """(N,) which rows of ``data`` are of one of these source events."""
        if not len(self.keys):
            return np.zeros(len(data), dtype=bool)
        keys = source_hashes(PURPOSE, data)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.asarray(self.keys[place] == keys)

    def __len__(self) -> int:
        return len(self.keys)
