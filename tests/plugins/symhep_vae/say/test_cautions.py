"""Every warning on records made by hand: when it is given, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from symhep_vae.record import VaeRecord
from symhep_vae.say.cautions import cautions

MakeRecord = Callable[..., VaeRecord]

ENOUGH = {"runs.used": 15, "runs.asked": 15, "relevant_latents.per_run": [3] * 15}
PHI = {"name": "phi(a)", "label": "phi", "unit": "rad", "spread": 1.0}


def given(make_record: MakeRecord, changes: dict[str, Any] | None = None) -> list[str]:
    found = list(cautions(make_record(ENOUGH | (changes or {}))))
    assert all(s.kind == "warning" and s.evidence for s in found)
    return [s.text for s in found]


def test_a_sound_result_has_none(make_record: MakeRecord) -> None:
    assert given(make_record) == []


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        (
            {"runs.diverged": 2, "runs.first_divergence": 3},
            "2 of 15 runs diverged, the first at epoch 3. The usual cause is features in GeV that are not "
            "scaled: use scaling: standard.",
        ),
        (
            {"runs.useless": 1},
            "1 of 15 runs reconstructs worse than a constant prediction (the mean of the features) and is "
            "excluded.",
        ),
        (
            {"runs.useless": 2},
            "2 of 15 runs reconstruct worse than a constant prediction (the mean of the features) and are "
            "excluded.",
        ),
        (
            {"relevant_latents.per_run": [0] + [3] * 14, "relevant_latents.low": 0},
            "1 of 15 runs collapsed (posterior collapse): no latent is relevant. Either the variance of "
            "every direction of the scaled features is below beta = 0.1, or the training is too short. "
            "Lower beta, or set warmup.",
        ),
        ({"relevant_latents.low": 2}, "Some latents lie within a factor two of the threshold, relevance 1: "),
        ({"relevant_latents.high": 4}, "Some latents lie within a factor two of the threshold, relevance "
                                       "1: "),
        ({"runs.used": 4}, "4 runs give no reliable estimate of the spread between runs: use at least 15 "
                           "runs."),
        ({"runs.used": 1}, "1 run gives no reliable estimate of the spread between runs: use at least 15 "
                           "runs."),
        ({"runs.steps": 140}, "Only 140 optimiser steps: the networks are hardly trained. Raise epochs."),
        ({"runs.steps": 1}, "Only 1 optimiser step: the networks are hardly trained. Raise epochs."),
        (
            {"runs.steps": 140, "runs.epochs": 40},
            "Only 140 optimiser steps: the networks are hardly trained. Raise min_steps.",
        ),
        (
            {"loss_terms.fall": 0.12},
            "The loss still decreased by 12% over the last 4 epochs: the training has not converged. Raise "
            "epochs or "
            "learning_rate.",
        ),
        ({"loss_terms.fall": 0.12, "loss_terms.fall_epochs": 1}, "The loss still decreased by 12% over the "
                                                                 "last "
                                                                 "1 epoch: "),
        (
            {"events.used": 499},
            "Only 499 events: no conclusion on the number of directions is possible.",
        ),
        (
            {"events.effective": 42.0},
            "Effective number of events (sum w)^2 / sum w^2 = 42 < 100: spreads, correlations and their "
            "errors are "
            "unreliable.",
        ),
        (
            {"features.0.spread": 45.0},
            "The scaled features spread up to 45, much larger than beta = 0.1; the training may fail.",
        ),
        ({"features.0.spread": 0.0}, "px(mu-) is constant and carries no information."),
        (
            {"features.0.spread": 0.0, "features.1.spread": 1e-12},
            "px(mu-) and py(mu-) are constant and carry no information.",
        ),
        (
            {"features.0": PHI | {"near_pi": 0.3, "near_minus_pi": 0.25}},
            "phi(a) is within 0.1 rad of pi or -pi in 55% of the events. The angle is discontinuous there",
        ),
        (
            {"events.negative": 0.1, "events.effective": 960.0},
            "10.0% of the sum of |w| has negative weight, which enters the loss, the spreads and the "
            "correlations with its sign; the effective number of events is 960. The intrinsic dimension "
            "does not use weights.",
        ),
        ({"variant": "ae"}, "A deterministic autoencoder has no posterior width."),
    ],
)  # fmt: skip
def test_each_warning_for_its_reason_alone(
    make_record: MakeRecord, changes: dict[str, Any], start: str
) -> None:
    (only,) = given(make_record, changes)
    assert only.startswith(start)


@pytest.mark.parametrize(
    "changes",
    [
        {"loss_terms.fall": 0.05},
        {"loss_terms.fall": None},
        {"runs.used": 5},
        {"runs.steps": 700},
        {"events.used": 500},
        {"events.effective": 100.0},
        {"features.0.spread": 10.0},
        {"features.0": PHI | {"near_pi": 0.9, "near_minus_pi": 0.0}},
        {"features.0": PHI | {"near_pi": 0.1, "near_minus_pi": 0.1}},
    ],
)
def test_at_the_limit_there_is_none(make_record: MakeRecord, changes: dict[str, Any]) -> None:
    assert given(make_record, changes) == []


FULL = {
    "relevance": {"mean": [5.0, 4.0, 3.0], "std": [0.1, 0.1, 0.1]},
    "pca.rank": 4,
}


def test_all_latents_relevant_is_a_lower_bound(make_record: MakeRecord) -> None:
    assert given(make_record, FULL) == [
        "Every latent is relevant: 3 is a lower bound. Raise latent_dim above it."
    ]


@pytest.mark.parametrize("changes", [{"pca.rank": 3}, {"variant": "ae"}, {"events.used": 100}])
def test_it_is_none_where_the_rank_is_reached_or_nothing_can_be_concluded(
    make_record: MakeRecord, changes: dict[str, Any]
) -> None:
    assert not any("lower bound" in text for text in given(make_record, FULL | changes))


def test_few_effective_events_are_reported_once(make_record: MakeRecord) -> None:
    assert len(given(make_record, {"events.used": 50, "events.effective": 50.0})) == 1
