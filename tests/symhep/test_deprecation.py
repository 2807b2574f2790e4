"""Old names of keys: they work with a warning, or are refused with what to write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import symhep
from symhep.deprecation import Keys, Renamed
from symhep.errors import CardError, RenamedKeyWarning
from symhep.plugin.manager import build_registry
from symhep.run.plan import make_plan


def _card(use: str, **options: Any) -> dict[str, Any]:
    return {
        "symhep": 1,
        "datasets": {"toy": {"format": "toy", "options": {"name": "circle", "events": 50}}},
        "features": {"plane": {"vars": ["x1", "x2"], "scaling": "isotropic"}},
        "methods": {"asked": {"use": use, "features": "plane", "options": options}},
    }


def _options(card: dict[str, Any]) -> Any:
    return make_plan(symhep.load_card(card), build_registry()).methods["asked"].options


def test_the_old_name_of_an_option_of_a_card_works_and_says_so() -> None:
    with pytest.warns(RenamedKeyWarning, match="'strength' is now called 'bounds'.*until symhep 0.4"):
        options = _options(_card("moments", strength=False))
    assert options == _options(_card("moments", bounds=False))


def test_both_names_are_one_too_many() -> None:
    with pytest.raises(CardError, match="'strength' is the old name of 'bounds', which is given as well"):
        _options(_card("moments", strength=False, bounds=True))


@pytest.mark.parametrize(
    ("use", "options", "message"),
    [
        ("moments", {"reference": "dy"}, "write 'reference: DATASET' beside 'use'"),
        ("symmetrygan", {"validation": {"splits": 20}}, "remove it: divergences have errors"),
    ],
)
def test_a_key_that_is_gone_says_what_to_write(use: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(CardError, match=rf"is no key any more; {message}"):
        _options(_card(use, **options))


def test_values_that_are_no_mapping_are_left_to_the_fields() -> None:
    class Cut(Keys):
        renamed_keys = {"min": Renamed("above", until="0.4")}
        above: float = 0.0

    assert Cut.model_validate(Cut(above=2.0)).above == 2.0


def test_the_command_line_tells_it_in_a_line(tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    card.write_text(
        "symhep: 1\n"
        "datasets: {toy: {format: toy, options: {name: circle, events: 50}}}\n"
        "features: {plane: {vars: [x1, x2], scaling: isotropic}}\n"
        "methods: {asked: {use: moments, features: plane, options: {strength: false}}}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "symhep", "validate", str(card)], capture_output=True, text=True, check=True
    )
    assert done.stderr == "symhep: 'strength' is now called 'bounds'; the old name works until symhep 0.4\n"
