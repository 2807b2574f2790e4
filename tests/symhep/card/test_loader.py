"""Cards: what is accepted, and how errors point at their line."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from symhep.card.loader import load_card
from symhep.errors import CardError

GOOD: dict[str, Any] = {
    "symhep": 1,
    "datasets": {"ee": {"files": ["a.lhe"], "format": "lhe"}},
    "objects": {"muons": {"collection": "particles", "sort": "pt", "take": 2}},
    "features": {"p3": {"object": "muons", "vars": ["px", "py"]}},
    "methods": {"rel": {"use": "vae", "features": "p3", "options": {"beta": 0.1}}},
}

YAML = """\
symhep: 1
datasets:
  ee: {files: [a.lhe], format: lhe}
features:
  p3:
    vars: [px]
    scalling: standard
"""


def _write(tmp_path: Path, text: str, name: str = "card.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_mapping() -> None:
    card = load_card(GOOD).card
    assert card.objects["muons"].sort is not None
    assert (card.objects["muons"].sort.by, card.objects["muons"].sort.order) == ("pt", "descending")
    assert card.run.seed == 20260101


def test_a_card_survives_its_own_dump() -> None:
    card = load_card(GOOD).card
    assert load_card(card).card == card


def test_a_run_of_numbered_features() -> None:
    card = load_card({"symhep": 1, "datasets": {}, "features": {"p": {"vars": ["x8..x11", "HT > 3"]}}}).card
    assert card.features["p"].vars == ("x8", "x9", "x10", "x11", "HT > 3")


def test_unknown_key_names_line_and_nearest(tmp_path: Path) -> None:
    path = _write(tmp_path, YAML)
    with pytest.raises(CardError) as caught:
        load_card(path)
    assert str(caught.value) == f"{path}, line 7: unknown key 'scalling'; did you mean 'scaling'?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("symhep: 1\nsymhep: 1\n", "line 2.*duplicate key"),
        ("symhep: [1\n", "line 2"),
        ("- 1\n", "a run card is a mapping"),
        ("symhep: 1\ndatasets: {}\n", "'features' is missing"),
        ("symhep: 2\ndatasets: {}\nfeatures: {}\n", "line 1: symhep: input should be 1"),
        ("symhep: 1\ndatasets: {}\nfeatures: {p: {vars: []}}\n", "line 3.*'vars' is empty"),
        (
            "symhep: 1\ndatasets: {}\nfeatures: {p: {vars: [x3..x1]}}\n",
            "line 3.*'x3..x1' is not a range such as",
        ),
        (
            "symhep: 1\ndatasets: {}\nfeatures: {p: {vars: [x1..y3]}}\n",
            "line 3.*'x1..y3' is not a range such as",
        ),
        (
            "symhep: 1\ndatasets: {}\nfeatures: {}\nobjects: {z: {pair: [a], collection: b}}\n",
            "line 4.*give one of",
        ),
        (
            "symhep: 1\ndatasets: {}\nfeatures: {}\nrun: {seed: -1}\n",
            "line 4: run.seed.*greater than or equal to 0",
        ),
    ],
)
def test_bad_cards(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CardError, match=message):
        load_card(_write(tmp_path, text))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("\x07", "card.yaml, line 2: a character that is not allowed in YAML"),
        ("1" * 5000, r"card.yaml: .*4300 digits"),
        ("2001-99-99", "card.yaml: month must be in"),
        ("!!int foo", "card.yaml: invalid literal for int"),
        ("!!bool foo", "card.yaml: 'foo'"),
        ("[" * 600, "card.yaml, line 2: is nested too deeply"),
    ],
    ids=["control", "long", "date", "int", "bool", "nested"],
)
def test_what_yaml_cannot_read(tmp_path: Path, value: str, message: str) -> None:
    with pytest.raises(CardError, match=message):
        load_card(_write(tmp_path, f"symhep: 1\nx: {value}\n"))
    with pytest.raises(CardError, match=r"^-s run.seed: .* is not valid YAML"):
        load_card(GOOD, [f"run.seed={value}"])


def test_a_card_that_contains_itself(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="contains itself"):
        load_card(_write(tmp_path, "&a {symhep: *a}\n"))


@pytest.mark.parametrize("value", ["1" * 5000, "[" * 3000], ids=["long", "nested"])
def test_what_toml_cannot_read(tmp_path: Path, value: str) -> None:
    with pytest.raises(CardError, match=r"c\.toml: .*(digits|nested)"):
        load_card(_write(tmp_path, f"symhep = {value}\n", "c.toml"))


@pytest.mark.parametrize("text", ["", "- 1\n", "word"])
@pytest.mark.parametrize("override", ["a.b=1", "a=1"])
def test_overrides_need_a_mapping(tmp_path: Path, text: str, override: str) -> None:
    with pytest.raises(CardError, match=r"card\.yaml: a run card is a mapping"):
        load_card(_write(tmp_path, text), [override])


def test_paths_stand_for_their_names() -> None:
    card = load_card(GOOD | {"datasets": {"ee": {"files": [PurePosixPath("data/a.lhe")]}}}).card
    assert card.datasets["ee"].files == ("data/a.lhe",)


@pytest.mark.parametrize("value", [object(), 10**5000, {(1, 2): 3}], ids=["object", "long", "key"])
def test_what_a_card_cannot_hold(value: Any) -> None:
    with pytest.raises(CardError, match=r"^<card>: contains values that JSON does not support"):
        load_card(GOOD | {"run": value})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"datasets": {"ee": {"xsec_pb": 0}}}, r"xsec_pb.*greater than 0"),
        ({"datasets": {"ee": {"xsec_pb": -2.0}}}, r"xsec_pb.*greater than 0"),
        ({"datasets": {"ee": {"xsec_pb": float("nan")}}}, r"xsec_pb.*finite"),
        ({"datasets": {"ee": {"xsec_pb": float("inf")}}}, r"xsec_pb.*finite"),
        ({"datasets": {"e" * 65: {}}}, "at most 64 characters"),
        ({"objects": {"mu": {"collection": "c", "take": 1001}}}, r"take.*expected a number from 1 to 1000"),
        ({"symhep": True}, "symhep: input should be 1"),
        ({"symhep": 1.0}, "symhep: input should be 1"),
        ({"methods": {"m": {"use": "vae", "features": "p3", "datasets": []}}}, "at least 1 item"),
    ],
)
def test_values_out_of_range(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(CardError, match=message):
        load_card(GOOD | changes)


@pytest.mark.parametrize("values", [[0.1, 1, 0.1], [0.1, "0.1"], ["0.10", 0.1], [[1, 2], 0.1, [1, 2]]])
def test_a_scan_names_no_value_twice(values: list[Any]) -> None:
    method = {"use": "vae", "features": "p3", "scan": {"beta": values}}
    with pytest.raises(CardError, match=r"scan of beta: (0\.1|\[1, 2\]) is given twice"):
        load_card(GOOD | {"methods": {"rel": method}})


def test_a_scan_of_distinct_values() -> None:
    method = {"use": "vae", "features": "p3", "scan": {"beta": [0.1, 1, 10], "loss": ["mse", "l1"]}}
    assert load_card(GOOD | {"methods": {"rel": method}}).card.methods["rel"].scan["beta"] == [0.1, 1, 10]


def test_yaml_is_1_2(tmp_path: Path) -> None:
    """In YAML 1.1 'on' would be a boolean; here it is a name."""
    text = "symhep: 1\ndatasets: {on: {files: [a]}}\nfeatures: {}\n"
    assert list(load_card(_write(tmp_path, text)).card.datasets) == ["on"]


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    toml = 'symhep = 1\n[datasets.ee]\nfiles = ["a"]\n[features.p]\nvars = ["px"]\n'
    json = '{"symhep": 1, "datasets": {"ee": {"files": ["a"]}}, "features": {"p": {"vars": ["px"]}}}'
    assert (
        load_card(_write(tmp_path, toml, "c.toml")).card == load_card(_write(tmp_path, json, "c.json")).card
    )


def test_broken_toml(tmp_path: Path) -> None:
    with pytest.raises(CardError, match=r"c\.toml"):
        load_card(_write(tmp_path, "symhep = ", "c.toml"))


def test_missing_and_binary_file(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="cannot be read: no such file"):
        load_card(tmp_path / "no.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CardError, match="is not a text file"):
        load_card(tmp_path / "b.yaml")


def test_overrides() -> None:
    card = load_card(
        GOOD, ["methods.rel.options.beta=1.0", "run.device=cpu", "datasets.ee.files=[b, c]"]
    ).card
    assert card.methods["rel"].options == {"beta": 1.0}
    assert card.datasets["ee"].files == ("b", "c")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("run.seed", "not of the form"),
        ("symhep.x=1", "is not a mapping"),
        ("run.seed=[", "is not valid YAML"),
    ],
)
def test_bad_overrides(override: str, message: str) -> None:
    with pytest.raises(CardError, match=message):
        load_card(GOOD, [override])
