"""The commands as a user types them: output, exit codes, one clear line for what is wrong."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LHE = '<LesHouchesEvents version="1.0">\n<init>\n 11 -11 40 40 0 0 0 0 3 1\n 1 0.1 1 1\n</init>\n'
EVENT = "<event>\n 2 1 1.0 80 -1 -1\n 13 1 0 0 0 0 {x} 0 {z} 40 0 0 9\n -13 1 0 0 0 0 -{x} 0 -{z} 40 0 0 9\n</event>\n"


def symhep(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "symhep", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300, check=False)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "two body.lhe"
    body = "".join(EVENT.format(x=i % 40, z=(1600 - (i % 40) ** 2) ** 0.5) for i in range(200))
    path.write_text(f"{LHE}{body}</LesHouchesEvents>\n")
    return path


def test_help_and_version() -> None:
    shown = symhep("--help")
    assert shown.returncode == 0
    for name in ("inspect", "init", "validate", "run", "methods", "plot", "report", "augment"):
        assert name in shown.stdout
        assert symhep(name, "--help").returncode == 0
    assert symhep("--version").stdout.startswith("symhep, version")


def test_unknown_command() -> None:
    done = symhep("rnu")
    assert done.returncode == 2
    assert "did you mean 'run'?" in done.stderr


def test_inspect_for_people_and_scripts(events: Path) -> None:
    done = symhep("inspect", events)
    assert done.returncode == 0
    assert "particles" in done.stdout
    assert "200" in done.stdout
    document = json.loads(symhep("inspect", events, "--json").stdout)
    assert (document["format"], document["events"], document["sum_of_weights"]) == ("lhe", 200, 200.0)
    assert document["collections"]["particles"]["fields"]["px"]["unit"] == "GeV"
    assert document["losses"] == []
    assert isinstance(json.loads(symhep("inspect", events, events, "--json").stdout), list)


def test_inspect_of_a_cut_file_reports_the_loss(events: Path, tmp_path: Path) -> None:
    whole = gzip.compress(events.read_bytes())
    (tmp_path / "cut.lhe.gz").write_bytes(whole[: len(whole) // 2])
    done = symhep("inspect", tmp_path / "cut.lhe.gz", "--json")
    assert done.returncode == 3
    document = json.loads(done.stdout)
    assert document.get("error") or document["losses"]
    assert "Traceback" not in done.stderr


def test_inspect_of_nothing_useful(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    done = symhep("inspect", tmp_path / "notes.txt")
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "no reader knows this format" in done.stderr


def test_init_validate_run(events: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    assert symhep("init", events, "-o", card).returncode == 0
    assert symhep("init", events, "-o", card).returncode == 2, "a card is not overwritten"
    assert symhep("init", events, "-o", card, "--force").returncode == 0
    assert "muons" in card.read_text()
    assert symhep("validate", card).stdout.endswith("good: 1 file, methods: relevance\n")
    quick = ["-s", "methods.relevance.options.epochs=3", "-s", "methods.relevance.options.runs=3"]
    assert symhep("run", card, "-o", tmp_path / "r", "--dry-run").returncode == 0
    assert not (tmp_path / "r").exists()
    done = symhep("run", card, "-o", tmp_path / "r", *quick, "-n", 150)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"report: {tmp_path / 'r' / 'report.html'}"
    results = json.loads((tmp_path / "r/results.json").read_text())["methods"]["relevance"]
    assert results["status"] == "ok"
    assert len(results["summary"]["relevance"]["mean"]) == 6
    assert json.loads((tmp_path / "r/cutflow.json").read_text())["datasets"]["events"]["events_read"] == 150
    page = (tmp_path / "r/report.html").read_bytes()
    (tmp_path / "r/report.html").unlink()
    assert symhep("report", tmp_path / "r").returncode == 0
    assert (tmp_path / "r/report.html").read_bytes() == page
    assert symhep("plot", tmp_path / "r").returncode == 0


def test_exit_codes(events: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    symhep("init", events, "-o", card)
    assert symhep("run", tmp_path / "no.yaml").returncode == 2
    assert symhep("validate", card, "-s", "methods.relevance.use=vea").returncode == 2
    assert symhep("run", card, "-o", tmp_path / "r", "--nonsense").returncode == 2
    cut = tmp_path / "cut.lhe"
    cut.write_text(events.read_text()[:-300])
    bad = symhep("run", card, "-o", tmp_path / "r", "-s", f"datasets.events.files=['{cut}']")
    assert bad.returncode == 3
    assert str(cut) in bad.stderr
    failing = [
        "-s", "features.momenta.scaling=none", "-s", "methods.relevance.options.learning_rate=1.0e+30",
        "-s", "methods.relevance.options.epochs=2",
    ]  # fmt: skip
    failed = symhep("run", card, "-o", tmp_path / "f", *failing)
    assert failed.returncode == 4, failed.stderr
    assert "method 'relevance' failed" in failed.stderr
    assert json.loads((tmp_path / "f/results.json").read_text())["methods"]["relevance"]["status"] == "failed"


def test_methods() -> None:
    listed = json.loads(symhep("methods", "--json").stdout)
    assert "vae" in listed["methods"]
    assert "lhe" in listed["formats"]
    assert listed["broken"] == {}
    one = json.loads(symhep("methods", "vae", "--json").stdout)
    beta: dict[str, Any] = next(o for o in one["options"] if o["name"] == "beta")
    assert beta["default"] == 0.1
    assert all(o["description"] for o in one["options"])
    assert "latent_dim" in symhep("methods", "vae").stdout
    for name in listed["formats"]:
        options = json.loads(symhep("methods", name, "--json").stdout)["options"]
        assert all(o["description"] for o in options), name
    assert symhep("methods", "vea").returncode == 2


def test_methods_shows_the_keys_of_every_kind() -> None:
    shown = symhep("methods", "oracle").stdout
    for text in (
        "kind: torchscript | onnx",
        "path, looked for beside the card",
        "strengths = [0, 0.001",
        "h_clos",
    ):
        assert text in shown
    assert "symhep_oracle." not in shown
    options = {o["name"]: o for o in json.loads(symhep("methods", "oracle", "--json").stdout)["options"]}
    assert "function" in [o["name"] for o in options["oracle"]["kinds"]["function"]["options"]]
    assert [o["name"] for o in options["breaking"]["options"]] == ["oracle", "strengths"]


def test_bars_are_silent_when_not_on_a_terminal(events: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    symhep("init", events, "-o", card)
    done = symhep("run", card, "-o", tmp_path / "r", "-s", "methods.relevance.options.epochs=2")
    assert done.returncode == 0
    assert done.stderr == ""
