"""Names of columns become collections: any naming of vectors gives back the vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import awkward as ak
import numpy as np
import pytest
import vector
from hypothesis import given, settings
from hypothesis import strategies as st

#: Ways to name the coordinates x, y of the object number n of a family: 'lep1_pt', 'pt_1', 'ptl1', ...
NAMINGS = {
    "{family}{n}_{leaf}": "family",
    "{family}_{n}_{leaf}": "family",
    "{family}_{leaf}_{n}": "family",
    "{family}_{leaf}{n}": "family",
    "{family}{n}.{leaf}": "family",
    "{leaf}_{family}{n}": "family",
    "{leaf}{n}": "particles",
    "{leaf}_{n}": "particles",
    "{leaf}j{n}": "jets",
}
SETS = (
    ("px", "py", "pz", "E"),
    ("px", "py", "pz", "m"),
    ("pt", "eta", "phi", "mass"),
    ("Pt", "Eta", "Phi", "E"),
)


@given(
    naming=st.sampled_from(sorted(NAMINGS)),
    leaves=st.sampled_from(SETS),
    family=st.sampled_from(["mu", "lep", "jet", "Electron", "h", "constit", "GenTop", "tau"]),
    count=st.integers(2, 5),
    first=st.sampled_from([0, 1]),
    seed=st.integers(0, 2**32 - 1),
    upper=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_any_naming_of_vectors_gives_back_the_vectors(
    read_columns: Callable[..., Any],
    naming: str,
    leaves: tuple[str, ...],
    family: str,
    count: int,
    first: int,
    seed: int,
    upper: bool,
) -> None:
    rng = np.random.default_rng(seed)
    given = {leaf: rng.uniform(0.5, 3.0, (4, count)) for leaf in leaves}
    if "E" in given:
        given["E"] += 100.0
    columns = {
        naming.format(family=family, leaf=leaf.upper() if upper else leaf, n=first + k): values[:, k]
        for leaf, values in given.items()
        for k in range(count)
    }
    found = read_columns(columns | {"ht": np.ones(4), "weight": np.full(4, 2.0)})
    name = {"family": family}.get(NAMINGS[naming], NAMINGS[naming])
    assert found.events.fields == [name, "ht", "weight"]
    coordinates = {"m": "mass", "e": "E"}
    expected = vector.array({coordinates.get(n.lower(), n.lower()): v for n, v in given.items()})
    for component in ("px", "py", "pz", "E"):
        values = ak.to_numpy(getattr(found.events[name], component))
        np.testing.assert_allclose(values, getattr(expected, component), rtol=1e-9)
    assert found.batch.weights.tolist() == [2.0] * 4


def test_the_tutorial_tree_of_two_muons(read_columns: Callable[..., Any]) -> None:
    leaves = ("E", "px", "py", "pz", "pt", "eta", "phi", "Q")
    columns = {f"{leaf}{n}": [10.0 * n + k, 5.0 + k] for n in (1, 2) for k, leaf in enumerate(leaves)}
    found = read_columns({"Run": [1, 1], "Event": [1, 2], **columns, "M": [91.0, 90.0]})
    assert list(found.schema.collections["particles"].fields) == ["px", "py", "pz", "E", "charge"]
    assert found.events.particles.charge.tolist() == [[17.0, 27.0], [12.0, 12.0]]
    assert found.events.particles.px[0].tolist() == [11.0, 21.0]
    assert {n: f.role for n, f in found.schema.event_fields.items()} == {
        "Run": "id",
        "Event": "id",
        "M": "number",
    }
    assert (
        "px1 to px2 and similar columns were taken as 2 objects of collection 'particles'."
        in found.schema.notes
    )


def test_objects_of_other_coordinates_and_lone_numbers_stay_apart(read_columns: Callable[..., Any]) -> None:
    one = [1.0, 2.0]
    columns = {
        **{f"mu1_{leaf}": one for leaf in ("px", "py", "pz", "E")},
        **{f"ak4_{leaf}": one for leaf in ("pt", "eta", "phi", "m")},
        **{f"ak8_{leaf}": one for leaf in ("pt", "eta", "phi", "m")},
        **{f"lep{n}_{leaf}": one for n in (1, 2) for leaf in ("pt", "eta", "phi")},
        "lep1_E": one,
        "lep1_charge": one,
    }
    found = read_columns(columns)
    assert set(found.schema.collections) == {"lep1", "lep2", "mu1", "ak4", "ak8"}


def test_lists_are_never_numbered_objects(read_columns: Callable[..., Any]) -> None:
    lists = [[30.0, 20.0], [10.0]]
    columns = {f"jet{n}_{leaf}": lists for n in (1, 2) for leaf in ("pt", "eta", "phi", "m")}
    assert set(read_columns(columns).schema.collections) == {"jet1", "jet2"}


@pytest.mark.parametrize(
    ("names", "collection", "fields"),
    [
        (("jetPt", "jetEta", "jetPhi", "jetMass", "jetBtag"), "jet", ["pt", "eta", "phi", "mass", "Btag"]),
        (("pt_mu", "eta_mu", "phi_mu", "charge_mu"), "mu", ["pt", "eta", "phi", "mass", "charge"]),
        (("H_PX", "H_PY", "H_PZ", "H_PE", "H_ProbK"), "H", ["px", "py", "pz", "E", "ProbK"]),
        (("part_px", "part_py", "part_pz", "part_energy", "part_charge"), "part", ["px", "py", "pz", "E", "charge"]),
        (("Muons.fP.fX", "Muons.fP.fY", "Muons.fP.fZ", "Muons.fE"), "Muons", ["px", "py", "pz", "E"]),
        (("jetp4.fP.fX", "jetp4.fP.fY", "jetp4.fP.fZ", "jetp4.fE", "jetbtag"), "jet", ["px", "py", "pz", "E", "btag"]),
        (
            tuple(f"Jets/Jets.fCoordinates.f{c}" for c in ("Pt", "Eta", "Phi", "M")),
            "Jets",
            ["pt", "eta", "phi", "mass"],
        ),
        (tuple(f"Jets.fCoordinates.f{c}" for c in ("X", "Y", "Z", "T")), "Jets", ["px", "py", "pz", "E"]),
        (("p.rho", "p.eta", "p.phi", "p.tau"), "p", ["pt", "eta", "phi", "mass"]),
        (("p.x", "p.y", "p.z", "p.t"), "p", ["px", "py", "pz", "E"]),
        ((".pt", ".eta", ".phi", ".mass", ".charge"), "particles", ["pt", "eta", "phi", "mass", "charge"]),
        (("MC.momentum.x", "MC.momentum.y", "MC.momentum.z", "MC.mass"), "MC", ["px", "py", "pz", "mass"]),
        (("tau_pt", "tau_eta", "tau_phi", "tau_m", "tau_tau1"), "tau", ["pt", "eta", "phi", "mass", "tau1"]),
        (("trk_p", "trk_theta", "trk_phi", "trk_E"), "trk", ["px", "py", "pz", "E"]),
    ],
)  # fmt: skip
def test_spellings(
    read_columns: Callable[..., Any], names: tuple[str, ...], collection: str, fields: list[str]
) -> None:
    found = read_columns({name: [[0.5, 0.25], [0.125]] for name in names})
    assert {name: list(c.fields) for name, c in found.schema.collections.items()} == {collection: fields}


@pytest.mark.parametrize("prefix", ["PV", "jet_vtx", "hits", "decayVertex"])
def test_places_in_space_and_time_are_no_momenta(read_columns: Callable[..., Any], prefix: str) -> None:
    found = read_columns({f"{prefix}_{leaf}": [[1.0], [2.0]] for leaf in "xyzt"} | {"ht": [1.0, 2.0]})
    assert not found.schema.collections


def test_positions_without_time_are_no_momenta_but_with_it_are_told(read_columns: Callable[..., Any]) -> None:
    assert not read_columns(
        {f"a_{leaf}": [[1.0], [2.0]] for leaf in "xyz"} | {"n": [1, 1]}
    ).schema.collections
    notes = read_columns({f"a_{leaf}": [[1.0], [2.0]] for leaf in "xyzt"}).schema.notes
    assert "x, y, z, t of 'a' were taken as px, py, pz, E (to change: options: columns)." in notes


def test_bare_columns_are_a_vector_if_it_is_whole(read_columns: Callable[..., Any]) -> None:
    whole = read_columns({name: [1.0, 2.0] for name in ("px", "py", "pz", "E")})
    assert list(whole.schema.collections) == ["particles"]
    parts = read_columns({name: [1.0, 2.0] for name in ("px", "py", "pz", "random")})
    assert not parts.schema.collections
    assert list(parts.schema.event_fields) == ["px", "py", "pz", "random"]


def test_counters_are_no_collections(read_columns: Callable[..., Any]) -> None:
    taus = {leaf: ak.Array([[1.0], [], [2.0, 3.0]]) for leaf in ("pt", "eta", "phi", "m")}
    columns = {f"tau_{leaf}": values for leaf, values in taus.items()}
    counters = {f"ntau_{leaf}": ak.values_astype(ak.num(values), "int32") for leaf, values in taus.items()}
    found = read_columns({**counters, **columns, "nTau": [1, 0, 2], "N_trk": [1.0, 2.0, 3.0]})
    assert found.schema.collections.keys() == {"tau"}
    assert ak.num(found.events.tau).tolist() == [1, 0, 2]
    assert {n: f.role for n, f in found.schema.event_fields.items()} == {
        "nTau": "counter",
        "N_trk": "counter",
    }


def test_missing_momentum_is_transverse(read_columns: Callable[..., Any]) -> None:
    numbers = [10.0, 20.0]
    found = read_columns({"met_et": numbers, "met_phi": [0.0, 1.0], "MET": numbers, "MET_phi": [0.0, 1.0]})
    assert {n: c.kind for n, c in found.schema.collections.items()}["met"] == "MissingET"
    assert found.events.met.pt.tolist() == [[10.0], [20.0]]
    assert found.events.met.pz.tolist() == [[0.0], [0.0]]


def test_the_open_data_of_atlas(read_columns: Callable[..., Any]) -> None:
    lists, numbers = [[61_000.0, 30_000.0], [45_000.0]], [1.0, 2.0]
    file: dict[str, Any] = {"runNumber": [1, 1], "eventNumber": [1, 2], "mcWeight": [0.5, -0.5]}
    file |= {
        "scaleFactor_ELE": numbers,
        "trigE": [True, False],
        "met_et": [30_000.0, 20_000.0],
        "met_phi": numbers,
    }
    file |= {
        "lep_n": np.array([2, 1], "uint32"),
        **{f"lep_{leaf}": lists for leaf in ("pt", "eta", "phi", "E")},
    }
    file |= {
        "lep_charge": lists,
        "lep_pt_syst": lists,
        "met_et_syst": numbers,
        "SumWeights": numbers,
        "ditau_m": numbers,
    }
    found = read_columns(file, units="MeV")
    assert {name: list(c.fields) for name, c in found.schema.collections.items()} == {
        "lep": ["pt", "eta", "phi", "E", "charge", "pt_syst"],
        "met": ["pt", "eta", "phi", "mass", "et_syst"],
    }
    assert found.events.lep.pt[0].tolist() == pytest.approx([61.0, 30.0])
    assert found.events.met.pt[:, 0].tolist() == pytest.approx([30.0, 20.0])
    assert found.batch.weights.tolist() == [0.5, -0.5]
    features = [name for name, f in found.schema.event_fields.items() if f.role == "number"]
    assert features == ["ditau_m"]
    assert "lep" in read_columns(file).notes[0]  # no unit is given: MeV?


def test_jetclass(read_columns: Callable[..., Any]) -> None:
    lists, numbers = [[1.0, 2.0], [3.0]], [500.0, 600.0]
    file: dict[str, Any] = {
        f"part_{leaf}": lists for leaf in ("px", "py", "pz", "energy", "deta", "charge", "isMuon")
    }
    file |= {f"jet_{leaf}": numbers for leaf in ("pt", "eta", "phi", "energy", "nparticles", "tau1")}
    file |= {"label_QCD": [True, False], "label_Tbqq": [False, True]}
    file |= {f"aux_genpart_{leaf}": numbers for leaf in ("eta", "phi", "pid", "pt")}
    found = read_columns(file)
    assert {name: list(c.fields) for name, c in found.schema.collections.items()} == {
        "part": ["px", "py", "pz", "E", "deta", "charge", "isMuon"],
        "jet": ["pt", "eta", "phi", "E", "nparticles", "tau1"],
        "aux_genpart": ["pt", "eta", "phi", "mass", "pdgId"],
    }
    assert {f.role for f in found.schema.event_fields.values()} == {"flag"}


def test_bare_lists_of_a_generator(read_columns: Callable[..., Any]) -> None:
    lists = {name: [[1.0, 2.0], [3.0]] for name in ("px", "py", "pz", "e", "id", "status", "vertex")}
    found = read_columns({**lists, "w": [1.0, 2.0]})
    assert list(found.schema.collections["particles"].fields) == ["px", "py", "pz", "E", "pdgId", "status"]


def test_momentum_fractions_are_no_fields_of_particles(read_columns: Callable[..., Any]) -> None:
    momenta = {f"{leaf}{n}": [5.0, 6.0] for leaf in ("px", "py", "pz", "E") for n in (1, 2)}
    found = read_columns({**momenta, "x1": [0.1, 0.2], "x2": [0.3, 0.4]})
    assert found.events.fields == ["particles", "x1", "x2"]


def test_missing_momentum_as_a_vector_of_the_plane(read_columns: Callable[..., Any]) -> None:
    numbers = [3.0, 4.0]
    found = read_columns({f"{name}.{leaf}": numbers for name in ("MET", "vertex") for leaf in ("fX", "fY")})
    assert {name: c.kind for name, c in found.schema.collections.items()} == {"MET": "MissingET"}
    assert found.events.MET.pt.tolist() == [[pytest.approx(18**0.5)], [pytest.approx(32**0.5)]]


def test_the_eta_of_missing_momentum_is_that_of_something_else(read_columns: Callable[..., Any]) -> None:
    file = {f"MissingET/MissingET.{leaf}": [[20.0], [30.0]] for leaf in ("MET", "Eta", "Phi")}
    found = read_columns(file)
    assert found.events.MissingET.pt.tolist() == [[20.0], [30.0]]
    assert found.events.MissingET.pz.tolist() == [[0.0], [0.0]]
    told = "The angle along the beam of MissingET is not used for missing transverse momentum."
    assert told in found.schema.notes


def test_uncertainties_and_areas_are_no_vectors(read_columns: Callable[..., Any]) -> None:
    lists = [[1.0, 2.0], [3.0]]
    file = {
        f"{name}.{leaf}": lists
        for name in ("Jet", "Jet.Error", "Jet.Area")
        for leaf in ("PT", "Eta", "Phi", "Mass")
    }
    found = read_columns({**file, "Jet.fUniqueID": lists})
    assert list(found.schema.collections) == ["Jet"]
    assert list(found.schema.collections["Jet"].fields)[:4] == ["pt", "eta", "phi", "mass"]
    assert "fUniqueID" not in found.schema.collections["Jet"].fields
