"""Symmetries of a marginal density against those with spectators."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from symhep.errors import CardError
from symhep.events.dataset import Column, Dataset
from symhep.methods.result import Result
from symhep_symmetrygan.figures.all import draw_all
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.sample import Rows

_spec = importlib.util.spec_from_file_location("symmetrygan_sets", Path(__file__).with_name("sets.py"))
assert _spec is not None
assert _spec.loader is not None
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

QUICK = {
    "training": {"restarts": 8, "steps": 200},
    "validation": {"random": 2, "bins": 30, "posthoc": {"steps": 60}},
}


def halves(count: int = 2500, seed: int = 5) -> np.ndarray:
    """(x1, x2, s): azimuth within 90 degrees of 0 where s > 0, of 180 where s < 0; together it is uniform."""
    rng = np.random.default_rng(seed)
    s = rng.choice([-1.0, 1.0], count)
    phi = rng.uniform(-np.pi / 2, np.pi / 2, count) + np.where(s > 0, 0, np.pi)
    r = np.abs(rng.normal(size=count)) + 0.5
    return np.c_[r * np.cos(phi), r * np.sin(phi), s]


@pytest.fixture(scope="module")
def marginal() -> Result[SymmetryGanRecord]:
    data = Dataset.from_array(halves(), scaling="isotropic")
    return made.run(data, search={"group": "so(2)", "on": ["x1", "x2"], "marginal": True}, **QUICK)


@pytest.fixture(scope="module")
def beside() -> Result[SymmetryGanRecord]:
    data = Dataset.from_array(halves(), scaling="isotropic")
    return made.run(data, search={"group": "so(2)", "on": ["x1", "x2"], "marginal": False}, **QUICK)


def test_rotations_hold_marginally_and_not_with_the_spectator(
    marginal: Result[SymmetryGanRecord], beside: Result[SymmetryGanRecord]
) -> None:
    assert marginal.record.verdicts is not None
    assert marginal.record.verdicts.kept == 8
    assert marginal.record.algebra is not None
    assert marginal.record.algebra.name == "so(2)"
    # with s only turns by 0 are left: those away from it are rejected
    angle = beside.arrays["refined"][:, 1, 0]
    far = np.abs(np.arctan2(angle, beside.arrays["refined"][:, 0, 0])) > 0.2
    assert far.sum() >= 3
    assert (beside.arrays["verdict"][far] == "failed").all()


def test_sentences_record_and_captions_say_which(
    marginal: Result[SymmetryGanRecord], beside: Result[SymmetryGanRecord]
) -> None:
    for result, words, field in (
        (marginal, "the marginal density of x1 and x2", ()),
        (beside, "x1 and x2 with x3 as spectator", ("x3",)),
    ):
        space = result.record.space
        assert space is not None
        assert space.spectator_names == field
        assert space.marginal is (not field)
        told = [s.text for s in result.statements if "restarts in the search space" in s.text]
        assert words in told[0]
        assert all(words in f.caption for f in draw_all(result))


def test_spectators_of_the_features_are_seen_as_well() -> None:
    """The same events, s as a spectator of the feature set."""
    x = halves()
    data = replace(
        Dataset.from_array(x[:, :2], scaling="isotropic"),
        spectators=x[:, 2:],
        spectator_columns=(Column("s"),),
    )
    result = made.run(data, search="so(2)", discrete=["P", "reflection(x2)"], **QUICK)
    assert result.record.spectator_names == ("s",)
    rows = {row.name: row for row in result.record.discrete}
    assert rows["P"].rejected
    assert not rows["reflection(x2)"].rejected
    far = np.abs(result.arrays["refined"][:, 1, 0]) > 0.2
    assert far.any()
    assert (result.arrays["verdict"][far] == "failed").all()
    assert any("(the vectors with s as spectator)" in s.text for s in result.statements)


def test_a_spectator_that_says_nothing_takes_nothing_away() -> None:
    x = halves()
    rng = np.random.default_rng(6)
    data = replace(
        Dataset.from_array(x[:, :2], scaling="isotropic"),
        spectators=rng.normal(size=(len(x), 1)), spectator_columns=(Column("n"),),
    )  # fmt: skip
    result = made.run(data, search="so(2)", **QUICK)
    assert result.record.verdicts is not None
    assert result.record.verdicts.kept == 8
    assert result.record.algebra is not None
    assert result.record.algebra.name == "so(2)"


def test_subgroups_see_spectators() -> None:
    """Pairs along z that prefer the sign of a spectator: rotations about z hold, about x they do not."""
    rng = np.random.default_rng(7)
    p = rng.normal(size=(2000, 3))
    s = np.where(rng.uniform(size=2000) < 0.5 + 0.4 * np.sign(p[:, 2]), 1.0, -1.0)
    x = np.stack([np.c_[np.linalg.norm(q, axis=1), q] for q in (p, -p)], 1)
    plain = replace(
        Dataset.from_array(x.reshape(2000, 8), scaling="isotropic"), momenta=x, particles=("a", "b"),
        kinds=("full", "full"), objects=("a", "b"),
    )  # fmt: skip
    seen = replace(plain, spectators=s[:, None], spectator_columns=(Column("s"),))
    options = {
        "subgroups": {"classes": ["SO(2)"], "restarts": 1, "steps": 50, "posthoc_steps": 60},
        "search": False,
    }
    rejected = [
        {row.label: row.rejected for row in made.run(data, **options).record.candidates}
        for data in (plain, seen)
    ]
    assert [rejected[0][label] for label in ("J_x", "J_y", "J_z")] == [False, False, False]
    assert [rejected[1][label] for label in ("J_x", "J_y", "J_z")] == [True, True, False]


def test_spectators_are_on_a_scale_of_their_own() -> None:
    x = halves(400)
    data = replace(
        Dataset.from_array(x[:, :2], scaling="isotropic"), spectators=np.c_[1e6 + 1e3 * x[:, 2], np.full(400, 5.0)],
        spectator_columns=(Column("big"), Column("constant")),
    )  # fmt: skip
    table = Rows.of(data).table
    np.testing.assert_allclose(table.spectators[:, 0].std(), 1.0)
    np.testing.assert_allclose(table.spectators[:, 0].mean(), 0.0, atol=1e-9)
    assert not table.spectators[:, 1].any()


def test_exchanges_with_tags_are_refused() -> None:
    data = replace(
        Dataset.from_array(halves(200)[:, :2], scaling="isotropic"), momenta=np.ones((200, 2, 4)) + np.arange(4),
        particles=("a", "b"), kinds=("full", "full"), objects=("a", "b"), tags=np.ones((200, 2, 1)), tag_names=("q",),
    )  # fmt: skip
    data = replace(data, momenta=np.random.default_rng(1).normal(size=(200, 2, 4)))
    with pytest.raises(CardError, match=r"'exchange\(1,2\)' exchanges members with tags"):
        made.run(data, search=False, discrete=["exchange(1,2)"])


def test_landscapes_are_of_what_is_searched_alone() -> None:
    data = Dataset.from_array(halves(200), scaling="isotropic")
    with pytest.raises(CardError, match="does not include the spectators x3"):
        made.run(
            data,
            search={"group": "so(2)", "on": ["x1", "x2"]},
            landscape={"density": "gaussian", "mean": [0, 0]},
            **QUICK,
        )


def test_left_out_coordinates_change_no_bit_and_spectators_do() -> None:
    """x3 turned round where x1 > 0: its size, and so the scale, stays what it was."""
    x = halves(400)
    other = x * np.where(x[:, :1] > 0, [[1.0, 1.0, -1.0]], 1.0)
    for marginal in (True, False):
        one, two = (
            made.run(
                Dataset.from_array(events, scaling="isotropic"),
                search={"group": "so(2)", "on": ["x1", "x2"], "marginal": marginal},
                training={"restarts": 2, "steps": 20}, validation={"random": 1, "posthoc": {"steps": 20}, "steps": 5},
            ).arrays
            for events in (x, other)
        )  # fmt: skip
        same = [one[name].tobytes() == two[name].tobytes() for name in ("final", "log10_p", "posthoc_found")]
        assert all(same) if marginal else not any(same)
