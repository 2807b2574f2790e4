"""The method from dataset to result, without the orchestrator."""

from __future__ import annotations

import json
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from symhep.errors import CardError
from symhep.events.dataset import Dataset
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.result import Result
from symhep.plotting.style import use_style
from symhep.testing import check_method
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.plugin import symhep_register_methods

METHOD = OracleGenerators()
ENERGY = [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


def gauss(dimension: int, events: int = 1000, seed: int = 1) -> Dataset:
    x = np.random.default_rng(seed).normal(size=(events, dimension))
    return Dataset.from_array(x, scaling="isotropic", name="toy")


def run(data: Dataset, seed: int = 1, **options: object) -> Result:
    chosen = OracleMethodOptions.model_validate(options)
    METHOD.check(data, chosen)
    prepared = METHOD.prepare(data, chosen)
    part = METHOD.fit(prepared, Shard(), Context(seed_sequence(seed, "oracle", 0)))
    result = METHOD.combine(prepared, [part], Context(seed_sequence(seed, "oracle", COMBINE)))
    return METHOD.worded(result)


def test_the_plugin_names_the_method() -> None:
    assert symhep_register_methods() == {"oracle": "symhep_oracle.method:OracleGenerators"}


@pytest.mark.parametrize(
    ("dimension", "options", "size", "name"),
    [
        (2, {"oracle": "l2"}, 1, "so(2)"),
        (5, {"oracle": "l2"}, 10, "so(5)"),
        (4, {"oracle": "lorentz"}, 6, "so(1,3)"),
        (6, {"oracle": "l2", "complex": True}, 9, "u(3) = su(3) + u(1)"),
        (18, {"oracle": "determinant", "complex": True}, 8, "su(3)"),
        (8, {"oracle": {"kind": "determinant", "norms": False}, "complex": True}, 6, "sl(2,C)"),
        (21, {"oracle": "g2"}, 14, "g2"),
        (3, {"oracle": {"kind": "quadratic", "matrix": np.diag([1, 1, -1]).tolist()}}, 3, "so(1,2)"),
        (2, {"oracle": "squeeze"}, 1, "so(1,1)"),
        (2, {"oracle": "l1"}, 0, "0"),
        (2, {"oracle": "piecewise"}, 0, "0"),
    ],
)
def test_algebras(dimension: int, options: dict[str, object], size: int, name: str) -> None:
    summary = run(gauss(dimension), **options).summary
    assert summary["algebra"]["dimension"] == size
    found = summary["algebra"]["identification"] or {"isomorphic": []}
    assert name in (summary["algebra"]["name"], *found["isomorphic"])
    assert summary["algebra"]["dimension_stability"] == 1.0
    assert summary["algebra"]["stability"] == (1.0 if size else None)
    assert summary["residual"]["invariance"]["value"] < 1e-13
    assert summary["residual"]["closure"]["value"] < 1e-13


def test_the_contract() -> None:
    data = gauss(4, 400)
    breaking = {"oracle": {"kind": "quadratic", "matrix": ENERGY}, "strengths": [0, 0.1]}
    check_method(METHOD, {"oracle": "lorentz", "compare": "so(1,3)+D", "breaking": breaking}, data)
    check_method(METHOD, {"oracle": "squeeze", "degree": 2}, gauss(2, 300))
    check_method(METHOD, {"oracle": "l1"}, gauss(2, 300))


def test_the_contract_of_the_solvers_that_train() -> None:
    few = {"generators": [1, 2], "seeds": 2, "epochs": 30}
    check_method(METHOD, {"oracle": "l2", "solver": "gradient", "gradient": few}, gauss(3, 300))
    fields = {"generators": 2, "seeds": 2, "epochs": 30, "hidden": [8]}
    check_method(METHOD, {"oracle": "squeeze", "solver": "flows", "flows": fields}, gauss(2, 300))
    check_method(METHOD, {"oracle": "lorentz", "solver": "flows", "flows": fields}, gauss(4, 300))


def test_numbers_and_sentences() -> None:
    found = run(gauss(4), oracle="lorentz", compare="so(1,3)+D")
    assert found.statements[0].text.startswith(
        "so(1,3) preserves the Lorentz norm of each vector: 6 generators (J_x, J_y, J_z, K_x, K_y and K_z)"
    )
    compared = found.summary["compare"]
    assert len(compared["principal_angles"]) == 6
    assert max(compared["principal_angles"]) < 1e-13
    assert compared["distance"]["value"] == pytest.approx(np.pi / 2)  # the dilatation is missing
    f, names = found.arrays["structure_constants"], [g.name for g in found.record.generators]
    # [J_x, J_y] = J_z and [K_x, K_y] = -J_z for matrices of norm sqrt 2
    assert f[0, 1, 2] == pytest.approx(1.0)
    assert f[3, 4, names.index("J_z")] == pytest.approx(-1.0)
    assert np.allclose((found.arrays["generators_real"] ** 2).sum(axis=(1, 2)), 2.0)
    json.dumps(found.summary, allow_nan=False)


def test_breaking_by_energy() -> None:
    breaking = {"oracle": {"kind": "quadratic", "matrix": ENERGY}, "strengths": [0, 0.01, 0.1, 3]}
    found = run(gauss(4), oracle="lorentz", breaking=breaking).summary["breaking"]
    assert found["surviving"]["name"] == "so(3)"
    assert sorted(found["surviving"]["generator_names"]) == ["J_x", "J_y", "J_z"]
    assert sorted(b["name"] for b in found["broken"]) == ["K_x", "K_y", "K_z"]
    for broken in found["broken"]:
        zero, weak, medium, strong = (v["value"] for v in broken["violation"])
        error = (broken["violation"][2]["high"] - broken["violation"][2]["low"]) / 2
        assert zero < 1e-13
        assert medium / weak == pytest.approx(10, rel=0.1)
        assert strong > medium > 20 * error
    # (1 + lambda) E^2 - p^2 is a Lorentz norm with another limiting speed
    assert [a["name"] for a in found["algebra_of_the_whole"]] == ["so(1,3)"] * 4


def test_breaking_by_the_energy_itself_leaves_the_rotations() -> None:
    breaking = {"oracle": {"kind": "mask", "eta": [-50, 50], "width": 0.01}, "strengths": [0.1]}
    whole = run(gauss(4), oracle="lorentz", breaking=breaking).summary["breaking"]
    assert whole["surviving"]["name"] == "so(3)"  # a window all around is E^2 once more
    ring = {"oracle": {"kind": "mask", "eta": [0.5, 1.5]}, "strengths": [0.1]}
    found = run(gauss(4), oracle="lorentz", breaking=ring).summary["breaking"]
    assert found["surviving"]["generator_names"] == ["J_z"]
    assert found["algebra_of_the_whole"][0]["dimension"] == 1


def test_a_sum_of_vectors_and_particle_momenta() -> None:
    p = np.random.default_rng(1).normal(size=(500, 2, 3))
    momenta = np.concatenate([np.sqrt((p**2).sum(axis=-1, keepdims=True) + 1), p], axis=-1)
    data = replace(gauss(2, 500), momenta=momenta, particles=("a", "b"))
    assert run(data, oracle="lorentz").summary["vectors"]["components"] == ["E", "px", "py", "pz"]
    assert run(data, oracle="l2", acts_on="features").summary["vectors"]["size"] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"oracle": "l2", "vectors": 3}, "4 features cannot be split into 3 vectors of equal length"),
        ({"oracle": "l2", "acts_on": "momenta"}, "'toy' has no objects, hence no four-momenta"),
        ({"oracle": "l2", "compare": "so(3)"}, "'so\\(3\\)' acts on 3 components, but the vectors have 4"),
    ],
)
def test_what_does_not_fit(options: dict[str, object], message: str) -> None:
    with pytest.raises(CardError, match=message):
        METHOD.check(gauss(4), OracleMethodOptions.model_validate(options))


def test_features_scaled_each_by_its_own_spread_are_refused() -> None:
    data = Dataset.from_array(np.random.default_rng(1).normal(size=(100, 3)), scaling="standard")
    with pytest.raises(CardError, match="which breaks rotations and boosts; use 'scaling: isotropic'"):
        METHOD.prepare(data, OracleMethodOptions(oracle="l2"))


def test_statements_name_figures_that_exist() -> None:
    for data, options in ((gauss(4), {"oracle": "lorentz"}), (gauss(2), {"oracle": "squeeze", "degree": 2})):
        found = run(data, **options)
        with use_style():
            drawn = {f.name for f in METHOD.figures(found)}
        plt.close("all")
        assert drawn >= {s.figure for s in found.statements if s.figure}
        assert "spectrum" in drawn


def test_negative_weights_are_reported_and_count_by_size() -> None:
    data = gauss(3)
    signed = replace(data, weights=np.where(np.arange(1000) % 10, 1.0, -1.0))
    found = run(signed, oracle="l2")
    assert found.summary["algebra"]["name"] == "so(3)"
    assert found.summary["spectrum"] == run(data, oracle="l2").summary["spectrum"]
    assert any(
        "10% of the sum of |w| has negative weight" in s.text for s in found.statements if s.kind == "warning"
    )


def test_what_a_truncated_library_holds_is_reported() -> None:
    texts = [s.text for s in run(gauss(2), oracle="squeeze", degree=2).statements]
    assert any(t.startswith("They are x1 d1 - x2 d2 times 1, x1 and x2") for t in texts)
    assert any("a bracket of degree m + n - 1, up to 3" in t for t in texts)
    assert not any("bracket of degree" in s.text for s in run(gauss(2), oracle="squeeze").statements)


def test_training_that_finds_nothing_does_not_deny_the_symmetry() -> None:
    few = {"generators": [3], "seeds": 2, "epochs": 5}
    found = run(gauss(3), oracle="l2", solver="gradient", gradient=few).statements
    assert found[0].text.startswith(
        "The training found no matrices that preserve |x|. Too few epochs or seeds"
    )


def pairs_of_muons(mass: float, events: int = 500) -> Dataset:
    p = np.random.default_rng(1).normal(size=(events, 2, 3)) * 50
    momenta = np.concatenate([np.sqrt((p**2).sum(axis=-1, keepdims=True) + mass**2), p], axis=-1)
    return replace(gauss(2, events), momenta=momenta, particles=("a", "b"))


def test_what_the_generators_act_on_is_reported() -> None:
    told = next(s for s in run(pairs_of_muons(30.0), oracle="lorentz").statements if "act on" in s.text)
    assert told.kind == "warning"
    assert told.text == (
        "The generators act on (E, px, py, pz) of each of the 2 objects in GeV; the variables x1 and x2 of "
        "the feature set are not used (to use them: acts_on: features)."
    )
    plain = next(s for s in run(gauss(3), oracle="l2").statements if "act on" in s.text)
    assert (plain.kind, plain.text) == ("finding", "The generators act on (x1, x2, x3).")


def test_light_particles_are_equal_to_rounding_and_one_more_field_is_named() -> None:
    found = run(pairs_of_muons(0.01), oracle="lorentz", compare="so(1,3)")
    text = next(s.text for s in found.statements if "so(1,3), exactly up to rounding" in s.text)
    assert "light particles lie close to the light cone" in text
    assert "±" not in text
    more = next(s.text for s in found.statements if "One further field" in s.text)
    assert "One further field, D (overlap 1.000), approximately preserves the oracle" in more
    heavy = run(pairs_of_muons(30.0), oracle="lorentz", compare="so(1,3)").statements
    assert not any("amplified" in s.text or "One further field" in s.text for s in heavy)


def test_another_algebra_is_not_equal_to_rounding() -> None:
    text = next(
        s.text for s in run(gauss(4), oracle="l2", compare="so(1,3)").statements if "Grassmann" in s.text
    )
    # so(4) and so(1,3) share the three rotations; antisymmetric and symmetric matrices are orthogonal
    assert f"is {np.sqrt(3) * np.pi / 2:.3g} (principal angles" in text


def test_an_approximate_symmetry_is_said_to_be_nearly_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def bent(x: torch.Tensor) -> torch.Tensor:
        return (x**2).sum(dim=1) + 0.05 * x[:, 0] * x[:, 1] ** 2

    monkeypatch.setattr("symhep.plugin.user_function.load_function", lambda name, registry: bent)
    monkeypatch.setattr("symhep.plugin.user_function.source_checksum", lambda name, registry: "")
    oracle = {"kind": "function", "function": "mine:bent", "approximate": True}
    found = run(gauss(3), oracle=oracle)
    first, decided = found.statements[0].text, found.statements[1].text
    assert "approximately preserve" in first
    assert "relative to the largest change along any field" in first
    assert found.summary["residual"]["invariance"]["value"] > 1e-3
    assert "fields the singular values show a gap of a factor" in decided
    assert (
        "surrogates without symmetry (200 of each of two kinds) the 99 % quantile of the largest gap is"
        in decided
    )


def test_spurious_fields_are_shown() -> None:
    x = np.c_[np.random.default_rng(1).normal(size=(300, 2)), np.zeros(300)]
    found = run(Dataset.from_array(x, scaling="isotropic"), oracle="l2")
    table = found.tables["spurious"]
    assert len(table.rows) == len(found.summary["support"]["spurious"]) == 3
    assert ("E_33", "E_33", 1.0, True) in table.rows
    entry = next(row for row in found.tables["spurious_entries"].rows if row[0] == "E_33")
    assert (*entry[1:3], entry[3].value) == (3, 3, pytest.approx(np.sqrt(2)))
    assert found.arrays["spurious_real"].shape == (3, 3, 3)
    with use_style():
        assert "spurious" in {f.name for f in METHOD.figures(found)}
    plt.close("all")
