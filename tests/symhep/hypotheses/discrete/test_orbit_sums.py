"""Sums over events and their images, against sums written out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.hypotheses.discrete import orbit_sums as orbits
from symhep.hypotheses.discrete.orbit_sums import orbit_sums, score_sums
from symhep.hypotheses.discrete.weighting import Weighting
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element

FRAME = Frame(("px", "py", "pz"), ("a", "b"))
RNG = np.random.default_rng(5)
X = torch.from_numpy(RNG.normal(size=(40, 2, 3)))
EQUAL = Weighting.of(np.full(40, 0.5))


def functions(x: torch.Tensor) -> torch.Tensor:
    return torch.cat([x.flatten(1), x[:, :1, 0] ** 3, torch.ones_like(x[:, :1, 0])], dim=1)


@pytest.mark.parametrize("name", ["P", "Z_3(z)", "exchange(1,2)", "Z_4(x)*exchange(1,2)"])
def test_sums_as_written_in_the_docstring(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orbits, "CHUNK", 7)
    element = read_element(name, FRAME)
    (sums,) = orbit_sums(X, EQUAL, functions, [element])
    images, x = [], X
    for _ in range(element.order):
        images.append(functions(x).numpy())
        x = element.act(x)
    f = np.stack(images, axis=1)
    y = (f - f.mean(axis=1, keepdims=True)) * 0.5
    changed = np.abs(y).max(axis=(0, 1)) > 1e-9
    assert sums.changed.tolist() == changed.tolist()
    assert sums.groups == pytest.approx(y[..., changed])  # 40 groups of one event
    second = np.einsum("njk,njl->kl", y, y)[changed][:, changed] / element.order
    assert sums.second == pytest.approx(second)


@pytest.mark.parametrize("name", ["P", "Z_3(z)"])
@pytest.mark.parametrize("weights", [np.full(40, 0.5), np.linspace(0.5, 1.0, 40)])
def test_groups_of_many_events_and_threads(
    name: str, weights: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums over groups of two events are those of the events; threads change no bit."""
    monkeypatch.setattr(orbits, "CHUNK", 10)
    element = read_element(name, FRAME)
    (single,) = orbit_sums(X, Weighting.of(weights), functions, [element])
    monkeypatch.setattr(orbits, "LONG", 1)
    by_threads = []
    before = torch.get_num_threads()
    for threads in (1, 2):
        torch.set_num_threads(threads)
        by_threads += orbit_sums(X, Weighting.of(weights, most=20), functions, [element])
    torch.set_num_threads(before)
    assert by_threads[0].groups == pytest.approx(
        single.groups.reshape(20, 2, *single.groups.shape[1:]).sum(1)
    )
    assert by_threads[0].second == pytest.approx(single.second)
    np.testing.assert_array_equal(by_threads[0].groups, by_threads[1].groups)
    np.testing.assert_array_equal(by_threads[0].second, by_threads[1].second)


def test_rounding_is_no_change() -> None:
    x = X.clone()
    x[:, 1, 0] = x[:, 0, 0] * (1 + 1e-9)
    (sums,) = orbit_sums(x, EQUAL, lambda e: e[:, 0], [read_element("exchange(1,2)", FRAME)])
    assert sums.changed.tolist() == [False, True, True]


def test_unequal_weights_have_signs_in_place_of_images() -> None:
    """Sums of w (f(x) - mean over the orbit), and their negatives."""
    w = RNG.choice([-0.5, 1.0, 2.0], size=40)
    element = read_element("Z_3(z)", FRAME)
    (sums,) = orbit_sums(X, Weighting.of(w), functions, [element])
    f = np.stack([functions(image).numpy() for image in element.orbit(X)], axis=1)
    y = (w[:, None] * (f[:, 0] - f.mean(axis=1)))[:, sums.changed]
    assert sums.groups == pytest.approx(np.stack([y, -y], axis=1))
    assert sums.second == pytest.approx(y.T @ y)


def test_a_known_efficiency_gives_images_their_own_weights() -> None:
    """w_j = w eps(x) / eps(g^j x) with the probability eps_j / sum eps: the mean over the draws is 0."""

    def eps(x: torch.Tensor) -> torch.Tensor:
        return 1 + 0.5 * torch.tanh(x[:, 0, 0])

    w = 1 / eps(X).numpy()
    element = read_element("reflection(x)", FRAME)
    weighting = Weighting.of(w, efficiency=eps)
    (sums,) = orbit_sums(X, weighting, functions, [element])
    images = element.orbit(X)
    each = np.stack([eps(image).numpy() for image in images], axis=1)
    f = np.stack([functions(image).numpy() for image in images], axis=1)
    y = f / each[..., None] - f.sum(axis=1, keepdims=True) / each.sum(axis=1)[:, None, None]
    assert sums.groups == pytest.approx(y[..., sums.changed])
    shares = weighting.shares(element, X)
    assert shares == pytest.approx(each / each.sum(axis=1, keepdims=True))
    assert np.abs(np.einsum("nj,njk->nk", shares, sums.groups)).max() < 1e-12


def test_rows_of_one_unit_turn_together() -> None:
    """Every event twice: the groups hold sums over both, and the covariance is that of the pairs."""
    twice, units = X.repeat_interleave(2, dim=0), np.repeat(np.arange(40), 2)
    element = read_element("P", FRAME)
    (once,) = orbit_sums(X, Weighting.of(np.ones(40)), functions, [element])
    (both,) = orbit_sums(twice, Weighting.of(np.ones(80), units), functions, [element])
    assert both.groups == pytest.approx(2 * once.groups)
    assert both.second == pytest.approx(4 * once.second)


@pytest.mark.parametrize("weights", [np.ones(40), RNG.exponential(size=40)])
def test_scores_that_are_known_are_summed_alike(weights: np.ndarray) -> None:
    element, weighting = read_element("Z_4(z)", FRAME), Weighting.of(weights)
    (sums,) = orbit_sums(X, weighting, functions, [element])
    scores = np.stack([functions(image).numpy() for image in element.orbit(X)], axis=1)
    found = score_sums(scores, weighting, element, X)
    assert found.changed.tolist() == sums.changed.tolist()
    assert found.groups == pytest.approx(sums.groups)
    assert found.second == pytest.approx(sums.second)


def test_skewed_sums_with_random_signs_are_corrected() -> None:
    """Johnson's t of exponential terms less one: nearer to the level above than the plain one."""
    rng, plain, corrected = np.random.default_rng(8), 0, 0
    element = read_element("reflection(x)", FRAME)
    for _ in range(400):
        y = 1 - rng.exponential(size=60)  # skewness -2: too often large
        scores = np.stack([y, -y], axis=1)[..., None]
        sums = score_sums(
            scores, Weighting.of(np.r_[1 + 1e-9, np.ones(59)]), element, X[:1].expand(60, -1, -1)
        )
        assert sums.skew is not None
        t = np.array([0.0, sums.skew[0]]) + sums.groups[:, 0].sum()
        t /= np.sqrt(sums.second[0, 0])
        plain, corrected = plain + (t[0] > 1.645), corrected + (t[1] > 1.645)
    assert plain > corrected
    assert abs(corrected / 400 - 0.05) < 3 * np.sqrt(0.05 * 0.95 / 400)
