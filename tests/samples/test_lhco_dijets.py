"""The card for the dijets of the LHC Olympics, on a file of their layout made here: it is not shipped."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import h5py
import numpy as np
import pytest

import symhep
from symhep.errors import InputError
from symhep.readers.toy.particles import density

LEAVES = ("px", "py", "pz", "m", "tau1", "tau2", "tau3")
FILE = "events_anomalydetection_v2.features.h5"
BACKGROUND, SIGNAL = 2000, 500


@pytest.fixture
def card(root: Path, tmp_path: Path) -> Path:
    """The card beside a file whose background is symmetric about the beam and whose signal is not at all."""
    rng = np.random.default_rng(15)
    p = density("dijets", pt_min=1200).draw(rng, BACKGROUND + SIGNAL)
    p[BACKGROUND:, :, 1:3] = [3000.0, 0.0]
    label = np.repeat([0.0, 1.0], [BACKGROUND, SIGNAL])
    order = rng.permutation(len(p))
    p, label = p[order], label[order]
    mass = np.sqrt(np.maximum(p[..., 0] ** 2 - (p[..., 1:] ** 2).sum(axis=-1), 0))
    tau = rng.uniform(0, 1, (len(p), 2, 3))
    jets = np.concatenate([p[..., 1:], mass[..., None], tau], axis=-1)
    # In the order of the mass: the card has to sort.
    jets = np.take_along_axis(jets, np.argsort(mass, axis=1)[..., None], axis=1)
    names = [f"{leaf}j{jet}".encode() for jet in (1, 2) for leaf in LEAVES] + [b"label"]
    with h5py.File(tmp_path / FILE, "w") as file:
        frame = file.create_group("df")
        frame["axis0"], frame["axis1"] = np.array(names), np.arange(len(p))
        frame["block0_items"] = np.array(names)
        values = np.hstack([jets.reshape(len(p), -1), label[:, None]])
        frame.create_dataset("block0_values", data=values, compression="gzip")
    text = (root / "samples/symmetrygan/lhco_dijets.yaml").read_text(encoding="utf-8")
    path = tmp_path / "card.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_only_the_background_is_read(card: Path, tmp_path: Path) -> None:
    symhep.run(card, tmp_path / "run", overrides=["methods={}"])
    (flow,) = json.loads((tmp_path / "run/cutflow.json").read_text(encoding="utf-8")).values()
    assert [file["format"] for file in flow["jj"]["files"]] == ["lhco"]
    rows = [(row["name"], row["events"]) for row in flow["jj"]["selections"]["dijet"]]
    assert rows[:3] == [("all", BACKGROUND + SIGNAL), ("background", BACKGROUND), ("two_jets", BACKGROUND)]


@pytest.mark.slow
def test_the_jets_turn_together(card: Path, tmp_path: Path) -> None:
    options = {
        "search": {"group": "so(2)xso(2)", "on": ["px1", "py1", "px2", "py2"], "marginal": True},
        "training": {"restarts": 8, "steps": 250},
        "validation": {"steps": 60, "random": 10, "splits": 10, "posthoc": {"steps": 40}},
    }
    overrides = ["output.figures=[]", f"methods.symmetries.options={json.dumps(options)}"]
    done = symhep.run(card, tmp_path / "run", overrides=overrides)
    assert done.failed == {}
    written = json.loads((tmp_path / "run/results.json").read_text(encoding="utf-8"))
    (summary,) = (found["summary"] for found in written["methods"].values())
    assert (summary["algebra"]["name"], [g["label"] for g in summary["generators"]]) == (
        "so(2)",
        ["J_12 + J_34"],
    )
    for jet in (0, 1):  # figure 15: of the order of the noise
        assert summary["kl"]["refined"]["mean"][jet] < 2 * summary["kl"]["noise"]["mean"][jet]


def test_another_file_is_refused(card: Path, tmp_path: Path) -> None:
    published = hashlib.md5((tmp_path / FILE).read_bytes(), usedforsecurity=False).hexdigest()
    text = card.read_text(encoding="utf-8").replace("# checksum: md5:...", f"checksum: md5:{published}")
    card.write_text(text, encoding="utf-8")
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:-100])
    with pytest.raises(
        InputError, match=r"the file differs from the one in the card.*get it from https://doi\.org"
    ):
        symhep.run(card, tmp_path / "run")
