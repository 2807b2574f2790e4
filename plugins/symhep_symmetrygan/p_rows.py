"""The p-values of a hypothesis as a row of the summary has them."""

from __future__ import annotations

from typing import Any

from symhep.methods.p_values import p_numbers

__all__ = ["p_row"]

_NAMES = ("p_value", "log10_p", "p_value_adjusted", "log10_p_adjusted", "rejected")


def p_row(log_p: float | None, adjusted: float | None, rejected: bool) -> dict[str, Any]:
    """Of natural logarithms, alone and adjusted for the family; all null where nothing was tested.

    >>> p_row(0.0, None, False)["rejected"] is None, p_row(0.0, 0.0, False)["p_value_adjusted"]
    (True, 1.0)
    """
    if log_p is None or adjusted is None:
        return dict.fromkeys(_NAMES)
    both = {f"{name}_adjusted": value for name, value in p_numbers(adjusted).items()}
    return {**p_numbers(log_p), **both, "rejected": rejected}
