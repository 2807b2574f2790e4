"""All elements of a sample: what is rejected, what survives, what says nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import binom

import symhep
from symhep.card.loader import load_card
from symhep.events.assemble import assemble
from symhep.events.dataset import Dataset
from symhep.events.select import Selector
from symhep.lie.bases import poincare
from symhep.lie.elements.frame import Frame
from symhep.readers.toy.particles import density
from symhep.readers.toy.signs import Signed
from symhep_moments.fit.discrete.elements import discrete_tests
from symhep_moments.fit.discrete.options import ClassifierOptions, DiscreteOptions
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.record import DiscreteElement
from symhep_moments.sample import Events, events_of

QUICK = ClassifierOptions(hidden=(16,), min_steps=100, epochs=5)
MOMENTS_ALONE = DiscreteOptions(classifier=None, neighbours=False, randomisations=999)


def scaled(momenta: np.ndarray, weights: np.ndarray | None = None) -> Events:
    size = float(np.sqrt((momenta**2).mean()))
    w = np.ones(len(momenta)) if weights is None else weights
    names = ("E", "px", "py", "pz")
    return Events(torch.from_numpy(momenta / size), torch.from_numpy(w), size, names, "GeV", True, poincare())


def run(
    events: Events, particles: tuple[str, ...], options: DiscreteOptions | None = None, seed: int = 1
) -> dict[str, DiscreteElement]:
    functions = build_functions(events, FunctionOptions(fourier=16), np.random.default_rng(seed))
    chosen = options or DiscreteOptions(classifier=QUICK, randomisations=999)
    frame = Frame.of(events.names, particles, events.x.shape[1])
    found = discrete_tests(
        events, chosen.chosen(frame), frame, functions, chosen, np.random.SeedSequence(seed)
    )  # fmt: skip
    return {t.name: t for t in found}


def log10(row: DiscreteElement, test: str | None = None) -> float:
    found = row.log10_p if test is None else row.tests[test].log10_p
    assert found is not None
    return found


def toy(name: str, n: int, seed: int = 1, **options: float) -> Events:
    return scaled(density(name, **options).draw(np.random.default_rng(seed), n))


@pytest.fixture(scope="module")
def forward_backward() -> dict[str, DiscreteElement]:
    """mu- mu+ at rest with an asymmetry of 30 %."""
    return run(toy("two_body", 3000, a_fb=0.3), ("mu-", "mu+"))


def test_what_a_forward_backward_asymmetry_breaks(forward_backward: dict[str, DiscreteElement]) -> None:
    broken = {name for name, t in forward_backward.items() if t.rejected}
    assert broken == {"P", "T", "reflection(z)", "Z_2(x)", "exchange(1,2)", "C"}


def test_of_back_to_back_pairs_cp_is_no_test(forward_backward: dict[str, DiscreteElement]) -> None:
    cp = forward_backward["CP"]
    assert (cp.trivial, cp.rejected, cp.log10_p, cp.tests, cp.size) == (True, None, None, {}, None)
    same = {name: t.same_as for name, t in forward_backward.items() if t.same_as}
    assert same == {"T": "P", "exchange(1,2)": "P", "C": "P"}
    assert forward_backward["C"].p == forward_backward["P"].p
    assert "charge conjugation" in forward_backward["C"].meaning


def test_the_learned_asymmetry_is_that_of_forward_and_backward(
    forward_backward: dict[str, DiscreteElement],
) -> None:
    row = forward_backward["reflection(z)"]
    assert row.size is not None
    assert row.size.low is not None
    assert row.size.error is not None
    assert row.size.low < 0.3 < row.size.high
    assert row.size.low > 0
    assert row.function == "pz(mu-)"
    assert row.learned_asymmetry is not None
    assert row.learned_asymmetry.error is not None
    # four standard deviations
    assert row.learned_asymmetry.value == pytest.approx(0.3, abs=2 * row.learned_asymmetry.error)
    assert row.gain is not None
    assert row.gain.value is not None
    assert row.gain.value > 0


def test_adjusted_for_the_elements_that_differ(forward_backward: dict[str, DiscreteElement]) -> None:
    tested = [t for t in forward_backward.values() if not t.trivial and t.same_as is None]
    assert len(tested) == 7
    least = min(tested, key=log10)
    assert least.log10_p_adjusted == pytest.approx(log10(least) + math.log10(7))
    assert least.p_kind == "exact"


def test_handedness_breaks_parity_but_not_with_an_exchange() -> None:
    """A density 1 + eps p1 . (p2 x p3): odd under P and under odd permutations of the first three."""
    events = toy("four_body", 3000, handedness=0.5)
    elements = ("P", "exchange(1,2)", "P*exchange(1,2)", "Z_3(z)", "reflection(y)")
    found = run(events, ("a", "b", "c", "d"), DiscreteOptions(elements=elements, classifier=QUICK))
    assert {name for name, t in found.items() if t.rejected} == {"P", "exchange(1,2)", "reflection(y)"}
    assert log10(found["P"], "classifier") < -2
    assert log10(found["P"], "moments") < -2
    assert found["P"].tests["classifier"].p_kind == "exact"
    assert found["P"].function == "a . (b x c)"


def test_beam_handedness_of_three_bodies() -> None:
    events = toy("three_body", 6000, handedness=0.7)
    elements = ("P", "reflection(x)", "P*exchange(2,3)", "Z_2(x)")
    found = run(events, ("a", "b", "c"), DiscreteOptions(elements=elements, classifier=QUICK))
    assert found["P"].rejected
    assert found["reflection(x)"].rejected
    assert not found["P*exchange(2,3)"].rejected


def test_signed_weights_give_the_density_they_stand_for() -> None:
    """A third of the events weigh -1: with their signs P holds, without them it does not."""
    momenta, weights = Signed(density("two_body"), 1 / 3).draw(np.random.default_rng(3), 6000)
    options = DiscreteOptions(elements=("P",), classifier=QUICK)
    signed = run(scaled(momenta, weights), ("mu-", "mu+"), options)["P"]
    assert not signed.rejected
    assert signed.p_kind == "asymptotic"
    assert signed.weights_independent is not None
    assert signed.weights_independent.p_value == pytest.approx(0.001)  # negative events are elsewhere
    assert run(scaled(momenta, np.abs(weights)), ("mu-", "mu+"), options)["P"].rejected


def test_the_same_seed_gives_the_same_numbers_whatever_else_is_tested() -> None:
    events = toy("dijets", 600)
    both = DiscreteOptions(elements=("reflection(x)", "Z_3(z)"), classifier=QUICK)
    alone = DiscreteOptions(elements=("Z_3(z)",), classifier=QUICK)
    first, again, single = (
        run(events, ("a", "b"), both),
        run(events, ("a", "b"), both),
        run(events, ("a", "b"), alone),
    )
    assert first == again
    assert single["Z_3(z)"].tests["moments"] == first["Z_3(z)"].tests["moments"]


def test_features_that_are_no_momenta() -> None:
    """The corners of a square, smeared: Z_4 and mirrors, but not Z_3; then one corner more often."""
    rng = np.random.default_rng(2)
    corner = rng.integers(4, size=3000)
    x = np.c_[np.where(corner % 2, 1.0, -1.0), np.where(corner // 2, 1.0, -1.0)] + 0.3 * rng.normal(
        size=(3000, 2)
    )
    found = run(events_of(Dataset.from_array(x, scaling="none")), (), MOMENTS_ALONE)
    assert {n for n, t in found.items() if t.rejected} == {"Z_3"}
    kept = x[(corner > 0) | (rng.random(3000) < 0.7)]
    found = run(events_of(Dataset.from_array(kept, scaling="none")), (), MOMENTS_ALONE)
    assert {n for n, t in found.items() if t.rejected} == {
        "P",
        "reflection(x1)",
        "reflection(x2)",
        "Z_3",
        "Z_4",
    }


def test_level_of_the_joint_p_and_its_parts() -> None:
    """Smeared decays: the joint p and its parts are below 0.05 in at most 5 % of the toys (99 % band)."""
    options = DiscreteOptions(
        elements=("P", "exchange(1,2)"),
        classifier=ClassifierOptions(hidden=(8,), min_steps=20, epochs=5),
        randomisations=199,
    )
    toys, names = 60, ("moments", "classifier", "neighbours")
    p = np.empty((toys, 2, 4))
    for i in range(toys):
        found = run(toy("two_body", 200, i, width=0.05, rapidity=0.7), ("mu-", "mu+"), options, seed=i)
        p[i] = [[log10(t), *(log10(t, name) for name in names)] for t in found.values()]
    low, high = binom.interval(0.99, toys, 0.05)
    below = (p <= np.log10(0.05) + 1e-12).sum(axis=0)
    assert (below <= high).all()
    assert (below[:, 1:] >= low).all()


def sevenfold(n: int, seed: int = 1) -> Events:
    """x3 / (1 + (phi mod 2 pi / 7)) beside a spherical Gaussian: a surface that only Z_7 about x3 preserves."""
    x = np.random.default_rng(seed).normal(size=(n, 3))
    y = x[:, 2] / (1 + np.arctan2(x[:, 1], x[:, 0]) % (2 * np.pi / 7))
    return events_of(Dataset.from_array(np.c_[x, y], scaling="none"))


def test_neighbours_see_images_off_a_curved_surface() -> None:
    options = DiscreteOptions(
        elements=("Z_2(x1,x2)", "Z_6(x1,x2)", "Z_7(x1,x2)", "Z_14(x1,x2)"), classifier=None
    )
    found = run(sevenfold(1500), (), options)
    assert {name for name, t in found.items() if t.rejected} == {"Z_2(x1,x2)", "Z_6(x1,x2)", "Z_14(x1,x2)"}
    assert all(log10(t, "moments") > -3 for t in found.values())  # which moments do not


def test_elements_that_leave_the_support_have_no_p() -> None:
    rng = np.random.default_rng(3)
    x = np.c_[rng.normal(size=(500, 2)), np.full(500, 2.0)]
    found = run(events_of(Dataset.from_array(x, scaling="none"), "T"), (), MOMENTS_ALONE)
    assert (found["P"].how, found["P"].why, found["P"].p_value) == ("support", "it changes x3", None)
    assert found["reflection(x1)"].how == "tested"


def test_limits_are_reported_whatever_the_verdict(forward_backward: dict[str, DiscreteElement]) -> None:
    for row in forward_backward.values():
        assert (row.upper_95 is None) == row.trivial
    kept = forward_backward["reflection(x)"]
    assert kept.upper_95 is not None
    assert kept.expected_95 is not None
    assert 0.5 < kept.upper_95 / kept.expected_95 < 2


def test_equivalence_test() -> None:
    """Is every named asymmetry below 10 %, or below half a per cent?"""
    events = toy("two_body", 3000, width=0.03)
    for delta, below in ((0.1, True), (0.005, False)):
        options = DiscreteOptions(elements=("P",), classifier=None, neighbours=False, delta=delta)
        assert run(events, ("mu-", "mu+"), options)["P"].below_delta is below


def test_copies_of_events_change_no_verdict() -> None:
    """Every event five times, in one unit: the p-values are those of single events, but for the random choices."""
    events = toy("dijets", 400)
    copied = replace(
        events,
        x=events.x.repeat(5, 1, 1),
        weights=events.weights.repeat(5),
        source=np.tile(np.arange(400), 5),
    )
    once, five = run(events, ("a", "b"), MOMENTS_ALONE), run(copied, ("a", "b"), MOMENTS_ALONE)
    for name, row in once.items():
        if not row.trivial and row.p_value is not None and row.p_value > 0.05:
            assert not five[name].rejected
            assert five[name].upper_95 == pytest.approx(row.upper_95, rel=0.1)


def loaded(file: Path, collection: str, where: str | None, sort: str) -> Dataset:
    """The two leading objects of a file, as a card selects them."""
    card = load_card(
        {
            "symhep": 1,
            "datasets": {"events": {"files": [str(file)]}},
            "objects": {
                "o": {"collection": collection, "take": 2, "sort": sort} | ({"where": where} if where else {})
            },
            "selections": {"two": [{"name": "two", "cut": "count(o) >= 2"}]},
            "features": {
                "p4": {"selection": "two", "object": "o", "vars": ["E", "px", "py", "pz"], "scaling": "none"}
            },
        }
    ).card
    selector = Selector(card)
    selector.add(symhep.load(file))
    return assemble(card, "p4", {"events": selector.table("p4")})


def test_madgraph_electrons(shared_data: Path) -> None:
    """mu+ mu- -> e- e+ at 150 GeV: the e- follows the mu-, which comes along -z, so A_FB of pz(e-) is negative."""
    data = loaded(
        shared_data / "madgraph_mumu_to_ee_150GeV.lhe.gz",
        "particles",
        "abs(pdgId) == 11 and status == 1",
        "pdgId",
    )
    assert data.momenta is not None
    found = run(events_of(data), data.particles)
    assert {n for n, t in found.items() if t.rejected} == {
        "P",
        "T",
        "reflection(z)",
        "Z_2(x)",
        "exchange(1,2)",
        "C",
    }
    assert found["CP"].trivial
    assert log10(found["P"]) == pytest.approx(math.log10(2 / 1000))  # as small as 999 choices allow
    counted = abs(np.sign(data.momenta[:, 0, 3]).mean())
    learned = found["reflection(z)"].learned_asymmetry
    assert learned is not None
    assert learned.error is not None
    assert learned.value == pytest.approx(counted, abs=2 * learned.error)


def test_muons_below_the_z(root: Path) -> None:
    data = loaded(
        root / "samples" / "ee_mumu_80GeV.lhe.gz", "particles", "abs(pdgId) == 13 and status == 1", "pdgId"
    )
    found = run(events_of(data), data.particles, MOMENTS_ALONE)
    assert {n for n, t in found.items() if t.rejected} == {
        "P",
        "T",
        "reflection(z)",
        "Z_2(x)",
        "exchange(1,2)",
        "C",
    }
    assert found["CP"].trivial


def test_jets_sorted_by_pt_are_no_equals(root: Path) -> None:
    """Everything else holds. (The azimuths of these 20,000 events have seen some luck: p is 0.006 for Z_3(z).)"""
    data = loaded(root / "samples" / "pp_dijets_13TeV.root", "Jet", None, "pt")
    found = run(events_of(data), data.particles, MOMENTS_ALONE)
    assert "C" not in found
    exchanges = {name: t for name, t in found.items() if "exchange" in name}
    assert len(exchanges) == 2
    assert all(t.rejected for t in exchanges.values())
    assert not any(t.rejected for name, t in found.items() if name not in exchanges)
