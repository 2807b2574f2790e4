"""symhep: which symmetries does a collider dataset respect?

The names below are the public Python interface; each is loaded on first use, so
that ``import symhep`` costs nothing.

>>> import symhep
>>> symhep.__version__.count(".")
2
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

# The package is loaded first and its name set free: ``symhep.run`` is the function, found below like the others.
importlib.import_module("symhep.run")
del globals()["run"]

__version__ = "0.1.0"

_PUBLIC = {
    "Dataset": "symhep.events.dataset",
    "EventBatch": "symhep.events.batch",
    "Method": "symhep.methods.interface",
    "Options": "symhep.methods.interface",
    "Reader": "symhep.readers.interface",
    "Result": "symhep.methods.result",
    "RunCard": "symhep.card.schema",
    "hookimpl": "symhep.plugin.specs",
    "inspect": "symhep.run.inspection",
    "load": "symhep.run.inspection",
    "load_card": "symhep.card.loader",
    "run": "symhep.run.pipeline",
}

__all__ = [
    "Dataset",
    "EventBatch",
    "Method",
    "Options",
    "Reader",
    "Result",
    "RunCard",
    "__version__",
    "hookimpl",
    "inspect",
    "load",
    "load_card",
    "run",
]

if TYPE_CHECKING:
    from symhep.card.loader import load_card
    from symhep.card.schema import RunCard
    from symhep.events.batch import EventBatch
    from symhep.events.dataset import Dataset
    from symhep.methods.interface import Method, Options
    from symhep.methods.result import Result
    from symhep.plugin.specs import hookimpl
    from symhep.readers.interface import Reader
    from symhep.run.inspection import inspect, load
    from symhep.run.pipeline import run


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'symhep' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
