"""What the oracle method hands to `symhep augment`: matrices that leave the oracle as it is, in the data's units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from symhep.events.dataset import Dataset
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.symmetry import Symmetry
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions


def _symmetry(features: int, scale: float = 1.0, **options: Any) -> tuple[Symmetry | None, np.ndarray]:
    x = scale * np.random.default_rng(1).normal(size=(200, features))
    data, chosen = Dataset.from_array(x, scaling="isotropic"), OracleMethodOptions(**options)
    method = OracleGenerators()
    prepared = method.prepare(data, chosen)
    part = method.fit(prepared, Shard(), Context(seed_sequence(1, "oracle", 0)))
    return Symmetry.of(method.combine(prepared, [part], Context(seed_sequence(1, "oracle", COMBINE)))), x


@pytest.mark.parametrize(
    ("features", "options", "count"),
    [
        (3, {"oracle": "l2"}, 3),
        (4, {"oracle": "l2", "complex": True}, 4),
        (8, {"oracle": "l2", "vectors": 2}, None),
    ],
)
def test_finite_elements_keep_the_oracle(features: int, options: dict[str, Any], count: int | None) -> None:
    found, x = _symmetry(features, **options)
    assert found is not None
    assert found.acts_on == "features"
    assert count is None or len(found.labels) == count
    rng = np.random.default_rng(2)
    g = expm(np.einsum("na,aij->nij", rng.normal(size=(len(x), len(found.labels))), found.generators))
    image = found.act(g, x.reshape(len(x), found.vectors, -1)).reshape(x.shape)
    assert np.abs(image - x).max() > 0.1
    np.testing.assert_allclose((image**2).sum(axis=1), (x**2).sum(axis=1), rtol=1e-9)


def test_translations_are_in_the_unit_of_the_data() -> None:
    """A function of x1 - x2 alone: among its affine symmetries is x1, x2 -> x1 + t, x2 + t, of any scale."""
    norm = {"kind": "quadratic", "matrix": [[1, -1], [-1, 1]]}
    found, x = _symmetry(2, scale=50.0, oracle=norm, affine=True)
    assert found is not None
    g = expm(np.einsum("a,aij->ij", np.full(len(found.labels), 0.3), found.generators))
    image = found.act(np.repeat(g[None], len(x), axis=0), x[:, None])[:, 0]
    np.testing.assert_allclose(
        (image[:, 0] - image[:, 1]) ** 2, (x[:, 0] - x[:, 1]) ** 2, rtol=1e-7, atol=1e-6
    )
    assert np.abs(found.generators[:, :-1, -1]).max() == pytest.approx(50.0, rel=0.5)


def test_fields_that_are_not_linear_offer_none() -> None:
    assert _symmetry(2, oracle="l2", degree=2)[0] is None
