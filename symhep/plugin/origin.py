"""Where a function or a class was written, whatever name it goes by."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

__all__ = ["refusal"]


def refusal(item: object, own: Callable[[str], bool]) -> str | None:
    """Why ``item`` is not a function or class written in a module that ``own`` accepts by its name; None if it is.

    What counts is the code that a call runs, not what ``__module__`` says: a function that was imported or decorated
    elsewhere is refused, so are functools.partial, methods of objects, objects that can be called and whatever is
    compiled. A class may take its constructor from one of symhep's.

    >>> refusal(refusal, "symhep.plugin.origin".__eq__)
    >>> refusal(refusal, "pickle".__eq__)
    "it is defined in the module 'symhep.plugin.origin'"
    >>> refusal(print, "builtins".__eq__)
    'it is a builtin_function_or_method, not a Python function or class'
    """
    if isinstance(item, FunctionType):
        return _function_refusal(item, own)
    if isinstance(item, type):
        return _class_refusal(item, own)
    return f"it is a {type(item).__name__}, not a Python function or class"


def _function_refusal(function: FunctionType, own: Callable[[str], bool]) -> str | None:
    module = _module_of(function)
    if module is None:
        return "it is not defined in a module"
    if not own(module):
        return f"it is defined in the module '{module}'"
    if not _in_file(function, module):
        return f"it is defined in {function.__code__.co_filename}"
    return _wrapped_refusal(function, own)


def _class_refusal(cls: type, own: Callable[[str], bool]) -> str | None:
    module = cls.__module__
    if not (isinstance(module, str) and own(module)):
        return f"it is defined in the module '{module}'"
    for part in _called(cls):
        where = _module_of(part)
        if where is None or not (own(where) or where.partition(".")[0] == "symhep"):
            place = f"the module '{where}'" if where else "Python or a compiled library"
            return f"its constructor '{getattr(part, '__qualname__', part)}' is of {place}"
    return _wrapped_refusal(cls, own)


def _wrapped_refusal(item: Any, own: Callable[[str], bool]) -> str | None:
    """The same of what a decorator says it has wrapped; a wrapper of the module's own does not make it the module's."""
    wrapped = vars(item).get("__wrapped__", item)
    inner = None if wrapped is item else refusal(wrapped, own)
    return f"of what it wraps, {inner}" if inner else None


def _called(cls: type) -> Iterator[object]:
    """What runs when the class is called, besides what every class has."""
    for kind, name in ((type(cls), "__call__"), (cls, "__new__"), (cls, "__init__")):
        owner = next(c for c in kind.__mro__ if name in vars(c))
        if owner not in (object, type):
            found = vars(owner)[name]
            yield found.__func__ if isinstance(found, staticmethod) else found


def _module_of(function: object) -> str | None:
    """The module whose names the code of a function sees."""
    names = function.__globals__ if isinstance(function, FunctionType) else {}
    module = sys.modules.get(str(names.get("__name__")))
    return module.__name__ if module is not None and vars(module) is names else None


def _in_file(function: FunctionType, module: str) -> bool:
    """Is its code in the file of the module? A module made by hand, as in a notebook, has none."""
    file = getattr(sys.modules[module], "__file__", None)
    return file is None or Path(function.__code__.co_filename).resolve() == Path(file).resolve()
