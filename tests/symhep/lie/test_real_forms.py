"""Characters of real forms against Knapp's table and dimension formulas."""

from __future__ import annotations

import pytest

from symhep.lie.real_forms import complex_names, real_form_names


@pytest.mark.parametrize(
    ("type_", "character", "names"),
    [
        ("A_1", -3, {"su(2)", "so(3)", "usp(2)"}),
        ("A_2", 0, {"su(1,2)"}),
        ("A_2", 2, {"sl(3,R)"}),
        ("A_3", 1, {"su(2,2)", "so(2,4)"}),
        ("A_3", -5, {"su*(4)", "so(1,5)"}),
        ("A_3", -3, {"su(1,3)", "so*(6)"}),
        ("B_2", 2, {"sp(4,R)", "so(2,3)"}),
        ("B_2", -2, {"usp(2,2)", "so(1,4)"}),
        ("D_4", -4, {"so*(8)", "so(2,6)"}),
        ("D_5", -45, {"so(10)"}),
        ("E_6", -26, {"e6(-26)"}),
        ("F_4", -52, {"f4"}),
        ("G_2", 2, {"g2(2)"}),
        ("A_13", 15, set()),
    ],
)
def test_names(type_: str, character: int, names: set[str]) -> None:
    assert set(real_form_names(type_, character)) == names


def test_preferred_name() -> None:
    assert real_form_names("A_3", -15)[0] == "su(4)"
    assert real_form_names("A_3", -15, vector=True)[0] == "so(6)"
    assert complex_names("A_1")[0] == "sl(2,C)"
    assert complex_names("D_4") == ("so(8,C)",)
    assert complex_names("E_6") == ("e6(C)",)
