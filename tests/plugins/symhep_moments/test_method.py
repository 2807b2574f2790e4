"""The whole method: contract, known groups, real files, errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import awkward as ak
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pytest

import symhep
from symhep.errors import CardError, MethodError
from symhep.events.copies import source_units
from symhep.events.dataset import Dataset
from symhep.events.vectors import MOMENTUM
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.result import Result
from symhep.methods.symmetry import Symmetry
from symhep.plugin.functions import add_code_folder
from symhep.readers.toy.particles import density
from symhep.readers.toy.signs import Signed
from symhep.testing import check_method
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions
from symhep_moments.record import MomentsRecord

FloatArray = npt.NDArray[np.float64]


def dataset(
    momenta: FloatArray, particles: tuple[str, ...] = (), weights: FloatArray | None = None
) -> Dataset:
    flat = Dataset.from_array(momenta.reshape(len(momenta), -1), scaling="isotropic", weights=weights)
    return replace(flat, momenta=momenta, particles=particles)


def drawn(name: str, n: int = 4000, seed: int = 1, **options: Any) -> Dataset:
    return dataset(density(name, **options).draw(np.random.default_rng(seed), n))


#: What makes candidates have exact p-values, as they have by default: thousands of random choices for each.
EXACT = {"exact_below": MomentsOptions().exact_below}


def found(data: Dataset, **options: Any) -> Result[MomentsRecord]:
    quick = {"discrete": None, "bounds": False, "exact_below": 0}
    method, chosen = MomentConditions(), MomentsOptions(**(quick | options))
    method.check(data, chosen)
    sample, context = method.prepare(data, chosen), Context(seed_sequence(1, "moments", 0))
    return method.worded(method.combine(sample, [method.fit(sample, Shard(), context)], context))


def labels(result: Result[MomentsRecord]) -> list[str]:
    """The candidates along which the found symmetries lie, if each of them is one."""
    return [
        max(g["coefficients"], key=lambda a: abs(g["coefficients"][a])) for g in result.summary["generators"]
    ]


def test_contract() -> None:
    small = {"randomisations": 99, "classifier": {"epochs": 1, "min_steps": 20, "hidden": [4]}}
    # 14 classes of subgroups, not 141, and a tenth of the random choices
    options = {"discrete": small, "generators": "lorentz", "level": 0.1}
    check_method(MomentConditions(), options, drawn("dijets", 400))


def test_numbers_without_momenta() -> None:
    x = np.random.default_rng(2).normal(size=(3000, 4))
    result = found(Dataset.from_array(x, scaling="isotropic"))
    assert result.summary["algebra"]["name"].startswith("so(4)")
    assert result.summary["algebra"]["dimension"] == 6
    assert result.summary["subgroups"] == []


@pytest.mark.parametrize(
    ("name", "options", "group", "directions"),
    [
        ("two_body", {}, "so(3)", ["J_x", "J_y", "J_z"]),
        ("two_body", {"width": 0.03}, "so(3)", ["J_x", "J_y", "J_z"]),
        ("two_body", {"rapidity": 0.7}, "so(2)", ["J_z"]),
        ("two_body", {"a_fb": 0.3}, "so(2)", ["J_z"]),
        ("four_body", {"handedness": 0.5}, "so(3)", ["J_x", "J_y", "J_z"]),
        ("dijets", {}, "so(2)", ["J_z"]),
        ("dijets", {"modulation": 0.3}, None, []),
    ],
)
def test_known_groups(name: str, options: dict[str, Any], group: str | None, directions: list[str]) -> None:
    result = found(drawn(name, **options))
    algebra = result.summary["algebra"]
    assert algebra["dimension"] == len(directions)
    assert labels(result) == directions
    if group:
        assert algebra["name"].startswith(group)
        assert algebra["p_value"] > 0.01


def test_a_tilted_beam_is_found_where_it_points() -> None:
    result = found(drawn("dijets", tilt=0.5, axis="x"))
    (generator,) = result.summary["generators"]
    axis = np.array([generator["coefficients"][a] for a in ("J_x", "J_y", "J_z")])
    # z turned by 0.5 about x points to (0, -sin 0.5, cos 0.5).
    assert abs(axis @ [0.0, -np.sin(0.5), np.cos(0.5)]) > np.cos(max(3 * generator["angle_95"], 0.01))
    survivors = result.summary["maximal_subgroups"]
    assert survivors == ["SO(2)"]


def test_bundled_dijets(root: Path) -> None:
    jets = symhep.load(root / "samples/pp_dijets_13TeV.root", format="delphes").events.Jet
    jets = jets[ak.num(jets) >= 2][:, :2]
    momenta = np.stack([ak.to_numpy(getattr(jets, k)) for k in MOMENTUM], axis=-1).astype(np.float64)
    result = found(dataset(momenta))
    assert (result.summary["algebra"]["dimension"], result.summary["algebra"]["name"]) == (1, "so(2)")
    assert labels(result) == ["J_z"]
    next_one = next(test for test in result.summary["chain"] if test["dimension"] == 2)
    assert next_one["log10_p"] < -17


def test_madgraph_annihilation(shared_data: Path) -> None:
    events = symhep.load(shared_data / "madgraph_mumu_to_ee_150GeV.lhe.gz").events.particles
    events = events[(abs(events.pdgId) == 11) & (events.status == 1)]
    events = events[ak.argsort(events.pdgId, axis=1)]
    momenta = np.stack([ak.to_numpy(getattr(events, k)) for k in MOMENTUM], axis=-1).astype(np.float64)
    result = found(dataset(momenta, ("e-", "e+")), discrete={"classifier": None})
    assert labels(result) == ["J_z"]
    assert "the sum of px is 0 GeV" in result.summary["support"]["constraints"]
    assert {e["label"] for e in result.summary["support"]["excluded"]} == {
        "K_x", "K_y", "K_z", "P_t", "P_x", "P_y", "P_z",
    }  # fmt: skip
    verdicts = {row["name"]: row["rejected"] for row in result.summary["discrete"]}
    # The Z beside the photon: a forward-backward asymmetry, so that P and C alone are broken; CP acts trivially.
    assert [verdicts[g] for g in ("P", "C", "CP", "reflection(x)")] == [True, True, None, False]


def test_negative_weights_give_the_answer_of_their_equivalent() -> None:
    rng = np.random.default_rng(5)
    momenta, weights = Signed(density("dijets"), 0.2).draw(rng, 12_000)
    signed = found(dataset(momenta, weights=weights), subgroups=False)
    assert labels(signed) == ["J_z"]
    ignored = found(dataset(momenta), subgroups=False)
    assert ignored.summary["algebra"]["dimension"] == 0  # |w| has another density: the signs matter
    plain = found(drawn("dijets", 4000, seed=6), subgroups=False)
    s, u = (r.summary["candidates"] for r in (signed, plain))
    assert [c["rejected"] for c in s] == [c["rejected"] for c in u]


def test_the_same_seed_gives_the_same_numbers() -> None:
    data, options = drawn("dijets", 500), EXACT | {"level": 0.1, "generators": "lorentz"}
    assert found(data, **options).summary == found(data, **options).summary


def test_relative_to_a_reference() -> None:
    one, two = drawn("dijets", 6000, seed=1, modulation=0.3), drawn("dijets", 6000, seed=2, modulation=0.3)
    both = dataset(np.concatenate([d.momenta for d in (one, two) if d.momenta is not None]))
    both = replace(
        both,
        labels=np.repeat([0, 1], 6000),
        label_names=("data", "simulation"),
        reference=frozenset({"simulation"}),
    )
    assert found(one, generators="rotations").summary["algebra"]["dimension"] == 0
    relative = found(both, generators="rotations")
    j_z = relative.summary["candidates"][2]
    assert (j_z["label"], j_z["rejected"]) == ("J_z", False)
    assert relative.summary["reference"] == "the dataset 'simulation'"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"generators": "so(3)"}, CardError, r"'so\(3\)' acts on 3 components, but the vectors have 4"),
        ({"discrete": {"elements": ["Q"]}}, CardError, "Q"),
        ({"edges": [{"variable": "ptt", "above": 20}]}, CardError, "ptt"),
        ({"acts_on": "features", "vectors": 3}, CardError, "8 features cannot be split into 3 vectors"),
    ],
)
def test_options_that_do_not_fit(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        found(drawn("dijets", 400), **options)


@pytest.mark.parametrize("above", [1e5, 2000.0])
def test_edges_that_hardly_an_event_has_passed(above: float) -> None:
    """Functions that are zero for all events have no moments, which must not pass for symmetries."""
    data = drawn("dijets", 200)
    assert data.momenta is not None
    pt = np.hypot(data.momenta[..., 1], data.momenta[..., 2]).min(axis=1)
    assert (pt > above).sum() < 10
    with pytest.raises(
        MethodError, match=f"^effective number of events within the edges.*{(pt > above).sum()} of 200 events"
    ):
        found(data, edges=[{"variable": "pt", "above": above}])


def test_events_that_do_not_fit() -> None:
    with pytest.raises(MethodError, match="no events"):
        found(drawn("dijets", 100).__class__.from_array(np.zeros((0, 2)), scaling="isotropic"))
    data = drawn("dijets", 100)
    with pytest.raises(MethodError, match=r"effective number of events .* = 0 < 10: too few"):
        found(replace(data, weights=np.where(np.arange(100) % 2, -1.0, 1.0)))


def test_where_nothing_can_be_fitted_what_is_given_is_tested() -> None:
    result = found(
        drawn("dijets", 100), groups=["SO(3)", "J_z", "exchange(1,2)"], discrete={"classifier": None}, **EXACT
    )
    s = result.summary
    assert s["algebra"]["dimension"] is None
    assert (s["chain"], s["generators"], s["subgroups"]) == ([], [], [])
    assert s["not_fitted"].startswith("effective number of events (sum w)^2 / sum w^2 = 100, but a fit with ")
    rows = {row["label"]: row for row in s["candidates"]}
    assert [rows[a]["p_kind"] for a in ("J_x", "J_z", "K_x")] == ["exact", "exact", None]
    assert [rows[a]["rejected"] for a in ("J_x", "J_y", "J_z")] == [True, True, False]
    assert rows["K_x"]["how"] == "unfitted"
    assert [(g["name"], g["rejected"], g["p_kind"], g["unit"]) for g in s["groups"]] == [
        ("SO(3)", True, "exact", "event"), ("J_z", False, "exact", "event"), ("exchange(1,2)", False, "exact", "event"),
    ]  # fmt: skip
    assert s["groups"][0]["p_value"] >= 1 / 3000  # three hypotheses at 0.01: 2999 draws at most
    assert s["discrete"]
    text = result.statements[0].text
    assert "Continuous symmetries of the 100 events were not fitted" in text
    assert "Not tested: boosts and translations." in text
    assert {"candidates", "groups", "discrete"} <= set(MomentConditions().tables(result.record))
    figures = {figure.name for figure in MomentConditions().figures(result)}
    assert "p_values" in figures
    plt.close("all")


def test_ten_features_are_tested_as_a_group() -> None:
    x = np.random.default_rng(3).normal(size=(60, 10))
    s = found(Dataset.from_array(x, scaling="isotropic")).summary
    assert [(g["name"], g["rejected"]) for g in s["groups"]] == [("SO(10)", False)]
    x[:, 0] += 1.5
    asked = found(Dataset.from_array(x, scaling="isotropic"), groups=["permutations", "SO(5)xSO(5)"]).summary
    assert [(g["name"], g["rejected"]) for g in asked["groups"]] == [
        ("permutations", True),
        ("SO(5)xSO(5)", True),
    ]


def test_too_many_moments_for_one_covariance() -> None:
    x = np.random.default_rng(4).normal(size=(2500, 10)) * np.r_[np.ones(9), 1.5]
    data = Dataset.from_array(x, scaling="isotropic")
    s = found(data, generators="T", groups=[]).summary
    assert s["algebra"]["dimension"] == 0
    s = found(data).summary
    assert "moments, more than the maximum of 2,000" in s["not_fitted"]
    assert [(g["name"], g["rejected"]) for g in s["groups"]] == [("SO(10)", True)]
    assert {row["how"] for row in s["candidates"]} == {"unfitted"}


def test_candidates_change_from_exact_to_asymptotic_with_the_number_of_events_alone() -> None:
    data = drawn("dijets", 600)
    options = {"subgroups": False, "level": 0.1, "exact_below": 601}
    few, many = found(data, **options), found(data, **options | {"exact_below": 600})
    kinds = [{row["label"]: row["p_kind"] for row in r.summary["candidates"]} for r in (few, many)]
    assert [kinds[0][a] for a in ("J_x", "J_z", "K_z", "P_x")] == [
        "exact",
        "exact",
        "asymptotic",
        "asymptotic",
    ]
    assert set(kinds[1].values()) == {"asymptotic"}
    weighted = replace(data, weights=np.random.default_rng(1).lognormal(0, 0.3, 600))
    assert found(weighted, **options).summary["candidates"][2]["p_kind"] == "asymptotic"


def test_groups_that_are_refused() -> None:
    data = drawn("dijets", 100)
    with pytest.raises(CardError, match="'K_x': boosts have no exact test, the group is not compact"):
        found(data, groups=["K_x"])
    two = replace(data, labels=np.arange(100) % 2, label_names=("a", "b"), reference=frozenset({"b"}))
    with pytest.raises(CardError, match="'groups' cannot be tested relative to"):
        found(two, groups=["J_z"])


def test_options_are_refused_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "o4_density.py").write_text("def log_q(x): return x[..., 0].sum(1)\n")
    monkeypatch.setenv("SYMHEP_CODE", "")
    monkeypatch.syspath_prepend(str(tmp_path))
    add_code_folder(tmp_path)
    data = drawn("dijets", 100)
    two = replace(data, labels=np.arange(100) % 2, label_names=("a", "b"), reference=frozenset({"b"}))
    with pytest.raises(CardError, match="give either 'reference' or 'density'"):
        found(two, density={"function": "o4_density:log_q"})


def _planar(rng: np.random.Generator) -> FloatArray:
    """Three vectors of the plane whose sum is zero."""
    two = rng.normal(size=(2000, 2, 2))
    return np.concatenate([two, -two.sum(axis=1, keepdims=True)], axis=1).reshape(2000, 6)


#: Features with linear relations -> options. On the plane that holds them each is two independent normal numbers, whose
#: density is kept by one rotation (of both pairs of columns, where there are two) and by nothing else.
RELATIONS: dict[str, tuple[Callable[[FloatArray], FloatArray], dict[str, Any]]] = {
    "two pairs": (lambda g: np.c_[g, g], {}),
    "a sum": (lambda g: np.c_[g, g.sum(axis=1)], {}),
    "a constant": (lambda g: np.c_[g, np.full(len(g), 3.0)], {}),
    "a copy": (lambda g: np.c_[g, g[:, 0]], {}),
    "another unit": (lambda g: np.c_[g, -2.5 * g[:, 1]], {}),
    "momentum in a plane": (lambda g: _planar(np.random.default_rng(3)), {"vectors": 3}),
}


@pytest.mark.parametrize("relation", RELATIONS)
def test_features_with_a_linear_relation(relation: str) -> None:
    of, options = RELATIONS[relation]
    x = of(np.random.default_rng(3).normal(size=(2000, 2)))
    result = found(Dataset.from_array(x, scaling="isotropic"), bounds=True, **options)
    assert (result.summary["algebra"]["dimension"], result.summary["algebra"]["name"]) == (1, "so(2)")
    tested = [c for c in result.summary["candidates"] if c["log10_p"] is not None]
    assert all(c["rejected"] and c["size"]["value"] > 0.3 for c in tested)
    assert len(tested) == (3 if relation == "momentum in a plane" else 6)  # sl(2), or gl(2) and shifts
    assert any(figure.name == "limits" for figure in MomentConditions().figures(result))


def test_a_linear_relation_without_symmetry() -> None:
    """Exponential numbers twice: the same density in both pairs, and nothing keeps it."""
    e = np.random.default_rng(3).exponential(size=(2000, 2))
    result = found(Dataset.from_array(np.c_[e, e], scaling="isotropic"))
    assert result.summary["algebra"]["dimension"] == 0
    assert all(c["rejected"] for c in result.summary["candidates"] if c["log10_p"] is not None)


def test_both_pairs_turn_together() -> None:
    """x3 = x1, x4 = x2: the rotation acts on the events as x1' = -x2, x2' = x1, x3' = -x4, x4' = x3."""
    g = np.random.default_rng(3).normal(size=(4000, 2))
    result = found(Dataset.from_array(np.c_[g, g], scaling="isotropic"))
    symmetry = Symmetry.of(result)
    matrix = symmetry.generators[0][:4, :4]
    moved = np.c_[g, g] @ matrix.T
    np.testing.assert_allclose(moved[:, :2], moved[:, 2:], atol=1e-6)
    turned = np.c_[-g[:, 1], g[:, 0]]
    cosine = (moved[:, :2] * turned).sum() / np.linalg.norm(moved[:, :2]) / np.linalg.norm(turned)
    assert abs(cosine) > np.cos(0.08)  # the direction is known to 4 degrees


def test_which_candidates_move_no_event_and_which_move_alike() -> None:
    """x3 = 3: E_13 moves x1 by 3, as P_1 does; no combination of other candidates is still."""
    g = np.random.default_rng(3).normal(size=(2000, 2))
    constant = found(Dataset.from_array(np.c_[g, np.full(2000, 3.0)], scaling="none"))
    assert constant.summary["support"]["still"] == []
    (alike,) = [s for s in constant.statements if "act identically on the events" in s.text]
    assert alike.evidence == {"alike": ["E_13", "E_23", "P_1", "P_2"]}
    zero = found(Dataset.from_array(np.c_[g, np.zeros(2000)], scaling="none"))
    assert zero.summary["support"]["still"] == ["E_13", "E_23"]


def test_all_candidates_leave_the_support() -> None:
    """Two bodies of fixed momentum sum: no translation is possible, and there is no moment left to test."""
    result = found(drawn("two_body", 400), generators="T", bounds=True)
    assert result.summary["chain"] == []
    assert result.summary["algebra"]["dimension"] == 0
    assert "translations do not preserve the surface" in result.statements[0].text
    assert [figure.name for figure in MomentConditions().figures(result)] == ["p_values"]


def test_equal_events_are_refused() -> None:
    data = drawn("dijets", 400)
    assert data.momenta is not None
    with pytest.raises(MethodError, match="all events are identical"):
        found(dataset(np.repeat(data.momenta[:1], 400, axis=0)))


def test_events_used_twice_are_noticed() -> None:
    data = drawn("dijets", 400)
    assert data.momenta is not None
    rows = dataset(np.concatenate([data.momenta, data.momenta[:50]]))
    rows = replace(rows, unit=source_units([rows.values]))  # as the core does when it reads events
    twice = found(rows, generators="rotations")
    assert twice.summary["events"]["copies"] == 50
    told = "50 of the 450 rows belong to the same event as another row"
    assert any(told in s.text and "400 independent events" in s.text for s in twice.statements)
    once = found(data, generators="rotations")
    assert once.summary["events"]["copies"] == 0
    assert not any("same event" in s.text for s in once.statements)
