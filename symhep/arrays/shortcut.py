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

_SAME = (
    "Parameters",
    "----------",
    ", ".join(name for name in inspect.signature(analyse).parameters if name not in ("method", "more")),
    "    Events and keywords, as of `symhep.analyse`.",
)
_GIVES = (
    "",
    "Returns",
    "-------",
    "Analysis",
    "    A `Result` that draws itself.",
    "",
    "Raises",
    "------",
    "CardError, InputError, PluginError, DeviceError, MethodError",
    "    As `symhep.analyse` does.",
)
#: Sections that stand behind them.
_LATER = ("Notes\n-----", "References\n----------", "Examples\n--------")


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
    """What ``help`` and the documentation show: the question, the options, and the method's own explanation."""
    lines = [f"{method.summary[0].upper()}{method.summary[1:]}.", "", *_SAME]
    for key, field in method.Options.model_fields.items():
        lines += [key, f"    {field.description or ''}"]
    own = inspect.cleandoc(type(method).__doc__ or "")
    # Sections of numpydoc have an order: prose, parameters, results and errors, then references and examples.
    prose, mark, rest = own.partition(next((s for s in _LATER if s in own), "\0"))
    lines[2:2] = [*prose.strip().splitlines(), ""]
    return "\n".join([*lines, *_GIVES, "", *(mark + rest).splitlines()]).rstrip()
