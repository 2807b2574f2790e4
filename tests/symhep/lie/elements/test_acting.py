"""Elements that act alike on the events at hand, and those that do nothing."""

from __future__ import annotations

import numpy as np
import torch

from symhep.lie.elements.acting import moves, same_action, sources
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element

FRAME = Frame(("px", "py", "pz"), ("a", "b"))
X = torch.from_numpy(np.random.default_rng(5).normal(size=(40, 2, 3)))


def test_back_to_back_pairs_are_their_own_images() -> None:
    back = torch.stack([X[:, 0], -X[:, 0] * (1 + 1e-9)], dim=1)
    parity, swap = read_element("P", FRAME), read_element("exchange(1,2)", FRAME)
    assert not moves(parity * swap, back)
    assert moves(parity * swap, X)
    assert same_action(parity, swap, back)
    assert not same_action(parity, swap, X)
    assert not same_action(read_element("Z_3(z)", FRAME), read_element("Z_2(z)", FRAME), X)
    names = ["P", "exchange(1,2)", "P*exchange(1,2)", "reflection(x)", "Z_2(x)*P"]
    elements = [read_element(name, FRAME) for name in names]
    found = sources(elements, back)
    # P*exchange does nothing; the turn by pi after P is the mirror
    assert [None if e is None else e.name for e in found] == [
        "P",
        "P",
        None,
        "reflection(x)",
        "reflection(x)",
    ]
