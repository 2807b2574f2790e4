"""A card on the bundled toys with a method that is quick, and the registry that knows it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import symhep
from symhep.plugin.manager import Registry, build_registry


def _toy_method() -> Any:
    path = Path(__file__).with_name("toy_method.py")
    spec = importlib.util.spec_from_file_location("symhep_test_toy_method", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # so that its objects can be pickled
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def toy_method() -> Any:
    """The module tests/symhep/toy_method.py."""
    return _toy_method()


@pytest.fixture
def registry(toy_method: Any) -> Any:
    """The installed plugins and the test method 'bootstrap'."""
    return toy_method.registry()


@pytest.fixture
def evil(toy_method: Any) -> Callable[..., Registry]:
    """Makes a registry whose plugin 'evil' brings the test method with other parts."""

    def make(**changed: Any) -> Registry:
        method = type("Evil", (toy_method.Bootstrap,), changed | {"name": "evil"})
        plugin = ModuleType("evil")
        methods = {"evil": method, "bootstrap": toy_method.Bootstrap}
        vars(plugin)["symhep_register_methods"] = symhep.hookimpl(lambda: methods)
        return build_registry({"evil": plugin})

    return make


@pytest.fixture
def toy_card() -> dict[str, Any]:
    """A circle of 500 points, and the bootstrap of its means."""
    return {
        "symhep": 1,
        "datasets": {"ring": {"format": "toy", "options": {"name": "circle", "events": 500}}},
        "features": {"xy": {"vars": ["x1", "x2"], "scaling": "none"}},
        "methods": {"boot": {"use": "bootstrap", "features": "xy", "options": {"shards": 4}}},
        "output": {"figures": ["png"]},
    }
