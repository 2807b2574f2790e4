"""Elements that move events off the surface that holds them."""

from __future__ import annotations

import numpy as np
import torch

from symhep.hypotheses.discrete.support import Surface
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element

RNG = np.random.default_rng(1)


def left(
    x: np.ndarray, element: str, components: tuple[str, ...], vectors: tuple[str, ...] = ("1",)
) -> str | None:
    surface = Surface.of(x, components, vectors)
    image = read_element(element, Frame(components, vectors)).act(torch.from_numpy(x)).numpy()
    return surface.left_by(x, image)


def test_a_plane_that_is_not_that_of_the_image() -> None:
    """x3 = x1 + x2: kept by exchange of all signs, not by the mirror of x1."""
    p = RNG.normal(size=(300, 2))
    x = np.c_[p, p.sum(axis=1)][:, None]
    assert left(x, "P", ("x1", "x2", "x3")) is None
    assert left(x, "reflection(x1)", ("x1", "x2", "x3")) == (
        "it does not preserve the surface on which the events lie"
    )


def test_a_constant_that_changes_its_sign() -> None:
    x = np.c_[RNG.normal(size=(300, 2)), np.full(300, 7.0)][:, None]
    assert left(x, "reflection(x3)", ("x1", "x2", "x3")) == "it changes x3"
    assert left(x, "reflection(x1)", ("x1", "x2", "x3")) is None


def test_an_ellipse() -> None:
    """x1^2 + 4 x2^2 = 1 is kept by mirrors, not by a quarter turn."""
    phi = RNG.uniform(0, 2 * np.pi, size=400)
    x = np.c_[np.cos(phi), np.sin(phi) / 2][:, None]
    assert left(x, "reflection(x1)", ("x1", "x2")) is None
    assert left(x, "Z_4", ("x1", "x2")) == "it does not preserve the surface on which the events lie"


def test_back_to_back_pairs() -> None:
    """Momenta that sum to zero, of fixed energy: what keeps them is named, what does not is not."""
    p = RNG.normal(size=(400, 3))
    p /= np.linalg.norm(p, axis=1, keepdims=True)
    e = np.ones((400, 1))
    x = np.stack([np.c_[e, p], np.c_[e, -p]], axis=1)
    components = ("E", "px", "py", "pz")
    for element in ("P", "exchange(1,2)", "Z_3(z)", "reflection(x)"):
        assert left(x, element, components, ("a", "b")) is None
    assert left(x, "reflection(E)", components, ("a", "b")) == "it changes the sum of E and E of a"


def test_events_that_fill_the_space_have_no_surface() -> None:
    assert left(RNG.normal(size=(300, 1, 2)), "Z_3", ("x1", "x2")) is None
