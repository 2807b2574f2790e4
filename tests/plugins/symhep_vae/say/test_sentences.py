"""Every sentence on records made by hand: when it is said, and how."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from symhep.methods.number import Number
from symhep.methods.result import Statement
from symhep_vae.record import VaeRecord
from symhep_vae.say.sentences import sentences

MakeRecord = Callable[..., VaeRecord]


def constant(name: str, kind: str, value: float, width: float = 0.0, unit: str = "GeV") -> dict[str, Any]:
    exact = width == 0
    return {
        "name": name, "kind": kind, "value": value, "low": value - width, "high": value + width, "unit": unit,
        "constraint": exact, "vanishes": exact and value == 0, "level": 0.68,
    }  # fmt: skip


def combination(name: str, r: float, single: float) -> dict[str, Any]:
    numbers = {"r": r, "r_squared": r * r, "single_r": single}
    spread = {key: Number.with_error(value, 0.002).to_json() for key, value in numbers.items()}
    return {"name": name, "label": name, "kind": "feature", **spread}


def said(make_record: MakeRecord, changes: dict[str, Any] | None = None) -> list[Statement]:
    return list(sentences(make_record(changes)))


def one(make_record: MakeRecord, changes: dict[str, Any], *words: str) -> str:
    """The only sentence that holds the words."""
    (found,) = [s.text for s in said(make_record, changes) if all(word in s.text for word in words)]
    return found


def test_the_headline_counts_directions(make_record: MakeRecord) -> None:
    first = said(make_record)[0]
    assert first.text == (
        "6 features, 3 independent directions: 3 of 6 latents are relevant in all 4 runs "
        "(relevance 5.1 ± 0.4, 4.80 ± 0.20, 4.40 ± 0.20, 0.050 ± 0.020, 0.040 ± 0.020, 0.030 ± 0.020)."
    )
    assert first.evidence["relevance_mean"] == [5.1, 4.8, 4.4, 0.05, 0.04, 0.03]
    assert first.figure == "relevance"


def test_one_of_each_is_singular(make_record: MakeRecord) -> None:
    changes = {
        "relevance": {"mean": [3.2], "std": [0.0]},
        "relevant_latents": {
            "value": 1, "low": 1, "high": 1, "threshold": 1.0, "band": [0.5, 2.0], "per_run": [1],
        },
        "features": [{"name": "x", "label": "x", "unit": "", "spread": 1.0}],
        "pca.rank": 1,
        "runs.used": 1,
    }  # fmt: skip
    first = said(make_record, changes)[0].text
    assert (
        first
        == "1 feature, 1 independent direction: 1 of 1 latents is relevant in the only run (relevance 3.2)."
    )


def test_runs_that_disagree_are_counted(make_record: MakeRecord) -> None:
    assert "relevant in 3 of 4 runs" in said(make_record, {"relevant_latents.per_run": [3, 3, 3, 2]})[0].text


def test_a_spectrum_without_a_gap_is_reported_with_its_range(make_record: MakeRecord) -> None:
    first = said(make_record, {"relevant_latents.low": 2, "relevant_latents.high": 4, "pca.rank": 6})[0].text
    assert first.startswith(
        "6 features, 3 independent directions: the relevances decrease gradually (5.1 ± 0.4, "
    )
    assert first.endswith("so the number depends on the threshold: between 2 and 4.")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"events.used": 499}, "499 events are too few"),
        ({"events.used": 1}, "1 event is too few"),
        ({"relevant_latents.per_run": [0, 0, 0, 3]}, "3 of 4 runs collapsed"),
    ],
)
def test_no_conclusion(make_record: MakeRecord, changes: dict[str, Any], reason: str) -> None:
    found = said(make_record, changes)
    assert found[0].text.startswith(
        f"6 features, but no conclusion on the number of independent directions is possible: {reason}. The "
        f"fit gives: 3 of 6 latents are relevant in "
    )
    dimension = next(s.text for s in found if "intrinsic dimension" in s.text)
    assert dimension.endswith("(1.91 to 2.15).")


def test_half_of_the_runs_collapsed_is_still_conclusive(make_record: MakeRecord) -> None:
    assert "no conclusion" not in said(make_record, {"relevant_latents.per_run": [0, 0, 3, 3]})[0].text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"pca.rank": 1},
            "at most 1 independent direction (the rank of the covariance). 3 of 6 latents",
        ),
        (
            {"pca.rank": 2},
            "unreliable: a value above the rank 2 indicates unfinished training; raise epochs.",
        ),
        ({"pca.rank": 2, "runs.epochs_asked": 5}, "unfinished training; raise min_steps."),
        (
            {"pca.rank": 2, "variant": "ae"},
            "unreliable: a deterministic autoencoder does not suppress redundant latents.",
        ),
    ],
)
def test_more_relevant_latents_than_the_rank_are_not_believed(
    make_record: MakeRecord, changes: dict[str, Any], told: str
) -> None:
    assert told in said(make_record, changes)[0].text


def test_sums_that_vanish_are_linear_constraints(make_record: MakeRecord) -> None:
    found = said(make_record)[1]
    assert found.text == (
        "In every event px(mu-) + px(mu+), py(mu-) + py(mu+) and pz(mu-) + pz(mu+) vanish: linear "
        "constraints, which remove 3 of the 6 directions."
    )
    assert (found.figure, found.evidence["rank_of_covariance"]) == ("pca", 3)


def test_a_single_constraint_is_singular(make_record: MakeRecord) -> None:
    changes = {"near_constants": [constant("x + y", "sum", 0.0)], "pca.rank": 5}
    assert one(make_record, changes, "In every event") == (
        "In every event x + y vanishes: a linear constraint, which removes 1 of the 6 directions."
    )
    changes = {"near_constants": [constant("x + y", "sum", 91.18765, unit="GeV")], "pca.rank": 5}
    assert one(make_record, changes, "In every event").startswith(
        "In every event x + y = 91.188 GeV: a linear"
    )


def test_noise_hides_a_constraint_from_the_covariance(make_record: MakeRecord) -> None:
    changes = {"pca.rank": 6}
    assert one(make_record, changes, "In every event").endswith("pz(mu-) + pz(mu+) vanish.")


def test_sums_of_constant_features_are_not_told_again(make_record: MakeRecord) -> None:
    constants = [
        constant("E1", "feature", 40.0), constant("E2", "feature", 40.0), constant("E1 + E2", "sum", 80.0),
        constant("E1 - E2", "difference", 0.0),
    ]  # fmt: skip
    text = one(make_record, {"near_constants": constants, "pca.rank": 4}, "In every event")
    assert text.startswith(
        "In every event E1 = 40 GeV and E2 = 40 GeV: linear constraints, which remove 2 of"
    )


def test_long_lists_are_cut(make_record: MakeRecord) -> None:
    constants = [constant(f"x{i}", "feature", 0.0) for i in range(9)]
    assert "x4, x5 and 3 more vanish" in one(make_record, {"near_constants": constants}, "In every event")


def test_a_constraint_without_a_name_is_counted(make_record: MakeRecord) -> None:
    text = one(make_record, {"near_constants": [], "pca.rank": 5}, "covariance of")
    assert text == "The covariance of the 6 features has rank 5: 1 linear constraint holds in every event."
    assert "3 linear constraints hold in" in one(make_record, {"near_constants": []}, "covariance of")
    assert not any(
        "covariance of" in s.text for s in said(make_record, {"near_constants": [], "pca.rank": 6})
    )


def test_as_many_events_as_features_constrain_nothing(make_record: MakeRecord) -> None:
    assert not any("remove" in s.text for s in said(make_record, {"events.used": 6}))


def test_curved_constraints_do_not_lower_the_count(make_record: MakeRecord) -> None:
    mass, energy = constant("m(a b)", "pair", 80.0), constant("E(a b)", "pair", 80.0)
    single = one(make_record, {"near_constants": [mass]}, "non-linear constraint")
    assert single == (
        "m(a b) = 80 GeV in every event: a non-linear constraint, which confines the events to a surface "
        "but does not "
        "lower the number of relevant latents."
    )
    both = one(make_record, {"near_constants": [mass, energy]}, "non-linear constraint")
    assert both.startswith(
        "m(a b) = 80 GeV and E(a b) = 80 GeV in every event: non-linear constraints, which confine"
    )
    assert "do not lower" in both


def test_a_resonance_is_a_soft_constraint(make_record: MakeRecord) -> None:
    mass = constant("m(a b)", "pair", 91.2, width=1.3)
    assert one(make_record, {"near_constants": [mass]}, "strict") == (
        "m(a b) = 91.2 ± 1.3 GeV (median and central 68 %): nearly constant, so it is not a strict "
        "constraint."
    )
    two = [mass, constant("pt(a)", "particle", 45.0, width=4.0)]
    assert "so they are not strict constraints" in one(make_record, {"near_constants": two}, "strict")
    features = [constant("pt", "feature", 45.0, width=4.0), constant("pt(a b)", "pair", 0.0)]
    assert not any(
        "soft" in s.text or "non-linear constraint" in s.text
        for s in said(make_record, {"near_constants": features})
    )


def test_latents_of_the_representative_run(make_record: MakeRecord) -> None:
    found = next(s for s in said(make_record) if "median loss" in s.text)
    assert found.text == (
        "In the run of median loss (run 2): latent 1 follows py(mu-) - py(mu+), |r| = 0.95; latent 2 is "
        "closest to "
        "px(mu-) - px(mu+), |r| = 0.72; latent 3 is closest to pz(mu-) - pz(mu+), |r| = 0.68."
    )
    assert found.figure == "correlations"
    assert found.evidence["latent 1"]["error"] == pytest.approx(0.01)
    assert not any("median loss" in s.text for s in said(make_record, {"followed": []}))


def test_what_the_latents_carry_together(make_record: MakeRecord) -> None:
    found = next(s for s in said(make_record) if "linear combination" in s.text)
    assert found.text == (
        "In 4 runs, a linear combination of the relevant latents follows px(mu-) - px(mu+) with r = 0.9920 "
        "± 0.0020, "
        "py(mu-) - py(mu+) with r = 0.9920 ± 0.0020 and pz(mu-) - pz(mu+) with r = 0.9920 ± 0.0020. Single "
        "latents correlate less (|r| = 0.80 on average): the basis of the latent space differs between "
        "runs, the space spanned is the same."
    )
    assert found.evidence["px(mu-) - px(mu+)"]["r"]["value"] == 0.992
    assert not any("linear combination" in s.text for s in said(make_record, {"carried": []}))


def test_one_relevant_latent_is_no_combination(make_record: MakeRecord) -> None:
    changes = {
        "combinations": [combination("x", 0.99, 0.97)],
        "carried": ["x"],
        "relevant_latents.per_run": [1, 1],
    }
    assert one(make_record, changes, "follows x with").endswith(
        "the relevant latent follows x with r = 0.9900 ± 0.0020."
    )


def test_latents_that_follow_alone_are_not_rotated(make_record: MakeRecord) -> None:
    changes = {"combinations": [combination("x", 0.99, 0.97)], "carried": ["x"], "runs.used": 1}
    text = one(make_record, changes, "linear combination")
    assert (
        text == "In 1 run, a linear combination of the relevant latents follows x with r = 0.9900 ± 0.0020."
    )


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (1.91, 2.15, ", below the 3 relevant latents: a smooth encoding of a closed or curved surface "
                     "needs more latents"),
        (3.6, 4.2, ", above the 3 relevant latents: some directions have a spread too small, or a "
                   "structure too fine, to be encoded at beta = 0.1."),
        (2.8, 3.2, ", compatible with the number of relevant latents (3)."),
        (2.5, 2.5, ", compatible with the number of relevant latents (3)."),
    ],
)  # fmt: skip
def test_the_dimension_beside_the_count(make_record: MakeRecord, low: float, high: float, told: str) -> None:
    middle = (low + high) / 2
    changes = {f"intrinsic_dimension.{k}": v for k, v in (("value", middle), ("low", low), ("high", high))}
    text = one(make_record, changes, "intrinsic dimension")
    assert f"dimension of the sample is {middle:.2f} ({low:.2f} to {high:.2f}){told}" in text


def test_a_dimension_that_was_not_measured_is_not_told(make_record: MakeRecord) -> None:
    assert not any("dimension" in s.text for s in said(make_record, {"intrinsic_dimension.value": None}))


def test_no_plateau_is_told_with_both_ends(make_record: MakeRecord) -> None:
    at = [
        {"points": n, "neighbour_distance": r, "estimate": {"value": d}}
        for n, r, d in ((4000, 0.02, 2.7), (125, 0.2, 2.04))
    ]
    changes = {"intrinsic_dimension.value": None, "intrinsic_dimension.scales": at}
    text = one(make_record, changes, "intrinsic dimension")
    assert text == (
        "The intrinsic dimension depends on the distance scale: 2.70 with 4,000 events (nearest-neighbour "
        "distance 0.02 in standardised features) and 2.04 with 125 events (0.2); noise or narrow "
        "directions add dimensions at short "
        "distances."
    )


def test_points_that_were_not_used_are_told(make_record: MakeRecord) -> None:
    changes = {"intrinsic_dimension.points": 10_000, "intrinsic_dimension.distinct": 25_000}
    assert "by 10,000 of 25,000 distinct events" in one(make_record, changes, "intrinsic dimension")


def test_longer_training_is_reported(make_record: MakeRecord) -> None:
    text = one(make_record, {"runs.epochs": 215, "runs.steps": 1505}, "raised")
    assert (
        text == "The number of epochs was raised from 20 to 215 to reach min_steps; each network makes 1505 "
        "optimiser steps."
    )
    assert not any("raised" in s.text for s in said(make_record))


def test_evidence_is_json(make_record: MakeRecord) -> None:
    soft = {
        "near_constants": [constant("m", "pair", 91.0, 1.0), constant("E", "pair", 80.0)],
        "runs.epochs": 40,
    }
    for changes in ({}, soft, {"near_constants": []}):
        for statement in said(make_record, changes):
            assert statement.evidence
            json.dumps(statement.evidence, allow_nan=False)
