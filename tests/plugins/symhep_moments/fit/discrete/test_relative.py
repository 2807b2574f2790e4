"""Discrete elements relative to a reference."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.events.dataset import Dataset
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep_moments.fit.conditional.partialling import Partialled
from symhep_moments.fit.discrete.ratio_asymmetries import Signs, asymmetries, largest_asymmetries
from symhep_moments.fit.discrete.relative import image_features, relative_discrete_tests
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.points import points_of
from symhep_moments.sample import Events, events_of

FRAME = Frame(("x1", "x2"), ("1",))
NAMED = NamedFunctions(("x1", "x2"), ("1",))


def _drawn(rng: np.random.Generator, n: int, width: float, asymmetry: float = 0.0) -> Events:
    """A Gaussian of which x1 > 1 is lost, x1 of sign + with the probability (1 + asymmetry) / 2 before."""
    x = width * rng.normal(size=(6 * n, 2))
    x[:, 0] = np.abs(x[:, 0]) * np.where(rng.random(6 * n) < (1 + asymmetry) / 2, 1.0, -1.0)
    return events_of(Dataset.from_array(x[x[:, 0] < 1.0][:n], scaling="none"))


def _tested(data: Events, reference: Events, name: str):  # type: ignore[no-untyped-def]
    scaled = reference.x * (reference.scale / data.scale)
    from dataclasses import replace

    other = replace(reference, x=scaled, scale=data.scale)
    (row,) = relative_discrete_tests(
        data,
        other,
        [read_element(name, FRAME)],
        FRAME,
        Polynomials(2, 2),
        np.random.SeedSequence(1),
        0.01,
        0.5,
    )
    return row


def test_what_both_have_lost_is_no_breaking() -> None:
    rng = np.random.default_rng(1)
    row = _tested(_drawn(rng, 3000, 1.0), _drawn(rng, 3000, 0.8), "reflection(x1)")
    assert not row.rejected
    assert (row.p_kind, set(row.tests)) == ("asymptotic", {"moments"})
    assert row.size.low < 0 < row.size.high
    assert row.upper_95 < 0.5
    assert row.below_delta


def test_what_the_data_have_beside_is_seen_with_its_size() -> None:
    """p / q = 1 + 0.3 sign(x1): the asymmetry of x1 without any acceptance."""
    rng = np.random.default_rng(2)
    row = _tested(_drawn(rng, 6000, 1.0, 0.3), _drawn(rng, 6000, 0.8), "reflection(x1)")
    assert row.rejected
    assert row.function == "x1"
    assert row.size.low < 0.3 < row.size.high
    assert abs(row.size.value - 0.3) < 0.12


def test_features_are_the_same_at_all_images() -> None:
    rng = np.random.default_rng(3)
    data, reference = _drawn(rng, 500, 1.0), _drawn(rng, 500, 0.8)
    turn = read_element("Z_3(x1,x2)", FRAME)
    features = image_features(points_of(data), points_of(reference), turn, data, rng)
    assert np.allclose(features(data.x), features(turn.act(data.x)), atol=1e-9)


def test_signs_sum_to_zero_over_the_images() -> None:
    x = torch.from_numpy(np.random.default_rng(4).normal(size=(50, 1, 2)))
    for name in ("reflection(x1)", "Z_3(x1,x2)"):
        element = read_element(name, FRAME)
        signs = Signs(element, NAMED, None)
        total = sum(signs(image) for image in element.orbit(x))
        assert torch.allclose(total, torch.zeros(50, 2, dtype=torch.float64), atol=1e-12)


def test_functions_of_one_sign_count_once() -> None:
    """a = A / G; the second function, which is twice the first, is left out, and one that g does not change."""
    gram = 0.1 * np.array([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0, 0.0, 0.0]])
    found = Partialled(
        np.array([0.02, 0.04, 0.0]),
        1e-4 * gram,
        1e4,
        gram,
        np.zeros(3),
        np.array([0.1, 0.4, 0.0]),
        np.ones((4, 3)),
    )
    element = read_element("P", FRAME)
    (one,) = asymmetries(found, ("f", "2 f", "g"), element)
    assert one.quantity.mean == pytest.approx([0.2])
    assert one.quantity.covariance[0, 0] == pytest.approx(1e-3)  # 1e-4 * 0.1 / 0.1^2
    none, largest = largest_asymmetries([element, element], [[], [one]])
    assert none is None
    assert largest is not None
    assert largest.function == "f"
    # one quantity: 0.2 +- 1.96 standard deviations
    assert largest.upper == pytest.approx(0.2 + 1.96 * np.sqrt(1e-3), rel=1e-3)
