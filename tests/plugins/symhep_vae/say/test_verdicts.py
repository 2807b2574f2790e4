"""Verdicts of the autoencoders: how many directions, which, what never varies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from symhep.methods.verdict import Verdict
from symhep_vae.record import VaeRecord
from symhep_vae.say.verdicts import verdicts

MakeRecord = Callable[..., VaeRecord]


def asked(record: VaeRecord) -> dict[str, Verdict]:
    return {v.question: v for v in verdicts(record)}


def test_the_number_of_directions_has_its_interval(make_record: MakeRecord) -> None:
    first = asked(make_record())["How many independent directions among 6 features?"]
    assert (first.answer, first.conclusion, first.figure) == ("3", "measured", "relevance")
    assert first.size is not None
    assert first.size.text() == "3 [3, 3]"


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"split.trained": 100}, "no conclusion: 100 events are too few"),
        ({"relevant_latents.per_run": [0, 0, 0, 3]}, "no conclusion: 3 of 4 runs collapsed"),
        ({"pca.rank": 2}, "at most 2, the rank of the covariance"),
        ({"relevant_latents.low": 2, "relevant_latents.high": 4}, "3"),
    ],
)
def test_what_cannot_be_told_is_undecided(
    make_record: MakeRecord, changes: dict[str, Any], answer: str
) -> None:
    first = next(verdicts(make_record(changes)))
    assert (first.answer, first.conclusion) == (answer, "undecided")


def test_quantities_constraints_and_dimension(make_record: MakeRecord) -> None:
    rows = asked(make_record())
    carried = rows["Which quantities do these directions describe?"]
    assert carried.answer == "px(mu-) - px(mu+), py(mu-) - py(mu+) and pz(mu-) - pz(mu+)"
    assert carried.size is not None
    assert carried.size.text() == "0.9920 ± 0.0020"
    assert rows["How many linear constraints are satisfied in every event?"].answer == "3 constraints"
    assert rows["Intrinsic dimension of the sample?"].answer == "2.02"


def test_a_curved_constraint_is_named(make_record: MakeRecord) -> None:
    mass = {
        "name": "m(mu-, mu+)", "kind": "pair", "unit": "GeV", "value": 91.2, "low": 91.2, "high": 91.2,
        "level": 0.68, "constraint": True, "vanishes": False,
    }  # fmt: skip
    row = asked(make_record({"near_constants": [mass]}))["Which masses, energies or norms are constant?"]
    assert row.answer == "m(mu-, mu+)"
    assert row.size is not None
    assert row.size.text() == "91.2 GeV"
