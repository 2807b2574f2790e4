"""The result in one line: how it shows itself, draws, is kept, and what is said of wrong arguments."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import symhep
from symhep.arrays.analysis import Analysis
from symhep.arrays.dataset import dataset_of
from symhep.card.schema import RunOptions
from symhep.errors import CardError, MethodError, PluginError, StoreError

X = np.random.default_rng(3).normal(size=(60, 2))


@pytest.fixture
def result(registry: Any) -> Analysis:
    return symhep.analyse(X, "bootstrap", registry=registry, shards=2, name="points")


def test_a_result_is_short_in_print_and_tables_in_a_notebook(result: Analysis) -> None:
    assert isinstance(result, symhep.Result)
    assert repr(result) == f"<Analysis by bootstrap: {result.statements[0].text}>"
    assert "<caption>" in result._repr_html_()
    assert result.generators is None


def test_tables_are_data_frames(result: Analysis) -> None:
    assert list(result.to_pandas()) == ["means"]
    table = result.to_pandas("means")
    assert list(table.columns) == ["feature", "mean", "mean low", "mean high"]
    assert table["mean"].dtype == np.float64
    expected = [n.value for _, n in result.tables["means"].rows]
    pd.testing.assert_series_equal(table["mean"], pd.Series(expected, name="mean"))
    with pytest.raises(StoreError, match="no table 'mean'; did you mean 'means'"):
        result.to_pandas("mean")


def test_data_frames_without_pandas(result: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match="needs pandas, which is not installed: pip install pandas"):
        result.to_pandas()


def test_figures_are_drawn_from_the_result(result: Analysis) -> None:
    figures = result.figures()
    assert list(figures) == ["means"]
    assert figures["means"]._repr_png_().startswith(b"\x89PNG")
    assert isinstance(result.figure("means"), Figure)
    with pytest.raises(StoreError, match="no figure 'mean'; did you mean 'means'"):
        result.figure("mean")


def test_the_report_is_that_of_a_run(result: Analysis, tmp_path: Path) -> None:
    page = result.report(tmp_path / "pages" / "mine.html")
    text = page.read_text(encoding="utf-8")
    assert page == tmp_path / "pages" / "mine.html"
    assert [p.name for p in page.parent.iterdir()] == ["mine.html"]
    assert "data:image/png;base64," in text
    assert "60 events of <b>points</b>" in text
    assert result.statements[0].text.split(" is ")[0] in text
    assert "jackknife" in text  # the reference of the method


def test_nothing_is_written_unless_asked(
    registry: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    symhep.analyse(X, "bootstrap", registry=registry)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_keeps_what_a_run_keeps(registry: Any, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    first = symhep.analyse(X, "bootstrap", registry=registry, folder=tmp_path / "kept", trace=str(trace))
    kept = tmp_path / "kept"
    for name in ("bootstrap/result.json", "bootstrap/figures/means.pdf", "results.json", "report.html"):
        assert (kept / name).is_file(), name
    stored = json.loads((kept / "results.json").read_text())["methods"]["bootstrap"]
    assert stored["summary"] == first.summary
    done = len(trace.read_text().splitlines())
    again = symhep.analyse(X, "bootstrap", registry=registry, folder=kept, trace=str(trace))
    assert again.summary == first.summary
    assert len(trace.read_text().splitlines()) == done
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").touch()
    with pytest.raises(StoreError, match="was not written by symhep"):
        symhep.analyse(X, "bootstrap", registry=registry, folder=tmp_path / "other")


def test_the_seed_is_that_of_a_card(registry: Any) -> None:
    assert inspect.signature(symhep.analyse).parameters["seed"].default == RunOptions().seed
    one, two, three = (
        symhep.analyse(X, "bootstrap", registry=registry, seed=seed).record.mean for seed in (1, 1, 2)
    )
    assert one == two != three


def test_a_dataset_is_taken_as_it_is(registry: Any) -> None:
    data = dataset_of(X, weights=np.arange(60.0), scaling="standard")
    one = symhep.analyse(data, "bootstrap", registry=registry)
    two = symhep.analyse(X, "bootstrap", registry=registry, weights=np.arange(60.0), scaling="standard")
    assert one.summary == two.summary
    assert one.header["scaling"] == two.header["scaling"]
    assert (
        symhep.analyse(data, "bootstrap", registry=registry, scaling="none").header["scaling"]["kind"]
        == "none"
    )
    with pytest.raises(CardError, match="weights: a Dataset already contains it; give it to dataset_of"):
        symhep.analyse(data, "bootstrap", registry=registry, weights=np.ones(60))


def test_progress_and_style(registry: Any) -> None:
    seen: list[str] = []

    class Recorder:
        @contextmanager
        def task(self, description: str, total: int) -> Iterator[Any]:
            seen.append(description)
            yield lambda steps=1, note="": None

    recorder = Recorder()
    found = symhep.analyse(X, "bootstrap", registry=registry, progress=recorder, style="CMS")
    assert seen.count("bootstrap") == 4
    assert found.figure("means").get_axes()[0].get_xlabel() == "feature"
    assert symhep.analyse(X, "bootstrap", registry=registry, progress=True).summary == found.summary


@pytest.mark.slow
def test_two_processes_give_the_same_numbers() -> None:
    options: dict[str, Any] = {"latent_dim": 2, "runs": 21, "epochs": 1, "min_steps": 2}
    x = np.random.default_rng(1).normal(size=(200, 2))
    assert symhep.vae(x, **options).summary == symhep.vae(x, workers=2, **options).summary


def test_the_networks_come_along() -> None:
    x = np.random.default_rng(1).normal(size=(200, 2))
    assert list(symhep.vae(x, latent_dim=2, runs=2, epochs=1, min_steps=2).checkpoint) == ["vae"]


@pytest.mark.parametrize(
    ("method", "keywords", "error", "message"),
    [
        ("bootstap", {}, PluginError, "unknown method 'bootstap'; did you mean 'bootstrap'"),
        ("bootstrap", {"shrads": 2}, CardError, "'shrads' is not a keyword or an option of bootstrap"),
        ("bootstrap", {"weight": 2}, CardError, "'weight' is not a keyword .* did you mean 'weights'"),
        ("bootstrap", {"shards": "many"}, CardError, "options of bootstrap: shards: input should be a "
                                                     "valid integer"),
        ("bootstrap", {"seed": -1}, CardError, "seed=-1 is not a non-negative integer"),
        ("bootstrap", {"workers": 0}, CardError, "workers=0 is not a number of processes"),
        ("bootstrap", {"fail": "known"}, MethodError, "asked to fail"),
        ("bootstrap", {"fail": "unknown"}, MethodError, "ZeroDivisionError: broken inside"),
        ("bootstrap", {"device": "gpu"}, symhep.errors.DeviceError, "'gpu' is not a device"),
        ("bootstrap", {"spectators": {"s": np.ones(60)}}, CardError, "does not support spectators, which 'events' has"),
    ],
)  # fmt: skip
def test_wrong_arguments(
    registry: Any, method: str, keywords: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        symhep.analyse(X, method, registry=registry, **keywords)


def test_functions_of_methods_show_their_options() -> None:
    found = symhep.moments
    assert found.__name__ == "moments"
    assert {"x", "weights", "mask", "seed", "subgroups"} <= set(inspect.signature(found).parameters)
    assert "subgroups" in (found.__doc__ or "")
    with pytest.raises(AttributeError, match="no attribute 'momnts'"):
        _ = symhep.momnts
