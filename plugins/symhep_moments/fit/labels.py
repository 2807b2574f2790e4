"""Combinations of generators as text, with errors in units of the last digit."""

from __future__ import annotations

import math
from collections.abc import Mapping

__all__ = ["coefficient_text", "combination_text", "stated_terms"]

#: Errors below this are rounding: the coefficient is exact.
_EXACT = 1e-9
_ERRORS = 4.0


def coefficient_text(value: float, error: float) -> str:
    """A number with its error in units of the last digit; two digits of errors that begin with 1.

    >>> coefficient_text(0.4821, 0.0031), coefficient_text(-0.0051, 0.0124), coefficient_text(1.0, 0.0)
    ('0.482(3)', '−0.005(12)', '1')
    """
    if not error > _EXACT:
        return f"{value:.4g}".replace("-", "−")
    places = max(0, -math.floor(math.log10(error)))
    if round(error * 10**places) < 2:
        places += 1
    number = f"{value:.{places}f}".replace("-", "−")
    return (
        f"{number}({round(error * 10**places)})" if error < 1 else f"{number} ± {error:.2g}".replace("-", "−")
    )


def stated_terms(coefficients: Mapping[str, float], errors: Mapping[str, float]) -> dict[str, float]:
    """What a combination of length one is taken to be: terms beyond four errors, or one generator alone.

    >>> stated_terms({"J_y": -0.002, "J_z": -0.9999}, {"J_y": 0.003, "J_z": 0.00001})
    {'J_z': 1.0}
    """
    terms = {
        label: value
        for label, value in coefficients.items()
        if abs(value) > max(_ERRORS * errors[label], _EXACT)
    } or dict([max(coefficients.items(), key=lambda item: abs(item[1]))])
    if len(terms) == 1 and abs(next(iter(terms.values()))) > 1 - 1e-3:
        return dict.fromkeys(terms, 1.0)
    return terms


def combination_text(coefficients: Mapping[str, float], errors: Mapping[str, float]) -> str:
    """Terms that differ from zero by four errors, since one of ten would by three too often; else the largest.

    >>> combination_text({"J_y": 0.4821, "J_z": -0.876, "K_x": 0.01}, {"J_y": 0.003, "J_z": 0.003, "K_x": 0.02})
    '0.482(3) J_y − 0.876(3) J_z'
    >>> combination_text({"J_y": 0.0, "J_z": 1.0}, {"J_y": 0.003, "J_z": 0.00001})
    'J_z'
    """
    terms = stated_terms(coefficients, errors)
    if list(terms.values()) == [1.0]:
        return next(iter(terms))
    text = ""
    for label, value in terms.items():
        sign = ("−" if value < 0 else "") if not text else (" − " if value < 0 else " + ")
        text += f"{sign}{coefficient_text(abs(value), errors[label])} {label}"
    return text
