"""Keys of a card and of options as tables in Markdown."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from typing import Any, Literal

from pydantic import BaseModel, Field

from symhep.card.schema import RunCard
from symhep.cli.keys import key_tables
from symhep.cli.options import describe


class Size(BaseModel):
    width: float = Field(2.0, gt=0, description="of a line")


class Square(BaseModel):
    """Four sides."""

    kind: Literal["square"]
    side: float | None = Field(None, description="length | of a side", examples=[3.5])


class Circle(BaseModel):
    """Round."""

    kind: Literal["circle"]


class Drawing(BaseModel):
    shape: Square | Circle = Field(discriminator="kind", description="what to draw")
    pens: dict[str, Size] = Field({}, description="by name", examples=[{"thin": {"width": 0.1}}])
    frame: Size = Field(Size(width=5), description="around it")
    style: Literal["solid", "none"] = Field("solid", description="of the line")
    layers: tuple[Size, ...] = Field((), description="one above the other")


def test_a_table_for_each_record() -> None:
    assert key_tables(describe(Drawing)).splitlines() == [
        "| key | type | default | meaning |",
        "|---|---|---|---|",
        "| `shape` | keys of `shape` | required | what to draw |",
        "| `pens` | mapping of names to keys of `pens.NAME` |  | by name; e.g. `{thin: {width: 0.1}}` |",
        "| `frame` | keys of `pens.NAME` | `{width: 5}` | around it |",
        "| `style` | `solid`, `none` | `solid` | of the line |",
        "| `layers` | list of keys of `pens.NAME` | `[]` | one above the other |",
        "",
        "## `shape, kind: square`",
        "",
        "Four sides.",
        "",
        "| key | type | default | meaning |",
        "|---|---|---|---|",
        "| `side` | number |  | length \\| of a side; e.g. `3.5` |",
        "",
        "## `pens.NAME`",
        "",
        "| key | type | default | meaning |",
        "|---|---|---|---|",
        "| `width` | number | `2` | of a line |",
    ]


def walk(options: list[dict[str, Any]], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for option in options:
        yield path + option["name"], option
        yield from walk(option.get("options", []), f"{path}{option['name']}.")


def test_every_key_of_a_card_has_a_meaning_and_a_default_or_an_example() -> None:
    keys = dict(walk(describe(RunCard)))
    assert len(keys) > 60
    assert [key for key, option in keys.items() if not option["description"]] == []
    shown = ("symhep",)  # 1, which its type says
    assert [
        key
        for key, option in keys.items()
        if option["default"] in (None, {}, (), []) and "examples" not in option and key not in shown
    ] == []


def test_the_command_prints_them(command: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    printed = command("schema", "card", "--keys").stdout
    assert printed == key_tables(describe(RunCard)) + "\n"
    assert "## `objects.NAME`" in printed
