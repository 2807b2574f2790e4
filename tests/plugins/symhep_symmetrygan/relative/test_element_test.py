"""Elements relative to a reference: what both samples have is no breaking, what one has is."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from symhep.errors import CardError, MethodError
from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.result import Result
from symhep_symmetrygan.fit.shards import Prepared
from symhep_symmetrygan.method import SymmetryGan
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.relative.element_test import RelativeTest
from symhep_symmetrygan.relative.odds import learn_odds
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.validation.waves import Waves

FloatArray = npt.NDArray[np.float64]
METHOD = SymmetryGan()
CONTEXT = Context(seed_sequence(1, "symmetrygan", COMBINE))
ASKED = {"search": False, "discrete": {"elements": ["Z_4(x1,x2)", "reflection(x1)"], "steps": 300}}


def acceptance(x: FloatArray, rng: np.random.Generator, kind: str) -> FloatArray:
    """1 + 0.4 cos 2 phi, or a sector without events."""
    phi = np.arctan2(x[:, 1], x[:, 0])
    chance = (1 + 0.4 * np.cos(2 * phi)) / 1.4 if kind == "modulated" else 1.0 - ((phi > 0.3) & (phi < 1.0))
    return x[rng.random(len(x)) < chance]


def round_events(n: int, width: float, rng: np.random.Generator, kind: str) -> FloatArray:
    """``n`` of a round Gaussian, as the detector sees them."""
    return acceptance(width * rng.normal(size=(3 * n, 2)), rng, kind)[:n]


def lopsided(n: int, rng: np.random.Generator, kind: str) -> FloatArray:
    """The same with a modulation 1 + 0.5 cos phi of its own."""
    x = rng.normal(size=(6 * n, 2))
    kept = rng.random(len(x)) < (1 + 0.5 * np.cos(np.arctan2(x[:, 1], x[:, 0]))) / 1.5
    return acceptance(x[kept], rng, kind)[:n]


def both(own: FloatArray, reference: FloatArray, weights: FloatArray | None = None) -> Dataset:
    values = np.concatenate([own, reference])
    data = Dataset.from_array(values, scaling="isotropic", weights=weights)
    labels = np.repeat([0, 1], [len(own), len(reference)])
    return replace(data, labels=labels, label_names=("data", "mc"), reference=frozenset({"mc"}))


def fitted(data: Dataset, **options: Any) -> tuple[Prepared, Result[SymmetryGanRecord]]:
    chosen = SymmetryGanOptions.model_validate(ASKED | options)
    METHOD.require_takes(data.needs, data.name)
    METHOD.check(data, chosen)
    prepared = METHOD.prepare(data, chosen)
    parts = [METHOD.fit(prepared, shard, CONTEXT.of_shard(shard.index)) for shard in METHOD.shards(prepared)]
    return prepared, METHOD.worded(METHOD.combine(prepared, parts, CONTEXT))


@pytest.mark.parametrize("kind", ["modulated", "dead"])
def test_what_both_have_is_no_breaking(kind: str) -> None:
    """A quarter turn: broken by the acceptance, and not relative to another round density with the same one."""
    rng = np.random.default_rng(1)
    own, reference = round_events(1500, 1.0, rng, kind), round_events(4000, 1.3, rng, kind)
    prepared, result = fitted(both(own, reference))
    rows = {row.name: row for row in result.record.discrete}
    quarter = rows["Z_4(x1,x2)"]
    assert quarter.rejected is False
    assert quarter.p_kind == "asymptotic"
    assert result.record.relative == ("mc",)
    assert result.record.events.used == 1500
    assert result.statements[0].text.startswith("All tests are relative to mc: ")
    assert METHOD.vary(prepared, result, "n", Alternative("a", both(own, reference), True), CONTEXT) == {}


def test_what_only_the_events_have_is_one() -> None:
    rng = np.random.default_rng(2)
    own, reference = lopsided(1500, rng, "modulated"), round_events(4000, 1.3, rng, "modulated")
    rows = {row.name: row for row in fitted(both(own, reference))[1].record.discrete}
    # cos phi changes under the quarter turn and under x1 -> -x1
    assert all(row.rejected for row in rows.values())
    assert max(row.log10_p or 0.0 for row in rows.values()) < -6


def test_the_identity_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    samples = [
        Sample(torch.from_numpy(rng.normal(size=(n, 2))), torch.ones(n, dtype=torch.float64))
        for n in (300, 600)
    ]
    waves = Waves.draw(samples[0], 8, rng)
    test = RelativeTest(samples[0], samples[1], waves, 20, 32, np.random.SeedSequence(1))
    log_p = test.log_p(lambda rows: rows, np.random.SeedSequence(2))
    assert log_p > math.log(0.01)


def test_odds_of_two_gaussians() -> None:
    """Means +-1 and unit widths: p / (p + q) = 1 / (1 + exp(-2 x)); 1000 weights of two count as 2000 events."""
    rng = np.random.default_rng(4)
    one, other = (
        Sample(torch.from_numpy(rng.normal(mean, 1, (4000, 1))), torch.ones(4000, dtype=torch.float64))
        for mean in (1.0, -1.0)
    )
    chance = learn_odds(one, other, 400, 128, np.random.SeedSequence(1))
    x = np.linspace(-1.5, 1.5, 7)
    assert chance(torch.from_numpy(x[:, None])) == pytest.approx(1 / (1 + np.exp(-2 * x)), abs=0.07)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"search": "so(2)"}, "'search' does not go with a reference"),
        ({"discrete": None}, "no element to test relative to it"),
        (
            {"discrete": {"elements": ["reflection(x1)"], "scan": "J_12"}},
            "'scan' does not go with a reference",
        ),
        (
            {"discrete": {"elements": ["reflection(x1)"], "delta": 0.1}},
            "'delta' does not go with a reference",
        ),
    ],
)
def test_what_has_no_answer_is_refused(options: dict[str, Any], message: str) -> None:
    rng = np.random.default_rng(5)
    data = both(rng.normal(size=(200, 2)), rng.normal(size=(200, 2)))
    with pytest.raises(CardError, match=message):
        METHOD.check(data, SymmetryGanOptions.model_validate(ASKED | options))


def test_negative_weights_are_refused() -> None:
    rng = np.random.default_rng(6)
    weights = np.ones(400)
    weights[250] = -1.0
    data = both(rng.normal(size=(200, 2)), rng.normal(size=(200, 2)), weights)
    with pytest.raises(MethodError, match="weights of the reference are negative"):
        METHOD.check(data, SymmetryGanOptions.model_validate(ASKED))
