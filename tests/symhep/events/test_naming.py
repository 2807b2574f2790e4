"""Names of particles come from their PDG numbers."""

from __future__ import annotations

import pytest

from symhep.events.naming import (
    expression_unit,
    feature_columns,
    particle_label,
    particle_name,
    particle_names,
)


def test_unknown_numbers() -> None:
    assert particle_name(9999999, "x") == "pdgId 9999999"
    assert particle_label(None, "jets[0]") == r"\mathrm{jets[0]}"


def test_columns_carry_unit_and_label() -> None:
    column = feature_columns([["pt"]], particle_names([(11, "e[0]")]))[0]
    assert (column.name, column.unit, column.label) == ("pt(e-)", "GeV", r"$p_\mathrm{T}(e^{-})$")


def test_two_of_a_kind_keep_their_positions() -> None:
    jets = particle_names([(21, "jets[0]"), (21, "jets[1]"), (1, "jets[2]"), (13, "mu")])
    names = [c.name for c in feature_columns([["px"]] * 4, jets)]
    assert names == ["px(jets[0])", "px(jets[1])", "px(jets[2])", "px(mu-)"]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("mu[0].pt - mu[1].pt", "GeV"),
        ("mu[0].pt - mu[1].eta", ""),
        ("mu[0].pt * mu[1].pt", ""),
        ("-mass(a, b)", "GeV"),
        ("max(jets.pt)", "GeV"),
        ("deltaR(a, b)", ""),
        ("abs(mu[0].phi)", "rad"),
        ("x1", ""),
    ],
)
def test_units_of_expressions(text: str, unit: str) -> None:
    assert expression_unit(text) == unit
