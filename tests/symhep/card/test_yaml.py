"""YAML that a stranger wrote: what works, and what is refused before it costs memory or time."""

from __future__ import annotations

from pathlib import Path

import pytest

from symhep.card.loader import load_card
from symhep.card.yaml import YamlTextError, read_yaml
from symhep.errors import CardError

#: Nine words, nine times nine, ...: eleven lines that stand for 3e10 values.
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefghij", "bcdefghijk", strict=True)
)


def test_anchors_aliases_and_merge_keys() -> None:
    found = read_yaml("common: &c {format: lhe, xsec_pb: 2}\nx: {<<: *c, xsec_pb: 3}\ny: [*c, *c]\n")
    assert dict(found["x"].items()) == {"xsec_pb": 3, "format": "lhe"}
    assert found["y"] == [{"format": "lhe", "xsec_pb": 2}] * 2


def test_an_anchor_may_be_set_anew() -> None:
    assert read_yaml("[&a 1, *a, &a 2, *a]") == [1, 1, 2, 2]


def test_a_card_may_use_them(tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    card.write_text(
        "symhep: 1\ndatasets:\n  a: &a {files: a.lhe, format: lhe}\n  b: {<<: *a, files: b.lhe}\n"
        "features: {p: {vars: !!str px}}\n"
    )
    found = load_card(card).card
    assert (found.datasets["b"].format, found.datasets["b"].files) == ("lhe", ("b.lhe",))
    assert found.features["p"].vars == ("px",)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (BOMB, 6, r"has more than 200,000 values: check its aliases \(\*name\)"),
        (BOMB.replace(": &", ": &m_").replace("a: ", "'a': "), 1, "found undefined alias"),
        ("x: 1\ny: &a [1, *a]\n", 2, "an alias contains itself"),
        ("x: &a {<<: *a}\n", 1, "an alias contains itself"),
        ("x: 1\ny: !foo [1]\n", 2, r"the tag '!foo' is not allowed"),
        ("x: !!python/object/apply:os.system [ls]\n", 1, r"the tag '.*os\.system' is not allowed"),
        ("x: !!binary aGVsbG8=\n", 1, "the tag '.*binary' is not allowed"),
        ("x: !!set {a}\n", 1, "the tag '.*set' is not allowed"),
        ("x: 1\ny: " + "[" * 100_000, 2, "is nested too deeply: more than 40 levels"),
        ("- " * 600, 1, "is nested too deeply: more than 40 levels"),
    ],
    ids=["bomb", "undefined", "self", "merge", "tag", "python", "binary", "set", "deep", "block"],
)
def test_what_is_refused(text: str, line: int, message: str) -> None:
    with pytest.raises(YamlTextError, match=message) as caught:
        read_yaml(text)
    if "undefined" not in message:
        assert caught.value.line == line


def test_depth_is_counted_and_not_guessed() -> None:
    assert read_yaml("[" * 39 + "1" + "]" * 39)
    with pytest.raises(YamlTextError, match="more than 40 levels"):
        read_yaml("[" * 40 + "1" + "]" * 40)


@pytest.mark.parametrize("name", ["c.yaml", "c.json", "c.toml"])
def test_every_kind_of_card_is_refused_when_nested_or_long(tmp_path: Path, name: str) -> None:
    card = tmp_path / name
    deep = ".".join(["a"] * 3000) + " = 1" if name.endswith("toml") else "[" * 3000
    card.write_text(deep)
    with pytest.raises(CardError, match=rf"{name}.*(nested too deeply|contains itself)"):
        load_card(card)
    card.write_text("# " + "x" * 2_000_000)
    with pytest.raises(CardError, match=rf"{name}: is longer than 2,000,000 bytes.*fileset"):
        load_card(card)


@pytest.mark.parametrize("place", ["/dev/zero", "."])
def test_a_card_is_a_file(place: str) -> None:
    with pytest.raises(CardError, match=r"cannot be read: is a (device|folder), not a file"):
        load_card(place)
