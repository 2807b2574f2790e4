"""Named asymmetries, and limits on all of them at once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import t as student

from symhep.hypotheses.discrete.asymmetries import NamedAsymmetry, named_asymmetries
from symhep.hypotheses.discrete.weighting import Weighting
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element

FRAME = Frame(("x1", "x2"), ("1",))


def found(x: np.ndarray, *names: str, weights: np.ndarray | None = None) -> list[NamedAsymmetry | None]:
    w = np.ones(len(x)) if weights is None else weights
    events = torch.from_numpy(x[:, None])
    return named_asymmetries(
        [read_element(n, FRAME) for n in names], events, Weighting.of(w), lambda e: e[:, 0], FRAME.components,
        np.random.default_rng(1),
    )  # fmt: skip


def one(x: np.ndarray, name: str, weights: np.ndarray | None = None) -> NamedAsymmetry:
    (result,) = found(x, name, weights=weights)
    assert result is not None
    return result


def test_counts_of_a_mirror_and_wilson_s_interval() -> None:
    """60 events on one side, 40 on the other: A = 0.2; one function, so the interval is Wilson's with Student's t."""
    x = np.c_[np.r_[np.ones(60), -np.ones(40)], np.zeros(100)]
    row = one(x, "reflection(x1)")
    z = student.ppf(0.975, 99)
    centre, half = (
        (0.6 + z**2 / 200) / (1 + z**2 / 100),
        z / (1 + z**2 / 100) * np.sqrt(0.0024 + z**2 / 40000),
    )
    assert (row.size.value, row.function) == (pytest.approx(0.2), "x1")
    assert row.size.low == pytest.approx(2 * (centre - half) - 1)
    assert row.upper == pytest.approx(2 * (centre + half) - 1)
    # symmetric samples: |A| + z sqrt((1 - A^2) / n), about (1.96 + 0.67) / 10
    assert row.expected == pytest.approx(0.26, abs=0.03)


def test_a_symmetry_that_is_broken_completely() -> None:
    row = one(np.c_[np.ones(50), np.zeros(50)], "reflection(x1)")
    assert row.size.value == 1.0
    assert row.upper == 1.0
    assert row.size.low is not None
    assert row.size.low > 0.8


def test_of_three_images_chance_is_zero() -> None:
    """Turns by 120 degrees: all events at the place where x1 is largest, and all at random places."""
    phi = np.full(300, 0.1)
    assert one(np.c_[np.cos(phi), np.sin(phi)], "Z_3").size.value == pytest.approx(1.0)
    phi = np.random.default_rng(2).uniform(0, 2 * np.pi, size=3000)
    row = one(np.c_[np.cos(phi), np.sin(phi)], "Z_3")
    assert row.size.low is not None
    assert row.size.high is not None
    assert row.size.low < 0 < row.size.high


def test_nothing_changes_and_functions_that_agree_count_once() -> None:
    x = np.random.default_rng(3).normal(size=(200, 1))
    none, all_of_them = found(np.c_[np.zeros(200), x], "reflection(x1)", "P")
    assert none is None
    assert all_of_them == one(np.c_[np.zeros(200), x], "P")
    twice = one(np.c_[x, x], "P")
    assert (twice.upper, twice.function) == (one(np.c_[np.zeros(200), x], "P").upper, "x1")


def test_more_elements_widen_the_region() -> None:
    x = np.random.default_rng(4).normal(size=(500, 2))
    alone, beside = one(x, "reflection(x1)"), found(x, "reflection(x1)", "reflection(x2)", "Z_4")[0]
    assert beside is not None
    assert beside.upper > alone.upper
    assert beside.size.value == alone.size.value


def test_weights_count_by_their_effective_number() -> None:
    w = np.random.default_rng(5).lognormal(sigma=1.0, size=400)
    x = np.random.default_rng(6).normal(size=(400, 1))
    row = one(np.c_[x, np.zeros(400)], "reflection(x1)", w)
    assert row.size.value == pytest.approx(float(w @ np.sign(x[:, 0]) / w.sum()))
    assert row.effective <= w.sum() ** 2 / (w**2).sum() + 1e-9


def test_coverage_of_all_limits_at_once() -> None:
    """Symmetric toys: 95 % or more have all intervals around 0."""
    rng, inside, toys = np.random.default_rng(7), 0, 200
    for _ in range(toys):
        rows = found(rng.normal(size=(120, 2)), "reflection(x1)", "reflection(x2)", "P", "Z_3")
        ends = [(row.size.low or 0.0, row.size.high or 0.0) for row in rows if row is not None]
        inside += all(low <= 0 <= high for low, high in ends)
    assert inside / toys >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / toys)
