"""Classes of subgroups as a table and in a sentence."""

from __future__ import annotations

import math
from typing import Any

from symhep.hypotheses.adjustment import adjusted
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.hypotheses.subgroups.sentence import subgroup_statement
from symhep.hypotheses.subgroups.table import subgroup_table
from symhep.hypotheses.subgroups.verdict import verdict
from symhep.lie.subgroups import lorentz_subgroups

CATALOGUE = lorentz_subgroups()
P = adjusted({"alive": math.log(0.4), "dead": math.log(1e-30)}, 0.05)


def row(name: str, p: str | None = None, **more: Any) -> SubgroupRow:
    c = CATALOGUE[name]
    known = {
        "name": c.name,
        "label": c.label,
        "written": c.written,
        "algebra": c.algebra,
        "dimension": c.dimension,
    }
    own = {} if p is None else dict(P[p])
    return SubgroupRow(**known, **(own | {"survives": p == "alive", "how": "tested"} | more))


ROWS = [
    row("Lorentz", "dead", how="rank"),
    row("SO(3)", "dead", how="implied", by=("SO(2)",)),
    row("SO(2)", "alive"),
    row("four-screw", "alive", survives=False, limit_of=("SO(2)",)),
    row("SO(1,1)", how="support", survives=False),
    row("T(2)", how="candidates", survives=False),
]


def test_verdicts() -> None:
    assert [verdict(r, ["SO(2)"]) for r in ROWS] == [
        "rejected: more generators than the rank test allows",
        "rejected: contains SO(2)",
        "compatible, maximal",
        "a limiting case of SO(2)",
        "excluded by the support",
        "not among the candidates",
    ]


def test_survivors_come_first_and_p_values_are_named() -> None:
    table = subgroup_table(ROWS, ["SO(2)"], {"generators": lambda r: r.written})
    assert [str(head) for head in table.columns] == [
        "class", "dimension", "algebra", "generators", "unadjusted p", "adjusted p", "verdict",
    ]  # fmt: skip
    assert (table.rows[0][0], table.rows[0][3]) == ("SO(2)", "J_z")
    assert {r[0] for r in table.rows[-2:]} == {"SO(1,1)", "T(2)"}


def test_the_sentence() -> None:
    said = subgroup_statement(ROWS, ["SO(2)"], "lorentz", 0.05)
    assert said is not None
    assert said.text == (
        "Connected subgroups of the Lorentz group among the candidates (5 classes, direction fitted): the "
        "maximal compatible class is SO(2) (adjusted p = 0.4); two are rejected (family-wise error 5 %), "
        "one more is excluded by the support."
    )
    assert (said.evidence["rejected"], said.evidence["excluded_by_the_support"]) == (2, 1)
    alone = subgroup_statement([ROWS[2], *2 * [ROWS[4]]], ["SO(2)"], "lorentz", 0.05)
    assert alone is not None
    assert alone.text.endswith("(adjusted p = 0.4); two are excluded by the support.")
    assert said.evidence["limits_of_survivors"] == ["four-screw"]
    assert subgroup_statement([ROWS[-1]], [], "lorentz", 0.05) is None
    nothing = subgroup_statement([ROWS[0]], [], "lorentz", 0.05)
    assert nothing is not None
    assert nothing.text.startswith(
        "Connected subgroups of the Lorentz group (one class, direction fitted): none is compatible"
    )
