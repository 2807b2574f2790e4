"""The questions a physicist asks of a result, each with its answer; from the record alone."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.hypotheses.bounds.breaking import breaking
from symhep.hypotheses.bounds.record import Limits
from symhep.hypotheses.candidates.verdicts import candidate_verdicts
from symhep.hypotheses.discrete.verdicts import discrete_verdicts, scan_verdict
from symhep.hypotheses.subgroups.verdicts import subgroup_verdict
from symhep.methods.enumeration import plural, several
from symhep.methods.number import Bounded
from symhep.methods.verdict import Verdict
from symhep_symmetrygan.inference.record import AlgebraRecord, ComponentRecord, FiniteGroupRecord
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.say.whose import of_search
from symhep_symmetrygan.subgroups.record import LabRow

__all__ = ["verdicts"]

#: Components that a question names.
LISTED = 4


def verdicts(r: SymmetryGanRecord) -> Iterator[Verdict]:
    """The group, its components, how many elements are kept; subgroups, generators, discrete elements; the map."""
    beam = "pz" in r.vectors.components
    if r.algebra is not None and r.space is not None:
        yield _algebra(r, r.algebra, r.space.name)
    yield from _finite(r)
    yield from _components(r)
    yield from _elements(r)
    yield from subgroup_verdict(r.subgroups, r.maximal_subgroups, r.catalogue)
    yield from candidate_verdicts(r.candidates, _size, beam=beam)
    yield from discrete_verdicts(r.discrete, final_state=beam)
    yield from scan_verdict(r.cyclic_scan)
    if r.forward_backward_asymmetry is not None and r.forward_backward_asymmetry.value is not None:
        size = breaking(Limits(), r.forward_backward_asymmetry)
        low, high = (r.forward_backward_asymmetry.low or 0.0), (r.forward_backward_asymmetry.high or 0.0)
        answer = "compatible with zero" if low <= 0 <= high else "different from zero"
        yield Verdict(
            "Forward-backward asymmetry?", answer, "measured", size=size, size_of="A_FB", figure="p_values"
        )
    yield from _map(r)


def _algebra(r: SymmetryGanRecord, algebra: AlgebraRecord, space: str) -> Verdict:
    whose = f" of {words}" if (words := of_search(r)) else ""
    question = f"Which continuous symmetries{whose} in the search space {space}?"
    if algebra.kind == "not determined":
        return Verdict(question, f"not determined: {algebra.why}", "undecided", figure="element_p_values")
    if algebra.kind == "finite":
        return Verdict(question, "none", "violated", figure="span")
    size = breaking(algebra)
    return Verdict(
        question,
        algebra.name,
        "compatible",
        algebra.fit if algebra.fit.log10_p is not None else None,
        size,
        (algebra.function or "") if size is not None else "",
        "span",
    )


def _finite(r: SymmetryGanRecord) -> Iterator[Verdict]:
    """The finite group of the elements, or of the components."""
    groups: list[tuple[FiniteGroupRecord | None, str, str]] = [
        (r.finite_group, "Which finite group do the elements form?", "parameters"),
        (r.component_group, "Which group do the components form?", "components"),
    ]
    for group, question, figure in groups:
        if group is None or (group is r.component_group and group.found < 2):
            continue
        if group.closed:
            yield Verdict(question, f"{group.name} ({group.order} elements)", "compatible", figure=figure)
        else:
            yield Verdict(
                question, "not determined: their products are not among them", "undecided", figure=figure
            )


def _components(r: SymmetryGanRecord) -> Iterator[Verdict]:
    """Components beside the identity's, those that are kept and those that are rejected."""
    if r.finite_group is not None:
        return  # its components are single elements
    rows = [row for row in r.connected_components if row.name != "identity" and row.rejected is not None]
    for rejected in (False, True):
        if found := [row for row in rows if row.rejected is rejected]:
            yield _component_row(found, rejected)


def _component_row(rows: list[ComponentRecord], rejected: bool) -> Verdict:
    tested = [row for row in rows if row.log10_p_adjusted is not None]
    weakest = (max if rejected else min)(tested, key=lambda row: row.log10_p_adjusted or 0.0, default=None)
    limited = [] if rejected else [(size, row) for row in rows if (size := breaking(row)) is not None]
    size, of = max(limited, key=lambda found: found[0].upper_95 or 0.0, default=(None, None))
    return Verdict(
        f"Component{'s' * (len(rows) > 1)} {several([row.name for row in rows], LISTED)}?",
        "violated" if rejected else "compatible",
        "violated" if rejected else "compatible",
        None if weakest is None else weakest.p_adjusted,
        size,
        f"asymmetry of {of.function}" if of is not None and of.function else "",
        "components",
    )


def _elements(r: SymmetryGanRecord) -> Iterator[Verdict]:
    if r.verdicts is None or r.search is None:
        return
    v = r.verdicts
    tested = v.kept + v.failed
    answer = f"{v.kept} of {tested} tested" if tested else f"{plural(r.elements, 'element')}, not tested"
    yield Verdict(
        f"How many of {plural(r.search.restarts, 'restart')} found a symmetry?",
        answer,
        "measured" if tested else "not tested",
        figure="element_p_values" if tested else "parameters",
    )


def _size(row: LabRow) -> tuple[Bounded | None, str]:
    size = breaking(row)
    return size, (row.function or "") if size is not None else ""


def _map(r: SymmetryGanRecord) -> Iterator[Verdict]:
    if r.map is None or r.map.median is None:
        return
    far = breaking(Limits(), r.map.far)
    yield Verdict(
        "Do restarts end where the formula expects them?",
        f"half of them within {r.map.median:.2g}, 90 % within {r.map.p90:.2g}",
        size=far,
        size_of="share that ends more than 0.5 away" if far is not None else "",
        figure="map",
    )
