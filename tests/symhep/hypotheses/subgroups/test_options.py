"""The card's word `subgroups`: true, false, or which classes."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import ValidationError

from symhep.errors import CardError
from symhep.hypotheses.subgroups.options import SubgroupOptions, switch
from symhep.lie.subgroups import lattice, poincare_subgroups
from symhep.methods.interface import Options


class Own(SubgroupOptions):
    restarts: int = 6


class Card(Options):
    subgroups: Annotated[Own | None, switch(Own)] = Own()


def test_spellings() -> None:
    assert Card.model_validate({"subgroups": True}).subgroups == Own()
    assert Card.model_validate({"subgroups": False}).subgroups is None
    asked = Card.model_validate(
        {"subgroups": {"catalogue": "poincare", "classes": ["SO(3)"], "restarts": 2}}
    ).subgroups
    assert asked == Own(catalogue="poincare", classes=("SO(3)",), restarts=2)


def test_the_schema_knows_all_spellings() -> None:
    schema = Card.model_json_schema()["properties"]["subgroups"]
    assert {option.get("type", "mapping") for option in schema["anyOf"]} == {"boolean", "mapping", "null"}


def test_a_wrong_key_is_an_error_at_its_place() -> None:
    with pytest.raises(ValidationError) as error:
        Card.model_validate({"subgroups": {"clases": ["SO(3)"]}})
    assert [problem["loc"] for problem in error.value.errors()] == [("subgroups", "clases")]


def test_asked_classes_bring_those_that_lie_in_them() -> None:
    catalogue = poincare_subgroups()
    asked = SubgroupOptions(classes=("Lorentz",)).asked(catalogue)
    assert asked == {"Lorentz", *lattice(catalogue).below["Lorentz"]}
    assert SubgroupOptions().asked(catalogue) == set(catalogue)
    with pytest.raises(CardError, match=r"the poincare catalogue has no subgroup 'SO\(4\)'"):
        SubgroupOptions(classes=("SO(4)",)).asked(catalogue)
