"""Bars are for terminals alone."""

from __future__ import annotations

import pytest

from symhep.run.progress import TerminalProgress


@pytest.mark.parametrize("colours", ["", "1"])
def test_no_bar_where_stderr_is_no_terminal(
    colours: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor where colours are asked for: Jupyter sets FORCE_COLOR for the commands of a notebook."""
    monkeypatch.setenv("FORCE_COLOR", colours)
    with TerminalProgress().task("reading", 2) as advance:
        advance(2)
    assert capsys.readouterr() == ("", "")
