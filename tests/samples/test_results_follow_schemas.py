"""What a method writes follows the schema that it ships, and spoiled results do not: every night for every sample."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

import symhep
from symhep.plugin.functions import add_code_folder

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
FOLDERS = (".", "moments", "oracles", "symmetrygan")
#: The suite runs one card per method.
ALWAYS = {"square", "moments/isotropic", "oracles/so3", "symmetrygan/fig09"}
#: The exact solver's time grows with the sixth power of the dimension: minutes, for the same shape of a result.
LARGE = {"oracles/su6", "oracles/f4", "oracles/e6"}
#: For public data that are not shipped; tests/samples/test_lhco_dijets.py runs it on data of its own.
DOWNLOADED = {"symmetrygan/lhco_dijets"}
CARDS = sorted(
    (SAMPLES / folder / path.name).relative_to(SAMPLES).with_suffix("").as_posix()
    for folder in FOLDERS
    for path in (SAMPLES / folder).glob("*.yaml")
    if f"{folder}/{path.stem}" not in DOWNLOADED
)

#: Trainings that end before anything is learned: the shape of a result does not depend on it.
TRAINED = {"epochs": 1, "min_steps": 20}
#: Option of a method that trains -> what makes it short; it is set where the card has the option.
SHORT: dict[str, dict[str, Any]] = {
    "oracle": {**TRAINED, "members": 2},
    "latent": {"steps": 30, "flows": 2},
    "gradient": {"seeds": 2, "epochs": 30},
    "flows": {"seeds": 2, "epochs": 30},
    "subgroups": {"restarts": 2, "steps": 20, "posthoc_steps": 20},
    "discrete": {"steps": 20},
    "map": {"learn": {"steps": 20, "warm_up": 5}},
}
#: Method -> what is set in any case.
ALL: dict[str, dict[str, Any]] = {
    "vae": {"runs": 2, **TRAINED},
    "moments": {"discrete": {"classifier": TRAINED}},
    "oracle": {},
    "symmetrygan": {
        "training": {"restarts": 4, "steps": 30},
        "validation": {"steps": 5, "posthoc": {"steps": 20}, "random": 4},
    },
}


def shortened(use: str, options: dict[str, Any]) -> dict[str, Any]:
    """The same analysis with trainings that end at once."""
    short = {key: value for key, value in SHORT.items() if options.get(key)} if use != "moments" else {}
    if use == "oracle":
        learned = isinstance(options["oracle"], dict) and options["oracle"]["kind"] == "learned"
        short = {k: v for k, v in short.items() if k != "oracle" or learned}
        solver = options.get("solver")
        short |= {solver: SHORT[solver]} if solver in SHORT else {}
    if "learn" not in (options.get("map") or {}):
        short.pop("map", None)
    return merged(options, merged(ALL[use], short))


def merged(old: Any, new: Any) -> Any:
    """``new`` over ``old``, mapping by mapping."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return old | {key: merged(old.get(key), value) for key, value in new.items()}


@cache
def validator(method: str) -> Draft202012Validator:
    shipped = ROOT / f"plugins/symhep_{method}/record.schema.json"
    return Draft202012Validator(json.loads(shipped.read_text(encoding="utf-8")))


def spoiled(summary: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """A summary with one key too few or too many, or with one value of another type."""
    for key, value in summary.items():
        yield f"without {key}", {k: v for k, v in summary.items() if k != key}
        other: Any = {"spoiled": True} if value is None else 17 if isinstance(value, str) else "spoiled"
        yield f"{key} = {other}", summary | {key: other}
    yield "with one more key", summary | {"spoiled": True}


@pytest.mark.parametrize(
    "name", [pytest.param(card, marks=() if card in ALWAYS else pytest.mark.slow) for card in CARDS]
)
def test_results_follow_the_schema_of_their_method(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name in LARGE:
        pytest.skip("minutes, for the same shape of a result as the smaller algebras have")
    monkeypatch.setenv("SYMHEP_CODE", "")
    monkeypatch.syspath_prepend(str(SAMPLES / "oracles"))
    add_code_folder(SAMPLES / "oracles")  # the functions of function.yaml, as by --code
    path = SAMPLES / f"{name}.yaml"
    overrides = ["output.figures=[]"]
    for method, block in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["methods"].items():
        options = shortened(block["use"], block.get("options", {}))
        overrides += [f"methods.{method}.options={json.dumps(options)}", f"methods.{method}.scan={{}}"]
    done = symhep.run(path, tmp_path, overrides=overrides, max_events=2000)
    assert done.failed == {}
    written = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["methods"]
    assert written.keys() == done.results.keys()
    for found in written.values():
        schema, summary = validator(found["use"]), found["summary"]
        assert [f"{e.json_path}: {e.message}" for e in schema.iter_errors(summary)] == []
        assert [how for how, bad in spoiled(summary) if schema.is_valid(bad)] == []
