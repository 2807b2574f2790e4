"""The stored inclusions: right where they are known, and found again by the search that made them."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.lie.structure import structure_constants
from symhep.lie.subgroups import lattice, lorentz_subgroups, poincare_subgroups
from symhep.lie.subgroups.inclusion import compute_covers, included, possible


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


def test_poincare_inclusions_that_are_known() -> None:
    """By hand, from the generators."""
    order = lattice(poincare_subgroups())
    assert order.above["SO(3), P_xyz"] == {"SO(3), P_txyz", "Lorentz, P_txyz"}
    assert order.below["SO(3), P_t"] == {"SO(3)", "SO(2), P_t", "SO(2)", "P_t", "J_z + a P_t"}
    assert "J_z + a P_z" in order.below["SO(3), P_xyz"]  # a helix is a motion of space
    assert "J_z + a P_z" not in order.below["SO(3), P_t"]
    assert "J_z + a P_t" not in order.below["SO(3), P_xyz"]
    assert "P_+" not in order.below["SO(3), P_xyz"]  # no ray among the shifts of space
    assert "SO(1,1)" not in order.below["SO(3), P_txyz"]
    maximal = {a for a, b in order.covers if b == "Lorentz, P_txyz"}
    assert maximal == {"Lorentz", "SIM(2), P_txyz", "SO(3), P_txyz", "SO(2,1), P_txyz"}


def test_the_lorentz_lattice_lies_in_the_poincare_lattice() -> None:
    small, large = lattice(lorentz_subgroups()), lattice(poincare_subgroups())
    for name, below in small.below.items():
        assert below == {b for b in large.below[name] if b in small.below}, name


def test_poincare_inclusions_on_a_sample() -> None:
    """Pairs drawn by chance are judged again by another search: both the inclusions and the others."""
    group = poincare_subgroups()
    order = lattice(group)
    rng = np.random.default_rng(5)
    inside = [(a, b) for b in group for a in sorted(order.below[b])]
    outside = [
        (a, b) for b in group for a in group if a not in order.below[b] and possible(group[a], group[b])
    ]
    outside = [(a, b) for a, b in outside if group[a].dimension < group[b].dimension]
    drawn = [inside[i] for i in rng.permutation(len(inside))[:24]]
    drawn += [outside[i] for i in rng.permutation(len(outside))[:8]]
    constants = structure_constants(group.group.matrices).constants
    found = included([(group[a], group[b]) for a, b in drawn], constants, seed=11)
    assert found.tolist() == [True] * 24 + [False] * 8


def test_a_vanishing_parameter_is_no_inclusion() -> None:
    """Boosted, a helix of pitch near zero tends to J_z + P_+, which E(2) with a null hyperplane does contain."""
    group = poincare_subgroups()
    pairs = [(group[name], group["E(2), P_+xy"]) for name in ("J_z + a P_z, P_xy", "J_z + e P_+, P_xy")]
    assert included(pairs, structure_constants(group.group.matrices).constants).tolist() == [False, True]
