"""The records of a real fit become the summary, arrays, tables, sentences and figures that the contract describes."""

from __future__ import annotations

import json
import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from scipy.stats import norm

from symhep.lie.algebra import structure_constants
from symhep.lie.bases import poincare
from symhep.methods.result import Result
from symhep.methods.symmetry import Symmetry
from symhep.plotting.style import use_style
from symhep.readers.toy.particles import density
from symhep_moments.figures.all import draw_all
from symhep_moments.fit.algebra import algebra_test
from symhep_moments.fit.breaking import breakings
from symhep_moments.fit.candidates import candidate_tests
from symhep_moments.fit.discrete.elements import discrete_tests
from symhep_moments.fit.discrete.options import ClassifierOptions, DiscreteOptions
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.maps import breaking_maps
from symhep_moments.fit.rank import chain
from symhep_moments.fit.records import Outcome, drawing_arrays, summarise
from symhep_moments.fit.region import region
from symhep_moments.fit.subgroups.walk import lattice_test
from symhep_moments.fit.sums import moments_of
from symhep_moments.fit.support import support_of
from symhep_moments.sample import Events
from symhep_moments.say.sentences import findings
from symhep_moments.say.tables import tables

EVENTS = 3000
QUICK = DiscreteOptions(
    elements=("P", "T", "reflection(z)"),
    randomisations=99,
    classifier=ClassifierOptions(epochs=1, min_steps=20),
)


def outcome(toy: str, **options: object) -> Outcome:
    x = density(toy, **options).draw(np.random.default_rng(3), EVENTS)
    scale = float(np.sqrt((x**2).mean()))
    weights = torch.ones(EVENTS, dtype=torch.float64)
    names = ("E", "px", "py", "pz")
    events = Events(torch.from_numpy(x / scale), weights, scale, names, "GeV", True, poincare())
    support = support_of(events)
    functions = build_functions(events, FunctionOptions(), np.random.default_rng(1))
    moments = moments_of(events.x, weights, functions, events.generators).restricted(support.tangent)
    ranks, candidates = chain(moments), candidate_tests(moments)
    span = None if ranks.best is None else region(ranks.best)
    algebra = None
    if ranks.best is not None and span is not None:
        algebra = algebra_test(moments, ranks.best, span, moments.generators)
    rejected = [c.label for c in candidates if c.log_p_adjusted < math.log(0.05)]
    return Outcome(
        events, moments, support, candidates, ranks, span, algebra,
        lattice_test(moments, ranks, candidates=events.generators, scale=scale),
        discrete_tests(events, ("1", "2"), functions, QUICK, np.random.SeedSequence(1)),
        breakings(events, functions),
        breaking_maps(events, functions, [n for n in rejected if n in events.generators.labels]), 0.05,
    )  # fmt: skip


@pytest.fixture(scope="module")
def dijets() -> Outcome:
    return outcome("dijets")


@pytest.fixture(scope="module")
def isotropic() -> Outcome:
    return outcome("two_body")


def test_the_summary_is_json_and_says_what_was_found(dijets: Outcome) -> None:
    s = json.loads(json.dumps(summarise(dijets), allow_nan=False))
    assert s["algebra"]["dimension"] == 1
    assert s["algebra"]["p_value"] == pytest.approx(10 ** s["algebra"]["log10_p"])
    assert [c["label"] for c in s["candidates"]] == list(poincare().labels)
    assert [c["label"] for c in s["candidates"] if c["rejected"] is False] == ["J_z"]
    assert [t["r"] for t in s["chain"]] == list(range(10, 0, -1))
    assert [t["r"] for t in s["chain"] if not t["rejected"]] == [1]
    assert [row["name"] for row in s["maximal_subgroups"]] == ["SO(2)"]
    assert s["maximal_subgroups"][0]["at_lab"]
    assert s["events"] == EVENTS
    assert s["weights"] == {"effective": EVENTS, "negative": 0.0, "copies": 0}


def test_the_generator_is_of_length_one_with_its_errors(dijets: Outcome) -> None:
    (generator,) = summarise(dijets)["generators"]
    assert generator["label"] == "J_z"
    assert math.fsum(c**2 for c in generator["coefficients"].values()) == pytest.approx(1.0)
    for label, value in generator["coefficients"].items():
        truth = float(label == "J_z")
        # ten coefficients, each within its own error: p < 1e-5 for any beyond five
        assert abs(value - truth) < 5 * generator["errors"][label] + 1e-3 * truth
    assert 0 < generator["angle_95"] < 0.1


def test_pulls_are_moments_over_errors(dijets: Outcome) -> None:
    a, m = drawing_arrays(dijets), dijets.moments
    k, g = 7, 4
    assert a["pulls"].shape == m.mean.shape
    assert a["pulls"][k, g] == pytest.approx(m.mean[k, g] / math.sqrt(m.covariance[k, g, k, g]))
    # J_z holds: its pulls are normal, and of K functions none is beyond what one in 1e5 samples has
    worst = norm.isf(1e-5 / (2 * len(m.labels)))
    assert np.nanmax(np.abs(a["pulls"][:, 2])) < worst
    assert np.abs(a["pulls_found"]).max() < worst
    assert np.abs(a["pulls"][:, 5]).max() > worst


def test_candidates_off_the_support_are_not_tested(isotropic: Outcome) -> None:
    s = summarise(isotropic)
    assert s["algebra"]["dimension"] == 3
    assert s["algebra"]["name"] == "so(3)"
    off = [c for c in s["candidates"] if c["off_support"]]
    assert [c["label"] for c in off] == [n for n in poincare().labels if not n.startswith("J")]
    assert all(c["log10_p"] is None and c["rejected"] is None and c["strength"] is None for c in off)
    assert {row["label"] for row in s["support"]["excluded"]} == {c["label"] for c in off}
    a = drawing_arrays(isotropic)
    assert a["pulls"].shape[1] == 3
    assert a["generators"].shape == (3, 10)
    assert np.abs(a["generators"][:, 3:]).max() == 0.0


def test_the_result_can_be_told_and_drawn(dijets: Outcome, isotropic: Outcome) -> None:
    for o, words in ((dijets, "SO(2) about the beam axis"), (isotropic, "SO(3) (J_x, J_y, J_z)")):
        summary = json.loads(json.dumps(summarise(o)))
        assert f"The 3,000 events are consistent with {words} (p = " in next(findings(summary)).text
        assert {"candidates", "ranks", "generators", "subgroups", "discrete"} == set(tables(summary))
        with use_style():
            figures = [f.name for f in draw_all(Result(summary=summary, arrays=drawing_arrays(o)))]
        plt.close("all")
        assert {"p_values", "lattice", "ranks", "generators", "strengths", "moments"} <= set(figures)
    assert "maps" not in figures


def test_elements_that_act_alike_share_a_test(dijets: Outcome) -> None:
    rows = {d["name"]: d for d in summarise(dijets)["discrete"]}
    assert rows["T"]["same_as"] == "P"
    assert rows["T"]["log10_p"] == rows["P"]["log10_p"]
    assert set(rows["P"]["classifier"]) == {"p_value", "log10_p", "gain", "error"}
    assert -1 <= rows["P"]["asymmetry"]["low"] <= rows["P"]["asymmetry"]["value"] <= 1


def test_the_clearest_bin_is_that_of_most_errors(dijets: Outcome) -> None:
    s = summarise(dijets)
    maps = {m.label: m for m in dijets.maps}
    # a shift of the energy changes no direction: its map is empty
    assert [b["label"] for b in s["clearest_bins"]] == [label for label in maps if label != "P_t"]
    for b in s["clearest_bins"]:
        m = maps[b["label"]]
        assert abs(b["value"]) / b["error"] == pytest.approx(np.nanmax(np.abs(m.values) / m.errors))


def test_nothing_found() -> None:
    o = outcome("dijets", modulation=0.9)
    s = json.loads(json.dumps(summarise(o), allow_nan=False))
    assert s["algebra"] == {
        "dimension": 0, "name": "0", "confidence": None, "p_value": None, "log10_p": None, "angle_95": None,
        "alternatives": [], "closed": None,
    }  # fmt: skip
    assert s["generators"] == []
    assert drawing_arrays(o)["generators"].shape == (0, 10)
    assert "no continuous symmetry" in next(findings(s)).text


def test_the_symmetry_is_what_the_labels_state(dijets: Outcome, isotropic: Outcome) -> None:
    """J_z, and not what was measured: with a trace of a boost in it, it would generate no rotations."""
    found = Symmetry.of(Result(summarise(dijets), drawing_arrays(dijets)))
    assert found is not None
    assert (found.acts_on, found.vectors, found.labels) == ("momenta", 2, ("J_z",))
    assert (found.generators[0] == poincare()["J_z"]).all()
    held = [t for t in dijets.discrete if not (t.rejected or t.trivial or t.same_as)]
    assert found.names == tuple(t.name for t in held)
    signs = {"P": [1, -1, -1, -1], "reflection(z)": [1, 1, 1, -1]}  # T moves momenta as P does
    for name, element in zip(found.names, found.elements, strict=True):
        assert (element == np.diag([*signs[name], *signs[name], 1])).all()
    space = Symmetry.of(Result(summarise(isotropic), drawing_arrays(isotropic)))
    assert space is not None
    assert set(space.labels) == {"J_x", "J_y", "J_z"}
    assert structure_constants(space.generators).residual < 1e-12
