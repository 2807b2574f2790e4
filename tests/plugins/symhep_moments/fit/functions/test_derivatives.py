"""Derivatives of test functions along fields: against differences of their values; and their sums."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from symhep.lie.bases import gl, poincare, translations
from symhep_moments.fit.fields import LinearFields, columnwise
from symhep_moments.fit.functions.fourier import Fourier
from symhep_moments.fit.functions.harmonics import Harmonics
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.functions.squash import Squashed
from symhep_moments.fit.functions.union import Joined
from symhep_moments.fit.functions.user import UserFunctions


def waves(p: int, d: int) -> Fourier:
    return Fourier.draw(np.random.default_rng(3), 5, p, d, width=0.7)


def squared(x: Tensor) -> Tensor:
    return torch.stack([(x**2).sum(dim=(1, 2)), x[:, 0, 0] * x[:, -1, -1]], dim=1)


class Plain(TestFunctions):
    labels = ("a", "b")
    blocks = {"low": slice(0, 2)}

    def values(self, x: Tensor) -> Tensor:
        return x[:, 0, :2] ** 3

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        return 3 * x[:, 0, :2, None] ** 2 * v[:, :, 0, :2].transpose(1, 2)


MAKERS: dict[str, Callable[[int, int], TestFunctions]] = {
    "polynomials": lambda p, d: Polynomials(d, 3),
    "fourier": waves,
    "squashed": lambda p, d: Squashed(Polynomials(d, 2), 1.3),
    "harmonics": lambda p, d: Harmonics({f"{i}": [i] for i in range(p)}, [0.5] * p, (d - 1, 0), 6),
    "joined": lambda p, d: Squashed(Joined(Polynomials(d, 4), waves(p, d)), 0.8),
    "user": lambda p, d: UserFunctions(squared, "my:squared", torch.ones(3, p, d, dtype=torch.float64), 2.5),
    "plain": lambda p, d: Plain(),
}


def events(seed: int, n: int, p: int, d: int) -> tuple[Tensor, Tensor, Tensor]:
    rng = np.random.default_rng(seed)
    x = torch.from_numpy(rng.normal(size=(n, p, d)))
    return x, LinearFields(gl(d) + translations(d))(x), torch.from_numpy(rng.normal(size=n))


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), p=st.integers(1, 3), d=st.integers(2, 4))
def test_derivatives_are_those_of_the_values(kind: str, seed: int, p: int, d: int) -> None:
    functions, (x, v, w) = MAKERS[kind](p, d), events(seed, 4, p, d)
    step = 1e-5  # central differences: an error of step^2 in the derivative, of rounding / step in the difference
    expected = torch.stack(
        [(functions.values(x + step * u) - functions.values(x - step * u)) / (2 * step) for u in v.unbind(1)],
        dim=2,
    )
    along = functions.along(x, v)
    assert along.shape == (4, functions.count, d * d + d)
    torch.testing.assert_close(along, expected, rtol=1e-5, atol=1e-6)
    sums = functions.sum_along(x, v, w)
    torch.testing.assert_close(sums, torch.einsum("n,nkg->kg", w, along), rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("kind", MAKERS)
def test_the_layout_of_the_events_changes_nothing(kind: str) -> None:
    """Rows, columns, or every other event of more: the same numbers; given columns, columns come out."""
    functions, (x, v, w) = MAKERS[kind](2, 3), events(7, 10, 2, 3)
    found = functions.values(x), functions.along(x, v), functions.sum_along(x, v, w)
    sparse = torch.stack([x, x + 1], dim=1).flatten(0, 1)[::2]
    for other, fields in ((columnwise(x), v), (x, v.contiguous()), (sparse, v)):
        again = (
            functions.values(other),
            functions.along(other, fields),
            functions.sum_along(other, fields, w),
        )
        for one, expected in zip(again, found, strict=True):
            torch.testing.assert_close(one, expected, rtol=1e-12, atol=1e-13)
    if kind not in ("user", "plain"):
        assert functions.along(columnwise(x), v).stride()[0] == 1


def test_waves_and_powers_are_what_they_are_called() -> None:
    x, _, _ = events(1, 6, 2, 3)
    wave, numbers = waves(2, 3), x.numpy()
    phase = np.einsum("npi,kpi->nk", numbers, wave.waves.numpy()) + wave.phases.numpy()
    np.testing.assert_allclose(wave.values(x).numpy(), np.cos(phase), rtol=1e-12)
    powers = Polynomials(3, 3, ("px", "py", "pz"))
    assert powers.count == 3 + 6 + 10
    expected = (numbers[..., 0] * numbers[..., 1] * numbers[..., 2]).sum(axis=1)
    np.testing.assert_allclose(powers.values(x)[:, powers.labels.index("px py pz")], expected, rtol=1e-12)


@given(exponent=st.floats(-150, 150))
def test_squashed_functions_and_their_derivatives_are_bounded(exponent: float) -> None:
    # |u| <= |v| / sqrt(s^2 + |x|^2) <= |W| + |b| / s; a wave changes at most |omega| as fast, y is shorter than 1
    x = torch.randn(50, 2, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64) * 10**exponent
    wave = waves(2, 4)
    v = LinearFields(poincare())(x)
    slopes = Squashed(wave, 1.0).along(x, v)
    most = wave.waves.norm(dim=2).sum(dim=1).max() * 2**0.5
    assert torch.isfinite(slopes).all()
    assert slopes.abs().max() <= most
    # rounding may make a huge vector as long as one
    assert Squashed(Polynomials(4, 1), 1.0).values(x).abs().max() <= 2 * (1 + 1e-15)


def test_squashing_keeps_directions_and_order_of_lengths() -> None:
    x = torch.tensor([[[3.0, 4.0]], [[6.0, 8.0]]], dtype=torch.float64)
    y = Squashed(Polynomials(2, 1), 5.0).values(x)
    np.testing.assert_allclose(
        y.numpy(), [[0.6 / 2**0.5, 0.8 / 2**0.5], [1.2 / 5**0.5, 1.6 / 5**0.5]], rtol=1e-12
    )


def test_two_blocks_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two sets of test functions are called 'low'; rename one"):
        Joined(Polynomials(2, 1), Polynomials(2, 1))
