"""Components in sentences: accepted ones, and sizes of the violation of rejected ones."""

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
#: A component is approximate if the gain of a classifier is below this fraction of that on random elements.
SMALL = 0.2
_ACTS = {
    "commutes": ", which commutes with the generators,",
    "anticommutes": ", which anticommutes with the generators,",
}


def component_statements(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Cosets of the identity component, one by one, and rejected elements that belong to none."""
    if r.finite_group is not None:
        return  # its components are single elements
    for row in r.connected_components:
        if row.name == "identity" or row.rejected is None:
            continue
        text = f"The component {row.name}{_ACTS.get(row.action or '', '')} contains {elements_text(row.elements)}"
        tested = "" if row.log10_p_adjusted is None else f" (adjusted {bound_text(row.log10_p_adjusted)})"
        text += f" and is {'violated' if row.rejected else 'compatible'}{tested}"
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
    """Size of the violation of a component: gain of a classifier, and excess of each projection."""
    parts, small = _by_classifier(r, row)
    parts += _by_projection(r, row)
    return f"{', but is an approximate symmetry' if small else ''}: {'; '.join(parts)}" if parts else ""


def _by_classifier(r: SymmetryGanRecord, row: ComponentRecord) -> tuple[list[str], bool]:
    own, losses = row.posthoc_loss, r.posthoc_loss
    random = None if losses is None or losses.random is None else losses.random.value
    if own is None or own.value is None or losses is None or random is None:
        return [], False
    deficit, most = losses.ideal - own.value, losses.ideal - random
    of = f", {100 * deficit / most:.0f} % of the gain on random elements" if deficit > 0 else ""
    gain = Number.with_error(deficit, math.nan if own.error is None else own.error)
    return [f"gain of a classifier (2 ln 2 - post-hoc loss) = {gain.text()}{of}"], deficit < SMALL * most


def _by_projection(r: SymmetryGanRecord, row: ComponentRecord) -> list[str]:
    if row.excess is None or r.kl is None:
        return []
    named = dict(zip(r.kl.projections, row.excess, strict=True))
    same = [name for name, number in named.items() if number.vanishes]
    other = [f"{name} ({number.text()})" for name, number in named.items() if not number.vanishes]
    parts = []
    if same:
        parts.append(f"no excess KL divergence above two standard errors in {several(same, LISTED)}")
    if other:
        parts.append(f"excess KL divergence in {several(other, LISTED)}")
    return parts
