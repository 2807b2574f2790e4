"""Components in sentences: kept ones, and how approximate the rejected ones are."""

from __future__ import annotations

import math
from collections.abc import Iterator

from symhep.methods.enumeration import several
from symhep.methods.number import Number
from symhep.methods.p_values import bound_text
from symhep.methods.result import Statement
from symhep_symmetrygan.inference.record import ComponentRecord
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.say.counts import elements_text, verb

__all__ = ["component_statements"]

#: Projections that a sentence can hold.
LISTED = 4
#: A component is approximate if a classifier gains less than this share of what it gains on random elements.
SMALL = 0.2
_ACTS = {
    "commutes": ", which commutes with the generators,",
    "anticommutes": ", which turns the generators round,",
}


def component_statements(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Cosets of the identity component, one by one, and rejected elements that belong to none."""
    if r.finite_group is not None:
        return  # its components are single elements
    for row in r.connected_components:
        if row.name == "identity" or row.rejected is None:
            continue
        text = (
            f"The component {row.name}{_ACTS.get(row.action or '', '')} holds {elements_text(row.elements)}"
        )
        tested = "" if row.log10_p_adjusted is None else f" (adjusted {bound_text(row.log10_p_adjusted)})"
        text += f" and is {'rejected' if row.rejected else 'not rejected'}{tested}"
        text += _broken(r, row) if row.rejected else ""
        yield Statement(f"{text}.", row.to_json(), "components")
    failed = 0 if r.verdicts is None else r.verdicts.failed
    lost = failed - sum(row.elements - row.kept for row in r.connected_components)
    if r.connected_components and lost > 0:
        yield Statement(
            f"{lost} of the rejected elements {verb(lost)} near none of these components.",
            {"failed": failed, "near_none": lost},
            "components",
        )


def _broken(r: SymmetryGanRecord, row: ComponentRecord) -> str:
    """How large the breaking of a rejected component is: for a classifier, and projection by projection."""
    parts, small = _by_classifier(r, row)
    parts += _by_projection(r, row)
    return f"{', but is an approximate symmetry' if small else ''}: {'; '.join(parts)}" if parts else ""


def _by_classifier(r: SymmetryGanRecord, row: ComponentRecord) -> tuple[list[str], bool]:
    own, losses = row.posthoc_loss, r.posthoc_loss
    random = None if losses is None or losses.random is None else losses.random.value
    if own is None or own.value is None or losses is None or random is None:
        return [], False
    deficit, most = losses.ideal - own.value, losses.ideal - random
    of = f"{100 * deficit / most:.0f} % of what it gains on random elements" if deficit > 0 else "nothing"
    gain = Number.with_error(deficit, math.nan if own.error is None else own.error)
    return [f"a classifier gains {gain.text()} on 2 ln 2, {of}"], deficit < SMALL * most


def _by_projection(r: SymmetryGanRecord, row: ComponentRecord) -> list[str]:
    if row.excess is None or r.kl is None:
        return []
    named = dict(zip(r.kl.projections, row.excess, strict=True))
    same = [name for name, number in named.items() if number.vanishes]
    other = [f"{name} ({number.text()})" for name, number in named.items() if not number.vanishes]
    parts = []
    if same:
        parts.append(f"no excess KL divergence of {several(same, LISTED)} beyond two errors")
    if other:
        parts.append(f"excess of {several(other, LISTED)}")
    return parts
