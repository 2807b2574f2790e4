"""The examples of CONTRIBUTING.md are run as a reader of it would run them."""

from __future__ import annotations

import ast
import doctest
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent

CHECK = """
import sys
from my_package.method import Spread
from my_package.reader import P4Reader
from symhep.testing import check_method, check_reader
print(check_method(Spread()).statements[0].text)
print(len(check_reader(P4Reader(), sys.argv[1])))
from symhep.plugin.manager import build_registry
installed = build_registry()
assert "spread" in installed.methods and "p4" in installed.readers, "found by the entry point"
import torch
from my_package import plugin
registry = build_registry({"mine": plugin}, points=())
family = registry.family("spiral")()
turn = torch.tensor([[torch.pi / 2]])
print(family.matrices(turn).tolist())
import awkward as ak
from symhep.events.batch import momentum_records
from symhep.plugin.card_functions import card_function
balance = card_function("mine:balance", registry)
px = ak.Array([[3.0, -1.0], []])
jets = momentum_records({"px": px, "py": 0 * px, "pz": 0 * px, "E": abs(px)})
assert balance.accepts(1, "transverse") and balance.function(jets).tolist()[0] == 0.5
print(registry.loss_term("repelled")(width=2.0).value(family, torch.zeros(1, 1), torch.ones(1, 3, 2)).tolist())
"""


def test_the_examples_of_contributing(root: Path, tmp_path: Path) -> None:
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    package = tmp_path / "my_package"
    package.mkdir()
    (package / "__init__.py").touch()
    for block in re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL):
        name = re.match(r"# my_package/(\w+\.py)", block)
        assert name, f"an example without its file name: {block[:60]}"
        with (package / name[1]).open("a", encoding="utf-8") as module:
            module.write(block)
    np.savetxt(tmp_path / "events.p4", np.arange(20.0).reshape(5, 4), delimiter=",")
    # The project's file as it stands there, and what pip would make of it.
    (about,) = re.findall(r"```toml\n# pyproject.toml\n(.*?)```", text, flags=re.DOTALL)
    points = tomllib.loads(about)["project"]["entry-points"]["symhep"]
    info = tmp_path / "my_package-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: my-package\nVersion: 0.1.0\n")
    lines = [f"{name} = {value}" for name, value in points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[symhep]", *lines]))
    command = [sys.executable, "-c", CHECK, str(tmp_path / "events.p4")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # The toy of check_method is a unit circle: x spreads by sqrt(1/2) = 0.707.
    assert done.stdout.splitlines()[0].startswith("x1 spreads by 0.7")
    assert done.stdout.splitlines()[1] == "5"
    quarter = np.array(ast.literal_eval(done.stdout.splitlines()[2]))[0]
    np.testing.assert_allclose(quarter, np.exp(0.05 * np.pi) * np.array([[0, 1], [-1, 0]]), atol=1e-6)
    assert done.stdout.splitlines()[3] == "[1.0]"


PAGES = [
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "*/README.md", "*/*/README.md", "docs/**/*.md")
    for path in sorted(ROOT.glob(pattern))
    if path.name != "CHANGELOG.md"
]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(root: Path, page: str) -> None:
    path = root / page
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_examples_of_the_lie_page(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one session, in the order of the page; the figure goes where the page says, below another folder."""
    monkeypatch.chdir(tmp_path)
    text = (root / "docs/reference/lie.md").read_text(encoding="utf-8")
    session = "\n".join(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(session, {}, "docs/reference/lie.md", None, 0)
    written: list[str] = []
    outcome = doctest.DocTestRunner(verbose=False).run(examples, out=written.append)
    assert (outcome.failed, outcome.attempted > 30) == (0, True), "".join(written)
    assert (tmp_path / "docs/figures/lorentz_lattice.png").stat().st_size < 80_000


@pytest.mark.parametrize(
    ("page", "least"),
    [
        ("README.md", 4),
        ("docs/howto/arrays.md", 25),
        ("docs/howto/name_an_algebra.md", 8),
        ("docs/howto/p_values_and_limits.md", 7),
    ],
)
def test_the_examples_with_arrays(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str, least: int
) -> None:
    """As one session; what it writes goes elsewhere."""
    monkeypatch.chdir(tmp_path)
    text = (root / page).read_text(encoding="utf-8")
    session = "\n".join(re.findall(r"```python\n(>>> .*?)```", text, flags=re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(session, {}, page, None, 0)
    written: list[str] = []
    outcome = doctest.DocTestRunner(verbose=False).run(examples, out=written.append)
    assert (outcome.failed, outcome.attempted >= least) == (0, True), "".join(written)


def test_the_example_of_the_moments_page(root: Path) -> None:
    text = (root / "docs/methods/moments.md").read_text(encoding="utf-8")
    session = "\n".join(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL))
    example = doctest.DocTestParser().get_doctest(session, {}, "docs/methods/moments.md", None, 0)
    written: list[str] = []
    outcome = doctest.DocTestRunner(verbose=False).run(example, out=written.append)
    assert (outcome.failed, outcome.attempted > 10) == (0, True), "".join(written)


@pytest.mark.parametrize("page", ["moments", "oracle", "symmetrygan"])
def test_the_card_of_a_method_page_can_be_run(
    root: Path, tmp_path: Path, command: Callable[..., subprocess.CompletedProcess[str]], page: str
) -> None:
    """Saved in the folder of the sample, as the page says."""
    text = (root / f"docs/methods/{page}.md").read_text(encoding="utf-8")
    block = re.search(r"A complete card[^`]*`(.*?)`.*:\n\n((?:    .*\n)+)", text)
    assert block is not None
    sample = root / block[1]
    (tmp_path / sample.name).symlink_to(sample)
    (tmp_path / "card.yaml").write_text(re.sub("^    ", "", block[2], flags=re.MULTILINE), encoding="utf-8")
    done = command("validate", "card.yaml", cwd=tmp_path)
    assert (done.returncode, f"use: {page}" in block[2]) == (0, True), done.stderr


@pytest.mark.parametrize("method", ["moments", "oracle", "symmetrygan", "vae"])
def test_the_lines_of_a_plugins_readme_make_a_card(
    root: Path, tmp_path: Path, command: Callable[..., subprocess.CompletedProcess[str]], method: str
) -> None:
    """Put at the end of the card of dijets, in place of its methods."""
    text = (root / f"plugins/symhep_{method}/README.md").read_text(encoding="utf-8")
    block = re.search(r"^    methods:\n(?:    .*\n)+", text, re.MULTILINE)
    assert block is not None
    page = (root / "docs/methods/moments.md").read_text(encoding="utf-8")
    start = re.search(r"^    symhep: 1\n(?:    .*\n)+?(?=    methods:)", page, re.MULTILINE)
    assert start is not None
    p3 = "      p3: {selection: dijet, object: jets, vars: [px, py, pz]}\n"
    card = re.sub("^    ", "", start[0] + p3 + block[0], flags=re.MULTILINE)
    (tmp_path / "pp_dijets_13TeV.root").symlink_to(root / "samples/pp_dijets_13TeV.root")
    (tmp_path / "card.yaml").write_text(card, encoding="utf-8")
    done = command("validate", "card.yaml", cwd=tmp_path)
    assert (done.returncode, f"use: {method}" in card) == (0, True), done.stderr


def test_ci_runs_the_second_command_of_the_readme(root: Path) -> None:
    commands = re.findall(
        r"^    (python -m venv .*)$", (root / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(commands) == 2
    assert commands[1] in (root / ".ci/run").read_text(encoding="utf-8").splitlines()


def test_the_card_of_the_documentation_is_a_card(root: Path, tmp_path: Path) -> None:
    from symhep.card.loader import load_card

    text = (root / "docs/reference/card.md").read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    assert block is not None
    (tmp_path / "card.yaml").write_text(block[1], encoding="utf-8")
    assert load_card(tmp_path / "card.yaml").card.methods["relevance"].use == "vae"
