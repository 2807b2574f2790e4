"""The stored inclusions: right where they are known, and found again by the search that made them."""

from __future__ import annotations

import pytest

from symhep.lie.subgroups import lattice, lorentz_subgroups
from symhep.lie.structure import structure_constants
from symhep.lie.subgroups.inclusion import compute_covers, included


def test_lorentz_covers() -> None:
    """By hand: SIM(2) is the one maximal parabolic subgroup, SO(3) and SO(2,1) are the reductive maximal ones."""
    order = lattice(lorentz_subgroups())
    assert sorted(a for a, b in order.covers if b == "Lorentz") == ["SIM(2)", "SO(2,1)", "SO(3)"]
    assert order.below["SO(3)"] == {"SO(2)"}
    assert order.below["SO(2,1)"] == {"HOM(1)", "SO(2)", "SO(1,1)", "null rotation"}
    assert order.above["T(2)"] == {"E(2)", "HOM(2)", "spiral HOM(2)", "SIM(2)", "Lorentz"}
    assert "four-screw" not in order.below["HOM(2)"]  # real eigenvalues only


def test_lorentz_lattice_is_found_again() -> None:
    order = lattice(lorentz_subgroups())
    covers = compute_covers(lorentz_subgroups(), seed=7)
    assert {(a, b) for b, smaller in covers.items() for a in smaller} == set(order.covers)


def test_above_below_maximal() -> None:
    order = lattice(lorentz_subgroups())
    for name, below in order.below.items():
        assert all(name in order.above[smaller] for smaller in below)
        assert all(order.below[smaller] <= below for smaller in below)  # transitive
    assert order.maximal(["R2", "SO(2)", "HOM(2)"]) == ("HOM(2)", "SO(2)")
    with pytest.raises(KeyError, match="no subgroup"):
        order.maximal(["SO(5)"])


def test_a_contraction_is_no_inclusion() -> None:
    """Boosted without bound, SO(2) tends to a null rotation, which SO(3) does not contain; nor HOM(1) SO(2)."""
    group = lorentz_subgroups()
    pairs = [(group["null rotation"], group["SO(3)"]), (group["SO(2)"], group["HOM(1)"])]
    assert not included(pairs, structure_constants(group.group.matrices).constants).any()
