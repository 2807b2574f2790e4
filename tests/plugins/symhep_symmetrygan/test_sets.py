"""Events whose number of jets differs: what is found, and what cannot matter."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symhep.errors import CardError
from symhep.events.dataset import Dataset
from symhep.methods.result import Result
from symhep_symmetrygan.figures.all import draw_all
from symhep_symmetrygan.record import SymmetryGanRecord

_spec = importlib.util.spec_from_file_location("symmetrygan_sets", Path(__file__).with_name("sets.py"))
assert _spec is not None
assert _spec.loader is not None
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

QUICK = {
    "training": {"restarts": 6, "steps": 200},
    "validation": {"random": 0, "posthoc": {"steps": 60}},
}


@pytest.fixture(scope="module")
def found() -> Result[SymmetryGanRecord]:
    """Rotations of jets that are stretched along z."""
    options = QUICK | {"training": {"restarts": 8, "steps": 600}}
    result: Result[SymmetryGanRecord] = made.run(made.sets(3000, stretch=2.0), search="SO(3)", **options)
    return result


def test_what_is_kept_turns_about_the_true_axis(found: Result[SymmetryGanRecord]) -> None:
    """z goes to +-z within errors; the rotations that tilt it are rejected."""
    kept = found.arrays["verdict"] == "kept"
    assert kept.sum() >= 3
    assert found.record.algebra is not None
    assert found.record.algebra.name == "so(2)"
    assert [g.label for g in found.record.generators] == ["J_z"]
    tilt = np.abs(found.arrays["refined"][:, 3, 3])
    assert (tilt[kept] > np.cos(0.1)).all()
    assert (found.arrays["refined"][kept][:, 0, 1:] == 0).all()  # no boost


def test_the_record_says_what_is_left_out(found: Result[SymmetryGanRecord]) -> None:
    record = found.record
    assert record.sets == ("jets",)
    assert record.kinds == ()
    assert record.kl is None
    assert record.symmetry is None
    assert any("The number of jets varies between events" in s.text for s in found.statements)
    assert "kl" not in [f.name for f in draw_all(found)]


def _changed(data: Dataset, what: str) -> Dataset:
    assert data.momenta is not None
    assert data.mask is not None
    x, mask = data.momenta, data.mask
    if what == "garbage":
        x = np.where(mask[..., None], x, -77.0)
    elif what == "places":  # one more, always empty
        x, mask = np.pad(x, ((0, 0), (0, 1), (0, 0))), np.pad(mask, ((0, 0), (0, 1)))
    else:
        order = np.random.default_rng(3).permuted(np.tile(np.arange(x.shape[1]), (len(x), 1)), axis=1)
        x, mask = np.take_along_axis(x, order[..., None], 1), np.take_along_axis(mask, order, 1)
    changed: Dataset = made.of_momenta(x, mask)
    return replace(changed, scaler=data.scaler) if what != "places" else changed


def _short(data: Dataset) -> Result[SymmetryGanRecord]:
    result: Result[SymmetryGanRecord] = made.run(
        data, search="SO(3)", discrete={"elements": ["P"], "steps": 20}, training={"restarts": 2, "steps": 20},
        validation={"random": 0, "posthoc": {"steps": 20}, "steps": 5},
    )  # fmt: skip
    return result


def test_what_stands_in_empty_places_changes_no_bit() -> None:
    data = made.sets(400)
    one, other = _short(data), _short(_changed(data, "garbage"))
    assert one.record == other.record
    for name, values in one.arrays.items():
        assert values.tobytes() == other.arrays[name].tobytes(), name


@pytest.mark.parametrize("what", ["order", "places"])
def test_order_and_number_of_places_change_nothing_beyond_rounding(what: str) -> None:
    data = made.sets(400)
    one, other = _short(data), _short(_changed(data, what))
    for name in ("final", "loss", "log10_p", "posthoc_found"):
        np.testing.assert_allclose(one.arrays[name], other.arrays[name], rtol=1e-3, atol=1e-4, err_msg=name)


def test_missing_momentum_turns_with_the_jets_about_z() -> None:
    """Jets and what they miss: J_z holds, boosts along z do not, P, T and reflections are compatible."""
    data = made.with_met(made.sets(2000, stretch=2.0))
    result = made.run(
        data, search={"group": ["J_z", "K_z"]}, discrete={"elements": "usual", "steps": 60}, **QUICK
    )
    assert result.record.algebra is not None
    assert result.record.algebra.name == "so(2)"
    assert [g.label for g in result.record.generators] == ["J_z"]
    assert set(result.record.kinds) == {"massless", "transverse"}
    assert {row.name for row in result.record.discrete} >= {"P", "T", "reflection(z)", "Z_2(x)"}
    assert not any(row.rejected for row in result.record.discrete)


def test_subgroups_of_sets() -> None:
    result = made.run(
        made.sets(2000), search=False,
        subgroups={"classes": ["SO(3)", "SO(1,1)"], "restarts": 1, "steps": 40, "posthoc_steps": 150},
    )  # fmt: skip
    rejected = {row.label: row.rejected for row in result.record.candidates}
    assert [label for label, no in rejected.items() if no] == ["K_x", "K_y", "K_z"]
    assert result.record.maximal_subgroups == ("SO(3)",)
    assert result.record.subgroup_kl is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"search": "so(16)"},
            "'so\\(16\\)' acts on 16 components, but a vector has 4: with a variable number of vectors",
        ),
        (
            {"search": {"group": "so(2)", "on": ["px1", "py1"]}},
            "'on' is not available with a variable number",
        ),
        ({"search": {"group": "so(3)", "components": ["exchange"]}}, "'exchange' needs at least two vectors"),
        ({"search": False, "discrete": ["exchange(1,2)"]}, "exchanges two vectors of different objects"),
        (
            {"search": "so(3)", "map": {"formula": "radial"}},
            "'map' is not available for a variable number of objects",
        ),
        (
            {"search": "so(3)", "terms": [{"name": "cyclic", "settings": {"order": 3}}]},
            "'terms' is not available",
        ),
        (
            {"search": "so(3)", "training": {"discriminator": {"gradient_penalty": 1.0}}},
            "'training.discriminator.gradient_penalty' is not available",
        ),
        (
            {"search": "so(3)", "inertial": {"of": {"kind": "gaussian", "width": 1.0}}},
            "'inertial' is not available",
        ),
    ],
)
def test_what_needs_a_fixed_number_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(CardError, match=message):
        made.run(made.sets(200), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"search": "lorentz"}, "J_x of 'lorentz' is not defined on vectors that have px and py alone"),
        ({"search": "so(3)"}, "kind 'transverse'"),
        ({"search": False, "subgroups": True}, "a subgroup in any direction is not defined"),
        ({"search": {"group": ["J_z"]}, "discrete": ["Z_3(x)"]}, "the element 'Z_3\\(x\\)' is not defined"),
        ({"search": {"group": ["J_z"], "components": ["Z_4(y)"]}}, "the element 'Z_4\\(y\\)' is not defined"),
    ],
)
def test_what_needs_missing_components_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(CardError, match=message) as caught:
        made.run(made.with_met(made.sets(200)), **options)
    assert "rotations about z, boosts along z, reflections, P and T are" in str(caught.value)
