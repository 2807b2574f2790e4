"""Found elements over slices through the loss, in the units of the data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from symhep.lie.groups import AffineLine, Iwasawa
from symhep_symmetrygan.fit.elements import Elements
from symhep_symmetrygan.fit.landscape import slice_of
from symhep_symmetrygan.landscape.mixture import Mixture
from symhep_symmetrygan.landscape.slices import Axis, Landscape

Made = Callable[..., Elements]


def test_found_elements_lie_over_the_slice(elements_of: Made) -> None:
    computed = Landscape(Mixture.of([[0.5]], [[[1.0]]]), AffineLine()).slice(
        [Axis("b", -2, 2), Axis("c", -2, 2)], {}
    )
    final = np.array([[1.0, -1.0], [0.0, 1.0]])
    record, arrays = slice_of(computed, elements_of("line", ("x",), final=final), 0.2)
    assert arrays["points"].tolist() == final.tolist()
    # the identity and the mirror image 1 - x
    assert sorted((np.round(record.maxima, 6) + 0.0).tolist()) == [[0.0, 1.0], [1.0, -1.0]]
    assert (arrays["x"][0], arrays["x"][-1], arrays["y"][-1]) == (-2.0, 2.0, 2.0)
    assert float(arrays["loss"].max()) <= 1e-9
    assert arrays["near"].all()
    assert not record.ridge
    assert "ridge" not in arrays


def test_units_of_the_data(elements_of: Made) -> None:
    """Coordinates divided by 10: the mirror image of N(5, 100) is 10 - x."""
    computed = Landscape(Mixture.of([[0.5]], [[[1.0]]]), AffineLine()).slice(
        [Axis("b", -2, 2), Axis("c", -2, 2)], {}
    )
    record, arrays = slice_of(
        computed, elements_of("line", ("x",), scale=10.0, final=np.array([[1.0, -1.0]])), 0.2
    )
    assert sorted((np.round(record.maxima, 5) + 0.0).tolist()) == [[0.0, 1.0], [10.0, -1.0]]
    assert arrays["points"].tolist() == [[10.0, -1.0]]
    assert arrays["x"][-1] == 20.0


def test_false_maxima_are_set_apart(elements_of: Made) -> None:
    computed = Landscape(Mixture.of([[0.5]], [[[1.0]]]), AffineLine(1.0)).slice([Axis("c", -2, 2)], {})
    record, arrays = slice_of(computed, elements_of("line(1)", ("x",), final=np.array([[1.0]])), 0.2)
    assert np.round(record.maxima, 6).tolist() == [[-1.0]]  # 1 - x
    assert len(record.false_maxima) == 1
    assert record.y is None
    assert "y" not in arrays


def test_ridges_and_elements_that_lie_elsewhere(elements_of: Made) -> None:
    family = Iwasawa(2)
    landscape = Landscape(Mixture.of([[0.0, 0.0]], [np.eye(2).tolist()]), family)
    fixed = {"log_r_1": 0.0, "u_12": 0.0, "b_1": 0.0, "b_2": 0.0}
    computed = landscape.slice([Axis("d", 0.5, 1.5, 7), Axis("theta_12", 0, 6, 7)], fixed)
    final = np.array([[1.0, 7.0, 0.0, 0.0, 0.1, 0.0], [1.0, 1.0, 0.5, 0.0, 0.0, 0.0]])
    record, arrays = slice_of(computed, elements_of("agl(2)", ("x", "y"), final=final), 0.2)
    assert arrays["near"].tolist() == [True, False]
    assert arrays["points"][0].tolist() == pytest.approx([1.0, 7 - 2 * np.pi])
    assert record.ridge
    assert arrays["ridge"][:, 0] == pytest.approx(np.ones(len(arrays["ridge"])))
