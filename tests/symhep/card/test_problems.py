"""Options that are one of several records: what is wrong with them, in the words of the card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from symhep.card.loader import load_card
from symhep.card.problems import validation_error
from symhep.card.shapes import follow, kinds
from symhep.errors import CardError


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Circle(_Record):
    kind: Literal["circle", "disc"]
    radius: float = 1.0


class Function(_Record):
    kind: Literal["function"]
    function: str = Field(
        pattern=r"^\w+:\w+$", description="module:function", examples=["mine:mt"]
    )  # a key that is also a kind


class Plain(_Record):
    width: int = 1


AnyShape = Annotated[
    Annotated[Circle | Function, Field(discriminator="kind")],
    BeforeValidator(lambda value: {"kind": value} if isinstance(value, str) else value),
]


class Drawing(_Record):
    shape: AnyShape
    more: tuple[AnyShape, ...] = ()
    named: dict[str, AnyShape] = {}
    plain: Plain | None = None


def _problem(**values: Any) -> str:
    lines: dict[tuple[str | int, ...], int] = {
        (): 1,
        ("shape",): 4,
        ("shape", "kind"): 5,
        ("shape", "radus"): 6,
        ("shape", "function"): 7,
    }
    with pytest.raises(ValidationError) as caught:
        Drawing.model_validate(values)
    return str(validation_error(caught.value, Drawing, "c.yaml", lines))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"kind": "disc", "radus": 1},
            "c.yaml, line 6: unknown key 'radus' for kind 'disc'; known: kind, radius; did you mean "
            "'radius'?",
        ),
        (
            {"kind": "disc", "xyz": 1},
            "c.yaml, line 4: unknown key 'xyz' for kind 'disc'; known: kind, radius",
        ),
        (
            {"kind": "circel"},
            "c.yaml, line 4: shape: unknown kind 'circel'; known: circle, disc, function; did you mean "
            "'circle'?",
        ),
        ("xyz", "c.yaml, line 4: shape: unknown kind 'xyz'; known: circle, disc, function"),
        ({"radius": 1}, "c.yaml, line 4: 'shape.kind' is missing; known: circle, disc, function"),
        ({"kind": "function"}, "c.yaml, line 7: 'shape.function' is missing"),
        (
            {"kind": "function", "function": "mine.mt"},
            "c.yaml, line 7: shape.function: 'mine.mt' does not fit; write module:function, e.g. mine:mt",
        ),
        (
            3,
            "c.yaml, line 4: shape: expected one of circle, disc, function, or a mapping {kind: ..., ...} "
            "(got 3)",
        ),
    ],
)
def test_a_field_of_several_kinds(value: Any, message: str) -> None:
    assert _problem(shape=value) == message


def test_kinds_inside_lists_and_mappings() -> None:
    wrong = {"kind": "disc", "radus": 1}
    hint = "unknown key 'radus' for kind 'disc'; known: kind, radius; did you mean 'radius'?"
    assert _problem(shape="disc", more=[wrong]) == f"c.yaml, line 1: {hint}"
    assert _problem(shape="disc", named={"function": wrong}) == f"c.yaml, line 1: {hint}"


def test_a_record_without_kinds_is_reported_as_before() -> None:
    assert _problem(shape="disc", plain={"widht": 1}).endswith("unknown key 'widht'; did you mean 'width'?")


def test_paths_lose_what_pydantic_adds() -> None:
    place = follow(Drawing, ("shape", "function", "function"))
    assert place.keys == ("shape", "function")
    assert place.shape.types == (str,)
    assert follow(Drawing, ("more", 2, "disc", "radius")).keys == ("more", 2, "radius")
    assert follow(Drawing, ("named", "disc", "disc")).kind == "disc"
    assert kinds([Circle, Plain]) == {}


def test_a_name_of_the_card(tmp_path: Path) -> None:
    """A dataset and an object named as the rule for names forbids: the rule in words."""
    good: dict[str, Any] = {"symhep": 1, "datasets": {}, "features": {}}
    rule = r"'1x' does not fit; write letters, digits and _, not starting with a digit, e\.g\. jets_4$"
    with pytest.raises(CardError, match=rf"^<card>: datasets\.1x: {rule}"):
        load_card(good | {"datasets": {"1x": {}}})
    with pytest.raises(CardError, match=rf"^<card>: features\.p\.object: {rule}"):
        load_card(good | {"features": {"p": {"object": "1x", "vars": ["px"]}}})
