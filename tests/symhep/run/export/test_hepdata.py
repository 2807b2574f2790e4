"""A HEPData submission: accepted by hepdata-validator, and read back number by number."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from symhep.errors import StoreError
from symhep.run.export.hepdata.submission import export_hepdata
from symhep.run.export.hepdata.yaml import yaml_text
from symhep.run.export.keys import fields_and_rows
from symhep.run.stored import StoredRun

VALIDATE = """
import sys
from hepdata_validator.full_submission_validator import FullSubmissionValidator

validator = FullSubmissionValidator(schema_version="1.1.1", autoload_remote_schemas=False)
good = validator.validate(directory=sys.argv[1])
print([f"{name}: {message}" for name, found in validator.messages.items() for message in found])
sys.exit(not good)
"""


@pytest.fixture(scope="session")
def submission(stored: StoredRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder."""
    folder = tmp_path_factory.mktemp("hepdata") / "submission"
    done = export_hepdata(stored, folder)
    assert done.missing == tuple(stored.missing)
    return folder


@pytest.fixture(scope="session")
def tables(submission: Path) -> dict[str, Any]:
    """Name -> (entry of submission.yaml, content of its data file)."""
    _, *entries = yaml.safe_load_all((submission / "submission.yaml").read_text(encoding="utf-8"))
    return {
        e["name"]: (e, yaml.safe_load((submission / e["data_file"]).read_text(encoding="utf-8")))
        for e in entries
    }


def _column(table: Any, name: str, sample: str | None = None) -> Any:
    """A dependent variable."""
    for column in table[1]["dependent_variables"]:
        told = {q["name"]: q["value"] for q in column["qualifiers"]}
        if column["header"]["name"] == name and sample in (None, told.get("sample")):
            return column
    raise AssertionError(f"no column {name}: {[c['header'] for c in table[1]['dependent_variables']]}")


def test_the_validator_of_hepdata_accepts_it(submission: Path) -> None:
    # In a process of its own: it leaves files open, which is an error here.
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", VALIDATE, str(submission)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_hypotheses(tables: dict[str, Any], stored: StoredRun) -> None:
    table = tables["means/control: means: hypotheses"]
    rows = stored.results["means/control"].result.record.means
    (axis,) = table[1]["independent_variables"]
    assert [v["value"] for v in axis["values"]][:2] == ["px(jets)", "py(jets)"]
    p = [v["value"] for v in _column(table, "p-value")["values"]]
    np.testing.assert_allclose(p, [row.p_value for row in rows], rtol=1e-3)
    assert [v["value"] for v in _column(table, "verdict")["values"]] == ["compatible"] * 3
    qualifiers = {q["name"]: q["value"] for q in _column(table, "p-value")["qualifiers"]}
    assert qualifiers == {
        "METHOD": "tally", "FEATURES": "plane", "REGION": "control", "SAMPLE": "data", "LUMINOSITY": 2.0,
        "SQRT(S)": 13600.0,
    }  # fmt: skip
    single = tables["means/control: conclusions: hypotheses"]
    assert _column(single, "p-value")["values"] == [{"value": 0.25}]


def test_sizes_with_statistical_and_systematic_errors_and_limits(
    tables: dict[str, Any], stored: StoredRun
) -> None:
    table = tables["simulated/control: means: sizes"]
    result = stored.results["simulated/control"].result
    first = result.record.means[0]
    size = _column(table, "size")
    assert size["header"] == {"name": "size", "units": "GeV"}
    cell = size["values"][0]
    assert cell["value"] == pytest.approx(first.size.value, rel=1e-5)
    assert [e["label"] for e in cell["errors"]] == ["stat", "sys,jes"]
    assert cell["errors"][0]["symerror"] == pytest.approx(first.size.error, rel=1e-5)
    shift = result.variations.answers[0].shifts[0]
    told = cell["errors"][1]
    told = {"plus": told["symerror"], "minus": -told["symerror"]} if "symerror" in told else told["asymerror"]
    assert told == {"plus": pytest.approx(shift.up, rel=1e-5), "minus": pytest.approx(-shift.down, rel=1e-5)}
    limits = _column(table, "upper limit on size, 95% CL, observed")["values"]
    assert limits[0]["value"] == pytest.approx(abs(first.size.value) + 1.64 * first.size.error, rel=1e-5)
    expected = _column(table, "upper limit on size, 95% CL, expected")["values"]
    assert expected[0]["value"] == pytest.approx(1.96 * first.size.error, rel=1e-5)


def test_spectra_maps_and_divergences(tables: dict[str, Any], stored: StoredRun) -> None:
    table = tables["means/control: projection: größe"]
    (axis,) = table[1]["independent_variables"]
    assert axis == {
        "header": {"name": "größe", "units": "GeV"},
        "values": [{"low": 0.0, "high": 1.0}, {"low": 1.0, "high": 3.0}],
    }
    # Weights 2 and 0.5 in a bin each: errors |w|. The third lies beyond the axis.
    assert _column(table, "sum of weights", "before")["values"] == [
        {"value": 2.0, "errors": [{"symerror": 2.0, "label": "stat"}]},
        {"value": 0.5, "errors": [{"symerror": 0.5, "label": "stat"}]},
    ]
    assert _column(table, "sum of weights", "after")["values"] == [{"value": 0.0}, {"value": 0.0}]
    table = tables["means/control: map: J_z"]
    x, y = table[1]["independent_variables"]
    assert (x["header"], y["header"]) == ({"name": "px", "units": "GeV"}, {"name": "py", "units": "GeV"})
    counts = stored.results["means/control"].result.arrays["counts"]
    cells = _column(table, "departure")["values"]
    assert (x["values"][3]["low"], y["values"][3]) == (pytest.approx(-1 / 3), {"low": 0.0, "high": 2.0})
    assert cells[3]["value"] == counts[1, 1]
    assert cells[3]["errors"][0]["symerror"] == pytest.approx(np.sqrt(counts[1, 1] + 1), rel=1e-5)
    table = tables["means/control: Kullback-Leibler divergences"]
    kept = _column(table, "excess, compatible transformations")
    assert kept["header"]["units"] == "nats"
    assert kept["values"] == [{"value": 0.01, "errors": [{"symerror": 0.004, "label": "stat"}]}]
    limit = _column(table, "upper limit on the excess, 95% CL, observed, compatible transformations")
    assert limit["values"] == [{"value": 0.017}]


def test_control_plots_have_systematic_errors_bin_by_bin(tables: dict[str, Any], stored: StoredRun) -> None:
    table = tables["control/plane/control: px(jets)"]
    ((_, spectrum), *_) = stored.controls["control/plane/control"].spectra()
    cells = _column(table, "events", "all simulation")["values"]
    nominal = spectrum.total.values()
    varied = [h.values() for h in spectrum.varied["jes"].values()]
    fullest = int(nominal.argmax())
    assert cells[fullest]["value"] == pytest.approx(nominal[fullest], rel=1e-5)
    labels = {e["label"]: e for e in cells[fullest]["errors"]}
    assert labels["stat"]["symerror"] == pytest.approx(np.sqrt(spectrum.total.variances()[fullest]), rel=1e-5)
    # Up and down are one parameter: the extremes on each side.
    shifts = [v[fullest] - nominal[fullest] for v in varied]
    told = labels["sys,jes"].get("asymerror") or {
        "plus": labels["sys,jes"]["symerror"],
        "minus": -labels["sys,jes"]["symerror"],
    }
    assert told["plus"] == pytest.approx(max(*shifts, 0.0), rel=1e-4)
    assert told["minus"] == pytest.approx(min(*shifts, 0.0), rel=1e-4)
    data = _column(table, "events", "data")["values"]
    assert sum(cell["value"] for cell in data) == pytest.approx(spectrum.observed.sum().value)


def test_cutflow_with_yields(tables: dict[str, Any], stored: StoredRun) -> None:
    table = tables["cutflow of soft, mc"]
    rows = stored.cutflow["datasets"]["mc"]["selections"]["soft"]
    assert [v["value"] for v in _column(table, "events")["values"]] == [r["events"] for r in rows]
    # 1.5 pb times 2 / fb.
    assert _column(table, "yield")["values"][0]["value"] == 3000.0
    row = next(r for r in rows if r["name"] == "soft")
    cell = _column(table, "yield")["values"][rows.index(row)]
    shifts = [v - row["weighted"] for v in row["variations"]["jes"]["alternatives"].values()]
    told = {e["label"]: e for e in cell["errors"]}["sys,jes"]
    told = told.get("asymerror") or {"plus": told["symerror"], "minus": -told["symerror"]}
    assert told == {
        "plus": pytest.approx(max(*shifts, 0.0), rel=1e-4), "minus": pytest.approx(min(*shifts, 0.0), rel=1e-4)
    }  # fmt: skip


def test_what_is_blind_has_no_numbers(tables: dict[str, Any], submission: Path) -> None:
    assert not [name for name in tables if name.startswith("means/signal")]
    about = next(yaml.safe_load_all((submission / "submission.yaml").read_text(encoding="utf-8")))
    assert "'means/signal' is blinded" in about["comment"]
    signal = tables["control/plane/signal: px(jets)"]
    samples = {
        q["value"] for c in signal[1]["dependent_variables"] for q in c["qualifiers"] if q["name"] == "sample"
    }
    assert samples == {"mc", "all simulation"}
    assert "Collision data are blinded here." in signal[0]["description"]
    assert [v["value"] for v in tables["cutflow of hard, data"][1]["independent_variables"][0]["values"]] == [
        "all"
    ]


def test_keywords_and_figures(tables: dict[str, Any], submission: Path) -> None:
    entry, _ = tables["means/control: means: sizes"]
    keywords = {k["name"]: k["values"] for k in entry["keywords"]}
    assert keywords["cmenergies"] == [13600.0]
    assert "size" in keywords["observables"]
    shown = [r["location"] for e, _ in tables.values() for r in e.get("additional_resources", ())]
    assert "figure_means_control_means.png" in shown
    thumb = submission / "thumb_figure_means_control_means.png"
    with Image.open(thumb) as picture:
        assert picture.size[0] <= 240


def test_local_names_stay_at_home(submission: Path, run_folder: Path) -> None:
    for path in submission.glob("*.yaml"):
        assert str(run_folder) not in path.read_text(encoding="utf-8")
    card = yaml.safe_load((submission / "card.yaml").read_text(encoding="utf-8"))
    assert card["datasets"]["data"]["files"] == ["pp_dijets_13TeV.root"]


def test_names_of_files_are_plain(submission: Path) -> None:
    for path in submission.iterdir():
        assert all(c.isascii() and (c.isalnum() or c in "_-.") for c in path.name), path.name


def test_a_folder_that_holds_something_else_is_left_alone(
    stored: StoredRun, submission: Path, tmp_path: Path
) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(
        StoreError, match="is not empty; choose another folder, or use --force to replace an earlier export"
    ):
        export_hepdata(stored, tmp_path)
    with pytest.raises(StoreError, match="contains files that are not from an export; choose another folder"):
        export_hepdata(stored, tmp_path, force=True)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]
    again = tmp_path / "again"
    shutil.copytree(submission, again)
    (again / "left_over.yaml").write_text("a: 1")
    export_hepdata(replace(stored, results={}), again, force=True)
    assert not (again / "left_over.yaml").exists()
    assert not list(tmp_path.glob(".again*"))


@given(st.recursive(
    st.one_of(st.text(), st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)), max_leaves=12,
))  # fmt: skip
def test_yaml_is_read_back_by_the_readers_of_hepdata(content: Any) -> None:
    from symhep.printable import printable

    def shown(value: Any, keep: str = "\n") -> Any:
        """Text as it is shown: what is invisible is written out."""
        if isinstance(value, dict):
            return {printable(k): shown(v) for k, v in value.items()}
        if isinstance(value, list):
            return [shown(v) for v in value]
        return printable(value, keep=keep) if isinstance(value, str) else value

    (found,) = yaml.load_all(yaml_text([{"x": content}]), Loader=yaml.SafeLoader)
    assert json.dumps(found["x"]) == json.dumps(shown(content))


@pytest.mark.parametrize(
    ("key", "fields", "rows"),
    [
        ("algebra", ("algebra",), ()),
        ("candidates[J_z].size", ("candidates", "size"), ("J_z",)),
        ("kl.kept.excess[0]", ("kl", "kept", "excess"), ("0",)),
        ("a[b[0].c].d[e]", ("a", "d"), ("b[0].c", "e")),
    ],
)
def test_keys_taken_apart(key: str, fields: tuple[str, ...], rows: tuple[str, ...]) -> None:
    assert fields_and_rows(key) == (fields, rows)
