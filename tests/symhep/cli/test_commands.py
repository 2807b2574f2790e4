"""The commands as a user types them: output, exit codes, one clear line for what is wrong."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

QUICK = [x for o in ("epochs=2", "min_steps=0", "runs=2") for x in ("-s", f"methods.relevance.options.{o}")]
Command = Callable[..., subprocess.CompletedProcess[str]]
LHE = '<LesHouchesEvents version="1.0">\n<init>\n 11 -11 40 40 0 0 0 0 3 1\n 1 0.1 1 1\n</init>\n'
EVENT = (
    "<event>\n 2 1 1.0 80 -1 -1\n 13 1 0 0 0 0 {x} 0 {z} 40 0 0 9\n -13 1 0 0 0 0 -{x} 0 -{z} 40 0 0 "
    "9\n</event>\n"
)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "two body.lhe"
    body = "".join(EVENT.format(x=i % 40, z=(1600 - (i % 40) ** 2) ** 0.5) for i in range(200))
    path.write_text(f"{LHE}{body}</LesHouchesEvents>\n")
    return path


def test_help_and_version(command: Command) -> None:
    shown = command("--help")
    assert shown.returncode == 0
    for name in ("inspect", "init", "validate", "run", "methods", "plot", "report", "augment"):
        assert name in shown.stdout
        assert command(name, "--help").returncode == 0
    assert command("--version").stdout.startswith("symhep, version")


def test_a_process_of_its_own(tmp_path: Path) -> None:
    """All other tests call the same function in the process of the tests."""
    typed = [sys.executable, "-m", "symhep", "inspect", str(tmp_path / "none.lhe")]
    done = subprocess.run(typed, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert (len(done.stderr.splitlines()), "no such file" in done.stderr) == (1, True)


def test_unknown_command(command: Command) -> None:
    done = command("rnu")
    assert done.returncode == 2
    assert "did you mean 'run'?" in done.stderr


def test_inspect_for_people_and_scripts(command: Command, events: Path) -> None:
    done = command("inspect", events)
    assert done.returncode == 0
    assert "particles" in done.stdout
    assert "200" in done.stdout
    document = json.loads(command("inspect", events, "--json").stdout)
    assert (document["sqrt_s_gev"], document["process"], document["cuts"]) == (80.0, None, [])
    assert (document["format"], document["events"], document["sum_of_weights"]) == ("lhe", 200, 200.0)
    assert document["collections"]["particles"]["fields"]["px"]["unit"] == "GeV"
    assert document["losses"] == []
    assert isinstance(json.loads(command("inspect", events, events, "--json").stdout), list)


def test_inspect_of_a_cut_file_reports_the_loss(command: Command, events: Path, tmp_path: Path) -> None:
    whole = gzip.compress(events.read_bytes())
    (tmp_path / "cut.lhe.gz").write_bytes(whole[: len(whole) // 2])
    done = command("inspect", tmp_path / "cut.lhe.gz", "--json")
    assert done.returncode == 3
    document = json.loads(done.stdout)
    assert document.get("error") or document["losses"]
    assert "Traceback" not in done.stderr


def test_inspect_of_nothing_useful(command: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    done = command("inspect", tmp_path / "notes.txt")
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "unknown file format" in done.stderr


def test_init_validate_run(command: Command, events: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    assert command("init", events, "-o", card).returncode == 0
    assert command("init", events, "-o", card).returncode == 2, "a card is not overwritten"
    assert command("init", events, "-o", card, "--force").returncode == 0
    assert "muons" in card.read_text()
    assert command("validate", card).stdout.endswith("OK: 1 file, methods: algebra, relevance\n")
    quick = [*QUICK, "-s", "methods.relevance.options.runs=3", "-s", "output.figures=[png]"]
    assert command("run", card, "-o", tmp_path / "r", "--dry-run").returncode == 0
    assert not (tmp_path / "r").exists()
    done = command("run", card, "-o", tmp_path / "r", *quick, "-n", 150)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"report: {tmp_path / 'r' / 'report.html'}"
    results = json.loads((tmp_path / "r/results.json").read_text())["methods"]["relevance"]
    assert results["status"] == "ok"
    assert len(results["summary"]["relevance"]["mean"]) == 6
    assert json.loads((tmp_path / "r/cutflow.json").read_text())["datasets"]["events"]["events_read"] == 150
    page = (tmp_path / "r/report.html").read_bytes()
    (tmp_path / "r/report.html").unlink()
    assert command("report", tmp_path / "r").returncode == 0
    assert (tmp_path / "r/report.html").read_bytes() == page
    assert command("plot", tmp_path / "r").returncode == 0
    assert command("plot", tmp_path / "r", "-s", "output.style=CMS").returncode == 0
    assert command("plot", tmp_path / "r", "-s", "run.seed=1").returncode == 2


def test_run_of_events_writes_a_card_and_goes_on_with_it(
    command: Command, events: Path, tmp_path: Path
) -> None:
    out = tmp_path / "r"
    quick = ["-o", out, "--only", "algebra", "-s", "output.figures=[]"]
    dry = command("run", events, *quick, "--dry-run")
    assert (dry.returncode, dry.stdout.splitlines()[-1]) == (0, f"{events}: OK (would write to {out})")
    assert not out.exists()
    first = command("run", events, *quick, "-n", 100)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith(f"card: {out / 'card.yaml'}, written for {events};")
    assert "so(1,3) preserves the Lorentz norm" in first.stdout
    card = out / "card.yaml"
    assert "# Selected objects: " in card.read_text()
    assert "max_events: 100" in (out / "card.resolved.yaml").read_text()
    changed = card.read_text().replace("  algebra:", "  lorentz:")
    card.write_text(changed)
    again = command("run", events, "-o", out, "--only", "lorentz", "-s", "output.figures=[]")
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith(f"card: {card} (existing)\nlorentz:")
    assert card.read_text() == changed
    assert json.loads((out / "cutflow.json").read_text())["datasets"]["events"]["events_read"] == 200
    other = tmp_path / "other.lhe"
    other.write_text(events.read_text())
    wrong = command("run", other, *quick)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    assert "is the card of other input files" in wrong.stderr
    mixed = command("run", card, events)
    assert (mixed.returncode, "a card cannot be combined with other arguments" in mixed.stderr) == (2, True)
    assert command("run", card, "-o", out, "--only", "lorentz", "-s", "output.figures=[]").returncode == 0
    assert card.read_text() == changed


def test_run_of_a_folder_and_of_few_events(
    command: Command, events: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be asked, the events are read, and a line says why there is no result."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "few"
    folder.mkdir()
    for i in range(2):
        (folder / f"{i}.lhe").write_text(LHE + EVENT.format(x=i, z=1) * 4 + "</LesHouchesEvents>\n")
    done = command("run", "few", "-s", "output.figures=[]")
    assert done.returncode == 0, done.stderr
    assert "no method is active; the comments in runs/few/card.yaml give the reasons" in done.stdout
    assert (tmp_path / "runs/few/report.html").exists()
    assert "8, too few for the training" in (tmp_path / "runs/few/card.yaml").read_text()
    assert command("run", tmp_path / "gone.lhe").returncode in (2, 3)
    assert command("run", tmp_path).returncode == 3


def test_exit_codes(command: Command, events: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    command("init", events, "-o", card)
    assert command("run", tmp_path / "no.yaml").returncode == 2
    assert command("validate", card, "-s", "methods.relevance.use=vea").returncode == 2
    assert command("run", card, "-o", tmp_path / "r", "--nonsense").returncode == 2
    cut = tmp_path / "cut.lhe"
    cut.write_text(events.read_text()[:-300])
    bad = command("run", card, "-o", tmp_path / "r", "-s", f"datasets.events.files=['{cut}']")
    assert bad.returncode == 3
    assert str(cut) in bad.stderr
    failing = [
        *QUICK, "-s", "features.momenta.scaling=none", "-s", "methods.relevance.options.learning_rate=1.0e+30",
    ]  # fmt: skip
    failed = command("run", card, "-o", tmp_path / "f", *failing)
    assert failed.returncode == 4, failed.stderr
    assert "method 'relevance' failed" in failed.stderr
    assert json.loads((tmp_path / "f/results.json").read_text())["methods"]["relevance"]["status"] == "failed"


def test_methods(command: Command) -> None:
    listed = json.loads(command("methods", "--json").stdout)
    assert "vae" in listed["methods"]
    assert "lhe" in listed["formats"]
    assert listed["broken"] == {}
    one = json.loads(command("methods", "vae", "--json").stdout)
    beta: dict[str, Any] = next(o for o in one["options"] if o["name"] == "beta")
    assert beta["default"] == 0.1
    assert all(o["description"] for o in one["options"])
    assert "2504.05174" in [reference["arxiv"] for reference in one["references"]]
    shown = command("methods", "vae").stdout
    assert "latent_dim" in shown
    assert "2504.05174" in shown
    for name in listed["formats"]:
        options = json.loads(command("methods", name, "--json").stdout)["options"]
        assert all(o["description"] for o in options), name
    assert command("methods", "vea").returncode == 2


def test_methods_shows_the_keys_of_every_kind(command: Command) -> None:
    shown = command("methods", "oracle").stdout
    for text in (
        "kind: torchscript | onnx",
        "path, relative to the folder of the card",
        "strengths = [0, 0.001",
        "h_clos",
    ):
        assert text in shown
    assert "symhep_oracle." not in shown
    options = {o["name"]: o for o in json.loads(command("methods", "oracle", "--json").stdout)["options"]}
    assert "function" in [o["name"] for o in options["oracle"]["kinds"]["function"]["options"]]
    assert [o["name"] for o in options["breaking"]["options"]] == ["oracle", "strengths"]


def test_bars_are_silent_when_not_on_a_terminal(command: Command, events: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    command("init", events, "-o", card)
    done = command("run", card, "-o", tmp_path / "r", *QUICK, "-s", "output.figures=[]")
    assert done.returncode == 0
    assert done.stderr == ""
