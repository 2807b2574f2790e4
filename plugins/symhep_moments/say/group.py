"""The symmetry found as a phrase of a sentence, and the row with its p-value."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.stats import chi2

from symhep.hypotheses.generators.record import GeneratorRow
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.lie.identify.identification import AMBIGUOUS, NOT_CLOSED, UNRECOGNISED
from symhep.methods.enumeration import several
from symhep.methods.p_values import PValue
from symhep_moments.record import MomentsRecord

__all__ = ["found_rotation", "group_in_words", "group_p", "only_combined"]

#: What `symhep.lie.identify` says of an algebra in place of a name.
_NAMELESS = (AMBIGUOUS, NOT_CLOSED, UNRECOGNISED)
_ROTATIONS = ("J_x", "J_y", "J_z")
#: Generators that a phrase can hold.
_NAMED, _LONG = 6, 150
#: A coefficient of so many errors is there.
_ERRORS = 4.0
#: Of chi^2 with one degree of freedom, 95 %.
_QUANTILE = float(chi2.ppf(0.95, 1))
#: Angles below this, in radians, are rounding: the support leaves one axis alone.
_ROUNDING = 1e-6


def group_in_words(s: MomentsRecord) -> str:
    """'SO(2) about the beam axis', 'SO(3) (J_x, J_y, J_z)', 'so(4) (J_12, J_13 and 4 more)'.

    The name is that of the only maximal compatible class of subgroups, if it has the number of generators found; else
    that of the algebra, or its dimension if it has no name. The axes are those of the lab frame if compatible, else
    fitted.
    """
    if (row := _class(s)) is not None:
        if row.name == "SO(2)":
            return f"SO(2) about {_axis(s.generators, bool(row.at_lab))}"
        if row.at_lab:
            return f"{row.name} ({row.written})"
        return f"{row.name}{_basis(s.generators)}"
    name, found = s.algebra.name, s.algebra.dimension
    if name in _NAMELESS:
        name = "one symmetry" if found == 1 else f"{found} independent symmetries"
    return f"{name}{_basis(s.generators)}"


def group_p(s: MomentsRecord) -> tuple[str, PValue]:
    """The hypothesis that `group_in_words` names: where its row is in the record, and its unadjusted p-value.

    The class at the catalogue's position, or in any direction where its position was fitted; the algebra; or the rank.
    """
    if (row := _class(s)) is not None:
        if row.at_lab and row.lab is not None:
            return f"subgroups[{row.name}].lab", row.lab.p
        return f"subgroups[{row.name}]", row.p
    rank = next((t for t in s.chain if t.dimension == s.algebra.dimension), None)
    if s.algebra.name in _NAMELESS and rank is not None:
        return f"chain[{rank.dimension}]", rank.p
    return "algebra", s.algebra.p


def found_rotation(
    generators: Sequence[GeneratorRow],
) -> tuple[tuple[float, float, float], float] | None:
    """Axis and the angle in radians within which the true one lies (95 % at least), if one rotation was found.

    The angle is zero where the support leaves one axis alone.

    None if more was found, or parts of other generators. From the errors e of the three coefficients: the axis moves
    across itself with the variance e^2 = e_x^2 + e_y^2 + e_z^2 in two directions of unknown shares, and of all
    quadratic forms with that mean 3.84 e^2 has the largest 95 % quantile (Szekely and Bakirov 2003).
    """
    if len(generators) != 1:
        return None
    coefficients, errors = generators[0].coefficients, generators[0].errors
    axis = tuple(coefficients.get(label, 0.0) for label in _ROTATIONS)
    length = math.hypot(*axis)
    others = (c for c in coefficients if c not in _ROTATIONS)
    if length == 0 or any(abs(coefficients[c]) > max(_ERRORS * errors[c], 1e-9) for c in others):
        return None
    error = math.hypot(*(errors.get(label, 0.0) for label in _ROTATIONS))
    # Of the two directions of an axis, the one that points upwards.
    sign = -1.0 if axis[::-1] < (0.0, 0.0, 0.0) else 1.0
    x, y, z = (sign * a / length for a in axis)
    angle = math.sqrt(_QUANTILE) * error / length
    return (x, y, z), angle if angle > _ROUNDING else 0.0


def only_combined(s: MomentsRecord) -> list[str]:
    """Candidates that are rejected on their own, and part of a symmetry that is a sum of several."""
    parts: set[str] = set()
    for g in s.generators:
        there = {c for c, value in g.coefficients.items() if abs(value) > max(_ERRORS * g.errors[c], 1e-9)}
        parts |= there if len(there) > 1 else set()
    return [c.label for c in s.candidates if c.rejected and c.label in parts]


def _class(s: MomentsRecord) -> SubgroupRow | None:
    """The class of subgroups that names what was found, if one does."""
    if len(s.maximal_subgroups) != 1:
        return None
    row = s.subgroup(s.maximal_subgroups[0])
    return row if row.dimension == s.algebra.dimension else None


def _axis(generators: Sequence[GeneratorRow], at_lab: bool) -> str:
    """Of a rotation: the beam axis, or three components of length 1."""
    if at_lab:
        return "the beam axis"
    found = found_rotation(generators)
    if found is None:
        return f"a fitted axis: {generators[0].label}"
    x, y, z = (f"{a:.3f}".replace("-0.000", "0.000") for a in found[0])
    return f"the axis ({x}, {y}, {z})"


def _basis(generators: Sequence[GeneratorRow]) -> str:
    listed = several([row.label for row in generators], _NAMED) if generators else ""
    return f" ({listed})" if 0 < len(listed) <= _LONG else ""
