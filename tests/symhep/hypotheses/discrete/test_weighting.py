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
    with pytest.raises(MethodError, match="not positive at 2 events transformed by 'reflection"):
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


def test_events_as_they_are_seen_keep_their_weight_and_may_have_images_that_are_not() -> None:
    def eps(x: torch.Tensor) -> torch.Tensor:
        return torch.where(x[:, 0, 0] > 2, 0.0, torch.where(x[:, 0, 0] > 0, 0.25, 0.75)).double()

    weighting = Weighting.of(np.ones(2), efficiency=eps, corrected=False)
    share, weights = weighting.images(read_element("reflection(x1)", FRAME), X)
    assert share.tolist() == [[0.25, 0.75], [1.0, 0.0]]  # the second event's image would be at 3
    assert weights.tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert (weighting.kind, weighting.signs) == ("exact", False)
    assert weighting.take(np.array([1]), np.arange(2)).corrected is False
    shares = weighting.shares(read_element("reflection(x1)", FRAME), X)
    assert shares is not None
    assert np.allclose(shares, share)
    other = Weighting.of(np.array([1.0, 2.0]), efficiency=eps, corrected=False)
    assert (other.kind, other.signs) == ("asymptotic", True)
    with pytest.raises(MethodError, match="not positive at 1 of the events"):
        weighting.images(read_element("reflection(x1)", FRAME), -X)


def test_a_contrast_is_an_event_less_the_mean_of_its_images() -> None:
    mirror = read_element("reflection(x1)", FRAME)
    plain = Weighting.of(np.array([1.0, 2.0])).contrast(mirror, X)
    np.testing.assert_allclose(plain, [[0.5, -0.5], [1.0, -1.0]])
    # seen three times as often where x1 > 0: there with 3/4, and weights of one over it are 1/3 there and 1 else
    weights = np.array([1 / 3, 1.0])
    known = Weighting.of(weights, efficiency=lambda x: torch.where(x[:, 0, 0] > 0, 3.0, 1.0).double())
    np.testing.assert_allclose(known.contrast(mirror, X), [[1 / 12, -1 / 4], [3 / 4, -1 / 4]])
