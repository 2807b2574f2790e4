"""The probability that an event is seen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from symhep.errors import CardError, MethodError
from symhep.events.dataset import Dataset
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.result import Result
from symhep.plugin.functions import add_code_folder
from symhep_moments.fit.efficiency import efficiency_of
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions
from symhep_moments.record import MomentsRecord
from symhep_moments.say.sentences import sentences

EDGES, VALUES = [-np.pi, 0.5, 1.1, np.pi], [1.0, 0.0, 0.6]


@pytest.fixture
def histogram(tmp_path: Path) -> str:
    """Of the azimuth: a dead sector, and a weak part."""
    path = tmp_path / "eff.json"
    axes = [{"type": "variable", "edges": EDGES, "underflow": False, "overflow": False}]
    path.write_text(json.dumps({"axes": axes, "storage": {"type": "double", "values": VALUES}}))
    return str(path)


def _seen(phi: np.ndarray) -> np.ndarray:
    return np.asarray(VALUES)[np.clip(np.searchsorted(EDGES, phi, side="right") - 1, 0, 2)]


def _pairs(rng: np.random.Generator, n: int, epsilon: float = 0.0) -> Dataset:
    """Two massless particles at an angle near pi, each seen with the efficiency; 1 + epsilon cos 2 phi of the first."""
    m = 12 * n
    phi = rng.uniform(-np.pi, np.pi, m)
    both = np.stack([phi, phi + np.pi + 0.2 * rng.normal(size=m)], 1)
    both = np.arctan2(np.sin(both), np.cos(both))
    pt, eta = 30 + rng.exponential(10.0, (m, 2)), rng.normal(size=(m, 2))
    p4 = np.stack([pt * np.cosh(eta), pt * np.cos(both), pt * np.sin(both), pt * np.sinh(eta)], 2)
    kept = (rng.random((m, 2)) < _seen(both)).all(axis=1)
    kept &= rng.random(m) * (1 + epsilon) < 1 + epsilon * np.cos(2 * phi)
    p4 = p4[kept][:n]
    data = Dataset.from_array(p4.reshape(n, 8), scaling="none")
    return replace(data, momenta=p4, particles=("muons[0]", "muons[1]"))


def _found(data: Dataset, histogram: str, **options: object) -> Result[MomentsRecord]:
    asked = {
        "efficiency": {"histogram": histogram, "variables": ["phi"], "object": "muons"},
        "generators": "rotations",
        "discrete": {
            "elements": ["reflection(x)", "Z_3(z)"],
            "classifier": None,
            "neighbours": False,
        },
    }
    method, context = MomentConditions(), Context(seed_sequence(1, "moments", 0))
    read = MomentsOptions.model_validate(asked | options)
    method.check(data, read)
    sample = method.prepare(data, read)
    return method.combine(sample, [method.fit(sample, Shard(), context)], context)


def _row(result: Result[MomentsRecord], label: str):  # type: ignore[no-untyped-def]
    return next(c for c in result.record.candidates if c.label == label)


def test_of_an_event_it_is_the_product_over_its_particles(histogram: str) -> None:
    data = _pairs(np.random.default_rng(1), 200)
    options = MomentsOptions.model_validate(
        {"efficiency": {"histogram": histogram, "variables": ["phi"], "object": "muons"}}
    )
    sample = MomentConditions().prepare(data, options)
    assert options.efficiency is not None
    found = efficiency_of(options.efficiency, sample.events)(sample.events.x).numpy()
    assert data.momenta is not None
    phi = np.arctan2(data.momenta[..., 2], data.momenta[..., 1])
    assert np.allclose(found, _seen(phi).prod(axis=1))
    leading = options.efficiency.model_copy(update={"per": "leading"})
    found = efficiency_of(leading, sample.events)(sample.events.x).numpy()
    assert np.allclose(found, _seen(phi[:, 0]))


@pytest.mark.parametrize(("n", "exact_below", "kind"), [(1000, 5000, "exact"), (2000, 0, "asymptotic")])
def test_what_the_efficiency_breaks_is_no_breaking(
    histogram: str, n: int, exact_below: int, kind: str
) -> None:
    result = _found(_pairs(np.random.default_rng(2), n), histogram, exact_below=exact_below)
    turn = _row(result, "J_z")
    assert (turn.relative_by, turn.p_kind, turn.rejected) == ("orbits", kind, False)
    assert turn.size.low == 0.0
    assert turn.upper_95 < 0.3
    assert all(not d.rejected and d.p_kind == "exact" for d in result.record.discrete)
    assert all(d.size.low <= 0 <= d.size.high for d in result.record.discrete)
    assert {row.name: row.at_lab for row in result.record.subgroups}["SO(2)"]
    assert result.record.not_fitted is not None
    text = " ".join(s.text for s in sentences(result.record))
    assert "relative to the efficiency 'eff.json'" in text


def test_what_is_broken_beside_has_its_size_and_its_map(histogram: str) -> None:
    """v_2 = epsilon / 2, also behind a dead sector."""
    result = _found(_pairs(np.random.default_rng(3), 4000, 0.4), histogram, exact_below=0, discrete=None)
    turn = _row(result, "J_z")
    assert turn.rejected
    assert turn.size.low < 0.2 < turn.size.high
    assert turn.function in ("v_2 of muons[0] about z", "v_2 of muons[1] about z")
    assert "J_z" in result.arrays["map_labels"].tolist()


def test_without_the_efficiency_the_same_events_break_it(histogram: str) -> None:
    without = {"efficiency": None, "discrete": None, "bounds": False, "subgroups": False}
    result = _found(_pairs(np.random.default_rng(2), 1000), histogram, **without)
    assert _row(result, "J_z").rejected


def test_mistakes_have_a_name(histogram: str) -> None:
    data = _pairs(np.random.default_rng(4), 200)
    with pytest.raises(CardError, match="unknown variable 'psi'"):
        _found(data, histogram, efficiency={"histogram": histogram, "variables": ["psi"]})
    with pytest.raises(CardError, match="unknown object 'jets'"):
        _found(data, histogram, efficiency={"histogram": histogram, "variables": ["phi"], "object": "jets"})
    with pytest.raises(ValueError, match="has 1 axes, but 'variables' has 2 names"):
        MomentsOptions.model_validate({"efficiency": {"histogram": histogram, "variables": ["phi", "eta"]}})
    with pytest.raises(ValueError, match="remove 'efficiency'"):
        MomentsOptions.model_validate(
            {"efficiency": {"histogram": histogram, "variables": ["phi"]}, "groups": ["J_z"]}
        )
    for discrete in ({"scan": "J_z"}, {"efficiency": {"function": "symhep_thrust:thrust"}}):
        with pytest.raises(ValueError, match=r"scan' is not available|function"):
            MomentsOptions.model_validate(
                {"efficiency": {"histogram": histogram, "variables": ["phi"]}, "discrete": discrete}
            )
    everywhere = replace(data, momenta=np.roll(data.momenta, 1, axis=2))  # nothing is where it was
    with pytest.raises(MethodError, match="the efficiency is 0 for some events"):
        _found(everywhere, histogram, discrete=None)


def test_a_function_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMHEP_CODE", "")
    (tmp_path / "seen_by_me.py").write_text(
        "import torch\n\ndef half(x):\n    return torch.where(x[:, 0, 1] > 0, 1.0, 0.5)\n"
        "\ndef wrong(x):\n    return -x[:, 0, 0]\n"
    )
    add_code_folder(tmp_path)
    data = _pairs(np.random.default_rng(5), 200)
    for name in ("half", "wrong"):
        options = MomentsOptions.model_validate({"efficiency": {"function": f"seen_by_me:{name}"}})
        events = MomentConditions().prepare(data, options).events
        assert options.efficiency is not None
        seen = efficiency_of(options.efficiency, events)
        if name == "half":
            assert torch.equal(seen(events.x), torch.where(events.x[:, 0, 1] > 0, 1.0, 0.5).double())
        else:
            with pytest.raises(MethodError, match="negative or not finite"):
                seen(events.x)
