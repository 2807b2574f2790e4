"""Elements as maps: their action, their product, their order."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from symhep.errors import LieError
from symhep.lie.elements.element import Element
from symhep.lie.permutations import permutation_matrix


@st.composite
def elements(draw: st.DrawFn, vectors: int = 4) -> Element:
    """A signed permutation of three components, and a permutation of four vectors."""
    signs = draw(st.lists(st.sampled_from((-1.0, 1.0)), min_size=3, max_size=3))
    columns = draw(st.permutations(range(3)))
    matrix = np.eye(3)[list(columns)] * np.array(signs)
    return Element("g", "", matrix, tuple(draw(st.permutations(range(vectors)))))


X = torch.randn(5, 4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@given(elements(), elements())
def test_a_product_acts_one_after_the_other(g: Element, h: Element) -> None:
    assert torch.equal((g * h).act(X), g.act(h.act(X)))


@given(elements())
def test_the_order_is_the_least_power_that_is_one(g: Element) -> None:
    images = g.orbit(X)
    assert len(images) == g.order
    assert torch.equal(g.act(images[-1]), X)
    assert not any(torch.equal(image, X) for image in images[1:])


@given(elements())
def test_action_as_a_matrix_on_all_components(g: Element) -> None:
    """x_p -> M x_s(p) puts the vector s(p) in the place p: the inverse permutation in the other convention."""
    places = np.argsort(g.sources)
    whole = permutation_matrix(places.tolist(), 3) @ np.kron(np.eye(4), g.matrix)
    assert g.act(X).flatten(1).numpy() == pytest.approx(X.flatten(1).numpy() @ whole.T)


def test_an_order_that_is_too_high() -> None:
    cycle = Element("cycle", "", np.eye(1), (*range(1, 25), 0))
    with pytest.raises(LieError, match="the order of 'cycle' is larger than 24"):
        _ = cycle.order
