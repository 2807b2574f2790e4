"""The sample of top-quark pairs: what README.md of the samples says of it, and that it can be made again."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

import symhep
from symhep.readers.delphes import DelphesOptions, DelphesReader

EVENTS = 10_000
TOP_MASS_GEV, W_MASS_GEV, W_WIDTH_GEV = 173.0, 80.4, 2.1
#: As samples/README.md documents them.
TAGGED = {5: 0.70, 4: 0.15, 0: 0.01}
WEIGHTS = ("isr_muR_down", "isr_muR_up", "fsr_muR_down", "fsr_muR_up", "muR_down", "muR_up", "muF_down", "muF_up",
           "CTEQ6L1", "MSTW2008LO", "NNPDF31LO")  # fmt: skip
T, TBAR, WPLUS, WMINUS, B, BBAR, LPLUS, NU, LMINUS, NUBAR = range(10)


@pytest.fixture(scope="module")
def path(root: Path) -> Path:
    return root / "samples" / "ttbar_emu_13TeV.root"


@pytest.fixture(scope="module")
def events(path: Path) -> ak.Array:
    with uproot.open(path) as file:
        assert file["Delphes"].classname == "TTree"
        return file["Delphes"].arrays()


@pytest.fixture(scope="module")
def truth(events: ak.Array) -> np.ndarray:
    """(N, 10, 4) E, px, py, pz."""
    return np.stack([ak.to_numpy(events[f"Particle.{x}"]) for x in ("E", "Px", "Py", "Pz")], -1).astype(float)


def one(events: ak.Array, leaf: str) -> np.ndarray:
    """The number of each event's only object."""
    assert ak.all(ak.num(events[leaf]) == 1)
    return ak.to_numpy(events[leaf])[:, 0].astype(float)


def vector(pt: np.ndarray, eta: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """Massless."""
    return np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], -1)


def lepton(events: ak.Array, name: str) -> np.ndarray:
    return vector(*(one(events, f"{name}.{x}") for x in ("PT", "Eta", "Phi")))


def mass(p: np.ndarray) -> np.ndarray:
    return np.sqrt(np.maximum(p[..., 0] ** 2 - (p[..., 1:] ** 2).sum(-1), 0))


def test_the_file_is_the_documented_one(path: Path) -> None:
    text = (path.parent / "README.md").read_text(encoding="utf-8")
    found = re.search(r"`ttbar_emu_13TeV.root`: ([\d,]+) bytes, md5 `([0-9a-f]{32})`", text)
    assert found is not None
    assert int(found[1].replace(",", "")) == path.stat().st_size < 2_500_000
    assert hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() == found[2]


def test_every_event_has_what_it_was_chosen_for(events: ak.Array) -> None:
    assert ak.flatten(events["Event.Number"]).to_list() == list(range(EVENTS))
    assert np.all(one(events, "Electron.Charge") * one(events, "Muon.Charge") == -1)
    for name in ("Electron", "Muon"):
        assert one(events, f"{name}.PT").min() > 20
        assert np.abs(one(events, f"{name}.Eta")).max() < 2.5
    pt, eta = events["Jet.PT"], events["Jet.Eta"]
    assert ak.all(pt[:, :-1] >= pt[:, 1:])
    assert ak.min(pt) > 20
    assert ak.max(abs(eta)) < 4.7
    assert ak.all(ak.sum((pt > 25) & (abs(eta) < 2.5), axis=1) >= 2)


def test_the_reader_names_the_weights(path: Path, events: ak.Array) -> None:
    schema = DelphesReader().schema(str(path), DelphesOptions())
    assert list(schema.weights) == ["Event.Weight", *(f"{name}[0]" for name in WEIGHTS)]
    assert schema.auto_weight == "Event.Weight"
    assert {n: c.kind for n, c in schema.collections.items()} == {
        "Particle": "GenParticle", "Electron": "Electron", "Muon": "Muon", "Jet": "Jet", "MissingET": "MissingET"
    }  # fmt: skip
    assert np.all(one(events, "Event.Weight") == 1)


def test_weights_are_of_their_kind(events: ak.Array) -> None:
    weights = {name: one(events, f"{name}.Weight") for name in WEIGHTS}
    for name, values in weights.items():
        assert np.isfinite(values).all(), name
        assert 0.5 < values.mean() < 1.5, name
    # alpha_s falls with the scale, the same way in all events; other weights go to both sides.
    assert weights["muR_down"].min() > 1 > weights["muR_up"].max()
    # One loop: alpha(k Q) = alpha / (1 + b0 alpha ln k^2), b0 = (33 - 2 n) / 12 pi, of five or six flavours.
    for name, log in (("muR_down", -np.log(4)), ("muR_up", np.log(4))):
        ratios = [(1 + (33 - 2 * n) / (12 * np.pi) * a * log) ** -2 for n in (5, 6) for a in (0.09, 0.125)]
        assert min(ratios) < weights[name].mean() < max(ratios)
    # Showers conserve probability: the weights of all events have the mean 1, these only differ by the selection.
    for name in WEIGHTS[:2]:
        assert abs(weights[name].mean() - 1) < 0.05


def test_truth_is_the_decay_of_two_top_quarks(events: ak.Array, truth: np.ndarray) -> None:
    ids = ak.to_numpy(events["Particle.PID"])
    assert np.all(ids[:, :4] == [6, -6, 24, -24])
    # A top goes to strange or down once in six hundred times.
    assert np.mean((ids[:, B] == 5) & (ids[:, BBAR] == -5)) > 0.995
    assert np.all(ids[:, LPLUS] + ids[:, NU] == 1)
    assert np.all(ids[:, LMINUS] + ids[:, NUBAR] == -1)
    assert np.all(np.sort(np.abs(ids[:, [LPLUS, LMINUS]])) == [11, 13])
    assert np.all(ak.to_numpy(events["Particle.M1"]) == [-1, -1, 0, 1, 0, 1, 2, 2, 3, 3])
    assert np.all(one(events, "Electron.Charge") == np.where(ids[:, LPLUS] == -11, 1, -1))

    stored = ak.to_numpy(events["Particle.Mass"]).astype(float)
    for w, pair in ((WPLUS, (LPLUS, NU)), (WMINUS, (LMINUS, NUBAR))):
        made = mass(truth[:, pair[0]] + truth[:, pair[1]])
        assert np.mean(np.abs(made - stored[:, w]) < 0.5) > 0.95  # rounding
        for values in (made, stored[:, w]):
            counts, edges = np.histogram(values, np.arange(70, 91, 1.0))
            assert abs(edges[counts.argmax()] + 0.5 - W_MASS_GEV) <= 1
            # A Breit-Wigner has half of its area within half its width.
            assert 0.4 < np.mean(np.abs(values - W_MASS_GEV) < W_WIDTH_GEV / 2) < 0.56
    assert np.median(stored[:, T]) == pytest.approx(TOP_MASS_GEV, abs=0.3)


def test_lepton_and_bottom_of_one_top_quark_stay_below_the_edge(truth: np.ndarray) -> None:
    """m(l b)^2 < m_t^2 - m_W^2 = (153 GeV)^2 on the mass shells."""
    edge = np.sqrt(TOP_MASS_GEV**2 - W_MASS_GEV**2)
    for pair in ((LPLUS, B), (LMINUS, BBAR)):
        m = mass(truth[:, pair[0]] + truth[:, pair[1]])
        assert np.mean(m < edge) > 0.98
        assert np.mean((m > edge - 30) & (m < edge)) > 0.1
    assert np.mean(mass(truth[:, LPLUS] + truth[:, BBAR]) < edge) < 0.9


def test_leptons_are_those_of_the_w_within_the_resolution(events: ak.Array, truth: np.ndarray) -> None:
    ids = ak.to_numpy(events["Particle.PID"])
    for name, pdg, widths in (("Electron", 11, (0.015, 0.03)), ("Muon", 13, (0.01, 0.025))):
        positive = np.abs(ids[:, LPLUS]) == pdg
        true = np.where(positive[:, np.newaxis], truth[:, LPLUS], truth[:, LMINUS])
        response = one(events, f"{name}.PT") / np.hypot(true[:, 1], true[:, 2])
        low, middle, high = np.percentile(response, [16, 50, 84])
        assert middle == pytest.approx(1, abs=0.005)
        assert widths[0] < (high - low) / 2 < widths[1]


def test_masses_and_missing_momentum_are_sane(events: ak.Array, truth: np.ndarray) -> None:
    pair = mass(lepton(events, "Electron") + lepton(events, "Muon"))
    true = mass(truth[:, LPLUS] + truth[:, LMINUS])
    assert np.median(pair / true) == pytest.approx(1, abs=0.005)
    assert 80 < np.median(pair) < 140  # neither a resonance nor the threshold
    met, phi = one(events, "MissingET.MET"), one(events, "MissingET.Phi")
    neutrinos = truth[:, NU, 1:3] + truth[:, NUBAR, 1:3]
    for measured, wanted in zip((met * np.cos(phi), met * np.sin(phi)), neutrinos.T, strict=True):
        error = measured - wanted
        assert abs(error.mean()) < 4 * error.std() / np.sqrt(EVENTS)
        assert 10 < error.std() < 25
        assert np.corrcoef(measured, wanted)[0, 1] > 0.9


def test_azimuths_are_flat(events: ak.Array) -> None:
    """Rayleigh: each Fourier component of n flat angles has mean 0 and variance 1 / 2n."""
    leading = ak.to_numpy(events["Jet.Phi"][:, 0]).astype(float)
    angles = [one(events, f"{name}.Phi") for name in ("Electron", "Muon", "MissingET")]
    for phi in (*angles, leading):
        assert np.abs(phi).max() <= np.pi
        for order in (1, 2, 4, 64):
            components = np.array([np.cos(order * phi).mean(), np.sin(order * phi).mean()])
            assert np.abs(components).max() < 4 / np.sqrt(2 * len(phi))


def test_jets_are_tagged_as_documented(events: ak.Array, truth: np.ndarray) -> None:
    flavor, tag = (ak.to_numpy(ak.flatten(events[f"Jet.{x}"])) for x in ("Flavor", "BTag"))
    assert set(flavor) == set(TAGGED)
    for quark, efficiency in TAGGED.items():
        found = tag[flavor == quark]
        assert found.mean() == pytest.approx(
            efficiency, abs=4 * np.sqrt(efficiency * (1 - efficiency) / len(found))
        )
    # Jets with a bottom hadron are near a bottom quark of the decays, others are not.
    eta = np.arcsinh(truth[:, [B, BBAR], 3] / np.hypot(truth[:, [B, BBAR], 1], truth[:, [B, BBAR], 2]))
    phi = np.arctan2(truth[:, [B, BBAR], 2], truth[:, [B, BBAR], 1])
    nearest = []
    for side in (0, 1):
        turn = np.abs(events["Jet.Phi"] - phi[:, side])
        turn = ak.where(turn > np.pi, 2 * np.pi - turn, turn)
        nearest.append(np.hypot(events["Jet.Eta"] - eta[:, side], turn))
    distance = ak.to_numpy(ak.flatten(np.minimum(*nearest)))
    assert np.mean(distance[flavor == 5] < 0.4) > 0.9
    assert np.mean(distance[flavor == 0] < 0.4) < 0.1


def test_events_do_not_depend_on_the_processes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pythia8mc", reason="the samples need Pythia 8: pip install symhep[samples]")
    pytest.importorskip("fastjet", reason="the samples need fastjet: pip install symhep[samples]")
    monkeypatch.syspath_prepend(str(root / "samples"))
    import ttbar

    monkeypatch.setattr(ttbar, "BLOCK", 2)
    one_process, two, more, other = (
        ttbar.generate(count, seed, processes)
        for count, seed, processes in ((3, 7, 1), (3, 7, 2), (4, 7, 2), (3, 8, 2))
    )
    assert one_process == two
    assert one_process.measured == more.measured[:3]
    assert one_process.weights == more.weights[:3]
    assert one_process.measured[0] != other.measured[0]


@pytest.mark.slow
def test_the_card_of_whole_events_finds_rotations_about_the_beam_alone(root: Path, tmp_path: Path) -> None:
    """Beams and smearing know one direction. What needs the pz or E of the missing momentum is no candidate."""
    run = symhep.run(
        root / "samples" / "moments" / "ttbar_emu.yaml",
        tmp_path / "run",
        overrides=["output.figures=[]", "methods.symmetries.options={discrete: null, subgroups: null}"],
    )
    assert not run.failed
    record = run.results["symmetries"].record
    verdicts = {row.label: row.rejected for row in record.candidates if row.label in {"J_z", "K_z"}}
    assert verdicts == {"J_z": False, "K_z": True}
    assert {row.label for row in record.left_out} == {"J_x", "J_y", "K_x", "K_y", "P_t", "P_x", "P_y", "P_z"}
    # A rotation about the beam leaves every pt and eta where it is.
    assert all(row.changed_by == ("K_z",) for row in record.thresholds)
    assert {row.cut for row in record.thresholds} == {
        f"abs_eta < 2.5 of {name}" for name in ("electrons", "muons", "jets")
    }


@pytest.mark.slow
def test_missing_momentum_that_is_off_centre_breaks_the_rotations(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, events: ak.Array
) -> None:
    """5 GeV in x; the mean of its 10,000 components of some 55 GeV is known to 0.6 GeV."""
    monkeypatch.syspath_prepend(str(root / "samples"))
    from delphes_tree import write_tree

    def collection(name: str) -> ak.Array:
        leaves = [field.split(".")[1] for field in events.fields if field.startswith(f"{name}.")]
        return ak.zip({leaf: events[f"{name}.{leaf}"] for leaf in leaves})

    met = collection("MissingET")
    x, y = met.MET * np.cos(met.Phi) + 5, met.MET * np.sin(met.Phi)
    shifted = {name: collection(name) for name in ("Event", "Electron", "Muon", "Jet")}
    shifted["MissingET"] = ak.zip({"MET": np.hypot(x, y), "Eta": met.Eta, "Phi": np.arctan2(y, x)})
    write_tree(tmp_path / "shifted.root", shifted)
    run = symhep.run(
        root / "samples" / "moments" / "ttbar_emu.yaml",
        tmp_path / "run",
        overrides=[
            "output.figures=[]",
            "methods.symmetries.options={discrete: null, subgroups: null}",
            f"datasets.ttbar.files={tmp_path / 'shifted.root'}",
        ],
    )
    assert not run.failed
    rotation = next(c for c in run.results["symmetries"].record.candidates if c.label == "J_z")
    assert rotation.rejected
    assert rotation.p_value < 1e-6
