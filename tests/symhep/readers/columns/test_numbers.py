"""What the numbers are: rapidity, units, entries that stand for no particle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import awkward as ak
import numpy as np
import pytest
import vector
from hypothesis import given, settings
from hypothesis import strategies as st

from symhep.readers.interface import ReadRequest

ACROSS = (("px", "py"), ("pt", "phi"), ("p", "phi"))
ALONG = ("pz", "eta", "theta", "rapidity")
IN_TIME = ("E", "mass")


@given(
    across=st.sampled_from(ACROSS),
    along=st.sampled_from(ALONG),
    in_time=st.sampled_from(IN_TIME),
    spelling=st.sampled_from(["rapidity", "y", "rap"]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=30, deadline=None)
def test_any_coordinates_give_the_same_vectors(
    read_columns: Callable[..., Any],
    across: tuple[str, str],
    along: str,
    in_time: str,
    spelling: str,
    seed: int,
) -> None:
    if across[0] == "p" and along == "rapidity":
        return  # no file is known that stores the magnitude with the rapidity
    rng = np.random.default_rng(seed)
    pt, mass = rng.uniform(5, 90, 6), rng.uniform(1, 9, 6)
    p4 = vector.array({"pt": pt, "eta": rng.normal(0, 2, 6), "phi": rng.uniform(-3, 3, 6), "mass": mass})
    columns = {
        f"jet_{spelling if name == 'rapidity' else name}": ak.unflatten(
            np.asarray(getattr(p4, name)), [2, 0, 3, 1]
        )
        for name in (*across, along, in_time)
    }
    jets = ak.flatten(read_columns(columns).events.jet)
    for component in ("px", "py", "pz", "E"):
        expected = getattr(p4, component)
        np.testing.assert_allclose(ak.to_numpy(getattr(jets, component)), expected, rtol=1e-8, atol=1e-8)


def test_rapidity_is_no_pseudorapidity(read_columns: Callable[..., Any]) -> None:
    columns = {"jet_pt": [30.0], "jet_y": [1.0], "jet_phi": [0.0], "jet_m": [40.0]}
    jet = read_columns(columns).events.jet[0, 0]
    assert jet.pz == pytest.approx(50.0 * np.sinh(1.0))  # mT = 50
    assert jet.rapidity == pytest.approx(1.0)


@pytest.mark.parametrize("filler", [-1.0, -99.0, -999.0, -9999.0, float("nan")])
@pytest.mark.parametrize("leaves", [("pt", "eta", "phi", "m"), ("px", "py", "pz", "E"), ("pt", "eta", "phi")])
def test_padding_is_no_particle(
    read_columns: Callable[..., Any], filler: float, leaves: tuple[str, ...]
) -> None:
    columns = {f"mu_{leaf}": [1.5, filler, 2.5, filler] for leaf in leaves}
    columns["mu_charge"] = [1, 0, -1, 0]
    found = read_columns(columns, ReadRequest(chunk_events=3))
    assert ak.num(found.events.mu).tolist() == [1, 0, 1, 0]
    assert found.events.mu.charge.tolist() == [[1], [], [-1], []]
    assert float(ak.max(found.events.mu.E)) < 20
    assert found.notes == ["Padding entries of 'mu' are ignored: 2."]
    assert found.notes[0] in found.summary.notes


def test_zeros_are_padding_where_the_number_of_entries_is_fixed(read_columns: Callable[..., Any]) -> None:
    constituents = {
        f"{leaf}_{n}": [3.0 - n, 0.0 if n else 5.0] for leaf in ("E", "PX", "PY", "PZ") for n in range(3)
    }
    found = read_columns({**constituents, "is_signal_new": [1, 0]})
    assert found.events.particles.px.tolist() == [[3.0, 2.0, 1.0], [5.0]]
    assert found.schema.event_fields["is_signal_new"].role == "flag"
    assert found.notes == ["Padding entries of 'particles' are ignored: 2."]
    arrays = {f"jet_{leaf}": np.array([[20.0, 0.0], [30.0, 10.0]]) for leaf in ("pt", "eta", "phi", "m")}
    assert ak.num(read_columns(arrays).events.jet).tolist() == [1, 2]


def test_what_may_vanish_stays(read_columns: Callable[..., Any]) -> None:
    """Missing momentum, a particle at rest, an incoming parton along the beam in a list of any length."""
    met = read_columns({"met_px": [0.0, 1.0], "met_py": [0.0, 1.0]})
    assert ak.num(met.events.met).tolist() == [1, 1]
    rest = read_columns({"top_px": [0.0], "top_py": [0.0], "top_pz": [0.0], "top_E": [173.0]})
    assert rest.events.top.E.tolist() == [[173.0]]
    partons = {
        "gen_pt": [[0.0, 20.0]],
        "gen_eta": [[20_000.0, 1.0]],
        "gen_phi": [[0.0, 1.0]],
        "gen_m": [[0.0, 0.0]],
    }
    found = read_columns(partons)
    assert ak.num(found.events.gen).tolist() == [2]
    assert not found.notes


def jets(pt: float, prefix: str = "jet_") -> dict[str, Any]:
    return {f"{prefix}pt": [[pt, pt], [pt]], f"{prefix}eta": [[1.0, 2.0], [0.5]],
            f"{prefix}phi": [[1.0, 2.0], [0.5]], f"{prefix}m": [[pt / 10, pt / 10], [pt / 10]]}  # fmt: skip


def test_momenta_that_look_like_mev_are_told(read_columns: Callable[..., Any]) -> None:
    found = read_columns(jets(61_000.0))
    (note,) = found.notes
    said = (
        "The median pt is 61,000 (jet) in the file, probably MeV. Set options: {units: MeV}, or {units: GeV}."
    )
    assert note == said
    assert note in found.summary.notes
    assert found.events.jet.pt[0, 0] == 61_000.0
    in_mev = read_columns(jets(61_000.0), units="MeV")
    assert in_mev.events.jet.mass.tolist() == [pytest.approx([6.1, 6.1]), pytest.approx([6.1])]
    assert in_mev.notes == []
    assert read_columns(jets(61_000.0), units="GeV").notes == []
    assert read_columns(jets(1_500.0)).notes == []  # the hardest dijets of the LHC


def test_forward_tracks_in_mev_show_by_their_momenta(read_columns: Callable[..., Any]) -> None:
    file = {
        "K_PX": [900.0, 1100.0],
        "K_PY": [100.0, 0.0],
        "K_PZ": [20_000.0, 30_000.0],
        "K_M": [493.7, 493.7],
    }
    (note,) = read_columns(file).notes
    assert note.startswith("The median p is 25,020 (K) in the file, probably MeV")


def test_names_of_xaod_mean_mev(read_columns: Callable[..., Any]) -> None:
    found = read_columns(
        jets(61_000.0, "AnalysisJetsAuxDyn.") | {f"MET_Core.{c}": [1.0, 2.0] for c in ("mpx", "mpy")}
    )
    assert found.events.AnalysisJets.pt[0, 0] == pytest.approx(61.0)
    assert found.events.MET_Core.px.tolist() == [[1.0], [2.0]]  # its name says nothing
    assert found.notes == []
    as_gev = read_columns(jets(61_000.0, "AnalysisJetsAuxDyn."), units="GeV")
    assert as_gev.events.AnalysisJets.pt[0, 0] == 61_000.0


def test_the_unit_does_not_touch_angles_or_other_fields(read_columns: Callable[..., Any]) -> None:
    columns = {
        "jet_p": [5000.0],
        "jet_theta": [np.pi / 2],
        "jet_phi": [0.0],
        "jet_E": [13_000.0],
        "jet_d0": [7.0],
    }
    jet = read_columns(columns, units="MeV").events.jet[0, 0]
    assert (jet.px, jet.E, jet.d0) == (pytest.approx(5.0), 13.0, 7.0)
