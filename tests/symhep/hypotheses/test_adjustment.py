"""Families of hypotheses: Holm's p, implications, kinds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from symhep.hypotheses.adjustment import adjusted
from symhep.lie.subgroups import lattice, lorentz_subgroups


def test_holm_by_hand() -> None:
    """0.01, 0.04 and 0.03 of three hypotheses: 3 x 0.01, then 2 x 0.03, which 0.04 may not undercut."""
    family = adjusted({"a": math.log(0.01), "b": math.log(0.04), "c": math.log(0.03)}, 0.05)
    assert [row.p_value_adjusted for row in family.values()] == pytest.approx([0.03, 0.06, 0.06])
    assert [row.p_value for row in family.values()] == pytest.approx([0.01, 0.04, 0.03])
    assert [row.rejected for row in family.values()] == [True, False, False]


def test_what_implies_a_rejected_hypothesis_is_rejected() -> None:
    logs = {"small": math.log(1e-6), "middle": math.log(0.9), "large": math.log(0.8)}
    family = adjusted(logs, 0.05, implies={"large": ["middle"], "middle": ["small", "elsewhere"]})
    assert all(row.rejected for row in family.values())
    assert family["large"].p_value_adjusted == family["small"].p_value_adjusted == pytest.approx(3e-6)


def test_true_hypotheses_are_rejected_as_rarely_as_the_level_says() -> None:
    """All 14 classes of the Lorentz group hold, uniform p: any rejection in 5 % at most (99.9 % band of 1000)."""
    order, rng = lattice(lorentz_subgroups()), np.random.default_rng(3)
    logs = np.log(rng.uniform(size=(1000, len(order.catalogue))))
    families = (dict(zip(order.catalogue, own, strict=True)) for own in logs.tolist())
    found = [adjusted(family, 0.05, implies=order.below) for family in families]
    wrong = sum(any(row.rejected for row in rows.values()) for rows in found)
    assert 0 < wrong <= binom.ppf(0.999, 1000, 0.05)


def test_logarithms_and_kinds_are_kept() -> None:
    family = adjusted({"a": -2000.0, "b": -1.0}, 0.05, kinds={"b": "exact"})
    assert family["a"].p_value == 0.0
    assert family["a"].log10_p == pytest.approx(-2000 / math.log(10))
    assert (family["a"].p_kind, family["b"].p_kind) == ("asymptotic", "exact")


def test_no_hypothesis_no_family() -> None:
    assert adjusted({}, 0.05) == {}
