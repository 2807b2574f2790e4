"""A varying number of vectors, tags and spectators: what is found with them, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from symhep.errors import CardError
from symhep.events.dataset import Column, Dataset, Scaler
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.result import Result
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.record import OracleRecord

LORENTZ = ["J_x", "J_y", "J_z", "K_x", "K_y", "K_z"]


def run(data: Dataset, **options: Any) -> Result[OracleRecord]:
    method, chosen = OracleGenerators(), OracleMethodOptions(**options)
    method.require_takes(data.needs, data.name)
    method.check(data, chosen)
    prepared = method.prepare(data, chosen)
    part = method.fit(prepared, method.shards(prepared)[0], Context(seed_sequence(1, "oracle", 0)))
    return method.worded(method.combine(prepared, [part], Context(seed_sequence(1, "oracle", COMBINE))))


def jets(count: int = 300, most: int = 4, seed: int = 1) -> Dataset:
    """1 to ``most`` four-momenta of random mass."""
    rng = np.random.default_rng(seed)
    mask = np.arange(most) < rng.integers(1, most + 1, count)[:, None]
    p = rng.normal(size=(count, most, 3))
    energy = np.sqrt((p**2).sum(2, keepdims=True) + rng.uniform(0.1, 2, (count, most, 1)))
    x = np.concatenate([energy, p], 2) * mask[..., None]
    values = x.reshape(count, -1)
    columns = tuple(Column(f"x{k}", "GeV", slot=k // 4) for k in range(4 * most))
    return replace(
        Dataset.from_array(values, columns=columns, scaling="none"), scaler=Scaler.fit(values, "isotropic"), momenta=x,
        mask=mask, kinds=("full",) * most, objects=("jets",) * most, sets=frozenset({"jets"}),
        particles=tuple(f"jet{p + 1}" for p in range(most)),
    )  # fmt: skip


@pytest.mark.parametrize("of", ["particles", "pairs", "total"])
def test_known_functions_of_what_is_there(of: str) -> None:
    result = run(jets(), oracle={"kind": "lorentz", "of": of})
    assert result.record.algebra.name == "so(1,3)"
    assert sorted(g.name for g in result.record.generators) == LORENTZ
    assert result.record.vectors.sets == ("jets",)
    assert any("the number of jets varies between events" in s.text for s in result.statements)


@pytest.mark.parametrize(("kind", "name"), [("l2", "so(4) = so(3) + so(3)"), ("l1", "0")])
def test_norms_of_what_is_there(kind: str, name: str) -> None:
    """0 / 0 of an empty place is no slope."""
    data = jets()
    assert run(data, oracle=kind).record.algebra.name == name


def test_garbage_in_empty_places_changes_no_bit() -> None:
    data = jets()
    assert data.momenta is not None
    assert data.mask is not None
    garbage = replace(data, momenta=np.where(data.mask[..., None], data.momenta, 1e6))
    one, other = (run(d, oracle="lorentz") for d in (data, garbage))
    assert one.record == other.record
    assert all(values.tobytes() == other.arrays[name].tobytes() for name, values in one.arrays.items())


def test_the_gradient_solver_takes_sets() -> None:
    """As samples/oracles/gradient_so13.yaml, with one to three members of normal components."""
    data = jets(200, most=3)
    assert data.mask is not None
    x = np.random.default_rng(1).normal(size=(200, 3, 4)) * data.mask[..., None]
    data = replace(data, momenta=x, values=x.reshape(200, -1))
    trained = {"generators": [6], "seeds": 2, "epochs": 3000}
    result = run(data, oracle="lorentz", solver="gradient", gradient=trained, compare="so(1,3)")
    assert result.record.algebra.dimension == 6
    assert result.record.compare is not None
    assert (result.record.compare.distance.value or 9.0) < 0.02


def labelled(count: int) -> Dataset:
    """One to three vectors with a common push in any direction, in two classes: mass of the sum above or below half."""
    data, rng = jets(count, most=3, seed=2), np.random.default_rng(2)
    assert data.momenta is not None
    assert data.mask is not None
    squares = data.momenta[..., 0] ** 2 - (data.momenta[..., 1:] ** 2).sum(2)
    push = rng.normal(size=(count, 1, 3))
    push *= 3 * rng.uniform(0.3, 1.5, (count, 1, 1)) / np.linalg.norm(push, axis=2, keepdims=True)
    p = data.momenta[..., 1:] + push
    x = np.concatenate([np.sqrt((p**2).sum(2) + squares)[..., None], p], 2) * data.mask[..., None]
    total = x.sum(1)
    mass = np.sqrt(total[:, 0] ** 2 - (total[:, 1:] ** 2).sum(1))
    return replace(
        data, momenta=x, values=x.reshape(count, -1), labels=(mass > np.median(mass)).astype(np.int64),
        label_names=("light", "heavy"),
    )  # fmt: skip


LEARNED = {"kind": "learned", "epochs": 4, "hidden": [64, 64]}


def test_a_learned_function_of_sets_has_its_symmetry() -> None:
    """so(1,3) within 0.1 rad; that a threshold of the mass breaks the dilatation is not resolved."""
    result = run(labelled(8000), oracle=LEARNED | {"min_steps": 3000, "retrain": 0}, compare="so(1,3)")
    assert result.record.oracle.training is not None
    assert (result.record.oracle.training.quality.score.value or 0) > 0.95
    assert result.record.compare is not None
    assert result.record.compare.largest_angle_outside is not None
    assert (result.record.compare.largest_angle_outside.value or 9.0) < 0.1


def test_spectators_and_tags_are_inputs_and_stay_as_they_are() -> None:
    """The class is the sign of a spectator times that of px of the tagged member: neither alone tells."""
    rng = np.random.default_rng(3)
    data = jets(4000, most=3, seed=4)
    assert data.momenta is not None
    assert data.mask is not None
    tags = np.zeros((4000, 3, 1))
    tags[np.arange(4000), rng.integers(0, data.mask.sum(1))] = 1.0
    s = rng.choice([-1.0, 1.0], 4000)
    sign = np.sign((data.momenta[:, :, 1] * tags[:, :, 0]).sum(1))
    data = replace(
        data, tags=tags, tag_names=("b",), spectators=s[:, None], spectator_columns=(Column("s"),),
        labels=(s * sign > 0).astype(np.int64), label_names=("minus", "plus"),
    )  # fmt: skip
    learned: dict[str, Any] = LEARNED | {"hidden": [32, 32], "min_steps": 1500}
    result = run(data, oracle=learned | {"retrain": 1})
    assert result.record.oracle.training is not None
    assert (result.record.oracle.training.quality.score.value or 0) > 0.8
    assert result.record.vectors.tag_names == ("b",)
    assert result.record.vectors.spectator_names == ("s",)
    assert any(
        "b of each and s are inputs of the oracle and not transformed" in s.text for s in result.statements
    )
    blind = run(
        replace(data, spectators=np.zeros((4000, 0)), spectator_columns=()), oracle=learned | {"retrain": 0}
    )
    assert blind.record.oracle.training is not None
    assert (blind.record.oracle.training.quality.score.value or 0) < 0.6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"oracle": {"kind": "learned", "network": "plain"}}, "a plain network needs a fixed number"),
        ({"oracle": {"kind": "mask", "eta": [-1, 1]}}, "the oracle 'mask' is a function of a fixed number"),
        ({"oracle": "g2"}, "the oracle 'g2' is a function of a fixed number"),
        (
            {"oracle": "lorentz", "breaking": {"oracle": {"kind": "mask", "eta": [-1, 1]}}},
            "breaking.oracle: the number of objects of 'data' varies",
        ),
        ({"oracle": "lorentz", "affine": True}, "'affine: true' cannot be combined with padding"),
        ({"oracle": "lorentz", "degree": 2}, "'degree: 2' cannot be combined"),
        ({"oracle": "lorentz", "solver": "flows"}, "'solver: flows' cannot be combined"),
    ],
)
def test_what_needs_a_fixed_number_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(CardError, match=message):
        run(jets(50), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"oracle": "lorentz"}, "'lorentz' is a function of the vectors only and does not accept spectators"),
        (
            {"oracle": {"kind": "learned"}, "solver": "gradient"},
            "'solver: gradient' does not accept spectators",
        ),
        (
            {"oracle": {"kind": "learned"}, "breaking": {"oracle": "lorentz"}},
            "'breaking' does not accept spectators",
        ),
    ],
)
def test_what_takes_no_spectators_is_refused(options: dict[str, Any], message: str) -> None:
    data = replace(
        jets(50), mask=None, sets=frozenset(), spectators=np.ones((50, 1)), spectator_columns=(Column("s"),)
    )
    with pytest.raises(CardError, match=message):
        run(data, **options)


def test_missing_momentum_is_refused_by_the_core() -> None:
    data = jets(50)
    with pytest.raises(CardError, match="the method 'oracle' does not support vectors that lack components"):
        run(replace(data, kinds=("full",) * 3 + ("transverse",)), oracle="lorentz")
