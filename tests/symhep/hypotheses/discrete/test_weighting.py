"""What makes images of an event equally probable."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.errors import MethodError
from symhep.hypotheses.discrete.weighting import GROUPS, Weighting, unit_groups
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element

FRAME = Frame(("x1", "x2"), ("1",))
X = torch.tensor([[[1.0, 2.0]], [[-3.0, 0.5]]], dtype=torch.float64)


def test_the_kind_is_that_of_the_weights_of_all_events() -> None:
    equal, unequal = Weighting.of(np.ones(3)), Weighting.of(np.array([1.0, 1.0, 2.0]))
    assert (equal.kind, equal.signs, equal.choices(7)) == ("exact", False, 7)
    assert (unequal.kind, unequal.signs, unequal.choices(7)) == ("asymptotic", True, 2)
    some = unequal.take(np.arange(2), np.arange(3))  # two equal weights of a sample that has others
    assert some.kind == "asymptotic"


def test_groups_hold_units_whole() -> None:
    units = np.repeat(np.arange(5000), 3)
    groups, copies = unit_groups(units)
    assert copies
    assert groups.max() == GROUPS - 1
    assert all(len(np.unique(groups[units == unit])) == 1 for unit in (0, 17, 4999))
    assert unit_groups(np.zeros(0, dtype=np.int64))[0].shape == (0,)


def test_an_efficiency_of_zero_is_refused() -> None:
    weighting = Weighting.of(np.array([1.0, 2.0]), efficiency=lambda x: (x[:, 0, 0] > 0).double())
    with pytest.raises(MethodError, match="not positive at 2 images under 'reflection"):
        weighting.images(read_element("reflection(x1)", FRAME), X)


def test_an_efficiency_of_another_shape_is_refused() -> None:
    weighting = Weighting.of(np.array([1.0, 2.0]), efficiency=lambda x: x[:, 0])
    with pytest.raises(MethodError, match=r"gave \(2, 2\) for 2 events"):
        weighting.images(read_element("P", FRAME), X)


def test_an_efficiency_sees_the_units_of_the_data() -> None:
    seen = []

    def eps(x: torch.Tensor) -> torch.Tensor:
        seen.append(x)
        return torch.ones(len(x))

    Weighting.of(np.array([1.0, 2.0]), efficiency=eps, scale=10.0).images(read_element("P", FRAME), X)
    assert seen[0].tolist() == (10 * X).tolist()
