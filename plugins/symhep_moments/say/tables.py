"""Tables of the report, from the record alone."""

from __future__ import annotations

from collections.abc import Callable

from symhep.hypotheses.bounds.table import limit_columns
from symhep.hypotheses.bounds.text import size_text
from symhep.hypotheses.candidates.table import candidate_table
from symhep.hypotheses.discrete.scan_sentence import scan_table
from symhep.hypotheses.discrete.table import discrete_table
from symhep.hypotheses.generators.table import generator_table
from symhep.hypotheses.groups.table import group_table
from symhep.hypotheses.subgroups.table import subgroup_table
from symhep.hypotheses.support.told import surface_table
from symhep.methods.table import Cell, Heading, Table
from symhep_moments.record import Candidate, MomentsRecord
from symhep_moments.say.blocks import block_name
from symhep_moments.say.bounds import RATE, v_m_meaning
from symhep_moments.say.sectors import sector_table

__all__ = ["tables"]


def tables(s: MomentsRecord) -> dict[str, Table]:
    """Candidates, given groups, ranks, generators, subgroups, discrete elements, a scan; only those that have rows."""
    found = {
        "candidates": _candidates(s),
        "groups": group_table(s.groups),
        "sectors": sector_table(s.sectors),
        "ranks": _ranks(s),
        "left_out": _left_out(s),
        "generators": generator_table(s.generators),
        "subgroups": subgroup_table(s.subgroups, s.maximal_subgroups, confined=bool(s.left_out)),
        "discrete": discrete_table(s.discrete, {Heading("gain", "nats per event"): lambda row: row.gain}),
        "scan": scan_table(s.cyclic_scan),
    }
    if s.support.algebra is not None:
        found["surface"] = surface_table(s.support.algebra)
    return {name: table for name, table in found.items() if table.rows}


def _candidates(s: MomentsRecord) -> Table:
    caption = (
        f"Size of the violation: in per cent, {v_m_meaning(s)}; otherwise a {RATE}. Simultaneous 95 % confidence "
        "intervals and upper limits."
        if any(c.size is not None for c in s.candidates)
        else ""
    )
    alone = {} if s.systematic_terms is None else s.systematic_terms.without_systematics
    more: dict[str | Heading, Callable[[Candidate], Cell]] = {
        "p, statistical only": lambda c: alone[c.label].p if c.label in alone else None,
        # Candidates differ in their units, so that these are no columns of numbers.
        "size of the violation": lambda c: None if c.size is None else size_text(c.size),
        "largest observable": lambda c: c.function if c.size_kind == "v_m" else None,
        **limit_columns(s.candidates),
    }
    return candidate_table(s.candidates, more, caption)


def _left_out(s: MomentsRecord) -> Table:
    return Table.of(
        ("generator", "why"), [(row.label, row.why) for row in s.left_out],
        "Requested generators that are not defined on all vectors.",
    )  # fmt: skip


def _ranks(s: MomentsRecord) -> Table:
    names = list(dict.fromkeys(name for t in s.chain for name in t.blocks))
    rows = [
        (
            t.dimension, t.statistic, t.dof, *(t.blocks[name].p if name in t.blocks else None for name in names), t.p,
            "rejected" if t.rejected else "compatible",
        )
        for t in s.chain
    ]  # fmt: skip
    heads = (f"p, {block_name(name)}" for name in names)
    return Table.of(
        ("symmetries", "statistic", "expected", *heads, "rank-test p", "verdict"), rows,
        "Rank tests of the hypothesis of r independent symmetries among the candidates: test statistic with all test "
        "functions and its expectation if r symmetries hold. The rank-test p combines the p-values of the sets of test "
        "functions. The hypotheses are nested and tested in decreasing r until one is compatible at the significance "
        f"level {s.significance_level:g}; no adjustment for their number is needed.",
    )  # fmt: skip
