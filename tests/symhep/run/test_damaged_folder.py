"""Run folders that were cut off, changed by hand, or written by others: a run mends what it can, a report says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symhep
from symhep.errors import StoreError, SymhepError
from symhep.plugin.manager import build_registry
from symhep.run.rewrite import reword


@pytest.fixture
def folder(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> Path:
    """The folder of a run that ended well."""
    toy_card["output"]["figures"] = []
    return symhep.run(toy_card, tmp_path / "r", registry=registry).folder


def _cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _statuses(folder: Path) -> dict[str, str]:
    methods = json.loads((folder / "results.json").read_text())["methods"]
    return {name: outcome["status"] for name, outcome in methods.items()}


@pytest.mark.parametrize(
    "name", ["results.json", "boot/result.json", "boot/arrays.npz", "cutflow.json", ".symhep/hashes.json"]
)
def test_a_run_makes_anew_what_was_cut_off(
    folder: Path, name: str, toy_card: dict[str, Any], registry: Any
) -> None:
    whole = (folder / name).read_bytes()
    _cut(folder / name)
    done = symhep.run(toy_card, folder, registry=registry)
    assert done.failed == {}
    assert _statuses(folder) == {"boot": "ok"}
    assert done.computed == (["boot"] if name.startswith("boot") else [])
    if name.endswith(("npz", "hashes.json")):
        assert (folder / name).read_bytes() == whole
    assert reword(folder, registry)[1] == []


@pytest.mark.parametrize("name", ["results.json", "boot/result.json", "provenance.json", "cutflow.json"])
def test_a_report_names_the_file_that_was_cut_off(folder: Path, name: str, registry: Any) -> None:
    _cut(folder / name)
    with pytest.raises(StoreError, match=rf"{name} is not valid JSON .*remove it and run the card again"):
        reword(folder, registry)


def test_a_history_that_was_cut_off_is_told_before_anything_is_computed(
    folder: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    _cut(folder / "provenance.json")
    with pytest.raises(StoreError, match=r"provenance\.json is not valid JSON"):
        symhep.run(toy_card, folder, overrides=["run.seed=8"], registry=registry)
    (folder / "provenance.json").unlink()
    assert symhep.run(toy_card, folder, overrides=["run.seed=8"], registry=registry).computed == ["boot"]


def test_results_without_a_line_have_no_number_of_one(
    folder: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    """As after kill -9 between the result and the line: the result is kept, and nobody claims it."""
    (folder / "provenance.json").unlink()
    (folder / "results.json").unlink()
    done = symhep.run(toy_card, folder, registry=registry)
    assert (list(done.results), done.computed) == (["boot"], [])
    assert json.loads((folder / "provenance.json").read_text())["results"] == {"boot": None}
    assert done.report.is_file()


def test_a_result_of_another_schema_is_computed_again(
    folder: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    path = folder / "boot/result.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": "0.1"}))
    with pytest.raises(
        StoreError,
        match=r"schema 0\.1, which .* does not read; run its card again",
    ):
        reword(folder, registry)
    assert symhep.run(toy_card, folder, registry=registry).computed == ["boot"]


def test_a_result_that_does_not_fit_its_record_is_computed_again(
    folder: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    path = folder / "boot/result.json"
    stored = json.loads(path.read_text())
    del stored["summary"]["mean"]
    path.write_text(json.dumps(stored))
    done = symhep.run(toy_card, folder, registry=registry)
    assert (done.failed, done.computed) == ({}, ["boot"])


@pytest.mark.parametrize("content", ["[]", '{"methods": 3}', '{"methods": {"boot": 3}}'])
def test_results_that_are_no_mapping(
    folder: Path, content: str, toy_card: dict[str, Any], registry: Any
) -> None:
    (folder / "results.json").write_text(content)
    with pytest.raises(StoreError, match=r"results\.json is damaged or was changed"):
        reword(folder, registry)
    symhep.run(toy_card, folder, registry=registry)
    assert _statuses(folder) == {"boot": "ok"}


def _files(folder: Path) -> list[str]:
    """All files that a run leaves but those that nothing is read from."""
    found = [str(p.relative_to(folder)) for p in sorted(folder.rglob("*")) if p.is_file()]
    return [name for name in found if not name.endswith(("lock", ".md"))]


def test_every_file_cut_at_any_place_is_made_anew_or_named(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    """For each file and some places: running again mends it, but for the history, which is named."""
    toy_card["output"]["figures"] = ["png"]
    toy_card["methods"]["boot"]["options"] = {"shards": 1}
    folder = symhep.run(toy_card, tmp_path / "r", registry=registry).folder
    names = _files(folder)
    kinds = (
        "result.json",
        "arrays.npz",
        "histograms.json",
        "hashes.json",
        "-00000.npz",
        ".png",
        "drawn/boot.json",
    )
    assert all(any(name.endswith(kind) for name in names) for kind in kinds), names
    rng = np.random.default_rng(4)
    for name in names:
        whole = (folder / name).read_bytes()
        for place in {0, int(rng.integers(len(whole))), len(whole) - 2}:
            (folder / name).write_bytes(whole[:place])
            if name == "provenance.json":
                with pytest.raises(StoreError, match=r"provenance\.json is not valid JSON"):
                    symhep.run(toy_card, folder, registry=registry)
                (folder / name).write_bytes(whole)
            assert symhep.run(toy_card, folder, registry=registry).failed == {}, (name, place)
            assert _statuses(folder) == {"boot": "ok"}
            if name.endswith((".npz", ".png", "histograms.json")) and "/parts/" not in name:
                assert len((folder / name).read_bytes()) == len(whole), (name, place)


@pytest.mark.parametrize("name", ["boot/result.json", "boot/histograms.json", "boot/arrays.npz"])
@pytest.mark.parametrize("content", ["[]", "{}", '{"x": {}}', "3", "\x00"])
def test_a_report_of_a_file_with_something_else_in_it(
    folder: Path, registry: Any, name: str, content: str
) -> None:
    (folder / name).write_text(content)
    told = []
    try:
        reword(folder, registry)
    except SymhepError as error:
        told.append(str(error))
    assert all("boot" in reason for reason in told)


def test_words_of_a_method_that_is_not_installed_are_kept(folder: Path) -> None:
    before = json.loads((folder / "results.json").read_text())
    page, kept = reword(folder, build_registry())
    assert kept == ["'boot' keeps its text: its method 'bootstrap' is not installed"]
    assert json.loads((folder / "results.json").read_text()) == before
    assert before["methods"]["boot"]["statements"][0]["text"] in page.read_text()
