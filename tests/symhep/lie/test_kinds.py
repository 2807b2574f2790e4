"""Which generators and elements act on vectors of which not all is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from symhep.errors import LieError
from symhep.lie.bases import dilatation, lorentz, poincare
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep.lie.elements.usual import usual_elements
from symhep.lie.generators import Generators
from symhep.lie.kinds import Known, defined_on, why_undefined

NAMES = ("E", "px", "py", "pz")
JETS, MET = Known("jets", NAMES), Known("met", ("px", "py"))
TRACKS, LIGHT = Known("tracks", ("px", "py", "pz")), Known("photons", NAMES, massless=True)


@pytest.mark.parametrize(
    ("system", "kept"),
    [
        ([JETS], "J_x J_y J_z K_x K_y K_z P_t P_x P_y P_z"),
        ([JETS, MET], "J_z K_z P_t P_x P_y P_z"),
        ([JETS, TRACKS], "J_x J_y J_z P_t P_x P_y P_z"),
        ([LIGHT], "J_x J_y J_z K_x K_y K_z"),
        ([LIGHT, MET], "J_z K_z"),
    ],
)
def test_generators_of_a_system(system: list[Known], kept: str) -> None:
    found = defined_on(poincare(), NAMES, system)
    assert found.generators.labels == tuple(kept.split())
    assert {label for label, _ in found.left_out} == set(poincare().labels) - set(kept.split())


def test_what_is_left_out_says_what_it_would_need() -> None:
    why = dict(defined_on(poincare(), NAMES, [JETS, MET]).left_out)
    assert why == {
        "J_x": "it needs the pz of met", "J_y": "it needs the pz of met",
        "K_x": "it needs the E of met", "K_y": "it needs the E of met",
    }  # fmt: skip
    assert dict(defined_on(poincare(), NAMES, [LIGHT]).left_out)["P_x"] == "photons would not stay massless"


def test_the_restricted_flow_is_a_flow() -> None:
    """m exp((s + t) W) m = m exp(s W) m exp(t W) m for those that are defined, and not for J_x."""
    m = np.diag([0.0, 1.0, 1.0, 0.0])

    def composes(label: str) -> bool:
        one, two, both = (m @ expm(t * lorentz()[label]) @ m for t in (0.3, 0.5, 0.8))
        return np.allclose(one @ two, both)

    assert [label for label in lorentz().labels if composes(label)] == ["J_z", "K_z"]


def test_a_dilatation_keeps_the_light_cone_and_a_stretch_of_the_energy_does_not() -> None:
    assert why_undefined(dilatation(4)["D"], NAMES, [LIGHT], element=False) == ""
    stretch = Generators("R", np.diag([1.0, 0, 0, 0])[None], ("S",))
    assert why_undefined(stretch["S"], NAMES, [LIGHT], element=False) == "photons would not stay massless"
    assert (
        why_undefined(np.diag([2.0, 1, 1, 1]), NAMES, [LIGHT], element=True)
        == "photons would not stay massless"
    )
    assert why_undefined(np.diag([1.0, -1, 1, 1]), NAMES, [LIGHT], element=True) == ""


def test_nothing_left_is_an_error() -> None:
    message = r"no generator of so\(1,3\): J_x is defined on these vectors \(J_x: it needs the pz of met\); name other"
    with pytest.raises(LieError, match=message):
        defined_on(lorentz().subset(["J_x"]), NAMES, [MET])


def test_elements_of_events_with_missing_momentum() -> None:
    frame = Frame(NAMES, ("met", "j1", "j2"), (MET, JETS, JETS), ("met", "jets", "jets"), frozenset({"jets"}))
    names = [e.name for e in usual_elements(frame)]
    assert names == [
        "P",
        "T",
        "reflection(x)",
        "reflection(y)",
        "reflection(z)",
        "Z_2(x)",
        "Z_2(z)",
        "Z_3(z)",
    ]
    with pytest.raises(LieError, match=r"'Z_4\(x\)' is not defined on these vectors: it needs the pz of met"):
        read_element("Z_4(x)", frame)
    with pytest.raises(
        LieError, match="the members of 'jets' have no order, so that their exchange is trivial"
    ):
        read_element("exchange(2,3)", frame)
    fixed = Frame(NAMES, ("met", "j1", "j2"), (MET, JETS, JETS), ("met", "jets", "jets"))
    assert "exchange(2,3)" in [e.name for e in usual_elements(fixed)]
    with pytest.raises(LieError, match="'met' and 'j1' have different components"):
        read_element("exchange(1,2)", fixed)
