"""Each method on a GPU: other rounding, and other random numbers where networks are trained; the same physics.

What has no training agrees number by number. What trains agrees in what it finds, and in its numbers within the spread
that other seeds make on one device.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from symhep.run.pipeline import run

pytestmark = pytest.mark.gpu

PAIRS: dict[str, Any] = {
    "symhep": 1,
    "datasets": {
        "z": {"format": "toy", "options": {"name": "two_body", "events": 4000, "seed": 3, "a_fb": 0.1}}
    },
    "objects": {"pair": {"collection": "particles", "take": 2}},
    "features": {
        "p4": {"object": "pair", "vars": ["E", "px", "py", "pz"], "scaling": "isotropic"},
        "p3": {"object": "pair", "vars": ["px", "py", "pz"], "scaling": "standard"},
    },
    "output": {"figures": []},
}


def summaries(folder: Path, device: str, use: str, features: str, options: dict[str, Any]) -> dict[str, Any]:
    method = {"use": use, "features": features, "options": options}
    done = run({**PAIRS, "methods": {"m": method}}, folder / device, device=device)
    assert not done.failed
    return dict(done.results["m"].summary)


def both(folder: Path, gpu: str, use: str, features: str, options: dict[str, Any]) -> list[dict[str, Any]]:
    return [summaries(folder, device, use, features, options) for device in ("cpu", gpu)]


def test_moments(cuda: str, tmp_path: Path) -> None:
    cpu, gpu = both(tmp_path, cuda, "moments", "p4", {})
    assert cpu["symmetry"] == gpu["symmetry"]
    for one, other in zip(cpu["chain"], gpu["chain"], strict=True):
        assert other["log10_p"] == pytest.approx(one["log10_p"], rel=1e-6, abs=1e-6)


def test_an_exact_oracle(cuda: str, tmp_path: Path) -> None:
    cpu, gpu = both(tmp_path, cuda, "oracle", "p4", {"oracle": {"kind": "lorentz", "of": "particles"}})
    assert (cpu["algebra"]["name"], cpu["algebra"]["dimension"]) == ("so(1,3)", 6)
    assert gpu["algebra"] == cpu["algebra"]


def test_a_trained_oracle(cuda: str, tmp_path: Path) -> None:
    training = {"generators": [6], "epochs": 2000, "seeds": 2}
    options = {"oracle": {"kind": "lorentz", "of": "particles"}, "solver": "gradient", "gradient": training}
    cpu, gpu = both(tmp_path, cuda, "oracle", "p4", options)
    assert cpu["algebra"]["dimension"] == gpu["algebra"]["dimension"]
    assert gpu["algebra"]["name"] == cpu["algebra"]["name"]


def test_vae(cuda: str, tmp_path: Path) -> None:
    cpu, gpu = both(tmp_path, cuda, "vae", "p3", {"latent_dim": 6, "runs": 10, "epochs": 25})
    assert cpu["relevant_latents"]["value"] == gpu["relevant_latents"]["value"] == 3
    spread = [max(s["relevance"]["std"]) for s in (cpu, gpu)]
    for one, other in zip(cpu["relevance"]["mean"], gpu["relevance"]["mean"], strict=True):
        assert abs(one - other) < 4 * max(spread)


def test_symmetrygan(cuda: str, tmp_path: Path) -> None:
    options = {
        "search": {"group": "so(2)", "on": ["px1", "py1"], "marginal": True},
        "training": {"restarts": 20, "steps": 1000},
    }
    cpu, gpu = both(tmp_path, cuda, "symmetrygan", "p4", options)
    assert cpu["algebra"]["name"] == gpu["algebra"]["name"] == "so(2)"
