"""Generators as a physicist calls them."""

from __future__ import annotations

import pytest

from symhep.lie.bases import poincare
from symhep.methods.enumeration import several
from symhep.methods.wording import in_words


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (poincare().labels, "rotations, boosts and translations"),
        (("J_x", "J_y"), "rotations about x and y"),
        (("K_z",), "boosts along z"),
        (("P_t", "P_z"), "translations of E and pz"),
        (("D",), "dilatations"),
        (("P_1", "E_12"), "P_1 and E_12"),
        (("J_z", "D", "E_12"), "dilatations, E_12 and rotations about z"),
    ],
)
def test_words(labels: tuple[str, ...], words: str) -> None:
    assert in_words(labels) == words


def test_many_are_counted() -> None:
    assert in_words([f"E_{i}" for i in range(19)]).endswith("E_7 and 11 others")
    assert several(["a"]) == "a"
