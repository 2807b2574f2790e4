from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from symhep.readers.toy.shapes import SHAPES
from symhep_symmetrygan.landscape.options import LandscapeOptions


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("gaussian", {}),
        ("gaussian", {"variance": [1.0, 4.0]}),
        ("normal12", {}),
        ("bimodal", {}),
        ("octagon", {"variance": [0.01, 0.02]}),
        ("grid5x5", {"mean": [0.0, 0.0]}),
    ],
)
def test_the_density_of_a_toy_is_that_of_its_events(name: str, given: dict[str, list[float]]) -> None:
    columns = SHAPES[name].build(name, given).draw(np.random.default_rng(1), 100_000)
    x = np.stack([columns[c] for c in sorted(columns) if c.startswith("x")], 1)
    mixture = LandscapeOptions(density=name, **given).mixture
    spread = np.sqrt(np.diag(mixture.covariance))
    # means and covariances of 100,000 events have relative errors of 0.003 to 0.005
    np.testing.assert_allclose((x.mean(0) - mixture.mean) / spread, 0, atol=0.015)
    np.testing.assert_allclose((np.cov(x.T) - mixture.covariance) / np.outer(spread, spread), 0, atol=0.025)


def test_components_are_given_by_hand() -> None:
    options = LandscapeOptions(
        components=[
            {"weight": 3, "mean": [0.0], "covariance": [[1.0]]},
            {"mean": [2.0], "covariance": [[0.5]]},
        ]
    )
    assert options.mixture.weights.tolist() == [0.75, 0.25]
    assert options.mixture.mean.tolist() == [0.5]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "by the name of a toy or by 'components'"),
        (
            {"density": "gaussian", "components": [{"mean": [0.0], "covariance": [[1.0]]}]},
            "by the name of a toy",
        ),
        ({"mean": [0.0], "components": [{"mean": [0.0], "covariance": [[1.0]]}]}, "are options of the toy"),
        ({"components": [{"mean": [0.0, 1.0], "covariance": [[1.0]]}]}, "that number of rows and columns"),
        ({"components": [{"mean": [0.0], "covariance": [[-1.0]]}]}, "positive eigenvalues"),
        ({"density": "octagon", "variance": [1.0]}, "needs 2 means and 2 positive variances"),
        (
            {"density": "gaussian", "slices": [{"x": {"parameter": "c", "low": 1, "high": 0}}]},
            "'c' needs low < high",
        ),
    ],
)
def test_what_is_no_landscape_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        LandscapeOptions(**given)  # type: ignore[arg-type]
