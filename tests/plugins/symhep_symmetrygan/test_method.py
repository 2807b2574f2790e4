"""The whole method: contract, known groups, a real file, weights, batches, kill and resume, errors."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt
import pytest
from ruamel.yaml import YAML

import symhep
from symhep.errors import CardError, MethodError
from symhep.events.dataset import Dataset
from symhep.events.vectors import MOMENTUM
from symhep.lie.groups import AffineLine
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.init_block import SampleView
from symhep.methods.result import Result
from symhep.plugin.manager import build_registry
from symhep.readers.toy.particles import density
from symhep.run.folder import RunFolder
from symhep.testing import check_method
from symhep_symmetrygan import plugin
from symhep_symmetrygan.inference.record import ComponentRecord
from symhep_symmetrygan.method import SymmetryGan
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.terms.cyclic import Cyclic

FloatArray = npt.NDArray[np.float64]

METHOD = SymmetryGan()
#: No parameter of 'line'.
D_AXIS = {"parameter": "d", "low": 0, "high": 1}
#: Few steps: refining does the rest.
TRAINING = {"restarts": 16, "steps": 250}
VALIDATION = {"random": 4, "waves": 24, "posthoc": {"steps": 60}}
QUICK: dict[str, Any] = {"training": TRAINING, "validation": VALIDATION}
TINY: dict[str, Any] = {
    "training": {"restarts": 4, "steps": 4, "batch": 16, "replicas_per_batch": 2},
    "validation": {"random": 2, "waves": 8, "posthoc": {"steps": 4}},
}
PLANE: dict[str, Any] = {"on": ["px1", "py1", "px2", "py2"], "marginal": True}
SUBGROUPS: dict[str, Any] = {
    "search": False,
    "subgroups": {
        "classes": ["SO(3)"],
        "restarts": 1,
        "steps": 3,
        "posthoc_steps": 4,
        "batch": 16,
        "waves": 8,
    },
    "discrete": {"steps": 4, "batch": 16, "waves": 8},
}


def numbers(n: int, d: int, seed: int = 1, weights: FloatArray | None = None) -> Dataset:
    """Standard Gaussian."""
    x = np.random.default_rng(seed).normal(size=(n, d))
    return Dataset.from_array(x, scaling="isotropic", weights=weights)


def momenta(name: str, n: int, seed: int = 1) -> Dataset:
    p = density(name).draw(np.random.default_rng(seed), n)
    flat = Dataset.from_array(p.reshape(n, -1), scaling="isotropic")
    return replace(flat, momenta=p, particles=("a", "b"))


def found(data: Dataset, options: Mapping[str, Any], device: str = "cpu") -> Result[SymmetryGanRecord]:
    chosen = SymmetryGanOptions.model_validate(options)
    METHOD.check(data, chosen)
    prepared = METHOD.prepare(data, chosen)

    def context(number: int) -> Context:
        return Context(seed_sequence(1, "symmetrygan", number), device)

    parts = [METHOD.fit(prepared, shard, context(shard.index)) for shard in METHOD.shards(prepared)]
    return METHOD.worded(METHOD.combine(prepared, parts, context(COMBINE)))


def components(result: Result[SymmetryGanRecord]) -> dict[str, ComponentRecord]:
    return {row.name: row for row in result.record.connected_components}


@pytest.mark.parametrize(
    ("options", "data"),
    [({"search": "o(2)", **TINY}, numbers(80, 2)), (SUBGROUPS, momenta("dijets", 80))],
    ids=["o(2)", "SO(3)"],
)
def test_contract(options: dict[str, Any], data: Dataset) -> None:
    check_method(METHOD, options, data)


@pytest.mark.parametrize(
    "search", ["o(2)", {"group": "similarity", "components": ["reflection(x2)"]}], ids=str
)
def test_a_round_gaussian_has_o2(search: Any) -> None:
    """In similarities too: of the scale, one alone is a symmetry."""
    result = found(numbers(6000, 2), {"search": search, **QUICK})
    record = result.record
    assert record.algebra is not None
    assert (record.algebra.kind, record.algebra.name) == ("continuous", "so(2)")
    assert set(components(result)) == {"identity", "reflection(x2)"}
    row = components(result)["reflection(x2)"]
    assert (row.action, row.rejected, row.order) == ("anticommutes", False, 2)
    assert record.component_group is not None
    assert record.component_group.orders == {"1": 1, "2": 1}
    assert record.verdicts is not None
    assert record.verdicts.kept >= 15
    refined = result.arrays["refined"][:, :2, :2]
    # Rotations and reflections are those with A^T A = 1; 3000 events know the scale to 1 / sqrt(4 * 3000).
    assert np.abs(refined.swapaxes(1, 2) @ refined - np.eye(2)).max() < 10 / 12000**0.5


@pytest.fixture(scope="module")
def jets(root: Path) -> Dataset:
    """The bundled sample, two leading jets."""
    events = symhep.load(root / "samples/pp_dijets_13TeV.root", format="delphes").events.Jet
    events = events[ak.num(events) >= 2][:, :2]
    p = np.stack([ak.to_numpy(getattr(events, k)) for k in MOMENTUM], axis=-1).astype(np.float64)
    flat = Dataset.from_array(p.reshape(len(p), -1), scaling="isotropic")
    return replace(flat, momenta=p, particles=("jet1", "jet2"))


def test_two_jets_turn_together(jets: Dataset) -> None:
    training = {"restarts": 24, "steps": 600}
    result = found(jets, {"search": {"group": "so(2)xso(2)", **PLANE}, **QUICK, "training": training})
    algebra = result.record.algebra
    assert algebra is not None
    assert (algebra.kind, algebra.name, algebra.dimension) == ("continuous", "so(2)", 1)
    assert [g.label for g in result.record.generators] == ["J_12 + J_34"]
    assert set(components(result)) == {"identity"}
    # J_12 - J_34 turns the jets apart, which the angle between them feels.
    one, other = result.record.generators[0].coefficients.values()
    assert one == pytest.approx(other, abs=0.01)


def test_what_is_kept_of_so4_commutes_or_anticommutes_with_the_common_rotation(jets: Dataset) -> None:
    """Few restarts and steps: not enough to name the group, but nothing else may be kept."""
    training = {"restarts": 24, "steps": 1200}
    result = found(jets, {"search": {"group": "so(4)", **PLANE}, **QUICK, "training": training})
    a, common = result.arrays, np.kron(np.eye(2), [[0.0, -1.0], [1.0, 0.0]])
    kept = a["log10_p_adjusted"] > -2
    g = a["refined"][:, :4, :4]
    even, odd = (np.linalg.norm(g @ common - s * common @ g, axis=(1, 2)) for s in (1, -1))
    off = np.minimum(even, odd)
    assert 0 < kept.sum() < 24  # the exchange of ordered jets is no symmetry
    assert off[kept].max() < 0.1  # of a random rotation about 2
    record = result.record
    assert record.verdicts is not None
    assert record.verdicts.kept == kept.sum()
    loss = result.summary["posthoc_loss"]
    assert loss["random"]["value"] < 1.2 < loss["kept"]["value"]


def test_negative_weights() -> None:
    """An oval is made round by events of negative weight: without the signs there is no symmetry but the half turn."""
    rng = np.random.default_rng(3)
    round_, oval = rng.normal(size=(6000, 2)), rng.normal(size=(2000, 2)) * [3, 1]
    x = np.concatenate([round_, oval, rng.permutation(oval)])
    weights = np.repeat([1.0, 1.0, -1.0], [6000, 2000, 2000])
    signed = found(Dataset.from_array(x, scaling="isotropic", weights=weights), {"search": "so(2)"} | QUICK)
    assert signed.summary["algebra"]["name"] == "so(2)"
    assert signed.summary["verdicts"]["failed"] <= 1
    # 5000 of the 10,000 are held out: binomial, without replacement, within four standard deviations.
    assert signed.summary["events"]["negative"] == pytest.approx(0.2, abs=4 * (0.2 * 0.8 / 5000 / 2) ** 0.5)
    ignored = found(Dataset.from_array(x, scaling="isotropic"), {"search": "so(2)"} | QUICK)
    assert ignored.summary["algebra"]["name"] != "so(2)"
    assert ignored.summary["generators"] == []


def test_a_block_is_a_part_and_no_number_depends_on_it() -> None:
    data, whole = numbers(300, 2), {"search": "similarity", "training": {"restarts": 5, "steps": 60}}
    small = {**whole, "training": {**whole["training"], "replicas_per_batch": 2}}
    validation = {"validation": VALIDATION}
    prepared = METHOD.prepare(data, SymmetryGanOptions.model_validate(small))
    assert [s.label for s in METHOD.shards(prepared)] == ["restarts 0-1", "restarts 2-3", "restarts 4-4"]
    a, b = (found(data, o | validation) for o in (whole, small))
    assert a.arrays.keys() == b.arrays.keys()
    for name, values in a.arrays.items():
        if values.dtype.kind == "f":
            np.testing.assert_allclose(b.arrays[name], values, rtol=1e-3, atol=1e-4, err_msg=name)
        else:
            np.testing.assert_array_equal(b.arrays[name], values, err_msg=name)


CARD: dict[str, Any] = {
    "symhep": 1,
    "datasets": {"toy": {"format": "toy", "options": {"name": "gaussian", "events": 400, "mean": [0, 0]}}},
    "features": {"x": {"vars": ["x1", "x2"], "scaling": "isotropic"}},
    "methods": {
        "g": {
            "use": "symmetrygan",
            "features": "x",
            "options": {
                "search": "similarity",
                "training": {"restarts": 6, "steps": 100, "replicas_per_batch": 2},
                "validation": {"random": 0, "waves": 8, "posthoc": None},
            },
        }
    },
    "output": {"figures": []},
}


#: Killed as soon as a block is stored.
DIES = """
import os, signal, symhep
from symhep.run.folder import RunFolder

store = RunFolder.write_part

def store_and_die(folder, name, *part):
    store(folder, name, *part)
    if name == "g":  # what was read is stored in parts as well
        os.kill(os.getpid(), signal.SIGKILL)

RunFolder.write_part = store_and_die
symhep.run({card!r}, {out!r})
"""


def stored(out: Path) -> list[Path]:
    """Blocks of restarts that are complete."""
    return sorted((out / ".symhep/parts/g").glob("*.npz"))


def interrupted(out: Path) -> None:
    """The same in this process, by Ctrl-C."""
    store = RunFolder.write_part

    def store_and_stop(folder: RunFolder, name: str, *part: Any) -> None:
        store(folder, name, *part)
        if name == "g":
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunFolder, "write_part", store_and_stop)
        with pytest.raises(KeyboardInterrupt):
            symhep.run(CARD, out)


def killed(out: Path) -> None:
    script = DIES.format(card=CARD, out=str(out))
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("end", "workers"), [(interrupted, "1"), pytest.param(killed, "2", marks=pytest.mark.slow)]
)
def test_kill_and_resume(tmp_path: Path, end: Callable[[Path], None], workers: str) -> None:
    """Ended as soon as a block of restarts is stored: a second run goes on from there to the same numbers."""
    whole, out = symhep.run(CARD, tmp_path / "whole"), tmp_path / "ended"
    end(out)
    before = {path: path.stat().st_mtime_ns for path in stored(out)}
    assert len(before) == 1
    resumed = symhep.run(CARD, out, workers=workers)
    assert not resumed.failed
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert resumed.results["g"].summary == whole.results["g"].summary


@pytest.mark.parametrize(
    ("data", "options", "error", "message"),
    [
        (numbers(100, 4), {"subgroups": True}, CardError, "act on four-momenta, but the features have none"),
        (numbers(100, 4), {"search": False}, CardError, "there is nothing to do: 'search' is false"),
        (momenta("dijets", 100), {"subgroups": {"classes": ["SO(7)"]}}, CardError, r"no subgroup 'SO\(7\)'"),
        (momenta("dijets", 100), {"discrete": ["exchange(1,9)"]}, CardError, "unknown particle '9'"),
        (
            momenta("dijets", 100),
            {"search": False, "subgroups": True, "map": {"formula": "side"}},
            CardError,
            "'map' needs a search for elements",
        ),
        (numbers(100, 2), {"search": "similrity"}, CardError, "unknown search space 'similrity'; did you mean"),
        (numbers(100, 2), {"search": "so(3)"}, CardError, r"'so\(3\)' acts on 3 components, but events have 2"),
        (numbers(100, 2), {"search": {"group": "so(2)", "on": ["x1", "y"]}}, CardError, "no coordinate 'y'"),
        (numbers(100, 2), {"search": "so(2)", "map": {"formula": "side"}}, CardError, "is for the "
                                                                                      "parameters b, c"),
        (
            numbers(100, 3),
            {"search": "so(3)", "terms": [{"name": "commuting"}], "training": {"restarts": 7}},
            CardError,
            "couples 2 restarts: restarts .7. and replicas_per_batch .100. must be multiples of it",
        ),
        (
            numbers(100, 1),
            {"search": "line", "landscape": {"density": "gaussian", "slices": [{"x": D_AXIS}]}},
            CardError,
            "has no parameter 'd'",
        ),
        (
            numbers(100, 2),
            {"search": "so(2)", "landscape": {"density": "gaussian"}},
            CardError,
            "the density of 'landscape' has 1 number, but events have 2",
        ),
        (
            numbers(18, 2),
            {},
            MethodError,
            r"effective number of events \(sum w\)\^2 / sum w\^2 = 18 < 20: too few",
        ),
        (Dataset.from_array(np.ones((90, 2)), scaling="isotropic"), {}, MethodError, "are identical"),
    ],
)  # fmt: skip
def test_what_does_not_fit(
    data: Dataset, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        METHOD.check(data, SymmetryGanOptions.model_validate(options))


def test_restarts_that_run_away_are_reported() -> None:
    training = {"restarts": 4, "steps": 60, "learning_rate": {"generator": 900.0}}
    result = found(
        numbers(100, 2), {"search": "agl(2)", "training": training, "validation": TINY["validation"]}
    )
    assert result.record.verdicts is not None
    assert result.record.verdicts.diverged == 4
    assert any("diverged (parameters not finite)" in s.text for s in result.statements)
    json.dumps(result.summary, allow_nan=False)


class Mine:
    """A family and a term that are not installed."""

    @staticmethod
    @symhep.hookimpl
    def symhep_register_families() -> dict[str, Any]:
        return {"mine": AffineLine}

    @staticmethod
    @symhep.hookimpl
    def symhep_register_loss_terms() -> dict[str, Any]:
        return {"again": Cyclic}


def test_a_run_takes_families_and_terms_from_the_registry_it_is_given(tmp_path: Path) -> None:
    """Those of the run, and of no other registry."""
    options = {
        "search": "mine", "terms": [{"name": "again", "settings": {"order": 2}}],
        "training": {"restarts": 2, "steps": 3}, "validation": {"random": 0, "waves": 4, "posthoc": None},
    }  # fmt: skip
    toy = {"format": "toy", "options": {"name": "gaussian", "events": 100}}
    card = CARD | {
        "datasets": {"toy": toy},
        "features": {"x": {"vars": ["x1"], "scaling": "isotropic"}},
        "methods": {"g": {"use": "symmetrygan", "features": "x", "options": options}},
        "output": {"figures": []},
    }
    from symhep.readers import plugin as readers

    registry = build_registry({"symmetrygan": plugin, "readers": readers, "mine": Mine}, points=())
    done = symhep.run(card, tmp_path / "run", registry=registry)
    assert not done.failed
    record = done.results["g"].record
    assert record.space.name == "mine"
    assert record.search.terms == ("again (order 2), strength 0.1",)
    with pytest.raises(CardError, match="unknown loss term 'again'"):
        symhep.run(card, tmp_path / "other")


def test_elements_and_subgroups_side_by_side() -> None:
    """Three questions of one card: each has its rows."""
    options = SUBGROUPS | TINY | {"search": {"group": "so(3)", "components": ["P"]}}
    result = found(momenta("two_body", 200), options)
    record = result.record
    assert record.elements == 4
    assert record.catalogue == "lorentz"
    assert {row.name for row in record.subgroups if row.how != "candidates"} == {"SO(3)", "SO(2)"}
    assert [row.label for row in record.candidates][:3] == ["J_x", "J_y", "J_z"]
    assert "P" in [row.name for row in record.discrete]
    assert SymmetryGanRecord.from_json(json.loads(json.dumps(record.to_json()))) == record


def test_copies_of_an_event_are_on_one_side() -> None:
    """An event and its images share a unit: training and test never have the same one."""
    data = replace(numbers(200, 2), unit=np.repeat(np.arange(100), 2))
    rows = METHOD.prepare(data, SymmetryGanOptions()).rows
    events = rows.split(np.random.default_rng(1))
    x = data.values / rows.scale
    held = {tuple(row) for row in events.held.x.tolist()}
    inside = np.array([tuple(row) in held for row in x.tolist()])
    assert (inside[::2] == inside[1::2]).all()
    assert inside.sum() == 100


@pytest.mark.parametrize(("name", "features"), [("jets", "momenta"), (None, "plane")])
def test_the_block_of_a_card_can_be_checked(name: str | None, features: str) -> None:
    view = SampleView(name, 2, ("E", "px", "py", "pz"), 8, "shapes", features, 1000, 1000.0)
    block = METHOD.init_block(view)
    assert block is not None
    assert block.active
    few = METHOD.init_block(replace(view, effective=399.0))
    assert few is not None
    assert (few.active, "is 399, too few" in few.comment) == (False, True)
    written = YAML(typ="safe").load(block.text)
    assert (written["use"], written["features"]) == ("symmetrygan", features)
    options = SymmetryGanOptions.model_validate(written.get("options", {}))
    METHOD.check(momenta("dijets", 100) if name else numbers(100, 2), options)
    if name:
        assert options.search is not None
        assert (options.search.group, options.subgroups is not None) == ("SO(3)", True)


def test_a_single_number_has_nothing_to_turn() -> None:
    assert METHOD.init_block(SampleView(None, 1, ("x",), 1, "momenta", "plane", 1000, 1000.0)) is None


@pytest.mark.gpu
def test_on_a_gpu(cuda: str) -> None:
    """Other random numbers and other rounding, same physics."""
    result = found(numbers(6000, 2), {"search": "o(2)"} | QUICK, cuda)
    assert result.record.algebra is not None
    assert result.record.algebra.name == "so(2)"
    assert set(components(result)) == {"identity", "reflection(x2)"}


def test_a_reference_is_refused() -> None:
    data = replace(numbers(100, 2), label_names=("mc",), reference=frozenset({"mc"}))
    with pytest.raises(
        CardError, match="the method 'symmetrygan' does not support a reference, which 'plane' has"
    ):
        METHOD.require_takes(data.needs, "plane")
