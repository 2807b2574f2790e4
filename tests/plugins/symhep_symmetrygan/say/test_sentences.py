"""Sentences say what the summary says, and carry its numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from symhep_symmetrygan.outcome import Outcome

from symhep_symmetrygan.record import summarise
from symhep_symmetrygan.say.sentences import findings

Made = Callable[..., Outcome]


@pytest.fixture
def summary(dijets: Made) -> dict[str, Any]:
    return summarise(dijets())


def said(s: dict[str, Any], kind: str = "finding") -> list[str]:
    return [x.text for x in findings(s) if x.kind == kind]


def one(s: dict[str, Any], start: str, kind: str = "finding") -> str:
    found = [text for text in said(s, kind) if start in text]
    assert len(found) == 1, (start, said(s, kind))
    return found[0]


def test_sentences_end_and_their_evidence_is_json(summary: dict[str, Any]) -> None:
    for statement in findings(summary):
        assert statement.text.endswith(".")
        assert "  " not in statement.text
        json.dumps(statement.evidence, allow_nan=False)


def test_the_group_comes_first(summary: dict[str, Any]) -> None:
    text = said(summary)[0]
    assert "form so(2)" in text
    assert "with the generator 0.707 R_12 + 0.707 R_34" in text
    assert "component reflection beside" in text
    assert "exchange" not in text  # rejected


def test_no_continuous_group_is_said_to_be_none(summary: dict[str, Any]) -> None:
    summary["algebra"] |= {"kind": "finite", "dimension": 0, "name": "0", "why": "turns are multiples of 1/7"}
    summary["components"] = []
    assert said(summary)[0].endswith("form no continuous group (turns are multiples of 1/7).")


def test_a_group_that_is_not_determined_is_not_named(summary: dict[str, Any]) -> None:
    summary["algebra"] |= {"kind": "not determined", "dimension": None, "why": "2 of 9 elements are kept"}
    assert said(summary)[0].endswith("do not tell which group they form: 2 of 9 elements are kept.")


def test_elements_are_counted(summary: dict[str, Any]) -> None:
    text = one(summary, "restarts in")
    assert "40 restarts" in text
    assert "found 39 elements" in text
    assert "35 of them are symmetries of the 10,000 held-out events" in text
    assert "4 are rejected (level 0.01" in text


@pytest.mark.parametrize(
    ("kept", "failed", "words"),
    [
        (0, 3, "none of them is a symmetry"),
        (3, 0, "all of them are symmetries"),
        (1, 2, "1 of them is a symmetry"),
    ],
)
def test_none_and_all(summary: dict[str, Any], kept: int, failed: int, words: str) -> None:
    summary["verdicts"] |= {"kept": kept, "failed": failed}
    assert words in one(summary, "restarts in")
    assert any("No element that was found is a symmetry" in t for t in said(summary, "warning")) == (
        kept == 0
    )


def test_elements_that_were_not_tested_allow_no_conclusion(line: Made) -> None:
    s = summarise(line())
    assert "symmetr" not in one(s, "restarts in").removeprefix("30 restarts in line found 30 elements")
    assert "nothing may be concluded" in one(s, "not tested on held-out", "warning")


def test_a_rejected_component_is_told_as_approximate(summary: dict[str, Any]) -> None:
    text = one(summary, "component exchange")
    assert "is rejected (p < 1e-119)" in text
    # 2 ln 2 - loss = 0.010(2); random elements are about 0.6 from it
    assert "approximate symmetry: a classifier gains 0.010(2)" in text
    summary["components"][2] |= {"posthoc_loss": {"value": 0.9, "error": 0.002}, "kl": [0.3, 0.3]}
    assert "approximate" not in one(summary, "component exchange")


def test_kl_has_its_ratio_to_the_noise(summary: dict[str, Any]) -> None:
    kl = summary["kl"]
    text = one(summary, "Mean KL")
    assert f"{kl['symmetry']['mean'][0] / kl['noise']['mean'][0]:.2g} times the noise" in text
    assert "100 bins" in text


def test_projections_that_nothing_moves_are_left_out(summary: dict[str, Any]) -> None:
    for kind in ("symmetry", "random"):
        summary["kl"][kind]["mean"][1] = 0.0
    assert "jet2" not in one(summary, "Mean KL")


def test_false_maxima_are_told_by_their_loss(summary: dict[str, Any]) -> None:
    summary["posthoc_loss"]["kept"] = {"value": 1.3861, "error": 0.0004, "number": 3}
    summary["posthoc_loss"]["failed"] = {"value": 1.251, "error": 0.003, "number": 3}
    text = one(summary, "new classifier's loss")
    assert "1.3861(4) for those that are kept once refined and 1.251(3) for those that are rejected" in text


@pytest.mark.parametrize(("key", "whose"), [("finite", "elements"), ("component_group", "components")])
def test_finite_groups_have_orders(summary: dict[str, Any], key: str, whose: str) -> None:
    summary[key] = {
        "name": "D_4", "order": 8, "found": 7, "elements": 60, "orders": {"1": 1, "2": 5, "4": 2}, "closed": True,
        "rotations": 4, "reflections": 4,
    }  # fmt: skip
    assert one(summary, "D_4") == (
        f"The {whose} that are kept form D_4, 8 in all: 1 of order 1, 5 of order 2 and 2 of order 4; 7 of them were "
        "found, the others are products of these."
    )
    summary[key] |= {"closed": False, "order": None}
    assert "no finite group" in one(summary, "not closed")


def test_subgroups_have_their_survivors(summary: dict[str, Any]) -> None:
    text = one(summary, "classes of subgroups")
    assert "14 classes of subgroups of the Lorentz group" in text
    assert "the largest that survives is SO(2)" in text
    assert "13 are rejected" in text


def test_generators_are_named_as_physicists_do(summary: dict[str, Any]) -> None:
    text = one(summary, "single generators")
    assert "rotations about x and y and boosts along z are rejected" in text
    # -35 + log10(10) is the largest of the three
    assert "(adjusted p < 1e-33)" in text


@pytest.mark.parametrize(
    ("value", "words"), [(0.02, "compatible with zero"), (-0.3, "parity of the final state, the exchange")]
)
def test_an_asymmetry_has_implications(summary: dict[str, Any], value: float, words: str) -> None:
    summary["asymmetry"] = {"value": value, "low": value - 0.03, "high": value + 0.03}
    text = one(summary, "forward-backward")
    assert words in text
    assert ("cannot be a symmetry" in text) == (value == -0.3)


def test_maps_have_distances(summary: dict[str, Any]) -> None:
    row = summary["map"]
    text = one(summary, "Half of the restarts")
    assert f"within {row['median']:.2g} of where the formula expects them (half way" in text
    assert "separate trainings it is 0.03 away" in one(summary, "single training")


def test_projections_that_saw_nothing_are_a_warning(summary: dict[str, Any]) -> None:
    assert "would have passed them" in one(summary, "that the p-value rejects", "warning")
    summary["kl"]["failed"]["mean"][0] = 10 * summary["kl"]["noise"]["mean"][0]
    assert not any("that the p-value rejects" in t for t in said(summary, "warning"))


def test_what_forbids_conclusions_is_said(summary: dict[str, Any]) -> None:
    summary["subgroups"] = []
    summary["algebra"] |= {"confidence": 0.6, "alternatives": [["so(2)", 0.6], ["so(1,1)", 0.4]]}
    summary["events"] |= {"negative": 0.1, "effective": 500.0}
    summary["inertial"] = {"how": "two stages", "kept": 5, "rejected": 2}
    assert "not what is missing" in one(summary, "A search shows", "warning")
    assert "Other names: so(1,1) (40%)" in one(summary, "not sure", "warning")
    assert "10.0% of the weight is negative" in one(summary, "negative", "warning")
    assert "2 elements keep the events but not" in one(summary, "inertial", "warning")
    assert "500 effective" in one(summary, "effective held-out", "warning")
    assert "1 restart of 40" in one(summary, "not finite", "warning")
    summary["notes"] = ["directions are missing"]
    assert "Directions are missing." in said(summary, "warning")
    assert "ordered by pt" in one(summary, "exchange: particles", "warning")


def test_refinement_is_told_where_it_decides(dijets: Made) -> None:
    s = summarise(dijets())
    assert "As training left them" in one(s, "would be kept", "warning")
    s["verdicts"]["kept_as_trained"] = s["verdicts"]["kept"]
    assert not any("would be kept" in t for t in said(s, "warning"))


def test_records_without_anything_say_nothing(dijets: Made) -> None:
    o = Outcome(
        {"train": 5000, "held": 5000, "effective": 5000.0, "negative": 0.0},
        {"components": ["x"]},
        1.0,
        "",
        0.01,
    )
    assert list(findings(summarise(o))) == []


def test_numbers_of_numpy_are_numbers_of_json(dijets: Made) -> None:
    o = dijets(asymmetry={"value": 0.1, "low": 0.0, "high": 0.2})
    assert isinstance(summarise(o)["elements"], int)
    assert not any(isinstance(v, np.generic) for v in summarise(o)["verdicts"].values())
