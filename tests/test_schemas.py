"""The schemas that are shipped are those of the code; every card of the samples follows them, a spoiled one not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from symhep.methods.schema import keys_table, record_schema
from symhep.plugin.card_schema import card_schema
from symhep.plugin.manager import build_registry

ROOT = Path(__file__).resolve().parent.parent
REGISTRY = build_registry()
METHODS = ("moments", "oracle", "symmetrygan", "vae")
CARDS = sorted(
    p.relative_to(ROOT).as_posix()
    for p in (ROOT / "samples").rglob("*.yaml")
    if "\nsymhep: " in p.read_text(encoding="utf-8")  # the others are settings of workflow systems
)


def _card(name: str) -> Any:
    return YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = card_schema(REGISTRY)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_shipped_card_schema_is_that_of_the_code() -> None:
    """If not: symhep schema card -o symhep/card/card.schema.json"""
    shipped = json.loads((ROOT / "symhep/card/card.schema.json").read_text(encoding="utf-8"))
    installed = build_registry()
    for known in (installed.methods, installed.readers):
        for name in [n for n, target in known.items() if str(target.target).startswith("symhep_thrust")]:
            del known[name]
    assert shipped == json.loads(json.dumps(card_schema(installed)))


@pytest.mark.parametrize("method", METHODS)
def test_the_shipped_schema_of_a_method_is_that_of_its_record(method: str) -> None:
    """If not: symhep schema METHOD -o plugins/symhep_METHOD/record.schema.json"""
    shipped = json.loads((ROOT / f"plugins/symhep_{method}/record.schema.json").read_text(encoding="utf-8"))
    made = record_schema(method, REGISTRY.method(method).Record)
    Draft202012Validator.check_schema(made)
    assert shipped == json.loads(json.dumps(made))


@pytest.mark.parametrize("method", METHODS)
def test_every_key_of_a_summary_is_described(method: str) -> None:
    rows = keys_table(REGISTRY.method(method).Record).splitlines()[2:]
    assert [row for row in rows if row.endswith("|  |")] == []


@pytest.mark.parametrize("name", CARDS)
def test_cards_of_the_samples_follow_the_schema(name: str, validator: Draft202012Validator) -> None:
    assert [f"{e.json_path}: {e.message}" for e in validator.iter_errors(_card(name))] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("methods", "relevance", "options", "latent_dims"), 3),
        (("methods", "relevance", "options", "runs"), "many"),
        (("datasets", "ee", "file"), "a.lhe"),
        (("run", "seed"), -1),
        (("output", "style"), "CDF"),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else "",
)
def test_a_spoiled_card_is_refused(
    place: tuple[str, ...], value: Any, validator: Draft202012Validator
) -> None:
    card = _card("samples/ee_mumu.yaml")
    node = card
    for key in place[:-1]:
        node = node.setdefault(key, {})
    node[place[-1]] = value
    assert not validator.is_valid(card)
