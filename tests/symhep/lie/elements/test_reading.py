"""Names of elements, and what they do to momenta and to features."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.errors import LieError
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep.lie.elements.usual import usual_elements

MUONS = Frame(("E", "px", "py", "pz"), ("mu-", "mu+"))
JETS = Frame(("E", "px", "py", "pz"), ("jets[0]", "jets[1]", "jets[2]"))
PLANE = Frame(("x1", "x2"), ("1",))
EVENT = [[9.0, 1.0, 2.0, 3.0], [8.0, -4.0, 5.0, 6.0]]


def image(text: str, frame: Frame = MUONS) -> list[list[float]]:
    x = torch.tensor([EVENT[: len(frame.vectors)]], dtype=torch.float64)
    return [[round(c, 12) + 0.0 for c in v] for v in read_element(text, frame).act(x)[0].tolist()]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("P", [[9, -1, -2, -3], [8, 4, -5, -6]]),
        ("T", [[9, -1, -2, -3], [8, 4, -5, -6]]),
        ("reflection(x)", [[9, -1, 2, 3], [8, 4, 5, 6]]),
        ("reflection(pz)", [[9, 1, 2, -3], [8, -4, 5, -6]]),
        ("exchange(1,2)", EVENT[::-1]),
        ("exchange(mu+, mu-)", EVENT[::-1]),
        ("C", EVENT[::-1]),
        ("CP", [[8, 4, -5, -6], [9, -1, -2, -3]]),
        ("P*exchange(1,2)", [[8, 4, -5, -6], [9, -1, -2, -3]]),
        ("Z_2(z)", [[9, -1, -2, 3], [8, 4, -5, 6]]),
        ("Z_4(z)", [[9, -2, 1, 3], [8, -5, -4, 6]]),
        ("Z4(px,py)", [[9, -2, 1, 3], [8, -5, -4, 6]]),
        ("Z_4(x)", [[9, 1, -3, 2], [8, -4, -6, 5]]),
        ("Z_4(z) * reflection(x)", [[9, -2, -1, 3], [8, -5, 4, 6]]),  # the reflection first
    ],
)
def test_what_an_element_does(text: str, wanted: list[list[float]]) -> None:
    assert image(text) == wanted


def test_a_third_of_a_turn() -> None:
    element = read_element("Z_3(z)", MUONS)
    assert element.order == 3
    assert element.matrix[1:3, 1:3] == pytest.approx(np.array([[-1, -(3**0.5)], [3**0.5, -1]]) / 2)


def test_names_stay_as_they_were_written_but_for_spaces() -> None:
    assert read_element(" P * exchange(1, 2) ", MUONS).name == "P*exchange(1,2)"


def test_meanings_say_what_is_done() -> None:
    said = {
        text: read_element(text, MUONS).meaning
        for text in ("T", "reflection(y)", "reflection(z)", "C", "Z_3(z)")
    }
    assert said["T"].endswith("p -> -p: the same map as P")
    assert said["reflection(y)"] == "mirror in a plane with the beam, py -> -py"
    assert said["reflection(z)"] == "mirror transverse to the beam, of the final state only, pz -> -pz"
    assert said["C"] == "charge conjugation of the final state, exchange of mu- and mu+"
    assert said["Z_3(z)"] == "rotation by 2 pi / 3 about z"


@pytest.mark.parametrize(
    ("text", "frame", "message"),
    [
        ("", MUONS, "a factor is missing"),
        ("P*", MUONS, "a factor is missing next to '\\*'"),
        ("Q", MUONS, "unknown element 'Q'"),
        ("reflexion(z)", MUONS, "did you mean 'reflection'"),
        ("reflection(z", MUONS, "'\\(' without '\\)'"),
        ("reflection)z(", MUONS, "'\\)' without '\\('"),
        ("reflection(z)x", MUONS, "'\\)' is missing after 'reflection"),
        ("reflection(w)", MUONS, "unknown component 'w'"),
        ("reflection", MUONS, "needs 1 names in brackets, not 0"),
        ("exchange(1)", MUONS, "needs 2 names in brackets, not 1"),
        ("exchange(1,3)", MUONS, "unknown particle '3'"),
        ("exchange(1,0)", MUONS, "unknown particle '0'"),
        ("exchange(1,mu-)", MUONS, "names the same particle twice"),
        ("P*T", MUONS, "acts trivially on all events"),
        ("Z_1(z)", MUONS, "q must be 2 to 24"),
        ("Z_99999(z)", MUONS, "q must be 2 to 24"),
        ("Z_3(E)", MUONS, "is not a rotation; write Z_3\\(z\\) for an axis"),
        ("Z_3", MUONS, "is not a rotation"),
        ("Z_3(px,px)", MUONS, "is not a rotation"),
        ("Z_5(z)*Z_7(z)", MUONS, "is larger than 24"),
        ("C", JETS, "antiparticle of 'jets\\[0\\]' is not known"),
        (
            "C",
            Frame(MUONS.components, ("no such thing", "mu+")),
            "the antiparticle of 'no such thing' is not known",
        ),
        ("C", Frame(MUONS.components, ("mu-", "e+")), "C maps mu- to mu\\+, which is not among"),
        ("C", Frame(MUONS.components, ("gamma", "Z0")), "C acts trivially on all particles"),
        ("T", PLANE, "T reverses momenta, but the features have none"),
    ],
)
def test_what_cannot_be_read(text: str, frame: Frame, message: str) -> None:
    with pytest.raises(LieError, match=message):
        read_element(text, frame)


def test_particles_with_brackets_in_their_names() -> None:
    frame = Frame(MUONS.components, ("D*(2010)+", "D*(2010)-"))
    assert read_element("exchange(D*(2010)+,D*(2010)-)", frame).sources == (1, 0)
    assert read_element("C", frame).sources == (1, 0)


def test_vectors_without_a_name_have_numbers() -> None:
    assert Frame.of(("x1", "x2"), (), 3).vectors == ("1", "2", "3")
    assert Frame.of(("px", "py", "pz"), ("a", "b"), 2).vectors == ("a", "b")


def test_the_usual_elements_of_muons_and_of_jets() -> None:
    muons = [e.name for e in usual_elements(MUONS)]
    assert muons == [
        *("P", "T", "reflection(x)", "reflection(y)", "reflection(z)", "Z_2(x)", "Z_2(z)", "Z_3(z)"),
        *("exchange(1,2)", "C", "CP"),
    ]
    assert [e.name for e in usual_elements(JETS)][-3:] == ["exchange(1,2)", "exchange(1,3)", "exchange(2,3)"]
    many = Frame(JETS.components, tuple(f"jets[{i}]" for i in range(6)))
    swaps = [e.name for e in usual_elements(many) if "exchange" in e.name]
    assert swaps == [f"exchange({i},{i + 1})" for i in range(1, 6)]


def test_the_usual_elements_of_features() -> None:
    assert [e.name for e in usual_elements(PLANE)] == ["P", "reflection(x1)", "reflection(x2)", "Z_3", "Z_4"]
    assert [e.name for e in usual_elements(Frame(("x1",), ("1", "2")))] == ["reflection(x1)", "exchange(1,2)"]
    assert read_element("P", PLANE).matrix.diagonal().tolist() == [-1, -1]
