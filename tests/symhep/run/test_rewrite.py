"""Figures, sentences and the page again, from stored results alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import symhep
from symhep.errors import CardError, MethodError, StoreError
from symhep.methods.result import Statement
from symhep.methods.verdict import Verdict
from symhep.plugin.manager import Registry
from symhep.run.rewrite import redraw, reword

Evil = Callable[..., Registry]


def test_redraw_needs_no_training(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    toy_card["methods"]["boot"]["options"]["trace"] = str(tmp_path / "trace")
    symhep.run(toy_card, tmp_path / "r", registry=registry)
    figure = tmp_path / "r/boot/figures/means.png"
    original = figure.read_bytes()
    figure.unlink()
    assert [p.name for p in redraw(tmp_path / "r", registry)] == ["means", "features"]
    assert figure.read_bytes() == original
    assert len((tmp_path / "trace").read_text().splitlines()) == 4


@pytest.mark.drawn
def test_redraw_in_another_style(tmp_path: Path, toy_card: dict[str, Any], registry: Any) -> None:
    folder = tmp_path / "r"
    symhep.run(toy_card, folder, registry=registry)
    figure = folder / "boot/figures/means.png"
    original, card = figure.read_bytes(), (folder / "card.yaml").read_bytes()
    redraw(folder, registry, overrides=["output.style=CMS", "output.label_right=13 TeV"])
    assert figure.read_bytes() != original
    assert (folder / "card.yaml").read_bytes() == card
    symhep.run(toy_card, folder, registry=registry)
    assert figure.read_bytes() == original, "a run draws as its card says"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("run.seed=1", "'run.seed=1': figures depend only on keys of 'output'"),
        ("output.style=CDF", "output.style"),
        ("output.look=CMS", "unknown key"),
    ],
)
def test_redraw_takes_keys_of_the_output_alone(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any, override: str, message: str
) -> None:
    symhep.run(toy_card, tmp_path / "r", registry=registry)
    with pytest.raises(CardError, match=message):
        redraw(tmp_path / "r", registry, overrides=[override])


def test_sentences_are_worded_again_without_a_fit(
    tmp_path: Path, toy_card: dict[str, Any], toy_method: Any, registry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "r"
    toy_card["methods"]["boot"]["options"]["trace"] = str(tmp_path / "trace")
    symhep.run(toy_card, folder, registry=registry)

    def other(self: Any, record: Any) -> Any:
        yield Statement(f"The means are known to {record.error[0]:.1g}.", {"error": record.error[0]})

    def asked(self: Any, record: Any) -> Any:
        yield Verdict("Are the means <b>known</b>?", "yes", size=record.first)

    monkeypatch.setattr(toy_method.Bootstrap, "statements", other)
    monkeypatch.setattr(toy_method.Bootstrap, "verdicts", asked)
    page = reword(folder, registry)[0].read_text()
    outcome = json.loads((folder / "results.json").read_text())["methods"]["boot"]
    (told,), (row,) = outcome["statements"], outcome["verdicts"]
    assert told["text"].startswith("The means are known to 0.")
    assert told["text"] in page
    assert json.loads((folder / "boot/result.json").read_text())["statements"] == [told]
    assert (row["question"], row["conclusion"]) == ("Are the means <b>known</b>?", "measured")
    assert json.loads((folder / "boot/result.json").read_text())["verdicts"] == [row]
    assert len((tmp_path / "trace").read_text().splitlines()) == 4, "nothing was fitted again"


def test_a_folder_of_an_older_version_is_named(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    folder = tmp_path / "r"
    symhep.run(toy_card, folder, registry=registry)
    stored = json.loads((folder / "boot/result.json").read_text())
    del stored["schema"]
    (folder / "boot/result.json").write_text(json.dumps(stored))
    for again in (redraw, reword):
        with pytest.raises(StoreError, match=r"keys are those of schema 0\.1, .* run its card again"):
            again(folder, registry)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("1.1", r"newer than this symhep \(schema 1\.0\); update symhep"),
        ("new", "not a version; run its card again"),
    ],
)
def test_a_folder_of_a_newer_version_is_named(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any, schema: str, message: str
) -> None:
    _with_schema(tmp_path / "r", toy_card, registry, schema)
    with pytest.raises(StoreError, match=message):
        reword(tmp_path / "r", registry)
    assert list(symhep.Run.load(tmp_path / "r", registry).failed) == ["boot"]


def test_a_folder_of_the_schema_before_the_first_release_of_it_is_read(
    tmp_path: Path, toy_card: dict[str, Any], registry: Any
) -> None:
    _with_schema(tmp_path / "r", toy_card, registry, "0.2")
    reword(tmp_path / "r", registry)
    assert list(symhep.Run.load(tmp_path / "r", registry).results) == ["boot"]


def _with_schema(folder: Path, card: dict[str, Any], registry: Any, schema: str) -> None:
    symhep.run(card, folder, registry=registry)
    stored = json.loads((folder / "boot/result.json").read_text())
    (folder / "boot/result.json").write_text(json.dumps(stored | {"schema": schema}))


def test_figures_drawn_again_by_a_method_that_exits(
    tmp_path: Path, toy_card: dict[str, Any], evil: Evil
) -> None:
    def exits(self: Any, result: Any) -> Any:
        sys.exit(0)

    toy_card["methods"]["aaa"] = {**toy_card["methods"]["boot"], "use": "evil"}
    done = symhep.run(toy_card, tmp_path / "r", registry=evil())
    (tmp_path / "r/boot/figures/means.png").unlink()
    evil = evil(figures=exits)
    with pytest.raises(MethodError, match=r"the figures of 'aaa': SystemExit: 0 \(traceback: .*aaa\.txt\)"):
        redraw(tmp_path / "r", evil)
    assert (tmp_path / "r/boot/figures/means.png").is_file()
    done.registry = evil
    with pytest.raises(MethodError, match="the figures of method 'evil' failed: SystemExit: 0"):
        done.figures("aaa")
