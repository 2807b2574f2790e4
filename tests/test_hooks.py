"""Every hook has a test, is documented, and has a user."""

from __future__ import annotations

from pathlib import Path

import pytest

from symhep.plugin import specs

HOOKS = sorted(name for name in vars(specs) if name.startswith("symhep_"))


def test_there_are_hooks() -> None:
    assert HOOKS == [
        "symhep_register_families",
        "symhep_register_functions",
        "symhep_register_loss_terms",
        "symhep_register_methods",
        "symhep_register_readers",
    ]


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_is_documented(hook: str, root: Path) -> None:
    assert f"def {hook}" in (root / "CONTRIBUTING.md").read_text(encoding="utf-8"), (
        "no example in CONTRIBUTING.md"
    )
    assert getattr(specs, hook).__doc__


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_is_tested_and_used(hook: str, root: Path) -> None:
    assert hook in (root / "tests/symhep/plugin/test_manager.py").read_text(encoding="utf-8")
    folders = ("plugins", "symhep/readers", "samples/third_party_method")
    users = [p for folder in folders for p in (root / folder).rglob("plugin.py")]
    assert any(f"def {hook}" in p.read_text(encoding="utf-8") for p in users)
