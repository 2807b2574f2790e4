"""Excess divergences of elements whose symmetry is known, gathered by what became of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep_symmetrygan.fit.divergences import Divergences
from symhep_symmetrygan.fit.elements import Elements
from symhep_symmetrygan.sample import Events, Rows

NAMES = ("px1", "py1")
Gathered = Callable[[Events, dict[str, np.ndarray]], Elements]


def stretched(angle: float, by: float = 1.0) -> np.ndarray:
    g = np.eye(3)
    g[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return by * g @ np.diag([1.0, 1.0, 1 / by])


@pytest.fixture(scope="module")
def divergences(elements_of: Callable[..., Elements]) -> Divergences:
    """Two turns, which are kept; a turn that doubles pt, which failed; one that training lost."""
    rng = np.random.default_rng(3)
    data = Dataset.from_array(3 * rng.normal(size=(4000, 2)), columns=NAMES, scaling="isotropic")
    events = Rows.of(data).split(rng)
    found = np.stack([stretched(0.5), stretched(2.0), stretched(1.0, 2.0), np.full((3, 3), np.nan)])
    o = elements_of(
        "so(2)", NAMES, final=np.zeros((4, 1)), found=found, refined=found, random=np.stack([stretched(1.0, 1.2)]),
        log_p=np.array([-0.1, -0.2, -300.0, np.nan]), diverged=np.array([False, False, False, True]),
    )  # fmt: skip
    made = Divergences.of(Elements(o.space, events, o.options, o.arrays), np.random.SeedSequence(1))
    assert made is not None
    return made


def test_groups_have_their_own_numbers(divergences: Divergences) -> None:
    kl = divergences.record()
    assert kl.projections == ("azimuth of object1", "pt of object1")
    assert [g.number for g in (kl.symmetry, kl.kept, kl.failed, kl.random)] == [3, 2, 1, 1]
    azimuth, pt = kl.kept.excess or ()
    assert azimuth.vanishes
    assert (pt.value, pt.upper_95) == (pytest.approx(0.0, abs=1e-6), pytest.approx(0.0, abs=1e-4))
    # pt is Rayleigh: KL of widths 2 and 1 is 4 - 1 - ln 4 = 1.61, of which the end of the axis hides some
    doubled = (kl.failed.excess or ())[1]
    assert 1.0 < (doubled.value or 0) < 1.7
    assert kl.failed.mean is not None
    assert kl.noise.mean is not None
    assert kl.failed.mean[1] - kl.noise.mean[1] == pytest.approx(doubled.value)
    assert not (kl.random.excess or ())[1].vanishes


def test_what_training_lost_is_nan_in_the_arrays(divergences: Divergences) -> None:
    arrays = divergences.drawing()
    assert np.isfinite(arrays["excess_found"]).all(axis=1).tolist() == [True, True, True, False]
    assert arrays["kl_noise"].shape == (62, 2)
    assert arrays["excess_random_error"].shape == (1, 2)


def test_histograms_show_an_element_of_each_kind(divergences: Divergences) -> None:
    made = divergences.histograms()
    assert list(made) == ["projection: azimuth of object1", "projection: pt of object1", "plane: px1, py1"]
    pt = made["projection: pt of object1"]
    assert list(pt.axes[0]) == ["events", "kept", "rejected", "random"]
    centre = pt.axes[1].centers
    means = [float(pt[name, :].values() @ centre / pt[name, :].values().sum()) for name in pt.axes[0]]
    assert means[1] == pytest.approx(means[0], rel=1e-3)
    assert means[2] > 1.3 * means[0]
