"""Single generators as a table."""

from __future__ import annotations

from symhep.hypotheses.candidates.record import CandidateRow
from symhep.hypotheses.candidates.table import candidate_table


def test_rows(candidates: list[CandidateRow]) -> None:
    table = candidate_table(
        [*candidates, CandidateRow(label="P_t", how="trivial")], {"n": lambda row: len(row.label)}
    )
    assert [str(head) for head in table.columns] == [
        "generator",
        "unadjusted p",
        "adjusted p",
        "kind",
        "verdict",
        "n",
    ]
    assert table.texts() == (
        ("J_x", "1e-1234", "2e-1234", "asymptotic", "violated", "3"),
        ("J_z", "0.5", "0.5", "asymptotic", "compatible", "3"),
        ("P_x", "–", "–", "–", "excluded by the support", "3"),
        ("P_t", "–", "–", "–", "acts trivially on these events", "3"),
    )
