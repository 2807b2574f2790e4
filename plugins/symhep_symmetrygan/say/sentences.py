"""Findings in sentences with their evidence; from the record alone."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.hypotheses.bounds.text import per_cent
from symhep.methods.enumeration import several
from symhep.methods.number import Number
from symhep.methods.p_values import p_text
from symhep.methods.result import Statement
from symhep_symmetrygan.inference.record import FiniteGroupRecord
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.say.bounds import limit_statements
from symhep_symmetrygan.say.cautions import cautions
from symhep_symmetrygan.say.components import component_statements
from symhep_symmetrygan.say.counts import elements_text, verb
from symhep_symmetrygan.say.projections import divergence_statements, loss_statements
from symhep_symmetrygan.say.subgroups import subgroup_statements
from symhep_symmetrygan.say.whose import of_events, of_search, said_of

__all__ = ["statements"]

#: Generators and components that a sentence can hold.
LISTED = 4


def statements(record: SymmetryGanRecord) -> Iterator[Statement]:
    """The group, the elements and their tests, subgroups, maps; then warnings."""
    whose = of_search(record)
    found = (_group, _finite, _elements, component_statements)
    for part in found:
        yield from said_of(part(record), whose)
    yield from said_of(subgroup_statements(record), of_events(record))
    yield from said_of(limit_statements(record), whose)
    yield from divergence_statements(record)
    yield from said_of(loss_statements(record), whose)
    yield from said_of(_composition(record), whose)
    yield from said_of(_map(record), whose)
    yield from _members(record)
    yield from cautions(record)


def _group(r: SymmetryGanRecord) -> Iterator[Statement]:
    """'The elements found in the search space so(4) form so(2), with the generator ..., and with a component.'"""
    algebra = r.algebra
    if algebra is None or r.space is None:
        return
    kept = [c.name for c in r.connected_components if not c.rejected and c.name != "identity"]
    evidence = {
        "algebra": algebra.to_json(),
        "generators": [g.to_json() for g in r.generators],
        "components": kept,
    }
    where = f"The accepted elements of the search space {r.space.name}"
    if algebra.kind == "not determined":
        text = (
            f"The group formed by the accepted elements of {r.space.name} is not determined: {algebra.why}."
        )
        yield Statement(text, evidence, "element_p_values")
        return
    if algebra.kind == "finite":
        if r.finite_group is not None and r.finite_group.closed:
            return  # `_finite` names it
        text = f"{where} form no continuous group{f' ({algebra.why})' if algebra.why else ''}"
    else:
        tested = "" if algebra.fit.log10_p is None else f" (fit: {p_text(algebra.fit)})"
        text = f"{where} form {algebra.name}{tested}"
        if r.generators:
            word = "generator" if len(r.generators) == 1 else "generators"
            text += f", with the {word} {several([g.label for g in r.generators], LISTED)}"
    if kept and r.finite_group is None:
        word = "component" if len(kept) == 1 else "components"
        text += f", and the {word} {several(kept, LISTED)} in addition to that of the identity"
    yield Statement(f"{text}.", evidence, "span")


def _members(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Comparison of events with sets, or with vectors of several kinds."""
    if not r.sets and not r.kinds:
        return
    differs = f"the number of {several(r.sets)} varies between events" if r.sets else ""
    lack = "some vectors lack components that others have" if r.kinds else ""
    text = " and ".join(part for part in (differs, lack) if part)
    yield Statement(
        f"{text[0].upper()}{text[1:]}: the transformation acts on each vector separately; networks and plane waves sum "
        "over the members (waves: single members and the sum of all; networks: also correlations); projections of "
        "individual vectors are not compared.",
        {"sets": list(r.sets), "kinds": list(r.kinds)},
    )


def _elements(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Number of elements found, and their tests on held-out events."""
    if r.search is None or r.verdicts is None or r.space is None:
        return
    v, restarts = r.verdicts, r.search.restarts
    tested = v.kept + v.failed
    started = f"{restarts} restart{'' if restarts == 1 else 's'}"
    text = f"{started} in the search space {r.space.name} found {elements_text(r.elements)}"
    if tested:
        every = "all are accepted" if v.kept > 1 else "it is accepted"
        none = "none is accepted" if v.failed > 1 else "it is rejected"
        told = {0: none, tested: every}.get(v.kept, f"{v.kept} {verb(v.kept)} accepted")
        text += f"; in the test on {r.events.used:,} held-out events {told}"
        if v.failed and v.kept:
            text += f", {v.failed} {verb(v.failed)} rejected"
        text += f" (family-wise error {100 * r.significance_level:g} %)"
    if r.search.terms:
        text += f"; additional loss terms: {several(r.search.terms)}"
    evidence = {"elements": r.elements, "restarts": restarts, **v.to_json()}
    yield Statement(f"{text}.", evidence, "element_p_values" if tested else "parameters")


def _finite(r: SymmetryGanRecord) -> Iterator[Statement]:
    """The finite group, or that of the components."""
    if r.finite_group is not None:
        yield _finite_group(r.finite_group, "The accepted elements", "parameters")
    if r.component_group is not None and r.component_group.found > 1:
        yield _finite_group(r.component_group, "The compatible components", "components")


def _finite_group(group: FiniteGroupRecord, whose: str, figure: str) -> Statement:
    if not group.closed:
        text = (
            f"{whose} form {group.found} points or components that do not close under multiplication "
            "within errors: the finite group is not determined"
        )
    else:
        dihedral = "dihedral " if group.name.startswith("D_") else ""
        orders = [f"{number} of order {order}" for order, number in group.orders.items()]
        text = f"{whose} form the {dihedral}group {group.name} of {group.order} elements: {several(orders)}"
        if group.order is not None and group.found < group.order:
            text += f"; {group.found} of them were found, the others are products of these"
    if group.points_left_out:
        points = "point is" if group.points_left_out == 1 else "points are"
        text += f"; {group.points_left_out} further {points} not included: "
        text += "the mean of the elements there is rejected on held-out events"
    return Statement(f"{text}.", group.to_json(), figure)


def _composition(r: SymmetryGanRecord) -> Iterator[Statement]:
    if r.composition is None:
        return
    exponent = r.composition.exponent
    if exponent.value is None:
        text = "Powers of the elements found are exact: the search space is the group itself"
    else:
        text = (
            "The distance of the k-th power of an element found from the exact power grows as "
            f"k^({_at_least(exponent, 0.01).text()})"
        )
    if r.composition.usable:
        text += (
            f"; up to k = {r.composition.usable} no projection has an excess KL divergence above two "
            "standard errors"
        )
    yield Statement(f"{text}.", r.composition.to_json(), "composition")


def _at_least(number: Number, error: float) -> Number:
    """With an error of at least this: an exponent is not known better than that."""
    assert number.value is not None
    return Number.with_error(number.value, max(number.error or 0.0, error))


def _map(r: SymmetryGanRecord) -> Iterator[Statement]:
    if r.map is None or r.map.median is None:
        return
    m = r.map
    yield Statement(
        f"Symmetry discovery map: the distance between final and expected parameters is {m.median:.2g} (median) and "
        f"{m.p90:.2g} (90 % quantile); it exceeds 0.5 for {_percent(m.far)} of the restarts. Formula: {m.formula}.",
        m.to_json() | {"learned": None},
        "map",
    )
    if m.learned is not None and m.learned.median is not None:
        against = m.learned.against_trainings
        beside = (
            "" if against is None else f"; its distance from separate trainings is {against:.2g} (median)"
        )
        yield Statement(
            f"Map learned in a single training: the distance from the formula at new initial points is "
            f"{m.learned.median:.2g} (median) and {m.learned.p90:.2g} (90 % quantile); it exceeds 0.5 for "
            f"{_percent(m.learned.far)} of them{beside}.",
            m.learned.to_json(),
            "omega",
        )


def _percent(share: Number | None) -> str:
    shown = per_cent(share)
    return "an unknown fraction" if shown is None or shown.value is None else f"{shown.text()} %"
