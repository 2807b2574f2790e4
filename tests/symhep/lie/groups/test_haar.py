"""Haar-random elements, by the moments of their traces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from symhep.lie.groups import Streams, orthogonal, special_orthogonal, special_unitary, unitary

COUNT = 20_000


class OneStream:
    """Many replicas from one generator: here only the distribution matters."""

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape: int) -> torch.Tensor:
        return torch.randn(COUNT, *shape, generator=self._generator, dtype=torch.float64)

    def uniform(self, *shape: int) -> torch.Tensor:
        return torch.rand(COUNT, *shape, generator=self._generator, dtype=torch.float64)


#: E |tr|^2 and E |tr|^4 count the invariants of V x V* and of its square (Diaconis and Shahshahani 1994): for SO(3)
#: there is 1 invariant bilinear form and 3 quadrilinear ones, for O(4) 1 and 3, for U(n) and SU(n), n > 2, 1 and 2.
@pytest.mark.parametrize(
    ("draw", "n", "second", "fourth"),
    [(special_orthogonal, 3, 1, 3), (orthogonal, 4, 1, 3), (unitary, 3, 1, 2), (special_unitary, 3, 1, 2)],
)
def test_moments_of_the_trace(
    draw: Callable[[Streams, int], torch.Tensor], n: int, second: int, fourth: int
) -> None:
    elements = draw(OneStream(n), n)
    trace = elements.diagonal(dim1=-2, dim2=-1).sum(-1)
    for power, expected in ((2, second), (4, fourth)):
        values = (trace.abs() ** power).numpy()
        assert abs(values.mean() - expected) < 5 * values.std() / np.sqrt(COUNT)
    assert abs(trace.mean()) < 5 / np.sqrt(COUNT)


@pytest.mark.parametrize("draw", [orthogonal, special_orthogonal, unitary, special_unitary])
def test_members_of_the_group(draw: Callable[[Streams, int], torch.Tensor]) -> None:
    elements = draw(OneStream(0), 3)[:100]
    one = torch.eye(3, dtype=elements.dtype).expand(100, 3, 3)
    torch.testing.assert_close(elements @ elements.mH, one, atol=1e-13, rtol=0)
    determinants = torch.linalg.det(elements)
    if draw in (special_orthogonal, special_unitary):
        torch.testing.assert_close(determinants, torch.ones_like(determinants), atol=1e-13, rtol=0)
    elif draw is orthogonal:
        assert set(determinants.round().tolist()) == {1.0, -1.0}


def test_angles_of_so2_are_uniform() -> None:
    turns = special_orthogonal(OneStream(1), 2)
    angles = torch.atan2(turns[:, 1, 0], turns[:, 0, 0])
    counts = np.histogram(angles, bins=20, range=(-np.pi, np.pi))[0]
    expected = COUNT / 20
    assert ((counts - expected) ** 2 / expected).sum() < 19 + 5 * np.sqrt(2 * 19)
