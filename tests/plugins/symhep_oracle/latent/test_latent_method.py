"""From features to latents, flows and figures, by the method itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import nn

from symhep.errors import InputError, MethodError
from symhep.events.dataset import Dataset
from symhep.methods.context import COMBINE, Context, SilentProgress, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.result import Result
from symhep_oracle.latent.latents import encode
from symhep_oracle.latent.options import LatentOptions
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions

FEATURES = 9


def rings(n: int = 1500) -> Dataset:
    """Points of three rings in the plane, seen through nine features: the ring is the class, the angle is free."""
    rng = np.random.default_rng(1)
    ring, angle = rng.integers(3, size=n), rng.uniform(-np.pi, np.pi, n)
    radius = 1 + ring + rng.normal(scale=0.1, size=n)
    plane = radius[:, None] * np.c_[np.cos(angle), np.sin(angle)]
    mixing = np.linalg.qr(rng.normal(size=(FEATURES, 2)))[0].T
    columns = (*(f"x{i + 1}" for i in range(FEATURES)), "ring")
    return Dataset.from_array(np.c_[plane @ mixing, ring], columns=columns, scaling="none", name="rings")


def options(**latent: object) -> OracleMethodOptions:
    learned = {"kind": "learned", "target": "ring", "network": "plain", "hidden": (32, 32), "min_steps": 1500}
    given = {"dimension": 2, "hidden": (), "steps": 1500, "flows": 1, "length": 1.0} | latent
    return OracleMethodOptions.model_validate({"oracle": learned, "latent": given})


def run(data: Dataset, given: OracleMethodOptions) -> Result:
    method = OracleGenerators()
    method.check(data, given)
    prepared = method.prepare(data, given)
    part = method.fit(prepared, Shard(), Context(seed_sequence(1, "oracle", 0)))
    return method.worded(method.combine(prepared, [part], Context(seed_sequence(1, "oracle", COMBINE))))


@pytest.fixture(scope="module")
def result() -> Result:
    return run(rings(), options())


def test_the_flow_turns_along_the_rings(result: Result) -> None:
    """Two latents of a plane are the plane up to a linear map, so the rotation is a linear field on them."""
    numbers = result.summary["latent"]
    assert numbers["unexplained_variance"] < 1e-3
    assert result.summary["algebra"]["dimension"] == 1
    flow, line = (numbers["changed_class"][key]["value"] for key in ("flow", "random_line"))
    assert flow < 0.1 < line
    # Of three events the features turn, and keep their length, the radius of the ring.
    images = result.arrays["latent.images"][0]
    radius = np.linalg.norm(images, axis=2)
    assert radius == pytest.approx(np.tile(radius[:, [3]], (1, 7)), rel=0.15)
    turned = np.einsum("rtf,rf->rt", images, images[:, 3]) / (radius * radius[:, [3]])
    assert turned[:, [0, -1]].max() < 0.9
    assert "autoencoder.encoder.0.weight" in result.checkpoint["network"]


def test_figures_are_drawn_from_the_result(result: Result) -> None:
    found = {f.name: f for f in OracleGenerators().figures(result)}
    assert {"latent_outputs", "latent_images", "latent_images_random"} <= set(found)
    axes = found["latent_images"].figure.axes
    assert len(axes) == 3 * 9  # event, gap and seven images of each of three classes
    assert sum(len(ax.images) for ax in axes) == 3 * 8
    plt.close("all")


def test_sentences_say_how_far_the_flow_is_better(result: Result) -> None:
    texts = " ".join(s.text for s in result.statements)
    assert "Along the 1 field along which the oracle changes least" in texts
    assert "2 latents describe 9 features" in texts
    assert "trained to predict 'ring' on" in texts


def _script(path: Path, weight: torch.Tensor) -> str:
    layer = nn.Linear(*weight.shape[::-1], bias=False)
    with torch.no_grad():
        layer.weight.copy_(weight)
    torch.jit.save(torch.jit.trace(layer, torch.zeros(2, weight.shape[1])), path)
    return str(path)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_coding_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMHEP_CODE", str(tmp_path))
    data = rings(200)
    basis = torch.linalg.qr(torch.from_numpy(data.values[:50, :FEATURES].T[:, :2])).Q.float()
    files = {"encoder": _script(tmp_path / "e.pt", basis.T), "decoder": _script(tmp_path / "d.pt", basis)}
    seeds = np.random.SeedSequence(1)
    coded = encode(
        data, list(range(FEATURES)), LatentOptions.model_validate(files), seeds, "cpu", SilentProgress()
    )
    assert coded.data.values.shape == (200, 3)
    assert coded.data.values[:, :2] == pytest.approx(
        data.values[:, :FEATURES] @ basis.double().numpy(), abs=1e-6
    )
    assert coded.report["unexplained_variance"] == pytest.approx(0, abs=1e-10)
    assert coded.data.columns[2].name == "ring"
    swapped = {"encoder": files["encoder"], "decoder": files["encoder"]}
    with pytest.raises((InputError, MethodError)):
        encode(
            data, list(range(FEATURES)), LatentOptions.model_validate(swapped), seeds, "cpu", SilentProgress()
        )


def test_events_that_judge_the_autoencoder_do_not_train_it() -> None:
    data, given = rings(300), LatentOptions(dimension=2, hidden=(), steps=200)

    def parameters(values: np.ndarray) -> dict[str, np.ndarray]:
        changed = replace(data, values=values)
        seeds = np.random.SeedSequence(5)
        return encode(changed, list(range(FEATURES)), given, seeds, "cpu", SilentProgress()).parameters

    first = parameters(data.values)
    moved = 0
    for row in range(0, 300, 30):
        values = data.values.copy()
        values[row, :FEATURES] *= 5
        again = parameters(values)
        moved += any(not np.array_equal(first[name], again[name]) for name in first if name != "shift")
    assert 0 < moved < 10  # a fifth of the events, on average, changes nothing


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"latent": {"encoder": __file__}}, "are needed together: give both, or neither"),
        ({"oracle": "l2"}, "'latent' needs a learned oracle"),
        ({"degree": 2}, "'latent' is for real matrices"),
        ({"acts_on": "momenta"}, "an autoencoder encodes features"),
    ],
)
def test_options_that_do_not_go_together(
    change: dict[str, object], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYMHEP_CODE", str(Path(__file__).parent))
    with pytest.raises(ValidationError, match=message):
        OracleMethodOptions.model_validate(options().model_dump(exclude_defaults=True) | change)
