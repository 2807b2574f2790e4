"""`symhep.NAME(x, ...)` for every registered method: `analyse` with its name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from symhep.arrays.analyse import analyse
from symhep.arrays.analysis import Analysis
from symhep.methods.interface import Method
from symhep.plugin.manager import registry_in

__all__ = ["shortcut"]


def shortcut(name: str) -> Callable[..., Analysis] | None:
    """The function of a registered method, with its options in signature and docstring; None if there is no such.

    Raises `PluginError` for a method that cannot be loaded.

    >>> found = shortcut("moments")
    >>> found.__name__, list(inspect.signature(found).parameters)[:3], shortcut("momets")
    ('moments', ['x', 'weights', 'units'], None)
    """
    registry = registry_in(None)
    if name not in registry.methods:
        return None
    method = registry.method(name)

    def run(x: Any, weights: Any = None, **keywords: Any) -> Analysis:
        return analyse(x, name, weights=weights, **keywords)

    run.__name__ = run.__qualname__ = name
    run.__module__ = "symhep"
    run.__doc__ = _text(method)
    vars(run)["__signature__"] = _signature(method)
    return run


def _signature(method: Method[Any, Any, Any]) -> inspect.Signature:
    known = inspect.signature(analyse).parameters
    kept = [known["x"], known["weights"].replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    kept += [p for key, p in known.items() if key not in ("x", "method", "weights", "more")]
    own = [
        inspect.Parameter(
            key, inspect.Parameter.KEYWORD_ONLY, default=field.get_default(call_default_factory=True)
        )
        for key, field in method.Options.model_fields.items()
    ]
    return inspect.Signature([*kept, *own], return_annotation=Analysis)


def _text(method: Method[Any, Any, Any]) -> str:
    """What stands in ``help``: the question, and the options."""
    lines = [f"{method.summary[0].upper()}{method.summary[1:]}.", ""]
    lines += ["Events and keywords are as in `symhep.analyse`.", "", "Options", "-------"]
    for key, field in method.Options.model_fields.items():
        lines += [key, f"    {field.description or ''}"]
    return "\n".join(lines)
