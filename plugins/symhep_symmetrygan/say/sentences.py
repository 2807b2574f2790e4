"""What was found, in sentences with their evidence; from the record alone."""

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
    """The group, the elements and how they were judged, subgroups, maps; then what forbids conclusions."""
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
    where = f"The elements that were found in the search space {r.space.name} and kept"
    if algebra.kind == "not determined":
        text = f"{where} do not tell which group they form: {algebra.why}."
        yield Statement(text, evidence, "element_p_values")
        return
    if algebra.kind == "finite":
        if r.finite_group is not None and r.finite_group.closed:
            return  # `_finite` names it
        text = f"{where} form no continuous group{f' ({algebra.why})' if algebra.why else ''}"
    else:
        tested = "" if algebra.fit.log10_p is None else f" ({p_text(algebra.fit)} of their fit)"
        text = f"{where} form {algebra.name}{tested}"
        if r.generators:
            word = "generator" if len(r.generators) == 1 else "generators"
            text += f", with the {word} {several([g.label for g in r.generators], LISTED)}"
    if kept and r.finite_group is None:
        word = "component" if len(kept) == 1 else "components"
        text += f", and with the {word} {several(kept, LISTED)} beside the identity's"
    yield Statement(f"{text}.", evidence, "span")


def _members(r: SymmetryGanRecord) -> Iterator[Statement]:
    """What events with sets, or with vectors of several kinds, are compared by."""
    if not r.sets and not r.kinds:
        return
    differs = f"the number of {several(r.sets)} differs from event to event" if r.sets else ""
    lack = "some vectors lack components that others have" if r.kinds else ""
    text = " and ".join(part for part in (differs, lack) if part)
    yield Statement(
        f"{text[0].upper()}{text[1:]}: transformations act on each vector "
        "alike, networks and plane waves sum over the members that are there (waves see single members and the sum of "
        "all, networks how they go together), and no projections by position are compared.",
        {"sets": list(r.sets), "kinds": list(r.kinds)},
    )


def _elements(r: SymmetryGanRecord) -> Iterator[Statement]:
    """How many restarts found something, and what held-out events say of it."""
    if r.search is None or r.verdicts is None or r.space is None:
        return
    v, restarts = r.verdicts, r.search.restarts
    tested = v.kept + v.failed
    started = f"{restarts} restart{'' if restarts == 1 else 's'}"
    text = f"{started} in the search space {r.space.name} found {elements_text(r.elements)}"
    if tested:
        every = "all of them are symmetries" if v.kept > 1 else "it is a symmetry"
        none = "none of them is a symmetry" if v.failed > 1 else "it is no symmetry"
        some = f"{v.kept} of them {'is a symmetry' if v.kept == 1 else 'are symmetries'}"
        told = {0: none, tested: every}.get(v.kept, some)
        text += f"; {told} of the {r.events.used:,} held-out events within errors"
        if v.failed and v.kept:
            text += f", {v.failed} {verb(v.failed)} rejected"
        text += f" (family-wise error {100 * r.significance_level:g} %)"
    if r.search.terms:
        text += f"; added to the loss: {several(r.search.terms)}"
    evidence = {"elements": r.elements, "restarts": restarts, **v.to_json()}
    yield Statement(f"{text}.", evidence, "element_p_values" if tested else "parameters")


def _finite(r: SymmetryGanRecord) -> Iterator[Statement]:
    """The finite group, or that of the components."""
    if r.finite_group is not None:
        yield _finite_group(r.finite_group, "The elements that are kept", "parameters")
    if r.component_group is not None and r.component_group.found > 1:
        yield _finite_group(r.component_group, "The components that are kept", "components")


def _finite_group(group: FiniteGroupRecord, whose: str, figure: str) -> Statement:
    if not group.closed:
        text = (
            f"{whose} fall into {group.found} points or components whose products are not among them within errors: "
            "which finite group they form is not determined"
        )
    else:
        dihedral = "dihedral " if group.name.startswith("D_") else ""
        orders = [f"{number} of order {order}" for order, number in group.orders.items()]
        text = f"{whose} form the {dihedral}group {group.name} of {group.order} elements: {several(orders)}"
        if group.order is not None and group.found < group.order:
            text += f"; {group.found} of them were found, the others are products of these"
    if group.points_left_out:
        points = "point is" if group.points_left_out == 1 else "points are"
        text += f"; {group.points_left_out} further {points} left out: "
        text += "held-out events reject the mean of the elements there"
    return Statement(f"{text}.", group.to_json(), figure)


def _composition(r: SymmetryGanRecord) -> Iterator[Statement]:
    if r.composition is None:
        return
    exponent = r.composition.exponent
    if exponent.value is None:
        text = "Composed with themselves, found elements stay in the group exactly: the space searched is that group"
    else:
        text = (
            "Composed k times with themselves, found elements are away from the exact power by a distance that grows "
            f"as k^({_at_least(exponent, 0.01).text()})"
        )
    if r.composition.usable:
        text += f"; up to k = {r.composition.usable} no projection has an excess KL divergence of more than two errors"
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
        f"Half of the restarts end within {m.median:.2g} of where the formula expects them, 90 % within "
        f"{m.p90:.2g}; {_percent(m.far)} end more than 0.5 away. The formula is {m.formula}.",
        m.to_json() | {"learned": None},
        "map",
    )
    if m.learned is not None and m.learned.median is not None:
        against = m.learned.against_trainings
        beside = "" if against is None else f"; from separate trainings it is {against:.2g} away (median)"
        yield Statement(
            f"The map learned in a single training sends fresh initial points to within {m.learned.median:.2g} "
            f"(half of them) and {m.learned.p90:.2g} (90 %) of the formula; {_percent(m.learned.far)} end more than "
            f"0.5 away{beside}.",
            m.learned.to_json(),
            "omega",
        )


def _percent(share: Number | None) -> str:
    shown = per_cent(share)
    return "an unknown share" if shown is None or shown.value is None else f"{shown.text()} %"
