"""The functions behind the moments and the networks: what they change under which element."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.discrete.products import Products

COMPONENTS = ("E", "px", "py", "pz")
FOUR = Frame(COMPONENTS, ("a", "b", "c", "d"))


def events(vectors: int, components: int = 4) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(3).normal(size=(6, vectors, components)))


def squashed(x: torch.Tensor) -> np.ndarray:
    values = x.numpy()
    return values / np.sqrt(values.shape[-1] + (values**2).sum(-1, keepdims=True))


def test_values_are_what_the_labels_say() -> None:
    functions, x = Products(FOUR), events(4)
    y, found = squashed(x), dict(zip(functions.labels, functions(x).T.numpy(), strict=True))
    assert len(found) == 16 + 136 + 4 + 24 == functions(x).shape[1]
    assert found["pz(c)"] == pytest.approx(y[:, 2, 3])
    assert found["E(a) py(d)"] == pytest.approx(y[:, 0, 0] * y[:, 3, 2])
    triple = np.linalg.det(y[:, [0, 2, 3], 1:])
    assert found["a . (c x d)"] == pytest.approx(triple)
    assert found["(b x c)_z a_z"] == pytest.approx(np.cross(y[:, 1, 1:], y[:, 2, 1:])[:, 2] * y[:, 0, 3])


def test_pseudoscalars_are_odd_under_parity_and_even_under_turns() -> None:
    functions, x = Products(FOUR), events(4)
    block = functions.blocks["pseudoscalar"]
    for name, sign in (("P", -1), ("reflection(y)", -1), ("Z_3(x)", 1), ("Z_2(z)", 1)):
        image = functions(read_element(name, FOUR).act(x))
        assert image[:, block].numpy() == pytest.approx(sign * functions(x)[:, block].numpy())


def test_few_or_wide_vectors_have_fewer_functions() -> None:
    assert len(Products(Frame(COMPONENTS, ("a", "b"))).labels) == 8 + 36 + 2
    assert len(Products(Frame(("x1", "x2"), ("1",))).labels) == 2 + 3
    wide = Products(Frame(tuple(f"x{i}" for i in range(30)), ("1",)))
    assert len(wide.labels) == 30 == wide(events(1, 30)).shape[1]
    six = Products(Frame(COMPONENTS, tuple("abcdef")))
    assert len(six.labels) == 24 + 136 + 4 + 24 == six(events(6)).shape[1]


def test_bounded_whatever_the_momenta() -> None:
    assert float(Products(FOUR)(1e200 * events(4)).abs().max()) <= 1


@pytest.mark.parametrize("name", ["P", "Z_3(z)", "exchange(1,2)", "P*exchange(1,2)"])
def test_elements_that_keep_lengths_turn_products_into_products(name: str) -> None:
    frame = Frame(("E", "px", "py", "pz"), ("a", "b", "c"))
    (element,) = DiscreteOptions(elements=(name,)).chosen(frame)
    products = Products(frame)
    maps = products.turned(element)
    assert maps is not None
    x = torch.from_numpy(np.random.default_rng(2).normal(size=(50, 3, 4)))
    for turn, image in zip(maps, element.orbit(x)[1:], strict=True):
        np.testing.assert_allclose(products(x) @ turn, products(image), atol=1e-9)


def test_boosts_do_not() -> None:
    frame = Frame(("x1", "x2"), ("1",))
    shear = Element("shear", "a mirror that changes lengths", np.array([[1.0, 1.0], [0.0, -1.0]]), (0,))
    assert Products(frame).turned(shear) is None
