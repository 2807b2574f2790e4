"""Subgroups, generators in the lab frame and discrete elements in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symhep.hypotheses.discrete.scan_sentence import scan_statement
from symhep.hypotheses.discrete.sentence import alike_statements, discrete_statement, weight_statements
from symhep.hypotheses.subgroups.sentence import subgroup_statement
from symhep.methods.number import Number
from symhep.methods.p_values import bound_text
from symhep.methods.result import Statement
from symhep.methods.wording import in_words
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.subgroups.record import LabRow

__all__ = ["subgroup_statements"]


def subgroup_statements(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Maximal compatible classes, generators, discrete elements, and the forward-backward asymmetry."""
    if r.catalogue is not None:
        told = subgroup_statement(r.subgroups, r.maximal_subgroups, r.catalogue, r.significance_level)
        if told is not None:
            yield told
    yield from _generators(r)
    told = discrete_statement(r.discrete, final_state="pz" in r.vectors.components)
    if told is not None:
        yield told
    told = scan_statement(r.cyclic_scan)
    if told is not None:
        yield told
    yield from alike_statements(r.discrete)
    yield from weight_statements(r.discrete)
    yield from _asymmetry(r.forward_backward_asymmetry)


def _generators(r: SymmetryGanRecord) -> Iterator[Statement]:
    """One-parameter subgroups in the lab frame: rotations about x, boosts along z."""
    rows = [row for row in r.candidates if row.log10_p_adjusted is not None]
    if not rows:
        return
    alive, rejected = [row for row in rows if not row.rejected], [row for row in rows if row.rejected]
    parts = []
    if alive:
        parts.append(
            f"{in_words([row.label for row in alive])} {_are(alive)} compatible ({_worst(alive, least=True)})"
        )
    if rejected:
        parts.append(
            f"{in_words([row.label for row in rejected])} {_are(rejected)} violated ({_worst(rejected)})"
        )
    yield Statement(
        f"Individual generators in the lab frame: {'; '.join(parts)}.",
        {row.label: row.log10_p_adjusted for row in rows},
        "p_values",
    )


def _are(rows: Sequence[LabRow]) -> str:
    labels = [row.label for row in rows]
    return "is" if len(labels) == 1 and in_words(labels) == labels[0] else "are"


def _worst(rows: Sequence[LabRow], least: bool = False) -> str:
    """The extreme adjusted p: the largest of violated rows, the smallest of compatible rows."""
    values = [float(row.log10_p_adjusted) for row in rows if row.log10_p_adjusted is not None]
    text = bound_text(min(values) if least else max(values))
    if len(rows) == 1 or text == "p = 1":
        return f"adjusted {text}"
    return f"adjusted {text}{' or more' if least else ' or less' if text.startswith('p =') else ''}"


def _asymmetry(a: Number | None) -> Iterator[Statement]:
    """A forward-backward asymmetry violates each element that maps the negative particle to the other hemisphere."""
    if a is None or a.value is None or a.low is None or a.high is None:
        return
    interval = f"{100 * a.value:.3g} % [{100 * a.low:.3g}, {100 * a.high:.3g}] (95 % confidence interval)"
    text = f"The forward-backward asymmetry of all events is {interval}"
    if a.low <= 0 <= a.high:
        text += (
            ", compatible with zero: no evidence for a violation of parity (final state) or of the exchange of the two "
            "particles"
        )
    else:
        text += (
            ", not compatible with zero at 95 % CL: parity (final state), the exchange of the two "
            "particles and rotations by pi about transverse axes reverse its sign and are violated; "
            "rotations about the beam axis and reflections in planes containing it leave it invariant"
        )
    yield Statement(f"{text}.", a.to_json(), "p_values")
