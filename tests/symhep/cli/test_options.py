"""Options as `symhep methods NAME` shows them: nested records and kinds with their keys."""

from __future__ import annotations

import json
from typing import Literal

import click
from pydantic import BaseModel, Field

from symhep.cli.options import describe, lines


class Square(BaseModel):
    """Four sides."""

    kind: Literal["square", "diamond"]
    side: float = Field(2.0, description="length of a side")


class Circle(BaseModel):
    """Round.

    Not told.
    """

    kind: Literal["circle"]
    centre: tuple[float, float] = Field(description="where it is")


class Pen(BaseModel):
    colours: tuple[str, ...] = Field(("red", "blue"), description="of the lines")


class Page(BaseModel):
    pen: Pen = Field(Pen(colours=("green",)), description="that it starts with")
    pens: tuple[Pen, ...] = Field((), description="further ones")


class Drawing(BaseModel):
    shape: Square | Circle = Field(discriminator="kind", description="what to draw")
    frame: Square | Circle | None = Field(None, description="around it")
    pen: Pen = Field(Pen(), description="how")
    filled: bool = Field(False, description="inside too")


def test_records_for_scripts() -> None:
    shape, frame, pen, filled = json.loads(json.dumps(describe(Drawing)))
    assert list(shape["kinds"]) == list(frame["kinds"]) == ["square", "diamond", "circle"]
    assert shape["kinds"]["diamond"]["options"] == [
        {
            "name": "side",
            "type": "float",
            "required": False,
            "default": 2.0,
            "description": "length of a side",
        }
    ]
    assert shape["kinds"]["circle"]["description"] == "Round."
    assert (shape["required"], frame["required"]) == (True, False)
    assert pen["default"] == {"colours": ["red", "blue"]}
    assert [o["name"] for o in pen["options"]] == ["colours"]
    assert "options" not in filled


def test_records_for_people() -> None:
    assert [click.unstyle(line) for line in lines(describe(Drawing))] == [
        "  shape required (a kind, or {kind: ..., keys})",
        "      what to draw",
        "      kind: square | diamond",
        "          Four sides.",
        "          side = 2 (float)",
        "              length of a side",
        "      kind: circle",
        "          Round.",
        "          centre required ([float, float])",
        "              where it is",
        "  frame = none (a kind, or {kind: ..., keys})",
        "      around it",
        "      kinds as under 'shape'",
        "  pen (keys below)",
        "      how",
        "      colours = [red, blue] (list of str)",
        "          of the lines",
        "  filled = false (bool)",
        "      inside too",
    ]


def test_defaults_are_those_of_the_outer_record() -> None:
    pen, pens = describe(Page)
    assert pen["options"][0]["default"] == ("green",)
    assert pens["options"][0]["default"] == ("red", "blue")
    assert pens["type"] == "list of keys below"
