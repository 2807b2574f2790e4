"""Verdicts answer a physicist's questions from the record alone, in a handful of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt

from symhep.methods.result import Result
from symhep.methods.verdict import Verdict
from symhep_moments.figures.all import draw_all
from symhep_moments.record import MomentsRecord
from symhep_moments.say.verdicts import verdicts

Made = Callable[..., Result[MomentsRecord]]


def asked(summary: dict[str, Any]) -> dict[str, Verdict]:
    return {v.question: v for v in verdicts(MomentsRecord.from_json(summary))}


def test_generators_are_asked_by_kind_and_answer(made: Made) -> None:
    rows = asked(made(rejected=-36.5).summary)
    beam, across = rows["Rotations about the beam, SO(2)?"], rows["Rotations about x and y?"]
    assert (beam.answer, beam.conclusion, beam.figure) == ("compatible", "compatible", "p_values")
    assert beam.p is not None
    # Holm: ten candidates, of which nine are rejected first, so that the factor of the last would be one or more.
    assert beam.p.log10_p == 0.0
    assert beam.size is not None
    assert beam.size.to_json()["upper_95"] == 100 * (0.013 + 0.02)
    assert across.conclusion == "violated"
    assert across.p is not None
    assert across.p.log10_p == -36.5 + 1, "of two that are rejected the larger p, times ten candidates"
    assert across.size is not None
    assert (across.size.value, across.size.unit) == (40.0, "%")
    # 3.3 is the mean change per unit of rapidity, and no per cent.
    boosts = rows["Boosts?"].size
    assert boosts is not None
    assert boosts.unit == "per unit of rapidity"
    assert rows["Boosts?"].size_of.startswith("rms relative change")


def test_the_group_comes_first_with_its_limit(made: Made) -> None:
    first = next(verdicts(made().record))
    assert (first.question, first.answer) == ("Which continuous symmetry?", "SO(2) about the beam axis")
    assert first.size is not None
    assert first.size.text() == "< 3.3 % at 95 %"
    assert first.size_of == "v_2 of mu- about z"


def test_discrete_elements_are_asked_by_family(made: Made) -> None:
    summary = made().summary
    (swap,) = [row for row in summary["discrete"] if row["name"] == "exchange(1,2)"]
    summary["discrete"].append(swap | {"name": "C", "same_as": "exchange(1,2)"})
    summary["discrete"].append(swap | {"name": "CP", "how": "trivial", "trivial": True, "rejected": None})
    rows = asked(summary)
    assert rows["Parity P of the final state?"].conclusion == "compatible"
    assert rows["Reflection of x?"].p is not None
    exchange = rows["Exchange of 1 and 2 (C acts alike)?"]
    assert exchange.conclusion == "violated"
    assert exchange.size is not None
    assert exchange.size.text() == "8.3 [7.1, 9.5] %"
    assert rows["Rotation Z_4(z)?"].answer == "compatible"
    assert rows["Discrete element CP?"].conclusion == "not tested"


def test_what_the_support_excludes_has_no_p_value(made: Made) -> None:
    rows = asked(made(off_support=("K_x", "K_y", "K_z")).summary)
    assert rows["Boosts?"].answer == "excluded by the support"
    assert rows["Boosts?"].conclusion == "violated"
    assert rows["Boosts?"].p is None


def test_without_a_fit_the_row_says_why(made: Made) -> None:
    summary = made().summary | {"not_fitted": "it takes 400 events"}
    first = asked(summary)["Which continuous symmetry?"]
    assert (first.answer, first.conclusion) == ("not fitted: it takes 400 events", "not tested")
    summary["not_fitted"] = "along J_z " + "the density changes " * 10
    assert asked(summary)["Which continuous symmetry?"].answer == "not fitted", (
        "the sentences have the reason"
    )


def test_what_was_not_tested_is_one_row(made: Made) -> None:
    summary = made().summary
    for row in summary["candidates"]:
        if row["label"] in ("J_x", "J_y", "P_t"):
            row |= {"how": "undefined", "p_value": None, "log10_p": None, "p_value_adjusted": None,
                    "log10_p_adjusted": None, "rejected": None, "size": None, "upper_95": None}  # fmt: skip
    row = asked(summary)["Rotations about x and y and translations of E?"]
    assert (row.answer, row.conclusion) == ("not defined on all vectors", "not tested")


def test_two_hundred_generators_are_a_handful_of_rows(made: Made) -> None:
    labels = tuple(f"J_{i}{j}" for i in range(1, 15) for j in range(i + 1, 16))
    summary = made(labels=labels, symmetric=labels[:3], discrete=False).summary
    assert len(asked(summary)) < 8
    assert max(map(len, asked(summary))) < 120


def test_every_figure_that_is_named_is_drawn(made: Made) -> None:
    for changes in ({}, {"symmetric": ()}, {"discrete": False}, {"off_support": ("P_t",)}):
        result = made(**changes)
        drawn = {figure.name for figure in draw_all(result)}
        assert {v.figure for v in verdicts(result.record)} - {None} <= drawn
        plt.close("all")
