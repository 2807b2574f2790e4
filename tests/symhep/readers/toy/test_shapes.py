"""Points: the papers' densities and their truth."""

from __future__ import annotations

import awkward as ak
import numpy as np
import numpy.typing as npt
import pytest

from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.toy import ToyOptions, ToyReader

READER = ToyReader()
N = 20_000


def events(name: str, chunk: int = 50_000, **options: object) -> ak.Array:
    given = ToyOptions(**{"events": N, **options})
    batches = READER.read(f"toy:{name}", given, ReadRequest(chunk_events=chunk), LossLog())
    return ak.concatenate([b.events for b in batches])


def points(name: str, **options: object) -> npt.NDArray[np.float64]:
    drawn = events(name, **options)
    return np.stack([drawn[f].to_numpy() for f in drawn.fields if f.startswith("x")], axis=1)


def test_square_and_circle() -> None:
    square = points("square")
    assert np.abs(square).max() == pytest.approx(10, rel=1e-3)
    assert square.var(axis=0) == pytest.approx([100 / 3] * 2, rel=0.03)
    circle = events("circle", radius=3.0)
    assert np.hypot(circle.x1, circle.x2).to_numpy() == pytest.approx(np.full(N, 3.0))
    assert circle.x1.to_numpy() == pytest.approx(3 * np.cos(circle.angle.to_numpy()))
    counts, _ = np.histogram(circle.angle, 20, (-np.pi, np.pi))
    assert counts == pytest.approx(np.full(20, N / 20), abs=6 * np.sqrt(N / 20))


def test_sphere_is_uniform_on_its_surface() -> None:
    sphere = points("sphere")
    assert np.linalg.norm(sphere, axis=1) == pytest.approx(np.full(N, 10.0))
    # Archimedes: the height is uniform, so its variance is R^2 / 3.
    assert sphere.var(axis=0) == pytest.approx([100 / 3] * 3, rel=0.03)


@pytest.mark.parametrize(
    ("name", "mean", "variance"),
    [
        ("gaussian", [0.5], [1.0]),
        ("normal11", [0.0, 0.0], [1.0, 1.0]),
        ("normal12", [0.0, 0.0], [1.0, 2.0]),
        # Half of N(-1, 1) and half of N(1, 1): variance 1 + 1.
        ("bimodal", [0.0], [2.0]),
        # The centres add the mean of cos^2 = 1/2, and of (i - 3)^2 over 1..5 = 2.
        ("octagon", [0.0, 0.0], [0.6, 0.6]),
        ("grid5x5", [1.0, 1.0], [2.1, 2.1]),
    ],
)
def test_gaussians_have_the_moments_of_the_paper(name: str, mean: list[float], variance: list[float]) -> None:
    drawn = points(name)
    assert drawn.mean(axis=0) == pytest.approx(mean, abs=5 * np.sqrt(max(variance) / N))
    assert drawn.var(axis=0) == pytest.approx(variance, rel=5 * np.sqrt(2 / N))


def test_mixtures_tell_their_component() -> None:
    grid = events("grid5x5", variance=[1e-6, 1e-6], mean=[0.0, 0.0])
    number = grid.component.to_numpy()
    assert np.rint(grid.x1.to_numpy()) == pytest.approx(number // 5 - 2)
    assert np.rint(grid.x2.to_numpy()) == pytest.approx(number % 5 - 2)
    assert np.bincount(number.astype(int)) == pytest.approx(np.full(25, N / 25), abs=6 * np.sqrt(N / 25))


def test_truth_is_reported() -> None:
    def details(name: str, **options: object) -> tuple[object, object]:
        found = READER.inspect(f"toy:{name}", ToyOptions(**options), LossLog()).details
        return found["intrinsic_dimension"], found["symmetry"]

    assert details("circle") == (1, "O(2)")
    assert details("sphere") == (2, "O(3)")
    assert details("octagon") == (2, "D8")
    assert details("grid5x5") == (2, "D4")
    assert details("grid5x5", variance=[0.1, 0.2]) == (2, "V4")
    assert details("normal12") == (2, "O(2), conjugated by the root of the covariance")
    assert details("gaussian", mean=[0.0, 0.0, 0.0]) == (3, "O(3)")
    assert details("gaussian", dimension=27) == (27, "O(27)")


def test_digits_are_the_images_of_scikit_learn_each_once() -> None:
    from sklearn.datasets import load_digits

    images, digits = load_digits(return_X_y=True)
    read = events("digits")
    assert len(read) == len(images) == 1797  # not the 20,000 asked for
    ours = np.c_[points("digits"), read.digit.to_numpy()]
    theirs = np.c_[images, digits]
    assert np.array_equal(ours[np.lexsort(ours.T)], theirs[np.lexsort(theirs.T)])
    assert events("digits", seed=2).digit.tolist() != read.digit.tolist()
    assert events("digits", events=7).x10.tolist() == read.x10[:7].tolist()
