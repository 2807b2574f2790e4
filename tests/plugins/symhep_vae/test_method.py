"""The method from dataset to result, without the orchestrator."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from ruamel.yaml import YAML

from symhep.errors import CardError, MethodError, StoreError
from symhep.events.dataset import Column, Dataset
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.init_block import SampleView
from symhep.methods.interface import Shard
from symhep.methods.result import Part, Result
from symhep.plotting.style import use_style
from symhep_vae.method import VaeRelevance
from symhep_vae.options import VaeOptions
from symhep_vae.plugin import symhep_register_methods
from symhep_vae.record import VaeRecord
from symhep_vae.sample import Sample

METHOD = VaeRelevance()
QUICK = VaeOptions(
    latent_dim=6, runs=5, epochs=25, min_steps=0, batch_size=64, hidden=(32, 16), learning_rate=2e-3
)


def collider(events: int = 3000) -> Dataset:
    """Two back-to-back muons of 40 GeV, isotropic: six features, three directions on a sphere."""
    u = np.random.default_rng(1).normal(size=(events, 3))
    p = 40 * u / np.linalg.norm(u, axis=1, keepdims=True)
    e = np.full((events, 1), 40.0)
    momenta = np.stack([np.c_[e, p], np.c_[e, -p]], axis=1)
    columns = tuple(
        Column(f"{v}({name})", "GeV", f"$p_{v[1]}({label})$", v, name)
        for name, label in (("mu-", r"\mu^{-}"), ("mu+", r"\mu^{+}"))
        for v in ("px", "py", "pz")
    )
    data = Dataset.from_array(momenta[..., 1:].reshape(events, 6), columns=columns, name="ee")
    return replace(data, momenta=momenta, particles=("mu-", "mu+"))


def run(data: Dataset, options: VaeOptions, seed: int = 1) -> Result[VaeRecord]:
    sample = METHOD.prepare(data, options)
    parts = [
        METHOD.fit(sample, shard, Context(seed_sequence(seed, "vae", shard.index)))
        for shard in METHOD.shards(sample)
    ]
    return combine(sample, parts, seed)


def combine(sample: Sample, parts: list[Part], seed: int = 1) -> Result[VaeRecord]:
    return METHOD.worded(METHOD.combine(sample, parts, Context(seed_sequence(seed, "vae", COMBINE))))


@pytest.fixture(scope="module")
def found() -> Result[VaeRecord]:
    return run(collider(), QUICK)


def test_the_plugin_names_the_method() -> None:
    assert symhep_register_methods() == {"vae": "symhep_vae.method:VaeRelevance"}


def test_three_of_six(found: Result[VaeRecord]) -> None:
    relevance = found.summary["relevance"]["mean"]
    assert relevance == sorted(relevance, reverse=True)
    assert min(relevance[:3]) > 3
    assert max(relevance[3:]) < 0.5
    count = found.summary["relevant_latents"]
    assert (count["value"], count["low"], count["high"]) == (3, 3, 3)
    assert "half a bit" in count["method"]
    assert found.summary["pca"]["rank"] == 3
    assert found.summary["runs"]["used"] == 5


def test_the_sphere_has_two_dimensions(found: Result[VaeRecord]) -> None:
    dimension = found.summary["intrinsic_dimension"]
    assert dimension["low"] < 2 < dimension["high"]
    assert found.summary["intrinsic_dimension_latent"]["value"] == pytest.approx(2, abs=0.3)


def test_statements_tell_the_physics(found: Result[VaeRecord]) -> None:
    text = [s.text for s in found.statements if s.kind == "finding"]
    assert text[0].startswith(
        "6 features, 3 independent directions: 3 of 6 latents are relevant in all 5 runs (relevance "
    )
    assert text[0].count(" ± ") == 6
    assert "px(mu-) + px(mu+), py(mu-) + py(mu+) and pz(mu-) + pz(mu+) vanish" in text[1]
    assert "remove 3 of the 6 directions" in text[1]
    assert "m(mu- mu+) = 80 GeV" in text[2]
    spanned = next(s for s in found.statements if "linear combination" in s.text)
    assert set(spanned.evidence) == {f"p{a}(mu-) - p{a}(mu+)" for a in "xyz"}
    assert min(e["r"]["value"] for e in spanned.evidence.values()) > 0.98


def test_the_result_can_be_stored(found: Result[VaeRecord]) -> None:
    json.dumps(found.summary, allow_nan=False)
    for statement in found.statements:
        json.dumps(statement.evidence, allow_nan=False)
    assert all(a.dtype.kind in "fiuU" for a in found.arrays.values())
    assert found.checkpoint["vae"]["encoder.0.weight"].shape == (5, 6, 32)
    assert found.checkpoint["vae"]["encoder.0.weight"].dtype == np.float32


def test_a_stored_summary_says_the_same(found: Result[VaeRecord]) -> None:
    stored = json.loads(json.dumps(found.summary))
    again = VaeRecord.from_json(stored)
    assert again == found.record
    assert list(METHOD.statements(again)) == found.statements
    assert METHOD.tables(again) == found.tables
    stored["relevance"]["mean"][0] = "large"
    with pytest.raises(StoreError, match=r"relevance\.mean\.0"):
        VaeRecord.from_json(stored)


def test_statements_name_figures_that_exist(found: Result[VaeRecord]) -> None:
    with use_style():
        drawn = {f.name for f in METHOD.figures(found)}
    plt.close("all")
    assert drawn >= {s.figure for s in found.statements if s.figure}


def test_a_block_of_runs_does_not_depend_on_how_many_follow() -> None:
    data = collider(300)
    few = QUICK.model_copy(update={"epochs": 1, "runs": 2})
    shards = METHOD.shards(METHOD.prepare(data, few.model_copy(update={"runs": 45})))
    assert [s.label for s in shards] == ["runs 0-19", "runs 20-39", "runs 40-44"]
    context = Context(seed_sequence(1, "vae", 0))
    small, large = (
        METHOD.fit(METHOD.prepare(data, few.model_copy(update={"runs": runs})), Shard(), context)
        for runs in (2, 5)
    )
    np.testing.assert_allclose(small.arrays["spread"], large.arrays["spread"][:2], rtol=1e-4)


def test_parts_joined_are_one_run_of_all() -> None:
    data = collider(300)
    options = QUICK.model_copy(update={"epochs": 1, "runs": 22, "latent_dim": 2})
    result = run(data, options)
    assert len(result.arrays["relevance"]) == 22
    assert result.checkpoint["vae"]["decoder.0.weight"].shape[0] == 22


def test_dimensions_and_bootstrap_draw_from_the_context(found: Result[VaeRecord]) -> None:
    """Other seeds for combining move the random halves and the bootstrap, and nothing that was trained."""
    sample = METHOD.prepare(collider(), QUICK)
    parts = [METHOD.fit(sample, Shard(), Context(seed_sequence(1, "vae", 0)))]
    again, other = (combine(sample, parts, seed).record for seed in (1, 2))
    assert again == found.record
    assert other.relevance == found.record.relevance
    assert (
        other.intrinsic_dimension.value == found.record.intrinsic_dimension.value
    )  # all 3000 points are used
    assert other.intrinsic_dimension.low != found.record.intrinsic_dimension.low
    assert other.pca.variances[0].value == found.record.pca.variances[0].value
    assert other.pca.variances[0].error != found.record.pca.variances[0].error


@pytest.fixture
def part() -> tuple[Sample, Part]:
    sample = METHOD.prepare(collider(300), QUICK.model_copy(update={"epochs": 2, "runs": 4, "latent_dim": 2}))
    return sample, METHOD.fit(sample, Shard(), Context(seed_sequence(1, "vae", 0)))


def test_diverged_runs_are_left_out_and_told(part: tuple[Sample, Part]) -> None:
    sample, fitted = part
    fitted.arrays["diverged_at"][[1, 3]] = [2, 1]
    fitted.arrays["curves"][:, 1, [1, 3]] = np.nan
    fitted.arrays["spread"][[1, 3]] = np.nan
    result = combine(sample, [fitted])
    warning = next(s for s in result.statements if "diverged" in s.text)
    assert warning.text.startswith(
        "2 of 4 runs diverged, the first at epoch 1. The usual cause is features in GeV"
    )
    assert warning.kind == "warning"
    runs = result.record.runs
    assert (runs.asked, runs.used, runs.diverged, runs.useless) == (4, 2, 2, 0)
    assert runs.representative in (0, 2)


def test_all_diverged_is_an_error(part: tuple[Sample, Part]) -> None:
    sample, fitted = part
    fitted.arrays["diverged_at"][:] = 2
    with pytest.raises(
        MethodError, match=r"4 of 4 runs diverged, the first at epoch 2.*use scaling: standard"
    ):
        combine(sample, [fitted])


def test_collapse_is_reported() -> None:
    """At beta = 5 no direction of a standardised feature is worth its KL."""
    x = np.random.default_rng(2).normal(size=(1500, 2))
    result = run(Dataset.from_array(x), QUICK.model_copy(update={"beta": 5.0, "runs": 5, "epochs": 25}))
    assert result.summary["relevant_latents"]["value"] == 0
    warnings = [s.text for s in result.statements if s.kind == "warning"]
    assert any("5 of 5 runs collapsed" in text for text in warnings)
    assert result.statements[0].text.startswith(
        "2 features, but no conclusion on the number of independent directions is possible: 5 of 5 runs "
        "collapsed."
    )


def test_too_few_latents_are_reported() -> None:
    x = np.random.default_rng(3).normal(size=(1500, 3))
    result = run(Dataset.from_array(x), QUICK.model_copy(update={"latent_dim": 2}))
    assert result.summary["relevant_latents"]["value"] == 2
    assert any("2 is a lower bound. Raise latent_dim" in s.text for s in result.statements)


def test_more_latents_than_rank_are_not_told_as_directions() -> None:
    """140 steps switch no latent off: six are relevant where three components of momentum vary."""
    result = run(collider(1000), VaeOptions(runs=2, min_steps=0))
    assert result.summary["relevant_latents"]["value"] > 3
    first = result.statements[0].text
    assert first.startswith("6 features, at most 3 independent directions (the rank of the covariance). ")
    assert first.endswith(
        ", which is unreliable: a value above the rank 3 indicates unfinished training; raise epochs."
    )
    assert not any("lower bound" in s.text for s in result.statements)
    assert any("are hardly trained. Raise epochs." in s.text for s in result.statements)


def test_all_latents_relevant_is_no_lower_bound_when_the_rank_is_reached() -> None:
    result = run(collider(1500), QUICK.model_copy(update={"latent_dim": 3}))
    assert result.summary["relevant_latents"]["value"] == result.summary["pca"]["rank"] == 3
    assert not any("lower bound" in s.text for s in result.statements)


def test_a_constraint_is_reported_once() -> None:
    """With the energies as features, E(mu-) = E(mu+) = 40 GeV says what their sum and difference are."""
    data = collider(600)
    energies = tuple(Column(f"E({p})", "GeV", "", "E", p) for p in data.particles)
    fixed = Dataset.from_array(
        np.c_[data.values, np.full((600, 2), 40.0)], columns=(*data.columns, *energies), name="ee"
    )
    result = run(
        replace(fixed, momenta=data.momenta, particles=data.particles),
        QUICK.model_copy(update={"runs": 1, "epochs": 1}),
    )
    told = next(s.text for s in result.statements if s.text.startswith("In every event"))
    assert told.endswith(
        "vanish and E(mu-) = 40 GeV and E(mu+) = 40 GeV: linear constraints, which remove 5 of the 8 "
        "directions."
    )
    curved = next(s.text for s in result.statements if "non-linear" in s.text)
    assert "non-linear constraints, which confine" in curved


@pytest.mark.parametrize(
    ("spread", "told"), [(0.1, True), (0.02, True), (2.0, False)], ids=["narrow", "rounding", "wide"]
)
def test_azimuths_at_the_jump_are_reported(spread: float, told: bool) -> None:
    """deltaphi of back-to-back leptons is +pi or -pi by chance."""
    phi = (np.pi + np.random.default_rng(5).normal(0, spread, 600) + np.pi) % (2 * np.pi) - np.pi
    other = np.random.default_rng(6).normal(size=600)
    data = Dataset.from_array(np.c_[phi, other], columns=("deltaphi(a, b)", "y"))
    result = run(data, QUICK.model_copy(update={"runs": 1, "epochs": 1}))
    warned = [s.text for s in result.statements if "angle is discontinuous" in s.text]
    assert [text.split()[0] for text in warned] == (["deltaphi(a,"] if told else [])


def test_signed_weights_are_reported() -> None:
    x = np.random.default_rng(4).normal(size=(1500, 2))
    w = np.where(np.arange(1500) % 10 == 0, -1.0, 1.0)
    result = run(Dataset.from_array(x, weights=w), QUICK.model_copy(update={"epochs": 10}))
    assert any(s.text.startswith("10.0% of the sum of |w| has negative weight") for s in result.statements)
    assert result.summary["events"]["effective"] == pytest.approx(1500 * 0.8**2)


@pytest.mark.parametrize("events", [10, 13])
def test_a_handful_of_events_gives_a_warning_and_no_crash(events: int) -> None:
    result = run(collider(events), QUICK.model_copy(update={"runs": 2, "epochs": 2}))
    json.dumps(result.summary, allow_nan=False)
    assert any(f"Only {events} events" in s.text for s in result.statements)
    assert "no conclusion on the number of independent directions" in result.statements[0].text
    assert result.summary["intrinsic_dimension"]["value"] is None
    with use_style():
        assert {f.name for f in METHOD.figures(result)} >= {"relevance", "loss"}
    plt.close("all")


def test_a_small_sample_is_passed_over_more_often() -> None:
    """1000 events make 7 batches of 128: 20 epochs would be 140 steps, too few to switch latents off."""
    options = VaeOptions(runs=3)
    result = run(collider(1000), options)
    assert result.summary["runs"]["epochs"] == 215
    assert result.summary["runs"]["steps"] == 215 * 7
    assert result.summary["relevant_latents"]["value"] == 3
    findings = [s.text for s in result.statements if s.kind == "finding"]
    assert findings[-1] == (
        "The number of epochs was raised from 20 to 215 to reach min_steps; each network makes 1505 "
        "optimiser steps."
    )


@pytest.mark.parametrize("variant", ["factor", "tc", "ae", "linear"])
def test_variants(variant: str) -> None:
    options = QUICK.model_copy(update={"variant": variant, "epochs": 2, "runs": 2, "beta": 0.1})
    result = run(collider(300), options)
    assert result.record.variant == variant
    assert (result.record.loss_terms.total_correlation.value != 0) == (variant in ("factor", "tc"))
    assert any("no posterior width" in s.text for s in result.statements) == (variant == "ae")
    json.dumps(result.summary, allow_nan=False)


@pytest.mark.parametrize("runs", [4, pytest.param(VaeOptions().runs, marks=pytest.mark.slow)])
def test_madgraph_events_have_three_directions(shared_data: Path, runs: int) -> None:
    """mu+ mu- -> e+ e- at 150 GeV by MadGraph, read by an independent reader; default options, but for the runs."""
    pylhe = pytest.importorskip("pylhe")
    file = shared_data / "madgraph_mumu_to_ee_150GeV.lhe.gz"
    rows = []
    for event in pylhe.LHEFile.fromfile(str(file)).events:
        out = {int(p.id): (p.px, p.py, p.pz) for p in event.particles if p.status == 1}
        rows.append([*out[11], *out[-11]])
    result = run(Dataset.from_array(rows), VaeOptions(runs=runs))
    assert result.summary["relevant_latents"]["value"] == 3
    assert min(result.summary["relevance"]["mean"][:3]) > 3
    assert max(result.summary["relevance"]["mean"][3:]) < 0.5


@pytest.mark.parametrize(
    ("events", "features", "cost"), [(10_000, 6, "about 20 s"), (300_000, 40, "about 65 s")]
)
def test_the_suggested_card_is_valid(events: int, features: int, cost: str) -> None:
    view = SampleView("muons", 2, ("px", "py", "pz"), features, "momenta", "momenta", events, float(events))
    block = METHOD.init_block(view)
    assert block is not None
    entry = YAML(typ="safe").load(block.text)
    assert (entry["use"], entry["features"]) == ("vae", "momenta")
    assert VaeOptions(**entry["options"]).latent_dim == min(features, 12)
    assert (block.active, block.cost) == (True, cost)


def test_a_handful_of_events_is_too_few() -> None:
    block = METHOD.init_block(SampleView(None, 1, ("x",), 1, "momenta", "plane", 9, 9.0))
    assert (block.active, "is 9, too few for the training" in block.comment) == (False, True)


@pytest.mark.parametrize("need", ["mask", "tags", "spectators"])
def test_what_has_no_relevance_is_refused(need: str) -> None:
    with pytest.raises(CardError, match="the method 'vae' does not support"):
        METHOD.require_takes(frozenset({need}), "jets")
    METHOD.require_takes(frozenset({"kinds"}), "jets")
