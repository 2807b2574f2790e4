"""p-values of a family of hypotheses, adjusted for their number: Holm's method, with implications."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

import numpy as np

from symhep.methods.p_values import Adjusted, PKind, p_numbers
from symhep.stats.multiplicity import holm_with_implications

__all__ = ["adjusted"]

Key = TypeVar("Key", bound=Hashable)


def adjusted(
    log_p: Mapping[Key, float],
    level: float,
    *,
    implies: Mapping[Key, Iterable[Key]] | None = None,
    kinds: Mapping[Key, PKind] | None = None,
) -> dict[Key, Adjusted]:
    """The p-values of a family, on their own and adjusted by `symhep.stats.multiplicity.holm_with_implications`.

    Parameters
    ----------
    log_p
        Hypothesis -> natural logarithm of its p-value.
    level
        Family-wise error rate: a hypothesis is rejected where the adjusted p is not above it.
    implies
        Hypothesis -> others that hold if it does; those outside the family are ignored.
    kinds
        Kind of each p-value; 'asymptotic' where none is given.

    >>> rows = adjusted({"SO(3)": math.log(0.5), "SO(2)": math.log(0.01)}, 0.05, implies={"SO(3)": ["SO(2)"]})
    >>> round(rows["SO(3)"].p_value_adjusted, 3), rows["SO(3)"].rejected
    (0.02, True)
    """
    if not log_p:
        return {}
    place = {key: k for k, key in enumerate(log_p)}
    matrix = np.zeros((len(place), len(place)), dtype=bool)
    for key, others in (implies or {}).items():
        for other in others:
            if key in place and other in place:
                matrix[place[key], place[other]] = True
    logs = holm_with_implications(np.array(list(log_p.values()), dtype=np.float64), matrix)
    limit = math.log(level)
    found = {}
    for (key, own), log in zip(log_p.items(), logs.tolist(), strict=True):
        both = {f"{name}_adjusted": value for name, value in p_numbers(log).items()}
        kind = (kinds or {}).get(key, "asymptotic")
        found[key] = Adjusted(**p_numbers(own), **both, p_kind=kind, rejected=log <= limit)
    return found
