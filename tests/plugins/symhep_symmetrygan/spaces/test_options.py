"""The card's word `search`: a name or a mapping, and what symhep 0.1 read out of one string."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.spaces.options import SearchOptions


def test_a_name_is_a_group() -> None:
    assert SymmetryGanOptions(search="so(4)") == SymmetryGanOptions(search={"group": "so(4)"})
    assert SymmetryGanOptions(search=False).search is None
    assert SymmetryGanOptions().search == SearchOptions()


def test_options_can_be_sent_to_workers() -> None:
    options = SymmetryGanOptions(search="so(4)", terms=[{"name": "cyclic", "settings": {"order": 3}}])
    sent = pickle.loads(pickle.dumps(options))  # noqa: S301 - of our own making
    assert sent == options
    assert sent.terms[0].build().order == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"search": "so(4) on px1 py1 px2 py2"},
            r"write 'search: \{group: so\(4\), on: \[px1, py1, px2, py2\], marginal: true\}'",
        ),
        ({"search": "J_z, K_z on E1, pz1"}, r"group: \[J_z, K_z\], on: \[E1, pz1\], marginal: true"),
        ({"search": "J_z, K_z + 0.5*J_x"}, r"write 'search: \{group: \[J_z, K_z \+ 0.5\*J_x\]\}'"),
        (
            {"search": "all subgroups of lorentz"},
            r"write 'search: false' and 'subgroups: \{catalogue: lorentz\}'",
        ),
        ({"search": "all subgroups of the catalogue"}, r"'subgroups: \{catalogue: poincare\}'"),
        (
            {"search": ["SO(3)", "J_z"]},
            r"write 'search: false' and 'subgroups: \{classes: \[SO\(3\), J_z\]\}'",
        ),
        ({"search": {"group": "so(2) on x y"}}, r"group: so\(2\), on: \[x, y\]"),
        ({"subgroups": {"elements": ["P"]}}, r"write 'discrete: \{elements: \[P\]\}'"),
        ({"search": {"group": "so(2)", "marginal": True}}, "name the coordinates to keep"),
        ({"search": {"groop": "so(2)"}}, "groop"),
    ],
)
def test_old_spellings_show_the_new_one(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SymmetryGanOptions.model_validate(options)
