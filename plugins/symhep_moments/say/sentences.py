"""Findings in sentences with their evidence; from the record alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from symhep.hypotheses.discrete.scan_sentence import scan_statement
from symhep.hypotheses.discrete.sentence import discrete_statement
from symhep.hypotheses.divergence.sentence import excess_statement
from symhep.hypotheses.groups.sentence import group_statement
from symhep.hypotheses.subgroups.sentence import subgroup_statement
from symhep.hypotheses.support.told import surface_statement
from symhep.methods.enumeration import plural, several
from symhep.methods.number import with_error
from symhep.methods.p_values import bound_text, p_text
from symhep.methods.result import Statement
from symhep.methods.wording import counted, in_words
from symhep_moments.record import Candidate, MomentsRecord
from symhep_moments.say.bounds import bounds, is_broken
from symhep_moments.say.cautions import cautions
from symhep_moments.say.group import found_rotation, group_in_words, group_p, only_combined
from symhep_moments.say.sectors import sector_statements
from symhep_moments.say.systematics import systematics
from symhep_moments.say.unfitted import unfitted_answer
from symhep_moments.say.whole import left_out

__all__ = ["sentences"]

#: More generators than this are left to the figure.
LISTED = 6
#: Sums of generators with more characters are left to the table.
LONG = 300
#: Reported bins differ from zero by so many errors: of a thousand maps of a hundred bins one has it by chance.
CLEAR = 4.5


def sentences(s: MomentsRecord) -> Iterator[Statement]:
    """Findings, most important first; then warnings."""
    yield _answer(s)
    groups = group_statement(s.groups)
    yield from () if groups is None else (groups,)
    yield from left_out(s)
    yield from _rank(s)
    yield from _generators(s)
    if s.catalogue is not None:
        lattice = subgroup_statement(
            s.subgroups, s.maximal_subgroups, s.catalogue, s.significance_level,
            confined=bool(s.left_out),
        )  # fmt: skip
        yield from () if lattice is None else (lattice,)
    discrete = discrete_statement(s.discrete, final_state="pz" in s.vectors.components, relative=s.reference)
    yield from () if discrete is None else (discrete,)
    scan = scan_statement(s.cyclic_scan)
    yield from () if scan is None else (scan,)
    if s.support.algebra is not None:
        yield surface_statement(s.support.algebra, s.support.constraints)
    yield from bounds(s)
    yield from systematics(s)
    yield from _places(s)
    yield from sector_statements(s.sectors)
    yield from _projections(s)
    yield from cautions(s)


def _projections(s: MomentsRecord) -> Iterator[Statement]:
    """Projections after the symmetry found, and after one violated candidate."""
    if s.kl is None:
        return
    elements = [plural(n, "discrete element")] if (n := len(s.symmetry.element_names)) else []
    group = [f"random elements of {group_in_words(s)}"] if s.symmetry.generator_names else []
    words = [("kept", f"for {several(group + elements)}")]
    if s.first_rejected is not None:
        words.append(("failed", f"for random elements of {in_words([s.first_rejected])} (violated)"))
    told = excess_statement(s.kl, words)
    if told is not None:
        yield told


def _answer(s: MomentsRecord) -> Statement:
    """'The 20,000 events are compatible with SO(2) about the beam axis (p = 0.31); violated: ...'"""
    if s.not_fitted is not None:
        return unfitted_answer(s)
    algebra, (row, tested) = s.algebra, group_p(s)
    excluded = [c for c in s.candidates if c.rejected]
    evidence: dict[str, Any] = {
        "events": s.events.used, "dimension": algebra.dimension, "name": algebra.name, "hypothesis": row,
        "p_value": tested.p_value, "log10_p": tested.log10_p, "level": s.significance_level,
        "excluded": {c.label: c.log10_p_adjusted for c in excluded},
    }  # fmt: skip
    relative = f", relative to {s.reference}," if s.reference else ""
    left = [one.label for one in s.support.excluded]
    if algebra.dimension == 0:
        text = f"No continuous symmetry among the candidates is compatible with the {s.events.used:,} events"
        text += f", relative to {s.reference}" if s.reference else ""
        if excluded:
            text += f": {_excluded(excluded)}"
        if left:
            text += f"{';' if excluded else ':'} {_off_support(left)}"
        return Statement(f"{text}.", evidence, "p_values")
    text = (
        f"The {s.events.used:,} events are compatible{relative} with {group_in_words(s)} ({p_text(tested)})"
    )
    mixed = only_combined(s)
    if mixed and any(c.rejected is False for c in s.candidates):
        text += (
            f"; {in_words(mixed)} {'is a symmetry' if in_words(mixed) == mixed[0] else 'are symmetries'} "
            "only in combination"
        )
    elif mixed:
        many = "s of them are" if (algebra.dimension or 0) > 1 else " of them is"
        text += (
            f": no single candidate is a symmetry, but {counted(algebra.dimension or 0)} combination{many}"
        )
    if plain := [c for c in excluded if c.label not in mixed]:
        text += f"; {_excluded(plain)}"
    if left:
        text += f"; {_off_support(left)}"
    return Statement(f"{text}.", evidence, "p_values")


def _off_support(labels: Sequence[str]) -> str:
    return f"{in_words(labels)} do not preserve the surface on which the events lie"


def _excluded(rows: Sequence[Candidate]) -> str:
    worst = bound_text(max(_log10_adjusted(row) for row in rows))
    worst += " or less" if worst.startswith("p =") and len(rows) > 1 else ""
    words = in_words([row.label for row in rows])
    return f"{words} {'is' if words == rows[0].label else 'are'} violated (adjusted {worst})"


def _log10_adjusted(row: Candidate) -> float:
    assert row.log10_p_adjusted is not None
    return row.log10_p_adjusted


def _rank(s: MomentsRecord) -> Iterator[Statement]:
    """The number of symmetries, and the p-value for more."""
    tests = {t.dimension: t for t in s.chain}
    # Of many candidates the chain leaves out the numbers that are excluded beyond doubt.
    found, number = s.algebra.dimension, _tested(s)
    if not tests or found is None:
        return
    evidence = {str(r): t.log10_p for r, t in tests.items()}
    among = f"Rank test: among {number} candidates{' on the support' if s.support.excluded else ''}"
    if found == number:
        text = f"{among} no combination is violated ({p_text(tests[found])} for all {found} together)."
        text = (
            text if number > 1 else f"Rank test: the only candidate is compatible ({p_text(tests[found])})."
        )
        yield Statement(text, evidence, "ranks")
        return
    more = tests[min(r for r in tests if r > found)].log10_p
    assert more is not None
    bound = bound_text(more)
    if found:
        words = "one symmetry is" if found == 1 else f"{counted(found)} independent symmetries are"
        text = f"{among} {words} compatible ({p_text(tests[found])}), more are rejected ({bound})."
    elif number > 1:
        text = f"{among} none is a symmetry: one or more is rejected ({bound})."
    else:
        text = f"Rank test: the only candidate is rejected ({bound})."
    yield Statement(text, evidence, "ranks")


def _tested(s: MomentsRecord) -> int:
    """Candidates on the support."""
    return sum(c.how == "tested" for c in s.candidates)


def _generators(s: MomentsRecord) -> Iterator[Statement]:
    """The best-fit directions, with errors."""
    rows = s.generators
    if not rows or len(rows) > LISTED or len(rows) == _tested(s):
        return
    listed = several([row.label for row in rows])
    listed = listed if len(listed) <= LONG else "sums of many candidates (see the table)"
    angle, rotation, known = s.algebra.angle_95, found_rotation(rows), ""
    if rotation is not None:
        angle = rotation[1]
        known = f"; the true axis is within {math.degrees(angle):.2g} degrees (95 % CL)" if angle else ""
    elif angle is not None:
        true = "generator" if len(rows) == 1 else "span"
        where = f"within {math.degrees(angle):.2g} degrees in the space of the candidates (95 % CL)"
        known = f"; the true {true} is {where}"
    what = "generator is" if len(rows) == 1 else "generators are"
    yield Statement(
        f"The best-fit {what} {listed}{known}.",
        {"coefficients": [dict(row.coefficients) for row in rows], "errors": [dict(row.errors) for row in rows],
         "angle_95": angle},
        "generators",
    )  # fmt: skip


def _places(s: MomentsRecord) -> Iterator[Statement]:
    """The most significant region of the weakest violation of a rotation or another closed orbit."""
    sizes = {c.label: c.size.value or 0.0 for c in s.candidates if is_broken(c) and c.size is not None}
    for b in sorted(s.clearest_bins, key=lambda b: sizes.get(b.label, math.inf)):
        value, error = b.departure.value, b.departure.error
        if b.label not in sizes or b.kind != "modulation" or value is None or error is None:
            continue
        if abs(value) > CLEAR * error:
            more = "more" if value > 0 else "fewer"
            relative = f" relative to {s.reference}" if s.reference else ""
            x, y = (
                _place(axis, ends, s.unit) for axis, ends in zip(b.axes, (b.x_edges, b.y_edges), strict=True)
            )
            yield Statement(
                f"The most significant violation of {b.label} is at {x} and {y}: "
                f"({with_error(100 * abs(value), 100 * error)}) % {more} events than expected from the symmetry"
                f"{relative} (most significant of {b.bins} bins).",
                b.to_json(),
                "maps",
            )
            return


def _place(axis: str, ends: Sequence[float], unit: str) -> str:
    """Range on an axis: 'px = 3 to 4 GeV'."""
    azimuth, cosine = axis.startswith("azimuth"), axis.startswith("cos")
    unit = "rad" if azimuth else "" if cosine else unit
    return f"{axis} = {ends[0]:.3g} to {ends[1]:.3g} {unit}".rstrip()
