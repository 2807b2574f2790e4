"""Weights: numbers, elements of lists, and what else is no feature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from symhep.errors import InputError
from symhep.readers.columns import role_of
from symhep.readers.interface import ReadRequest

WEIGHTS = [[1.0, 10.0, 100.0], [2.0, 20.0, 200.0]]
JET = {f"jet_{leaf}": [1.0, 2.0] for leaf in ("pt", "eta", "phi", "m")}


@pytest.mark.parametrize(
    "name", ["mcEventWeights", "EventInfoAuxDyn.mcEventWeights", "weights", "EventHeader.weight"]
)
def test_the_first_of_a_list_is_nominal(read_columns: Callable[..., Any], name: str) -> None:
    found = read_columns({**JET, name: WEIGHTS})
    assert found.schema.weights == (f"{name}[0]", f"{name}[1]", f"{name}[2]")
    assert found.batch.weights.tolist() == [1.0, 2.0]
    assert f"The event weight is {name}[0], the first element of the list." in found.schema.notes


@pytest.mark.parametrize("asked", ["mcEventWeights[2]", "EventInfoAuxDyn.mcEventWeights[2]"])
def test_any_element_by_its_index(read_columns: Callable[..., Any], asked: str) -> None:
    columns = {**JET, "EventInfoAuxDyn.mcEventWeights": WEIGHTS}
    assert read_columns(columns, ReadRequest(weight=asked)).batch.weights.tolist() == [100.0, 200.0]


def test_by_option_from_any_list(read_columns: Callable[..., Any]) -> None:
    found = read_columns({**JET, "scores": WEIGHTS}, weight="scores[1]")
    assert found.batch.weights.tolist() == [10.0, 20.0]
    assert found.schema.weights == ("scores[1]",)


def test_factors_of_nanoaod_multiply_the_nominal_weight(read_columns: Callable[..., Any]) -> None:
    columns = {**JET, "genWeight": [3.0, -1.0], "LHEPdfWeight": WEIGHTS}
    request = ReadRequest(weight="LHEPdfWeight[1]", variations=True)
    found = read_columns(columns, request)
    assert found.batch.weights.tolist() == [30.0, -20.0]
    assert found.batch.variations["LHEPdfWeight[2]"].tolist() == [300.0, -200.0]
    assert read_columns(columns).batch.weights.tolist() == [3.0, -1.0]


def test_a_list_that_is_too_short_names_the_event(read_columns: Callable[..., Any]) -> None:
    columns = {**JET, "mcEventWeights": [[1.0, 2.0], [1.0]]}
    with pytest.raises(InputError, match=r"event 1.*'mcEventWeights\[1\]' is missing"):
        read_columns(columns, ReadRequest(weight="mcEventWeights[1]"))


def test_unknown_weights(read_columns: Callable[..., Any]) -> None:
    columns = {**JET, "mcEventWeights": WEIGHTS}
    with pytest.raises(
        InputError, match=r"unknown weight 'mcEventWeight\[0\]'.*did you mean 'mcEventWeights\[0\]'"
    ):
        read_columns(columns, ReadRequest(weight="mcEventWeight[0]"))
    with pytest.raises(
        InputError, match=r"does not have one number per event.*'mcEventWeights\[0\]' is the first"
    ):
        read_columns(columns, weight="mcEventWeights")


def test_padding_before_a_bad_event_is_counted_once(read_columns: Callable[..., Any]) -> None:
    """Delivered are the events before the one without a weight."""
    columns = {name: [30.0, -1.0, 20.0] for name in JET} | {"w": [[1.0], [1.0], []]}
    seen = read_columns(columns, ReadRequest(weight="w[0]"), bad_files="skip", weight="w[0]")
    assert seen.batch.weights.tolist() == [1.0, 1.0]
    assert seen.losses == [(1, 2)]
    told = [note for note in seen.notes if "Padding" in note]
    assert told == ["Padding entries of 'jet' are ignored: 1."]


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("weight", ["mcWeight", "genWeight", "scaleFactor_ELE", "SumWeights", "XSection", "xsec_pb", "w", "mc_sf"]),
        ("id", ["runNumber", "run", "event", "EventNumber", "luminosityBlock", "channelNumber", "mother_idx", "pdgId",
                "status", "index", "bunchCrossing", "timestamp"]),
        ("flag", ["HLT_mu24", "Flag_goodVertices", "isTight", "trigE", "is_signal_new", "label_QCD", "passesCut",
                  "label"]),
        ("counter", ["nJet", "NJet", "lep_n", "n_jets", "Jet_size", "nTracks", "jet_nparticles"]),
        ("number", ["ht", "M", "met_et", "m_jj", "W_pt", "eta_i", "thrust", "x1", "noise", "mll", "DNN",
                    "y"]),
    ],
)  # fmt: skip
def test_roles(role: str, names: list[str]) -> None:
    assert {name: role_of(name) for name in names} == dict.fromkeys(names, role)
