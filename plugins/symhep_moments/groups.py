"""The symmetry that was found, as a phrase of a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from symhep.lie.identify.identification import AMBIGUOUS, NOT_CLOSED, UNRECOGNISED
from symhep_moments.coefficients import combination_text
from symhep_moments.wording import several

__all__ = ["group_in_words"]

Summary = Mapping[str, Any]

#: What `symhep.lie.identify` says of an algebra in place of a name.
_NAMELESS = (AMBIGUOUS, NOT_CLOSED, UNRECOGNISED)
_ROTATIONS = ("J_x", "J_y", "J_z")
#: Generators that a phrase can hold.
_NAMED, _LONG = 6, 150
#: A coefficient of so many errors is there.
_ERRORS = 4.0


def group_in_words(s: Summary) -> str:
    """'SO(2) about the beam axis', 'SO(3) (J_x, J_y, J_z)', 'so(4) (J_12, J_13 and 4 more)'.

    The name is that of the one class of subgroups that survives and lies in no other survivor, if it has as many
    generators as were found; else that of the algebra; one that has no name is told by its dimension. The position is
    the catalogue's, if that survives, else fitted.
    """
    found = int(s["algebra"]["dimension"])
    largest = [row for row in s["maximal_subgroups"] if row["dimension"] == found]
    if len(s["maximal_subgroups"]) == len(largest) == 1:
        row = largest[0]
        if row["name"] == "SO(2)":
            return f"SO(2) about {_axis(s['generators'], bool(row['at_lab']))}"
        if row["at_lab"]:
            return f"{row['name']} ({row['written']})"
        return f"{row['name']}{_basis(s['generators'])}"
    name = s["algebra"]["name"]
    if name in _NAMELESS:
        name = "one symmetry" if found == 1 else f"{found} independent symmetries"
    return f"{name}{_basis(s['generators'])}"


def _axis(generators: Sequence[Summary], at_lab: bool) -> str:
    """Of a rotation: the beam axis, or three components of length 1."""
    if at_lab:
        return "the beam axis"
    coefficients, errors = generators[0]["coefficients"], generators[0]["errors"]
    axis = [float(coefficients.get(label, 0.0)) for label in _ROTATIONS]
    length = math.hypot(*axis)
    others = (c for c in coefficients if c not in _ROTATIONS)
    if length == 0 or any(abs(coefficients[c]) > max(_ERRORS * errors[c], 1e-9) for c in others):
        return f"some axis: {combination_text(coefficients, errors)}"
    # Of the two directions of an axis, the one that points upwards.
    sign = -1.0 if (axis[2], axis[1], axis[0]) < (0.0, 0.0, 0.0) else 1.0
    x, y, z = (f"{sign * a / length:.3f}".replace("-0.000", "0.000") for a in axis)
    return f"the axis ({x}, {y}, {z})"


def _basis(generators: Sequence[Summary]) -> str:
    listed = several([row["label"] for row in generators], _NAMED) if generators else ""
    return f" ({listed})" if 0 < len(listed) <= _LONG else ""
