"""Cards and commands of the documentation: cards are valid beside the samples, commands are ones that symhep has."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from symhep.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(path: Path, language: str) -> list[str]:
    return [text for kind, text in FENCE.findall(path.read_text(encoding="utf-8")) if kind == language]


CARDS = [
    pytest.param(text, id=f"{path.stem}-{number}")
    for path in sorted((ROOT / "docs/howto").glob("*.md"))
    for number, text in enumerate(blocks(path, "yaml"))
    if text.startswith("symhep:")
]


@pytest.mark.parametrize("text", CARDS)
def test_cards_are_valid(
    text: str, tmp_path: Path, command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """Beside the files of the samples."""
    for folder in ("samples", "samples/analysis"):
        for file in (ROOT / folder).iterdir():
            if file.is_file() and file.suffix in (".root", ".gz", ".parquet"):
                (tmp_path / file.name).symlink_to(file)
    (tmp_path / "card.yaml").write_text(text, encoding="utf-8")
    done = command("validate", "card.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def commands(path: Path) -> Iterator[str]:
    """Lines that call symhep, in fenced and indented blocks."""
    lines = [line for text in blocks(path, "bash") for line in text.splitlines()]
    lines += [
        line[4:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("    symhep ")
    ]
    for line in lines:
        for part in line.split("&&"):
            if part.strip().startswith("symhep "):
                yield part.strip()


WRITTEN = sorted({(path, line) for path in PAGES for line in commands(path)})


@pytest.mark.parametrize(("path", "line"), WRITTEN, ids=[f"{p.stem}-{n}" for n, (p, _) in enumerate(WRITTEN)])
def test_commands_are_ones_that_symhep_has(path: Path, line: str) -> None:
    """Parsed, and not run; words in capitals stand for what the reader has."""
    words = shlex.split(re.split(r"\s{3,}", line)[0], comments=True)[1:]
    if words in (["COMMAND", "--help"], ["--version"], ["--help"]):
        return
    assert words[0] in COMMANDS, f"{path}: {line}"
    found: click.Command = importlib.import_module(f"symhep.cli.{words[0]}").command
    given = [word for word in words[1:] if word != "|" and not re.fullmatch(r"\[.*|[^=]*\]|.*\.\.\.", word)]
    try:
        found.make_context(words[0], given or ["--help"])
        wrong = ""
    except click.exceptions.Exit:
        wrong = ""
    except click.BadParameter as error:  # a file of the reader's need not be here
        wrong = "" if "does not exist" in error.message else error.message
    assert wrong == "", f"{path}: {line}"
