"""The shards that test subgroups and discrete elements."""

from __future__ import annotations

from symhep.methods.context import Context
from symhep.methods.result import Part
from symhep_symmetrygan.fit.shards import Prepared
from symhep_symmetrygan.subgroups.discrete import search_elements
from symhep_symmetrygan.subgroups.walk import search_subgroups

__all__ = ["discrete_elements", "subgroups"]


def subgroups(prepared: Prepared, context: Context) -> Part:
    """Rows of classes, and of generators in the lab frame: a `SubgroupSearch`."""
    options = prepared.options.subgroups
    assert options is not None
    found = search_subgroups(
        prepared.events(context),
        options,
        context.shared("subgroups"),
        level=prepared.options.level,
        device=context.device,
        progress=context.progress,
    )
    return Part(values=found.to_json())


def discrete_elements(prepared: Prepared, context: Context) -> Part:
    """Rows of discrete elements: a `DiscreteSearch`."""
    options = prepared.options.discrete
    assert options is not None
    found = search_elements(
        prepared.events(context),
        options,
        context.shared("subgroups"),
        level=prepared.options.level,
        device=context.device,
    )
    return Part(values=found.to_json())
