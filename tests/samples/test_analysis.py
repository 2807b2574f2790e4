"""The pseudo-data and simulation of samples/analysis: what truth.json says of them, and what the reduced card finds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

import symhep
from symhep.card.loader import load_card
from symhep.plugin.manager import build_registry
from symhep.run.plan import make_plan

FILES = ("ttbar_data", "ttbar_sim", "ee_data", "ee_sim")
PAIR_WEIGHTS = ("isr_muR_down", "isr_muR_up", "muF_down", "muF_up", "CTEQ6L1", "MSTW2008LO", "NNPDF31LO")


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "samples" / "analysis"


@pytest.fixture(scope="module")
def truth(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def events(folder: Path) -> dict[str, ak.Array]:
    found = {}
    for name in FILES:
        with uproot.open(folder / f"{name}.root") as file:
            found[name] = file["Delphes"].arrays()
    return found


def momenta(events: ak.Array) -> np.ndarray:
    """(N, 2, 3) px, py, pz of the positron and of the electron."""
    pt, eta, phi = (ak.to_numpy(events[f"Electron.{x}"]).astype(float) for x in ("PT", "Eta", "Phi"))
    return np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=-1)


def test_all_files_together_are_small(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.iterdir()) < 5_000_000


@pytest.mark.parametrize("name", FILES)
def test_the_sector_is_dead_and_the_rest_of_the_azimuth_even(
    events: dict[str, ak.Array], truth: dict[str, Any], name: str
) -> None:
    """Of the four harmonics each is a mean of n unit vectors outside of the sector."""
    assert len(events[name]) == truth["events"][name]
    low, high = truth["sector"]["low"], truth["sector"]["high"]
    assert truth["sector"]["share"] == pytest.approx((high - low) / (2 * np.pi))
    for column in range(1 if name.startswith("ttbar") else 2):
        phi = ak.to_numpy(events[name]["Electron.Phi"])[:, column].astype(float)
        assert not ((phi > low) & (phi < high)).any()
        # From the end of the sector to its beginning, stretched to a full turn.
        around = ((phi - high) % (2 * np.pi)) / (2 * np.pi - (high - low)) * 2 * np.pi
        if name.startswith("ttbar"):  # of a pair each one loses what lies back to back of the sector, too
            for m in (1, 2, 3, 4):
                mean = np.exp(1j * m * around).mean()
                assert abs(mean) < 3.5 / np.sqrt(len(phi))


def test_counts_agree_with_cross_sections(events: dict[str, ak.Array], truth: dict[str, Any]) -> None:
    for name in ("ttbar", "ee"):
        expected = truth["xsec_pb"][f"{name}_sim"] * 1000 * truth["luminosity_fb"]
        error = np.sqrt(expected + expected**2 / truth["events"][f"{name}_sim"])
        assert abs(len(events[f"{name}_data"]) - expected) < 3.5 * error


def test_jets_of_the_pseudo_data_are_measured_too_high(
    events: dict[str, ak.Array], truth: dict[str, Any]
) -> None:
    """The mean pt of the leading jet; the cut at 25 GeV moves it by less than its error."""
    means, errors = [], []
    for name in ("ttbar_data", "ttbar_sim"):
        leading = ak.to_numpy(events[name]["Jet.PT"][:, 0]).astype(float)
        means.append(leading.mean())
        errors.append(leading.std() / np.sqrt(len(leading)) / leading.mean())
    assert abs(means[0] / means[1] - 1 - truth["jet_scale_shift"]) < 3.5 * np.hypot(*errors)
    assert abs(truth["jet_scale_shift"]) < 0.02


def test_the_asymmetry_is_in_the_pseudo_data_alone(
    events: dict[str, ak.Array], truth: dict[str, Any]
) -> None:
    for name, wanted in (("ee_data", truth["asymmetry"]), ("ee_sim", 0.0)):
        plus, minus = momenta(events[name])[:, 0], momenta(events[name])[:, 1]
        sign = np.sign(plus[:, 2] + minus[:, 2]) * np.sign(
            plus[:, 0] * minus[:, 1] - plus[:, 1] * minus[:, 0]
        )
        assert abs(sign.mean() - wanted) < 3.5 / np.sqrt(len(sign))
    assert truth["asymmetry"] == pytest.approx(truth["admixture"], rel=0.02)


def test_pairs_are_positron_and_electron_about_the_z_peak(events: dict[str, ak.Array]) -> None:
    for name in ("ee_data", "ee_sim"):
        assert (ak.to_numpy(events[name]["Electron.Charge"]) == [1, -1]).all()
        p = momenta(events[name])
        energy = np.linalg.norm(p, axis=-1).sum(axis=1)
        mass = np.sqrt(energy**2 - (p.sum(axis=1) ** 2).sum(axis=-1))
        assert mass.min() > 60 - 1e-3
        assert mass.max() < 120 + 1e-3
        assert 89 < np.median(mass) < 92


def test_simulation_alone_has_weights(events: dict[str, ak.Array]) -> None:
    for weight in PAIR_WEIGHTS:
        assert f"{weight}.Weight" in events["ee_sim"].fields
        assert f"{weight}.Weight" not in events["ee_data"].fields
        values = ak.to_numpy(events["ee_sim"][f"{weight}.Weight"])[:, 0]
        assert 0.8 < values.mean() < 1.25


@pytest.mark.parametrize("name", ["card.yaml", "reduced.yaml"])
def test_cards(folder: Path, name: str) -> None:
    plan = make_plan(load_card(folder / name), build_registry())
    assert plan.methods


def test_the_card_knows_the_cross_sections(folder: Path, truth: dict[str, Any]) -> None:
    card = load_card(folder / "card.yaml").card
    assert card.luminosity_fb == truth["luminosity_fb"]
    for dataset, name in (("top_sim", "ttbar_sim"), ("ee_sim", "ee_sim")):
        assert card.datasets[dataset].xsec_pb == pytest.approx(truth["xsec_pb"][name], rel=1e-4)


def test_the_reduced_card_finds_sector_and_asymmetry(
    folder: Path, truth: dict[str, Any], tmp_path: Path
) -> None:
    run = symhep.run(folder / "reduced.yaml", tmp_path / "run")
    assert not run.failed
    (row,) = run.results["sector"].record.sectors
    wanted = {
        "size": truth["sector"]["share"],
        "low_edge": truth["sector"]["low"],
        "high_edge": truth["sector"]["high"],
    }
    for name, true in wanted.items():
        number = getattr(row, name)
        assert number.low - 1e-6 <= true <= number.high + 1e-6
    size = run.results["triple_product"].record.discrete[0].size
    assert size.low <= truth["asymmetry"] <= size.high
    assert size.low > 0
    # One function alone: the interval of a count.
    n = run.results["triple_product"].record.events.used
    assert size.high - size.low == pytest.approx(2 * 1.96 / np.sqrt(n), rel=0.01)


class TestMakingThem:
    @pytest.fixture(autouse=True)
    def modules(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("pythia8mc", reason="the samples need Pythia 8: pip install symhep[samples]")
        pytest.importorskip("fastjet", reason="the samples need fastjet: pip install symhep[samples]")
        monkeypatch.syspath_prepend(str(root / "samples"))

    def test_collisions_do_not_depend_on_the_processes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import dielectrons
        import ttbar_collisions

        monkeypatch.setattr(ttbar_collisions, "BLOCK", 2)
        monkeypatch.setattr(dielectrons, "BLOCK", 20)
        one, two = (ttbar_collisions.collide(3, 7, processes) for processes in (1, 2))
        assert np.array_equal(one.jets, two.jets)
        assert np.array_equal(one.weights, two.weights)
        pairs = [dielectrons.collide(40, 7, processes) for processes in (1, 2)]
        assert np.array_equal(pairs[0].momenta, pairs[1].momenta)
        assert pairs[0].weights.shape == (len(pairs[0]), len(PAIR_WEIGHTS))

    def test_stored_collisions_are_the_same(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import ttbar_collisions
        from ttbar_collisions import Collisions

        made = ttbar_collisions.collide(2, 7, 1)
        made.save(tmp_path / "made.npz")
        again = Collisions.load(tmp_path / "made.npz")
        assert np.array_equal(made.leptons, again.leptons)
        assert np.array_equal(made.jets, again.jets)
        # An event that is turned by a quarter has its leptons and jets there.
        seen, turned = again.seen(0), again.seen(0, np.pi / 2)
        assert turned.leptons[:, 0] == pytest.approx(-seen.leptons[:, 1])
        assert turned.leptons[:, 1] == pytest.approx(seen.leptons[:, 0])
        assert turned.jets[:, 2] == pytest.approx(seen.jets[:, 2] + np.pi / 2)

    def test_the_shift_multiplies_every_jet_and_reaches_the_missing_momentum(self) -> None:
        import ttbar_collisions
        from ttbar_detector import smear

        collisions = ttbar_collisions.collide(4, 11, 1)
        for number in range(4):
            pair = [
                smear(collisions.seen(number), np.random.default_rng(number), scale) for scale in (1.0, 1.01)
            ]
            if pair[0] is None or pair[1] is None:
                continue
            plain, shifted = pair[0].jets, pair[1].jets
            ratio = np.array([b[0] / a[0] for a, b in zip(plain, shifted, strict=False)])
            assert np.abs(ratio - 1.01).max() < 1e-3
            assert plain[0][2] == shifted[0][2]
            assert pair[0].missing != pair[1].missing

    def test_the_admixture_is_that_of_accept_reject(self) -> None:
        """(1 + a) / 2 of the accepted pairs have orientation +1; mirrored ones the other."""
        import pseudo_data
        from dielectrons import Pairs

        rng = np.random.default_rng(3)
        momenta = rng.normal(size=(40_000, 2, 3))
        pairs = Pairs(momenta, np.zeros((40_000, 0)), np.array([1e5]), np.array([1.0]))
        own = pseudo_data.admixed(pairs, rng).orientation()
        assert abs(own.mean() - pseudo_data.ADMIXTURE) < 3.5 / np.sqrt(len(own))
        assert abs(pairs.turned(rng).orientation().mean()) < 3.5 / np.sqrt(40_000)
        mirrored = Pairs(momenta * [1, -1, 1], pairs.weights, pairs.tried, pairs.sigma_pb)
        assert np.array_equal(mirrored.orientation(), -pairs.orientation())
