"""What the package registers."""

from __future__ import annotations

import subprocess
import sys

from symhep.plugin.manager import build_registry
from symhep_symmetrygan import plugin
from symhep_symmetrygan.inertial.henon import Henon
from symhep_symmetrygan.terms.commuting import Commuting
from symhep_symmetrygan.terms.cyclic import Cyclic


def test_what_is_registered() -> None:
    registry = build_registry({"symmetrygan": plugin}, points=())
    assert list(registry.methods) == ["symmetrygan"]
    assert registry.family("henon") is Henon
    assert {name: registry.loss_term(name) for name in registry.loss_terms} == {
        "cyclic": Cyclic,
        "commuting": Commuting,
    }


def test_registering_is_cheap() -> None:
    code = "import sys, symhep_symmetrygan.plugin; assert not {'torch', 'numpy', 'scipy'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
