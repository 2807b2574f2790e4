"""Sentences say what the record says, and carry its numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import pytest

from symhep.lie.labels import combination_label
from symhep.methods.result import Result, Statement
from symhep_moments.figures.all import draw_all
from symhep_moments.record import MomentsRecord
from symhep_moments.say.sentences import sentences

Made = Callable[..., Result[MomentsRecord]]


def said(summary: dict[str, Any]) -> list[Statement]:
    return list(sentences(MomentsRecord.from_json(summary)))


def row(summary: dict[str, Any], name: str) -> dict[str, Any]:
    return next(r for r in summary["subgroups"] if r["name"] == name)


def one(summary: dict[str, Any], words: str) -> Statement:
    found = [s for s in said(summary) if words in s.text]
    assert len(found) == 1, [s.text for s in said(summary)]
    return found[0]


def test_the_answer_of_the_dijets(made: Made) -> None:
    answer = said(made(rejected=-36.5).summary)[0]
    assert answer.text == (
        "The 20,000 events are compatible with SO(2) about the beam axis (p = 0.5); rotations about x and y, boosts "
        "and translations are violated (adjusted p < 1e-35)."
    )
    assert answer.evidence["dimension"] == 1
    assert answer.evidence["excluded"]["J_x"] == pytest.approx(-35.5)


def test_nothing_found(made: Made) -> None:
    summary = made(labels=("J_x", "J_y", "J_z"), symmetric=(), discrete=False, rejected=-2.5).summary
    # Holm's factor is 3 and the largest p is 10^-2.5: 0.0095
    assert said(summary)[0].text == (
        "No continuous symmetry among the candidates is compatible with the 20,000 events: rotations are violated "
        "(adjusted p = 0.0095 or less)."
    )
    assert "none is a symmetry" in one(summary, "one or more is rejected").text


def test_ranks_that_were_left_out(made: Made) -> None:
    summary = made().summary
    summary["chain"] = [t for t in summary["chain"] if t["dimension"] in (1, 4)]
    assert one(summary, "among 10 candidates one symmetry").text.endswith("more are rejected (p < 1e-300).")
    summary["chain"] = summary["chain"][1:]
    summary["candidates"] = [c for c in summary["candidates"] if c["label"] == "J_z"]
    assert "the only candidate is compatible" in one(summary, "only candidate").text


def test_everything_found(made: Made) -> None:
    summary = made(labels=("J_x", "J_y", "J_z"), symmetric=("J_x", "J_y", "J_z")).summary
    summary["maximal_subgroups"] = ["SO(3)"]
    row(summary, "SO(3)")["lab"] |= {"p_value": 0.23, "log10_p": -0.638}
    row(summary, "SO(3)")["at_lab"] = True
    assert said(summary)[0].text == "The 20,000 events are compatible with SO(3) (J_x, J_y, J_z) (p = 0.23)."
    assert one(summary, "no combination is violated")


@pytest.mark.parametrize(
    ("coefficients", "errors", "words"),
    [
        ({"J_x": 0.0, "J_y": 0.479, "J_z": -0.878}, 0.004, "SO(2) about the axis (0.000, -0.479, 0.878)"),
        ({"J_y": -0.8, "J_z": 0.6, "K_x": 0.001}, 0.004, "SO(2) about the axis (0.000, -0.800, 0.600)"),
        ({"J_z": 0.8, "K_x": 0.6}, 0.004, "SO(2) about a fitted axis: J_z + 0.75 K_x"),
    ],
)
def test_a_direction_that_was_fitted(
    made: Made, coefficients: dict[str, float], errors: float, words: str
) -> None:
    summary = made().summary
    row(summary, "SO(2)")["at_lab"] = False
    summary["generators"] = [
        {
            "label": combination_label(
                list(coefficients.values()), [errors] * len(coefficients), list(coefficients)
            ),
            "coefficients": coefficients,
            "errors": dict.fromkeys(coefficients, errors),
            "angle_95": 0.01,
        }
    ]
    assert f"compatible with {words} (p" in said(summary)[0].text
    summary["algebra"]["angle_95"] = 0.01
    told = one(summary, "The best-fit generator is").text
    if "fitted axis" in words:
        assert "the true generator is within 0.57 degrees in the space of the candidates (95 % CL)" in told
    else:
        # errors of the axis alone: 1.96 (n 0.004^2)^(1/2) rad, of n components that may rotate
        rotations = sum(label.startswith("J") for label in coefficients)
        angle = math.degrees(1.96 * errors * math.sqrt(rotations))
        assert f"the true axis is within {angle:.2g} degrees (95 % CL)" in told


def test_without_a_lattice_the_algebra_is_named(made: Made) -> None:
    summary = made(labels=("J_12", "J_13", "J_23", "P_1"), symmetric=("J_12", "J_13", "J_23")).summary
    summary |= {"subgroups": [], "maximal_subgroups": [], "catalogue": None}
    assert "compatible with so(3) (J_12, J_13 and J_23) (p = 0.32); P_1 is violated" in said(summary)[0].text


def test_what_was_found_has_a_limit_with_its_definition(made: Made) -> None:
    told = one(made(labels=("J_x", "J_z", "K_z")).summary, "violations of SO(2) about the beam axis: ").text
    assert told.startswith(
        "Upper limit on violations of SO(2) about the beam axis: v_m < 3.3 % (95 % CL, expected 3.1 %) for "
        "each harmonic m <= 6 of the azimuth. v_m = |E[exp(i m phi)]| = epsilon / 2"
    )


def test_what_is_broken_has_an_interval(made: Made) -> None:
    told = one(made(labels=("J_x", "J_z", "K_z")).summary, "Size of the violation").text
    assert "J_x: v_m = 40 % [38, 42] (v_2 of mu- along J_x)" in told
    assert "K_z: rate 3.3 per unit of rapidity [2.97, 3.63]" in told
    assert "rate: r.m.s. relative change of the density per unit of the group parameter" in told


def test_without_a_limit_of_the_group_the_size_is_defined_where_it_first_stands(made: Made) -> None:
    summary = made(labels=("J_x", "J_z", "K_z")).summary
    summary["algebra"] |= {"upper_95": None, "expected_95": None}
    summary["bounds"]["without"] = [{"label": "so(2)", "why": "no predefined observable transforms with it"}]
    assert (
        one(summary, "No upper limit for").text
        == "No upper limit for SO(2) about the beam axis: no predefined observable transforms with it."
    )
    assert (
        "= epsilon / 2 for a density that varies as 1 + epsilon cos m(phi - Psi)"
        in one(summary, "Size of the violation").text
    )
    assert one(summary, "Upper limits").text == (
        "Upper limits on violations: J_z: v_m < 3.3 % (95 % CL, expected 3.1 %)."
    )


def test_a_size_that_may_be_zero_is_not_told_as_broken(made: Made) -> None:
    summary = made(labels=("J_x", "J_z", "K_z")).summary
    # J_z is not rejected: its interval alone does not break it
    for label, change in (("K_z", {"value": 0.0, "low": 0.0, "high": 0.991}), ("J_z", {"low": 0.01})):
        next(c for c in summary["candidates"] if c["label"] == label)["size"] |= change
    told = one(summary, "Size of the violation").text
    assert told.startswith(
        "Size of the violation (simultaneous 95 % confidence intervals): J_x: v_m = 40 % [38, 42] (v_2 of "
        "mu- along J_x)."
    )
    summary["candidates"][0]["size"]["low"] = 0.0
    assert not [s for s in said(summary) if s.text.startswith("Size of") or "most significant" in s.text]
    seen = one(summary, "Violated, but not in the harmonics").text
    assert seen.endswith("J_x: v_m < 42 % (95 % CL, expected 3.1 %).")


def test_equivalence_tests_are_told(made: Made) -> None:
    summary = made(labels=("J_x", "J_z", "K_z")).summary
    summary["bounds"]["delta"] = 0.05
    summary["candidates"][0]["below_delta"], summary["candidates"][1]["below_delta"] = False, True
    assert one(summary, "Equivalence").text == (
        "Equivalence test: a violation of 5 % or more is excluded at 95 % CL for J_z, not for J_x."
    )


def test_combinations_of_candidates_that_are_excluded_one_by_one(made: Made) -> None:
    summary = made(labels=("E_12", "E_21", "P_1"), symmetric=("E_12",)).summary
    summary |= {"subgroups": [], "maximal_subgroups": [], "catalogue": None}
    whole = {"E_12": 0.707, "E_21": -0.707, "P_1": 0.001}
    summary["generators"] = [
        {
            "label": "E_12 - E_21",
            "coefficients": whole,
            "errors": dict.fromkeys(whole, 0.004),
            "angle_95": 0.01,
        }
    ]
    alive = summary["candidates"][0]
    assert (
        "compatible with so(2) (E_12 - E_21) (p = 0.32); E_21 is a symmetry only in combination; P_1 is violated"
        in said(summary)[0].text
    )
    alive["rejected"] = True
    assert said(summary)[0].text.startswith(
        "The 20,000 events are compatible with so(2) (E_12 - E_21) (p = 0.32): no single candidate is a symmetry, but "
        "one combination of them is; P_1 is violated (adjusted p < "
    )


def test_a_hypothesis_has_one_p(made: Made) -> None:
    """The headline's p is that of the row that it names; sentences, tables and figures show that row's numbers."""
    summary = made().summary
    classed = row(summary, "SO(2)")
    answer = said(summary)[0]
    assert answer.evidence["hypothesis"] == "subgroups[SO(2)].lab"
    assert answer.evidence["log10_p"] == classed["lab"]["log10_p"] == pytest.approx(-0.3)
    assert (
        f"SO(2) (adjusted p = {classed['p_value_adjusted']:.2g})" in one(summary, "Connected subgroups").text
    )
    classed["at_lab"] = False
    answer = said(summary)[0]
    assert answer.evidence["hypothesis"] == "subgroups[SO(2)]"
    assert answer.evidence["log10_p"] == classed["log10_p"] == -0.4
    # the number of symmetries is another hypothesis, with p of its own
    next(t for t in summary["chain"] if t["dimension"] == 1).update(p_value=0.6, log10_p=-0.222)
    assert one(summary, "Rank test").text.startswith(
        "Rank test: among 10 candidates one symmetry is compatible (p = 0.6)"
    )
    summary |= {"maximal_subgroups": []}
    answer = said(summary)[0]
    assert (answer.evidence["hypothesis"], answer.evidence["log10_p"]) == (
        "algebra",
        summary["algebra"]["log10_p"],
    )
    summary["algebra"]["name"] = "not closed"
    answer = said(summary)[0]
    assert answer.evidence["hypothesis"] == "chain[1]"
    assert "with one symmetry (J_z) (p = 0.6)" in answer.text


def test_classes_that_are_no_candidates_are_not_counted(made: Made) -> None:
    summary = made(labels=("J_x", "J_y", "J_z")).summary
    for one_of_them in summary["subgroups"]:
        if one_of_them["name"] not in ("SO(2)", "SO(3)"):
            one_of_them |= {
                "how": "candidates",
                "rejected": None,
                "survives": False,
                "log10_p": None,
                "p_value": None,
            }
    assert one(summary, "Connected subgroups").text == (
        "Connected subgroups of the Lorentz group among the candidates (2 classes, direction fitted): the "
        "maximal compatible class is SO(2) (adjusted p = 0.4); one is rejected (family-wise error 5 %)."
    )


def test_the_clearest_place_of_a_breaking(made: Made) -> None:
    summary = made().summary
    assert one(summary, "most significant violation").text == (
        "The most significant violation of J_x is at azimuth = 0 to 0.5 rad and cos(theta) = -0.25 to 0: "
        "(12.0 ± 2.0) % fewer events than expected from the symmetry (most significant of 96 bins)."
    )
    summary["clearest_bins"][0]["departure"] |= {
        "low": -0.16,
        "high": -0.08,
    }  # three errors are nothing among 96 bins
    assert not [s for s in said(summary) if "most significant" in s.text]


def test_discrete_elements(made: Made) -> None:
    text = one(made().summary, "Discrete symmetries").text
    assert "violated: exchange(1,2) (adjusted p < 1e-41, asymmetry 8.3 % [7.1, 9.5])" in text
    assert "compatible: P, reflection(x) and Z_4(z) (adjusted p = 0.5 or more)" in text


def test_elements_that_act_alike_are_reported_once(made: Made) -> None:
    summary = made().summary
    summary["discrete"] += [
        summary["discrete"][0] | {"name": "T", "meaning": "motion reversal", "same_as": "P"},
        summary["discrete"][0]
        | {"name": "C", "meaning": "charge conjugation", "trivial": True, "log10_p_adjusted": None},
    ]
    assert ", T" not in one(summary, "Discrete symmetries").text
    assert one(summary, "T acts like P on these events").kind == "finding"
    assert one(summary, "C acts trivially on these events; not tested").kind == "finding"


def test_elements_leave_the_beams_alone(made: Made) -> None:
    summary = made().summary
    assert one(summary, "Discrete symmetries").text.startswith(
        "Discrete symmetries (acting on the final state only): violated"
    )
    summary["vectors"] = {"number": 1, "components": ["x1", "x2"]}
    assert one(summary, "Discrete symmetries").text.startswith("Discrete symmetries: violated")


def test_sorted_particles_are_not_exchangeable(made: Made) -> None:
    summary = made().summary
    element = summary["discrete"][2]
    assert element["rejected"]
    element |= {"meaning": "exchange of jets[0] and jets[1]"}
    assert not [s for s in said(summary) if "sort: pt" in s.text]  # 8 %
    element["learned_asymmetry"] = {"value": 0.9, "low": 0.88, "high": 0.92}
    caution = one(summary, "sort: pt")
    assert caution.kind == "warning"
    assert (
        "not exchangeable by construction: the violation of exchange(1,2) may only reflect the pt ordering"
    ) in caution.text
    for change in (
        {"meaning": "exchange of jets[0] and leptons[0]"},
        {"rejected": False},
        {"learned_asymmetry": None},
    ):
        before = dict(element)
        element |= change
        assert not [s for s in said(summary) if "sort: pt" in s.text]
        element |= before


def test_warnings(made: Made) -> None:
    summary = made(off_support=("P_x", "P_y")).summary
    summary["support"]["constraints"] = ["px is the same in all events"]
    summary["events"] |= {"effective": 412.0, "negative": 0.11}
    summary |= {"reference": "simulation", "edges": ["pt > 1200"]}
    summary["algebra"]["closure_test"] = {
        "exists": True,
        "chi_squared": 40.0,
        "conditions": 3,
        "p_value": 1e-9,
        "log10_p": -9.0,
        "rejected": True,
    }
    warnings = [s.text for s in said(summary) if s.kind == "warning"]
    for words in (
        "Translations of px and py do not preserve it and are excluded without a test.",
        "11.0 %",
        "events is 412 < 1,000",
        "relative to simulation",
        "pt > 1200",
        "do not close",
    ):
        assert sum(words in text for text in warnings) == 1, (words, warnings)
    assert ", relative to simulation, with" in said(summary)[0].text


def test_candidates_that_survive_only_alone(made: Made) -> None:
    summary = made(labels=("J_x", "J_y", "J_z"), symmetric=("J_y", "J_z")).summary
    assert not [s for s in said(summary) if "separate tests" in s.text]
    summary["algebra"]["dimension"] = 1
    assert "J_y (adjusted p = 1) and J_z (adjusted p = 1)" in one(summary, "separate tests").text


def test_an_unsure_name(made: Made) -> None:
    summary = made().summary
    summary["algebra"] |= {
        "stability": 0.6,
        "alternatives": [{"name": "so(2)", "share": 0.6}, {"name": "R", "share": 0.4}],
    }
    assert (
        one(summary, "Low stability").text
        == "Low stability of the identified algebra so(2): 0.6 of the resamplings. Alternatives: R (40 %)."
    )


@pytest.mark.parametrize("case", [{}, {"symmetric": (), "discrete": False}, {"off_support": ("P_x",)}])
def test_sentences_have_evidence_and_figures_that_exist(made: Made, case: dict[str, Any]) -> None:
    result = made(**case)
    drawn = {f.name for f in draw_all(result)}
    plt.close("all")
    for statement in said(result.summary):
        assert statement.evidence
        json.dumps(dict(statement.evidence), allow_nan=False)
        assert statement.text.endswith(".")
        assert statement.figure is None or statement.figure in drawn


@pytest.mark.parametrize("name", ["ambiguous", "not closed", "unrecognised"])
def test_what_is_no_name_is_not_told_as_one(made: Made, name: str) -> None:
    summary = made(labels=("J_12", "J_13", "J_23", "P_1"), symmetric=("J_12", "J_13", "J_23")).summary
    summary |= {"subgroups": [], "maximal_subgroups": [], "catalogue": None}
    summary["algebra"] |= {"name": name, "stability": 0.0}
    answer = said(summary)[0].text
    assert "compatible with 3 independent symmetries (J_12, J_13 and J_23)" in answer
    assert name not in answer
    if name == "ambiguous":
        assert one(summary, "too large to identify").kind == "warning"
