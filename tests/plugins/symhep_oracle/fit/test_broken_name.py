"""Breakings in per cent, from numbers by hand and from a function of known breaking."""

from __future__ import annotations

import numpy as np
import torch

from symhep.methods.number import Number
from symhep_oracle.fit.broken_name import algebra_breaking, broken_name
from symhep_oracle.fit.exact import solve
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.oracles.function import TorchFunction
from symhep_oracle.oracles.layout import Layout


def test_names_without_a_breaking_stay() -> None:
    large = Number(value=20.0, unit="%")
    assert [broken_name(name, large) for name in ("0", "not closed", "ambiguous")] == [
        "0",
        "not closed",
        "ambiguous",
    ]
    assert broken_name("so(3)", Number(value=0.05, unit="%")) == "so(3)"
    assert broken_name("so(1,3) + R", Number(value=4.62, unit="%")) == "so(1,3) + R, broken by up to 4.6 %"


def test_the_breaking_of_a_rotation_by_a_cubic() -> None:
    """phi = (x^2 + y^2) / 2 + b x^3 / 3, b small: the rotation (-y, x) / 2^1/2 changes it by -b x^2 y / 2^1/2.

    With normal x, y its rms is b 3^1/2 / 2^1/2. The largest change is that of the dilatation (x, y) / 2^1/2, an rms of
    (E r^4)^1/2 / 2^1/2 = 8^1/2 / 2^1/2 = 2. The ratio is 0.61 b to first order.
    """
    b, layout = 0.05, Layout(1, 2)
    x = torch.randn(100_000, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    oracle = TorchFunction(layout, lambda p: p.square().sum(1) / 2 + b * p[:, 0] ** 3 / 3, 1)
    oracle.approximate = True
    found = solve(oracle, x, np.ones(len(x)), LinearFields(layout), np.random.default_rng(1))
    assert found.dimension == 1
    size = algebra_breaking(found, 0, oracle.precision)
    # part of the change is taken up by a tilt of the field, so that the best one breaks less than the rotation does
    assert 0.2 * 61 * b < (size.value or 0.0) < 61 * b
    assert size.unit == "%"
    assert size.error is not None
