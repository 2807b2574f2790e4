"""Generators of results as matrices, with errors that are the spread of repeated samples."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

import symhep


def _ring(seed: int, count: int = 1000) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).normal(size=(count, 2))


def test_errors_of_moments_follow_from_those_of_the_coefficients() -> None:
    """Candidates of a plane: E_12, E_21, E_11 - E_22 and shifts, of which each entry knows one."""
    found = symhep.moments(_ring(1), discrete=None, bounds=False)
    generators = found.generators
    assert generators is not None
    names = found.arrays["candidates"].tolist()
    c, e = (dict(zip(names, found.arrays[key][0], strict=True)) for key in ("generators", "generators_error"))
    largest = max(map(abs, c.values()))
    values, errors = np.abs(generators.values[0]), generators.errors[0]
    for name, place in (("E_12", (0, 1)), ("E_21", (1, 0))):
        assert values[place] == pytest.approx(abs(c[name]) / largest)
    assert errors[values == 1.0].max() < 1e-12
    (flat,) = set(names) - {"E_12", "E_21", "P_1", "P_2"}
    # A coefficient near zero has its own error over the largest one, whose error adds nothing.
    assert errors[0, 0] == errors[1, 1] == pytest.approx(e[flat] / largest, rel=0.1)
    assert errors[0, 2] == pytest.approx(found.record.scale * e["P_1"] / largest, rel=0.1)
    assert (errors[2] == 0).all()


@pytest.mark.slow
def test_errors_of_moments_are_the_spread_of_samples() -> None:
    pulls = []
    for seed in range(60):
        found = symhep.moments(_ring(seed), discrete=None, bounds=False).generators
        assert found is not None
        if len(found) == 1:
            # The plane is round, so E_11 and the shift vanish; E_12 + E_21 does, too, with one of them held at one.
            m, e = found.values[0], found.errors[0]
            pulls.append(
                [m[0, 0] / e[0, 0], m[0, 2] / e[0, 2], (m[0, 1] + m[1, 0]) / np.hypot(e[0, 1], e[1, 0])]
            )
    assert len(pulls) > 50
    # 60 samples: the spread of a pull is 1 within 4 / sqrt(120).
    np.testing.assert_allclose(np.sqrt(np.mean(np.square(pulls), axis=0)), 1.0, atol=0.37)


def test_an_exact_function_has_errors_of_rounding() -> None:
    found = symhep.oracle(_ring(2), oracle="l2").generators
    assert found is not None
    np.testing.assert_allclose(np.abs(found.linear[0]), [[0, 1], [1, 0]], atol=1e-12)
    assert found.errors.max() < 1e-12


def test_errors_of_the_oracle_are_those_of_its_record() -> None:
    result = symhep.oracle(_ring(3), oracle="l2")
    assert result.generators is not None
    np.testing.assert_array_equal(result.arrays["generators_error"], result.generators.errors[:, :2, :2])


def test_a_transformer_made_of_a_result_can_be_copied_and_sent() -> None:
    result = symhep.oracle(_ring(2), oracle="l2")
    frame = clone(symhep.Canonicaliser(result)).fit(_ring(2))
    sent = pickle.loads(pickle.dumps(frame))  # noqa: S301  as joblib does between processes
    np.testing.assert_array_equal(sent.transform(_ring(5)), frame.transform(_ring(5)))
