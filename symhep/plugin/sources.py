"""Modules that lie in folders which the user named, and what they import from there."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["holders", "module_file", "package_files", "reachable"]


def holders(top: str, folders: Sequence[Path]) -> list[Path]:
    """Those of ``folders`` with a module or package called ``top``.

    A folder without ``__init__.py`` is none: any module or package goes before it.

    >>> [p.name for p in holders("errors", [Path(__file__).parent.parent, Path(__file__).parent])]
    ['symhep']
    """
    return [folder for folder in folders if module_file(top, [folder]) is not None]


def module_file(name: str, folders: Sequence[Path]) -> Path | None:
    """The file of the module or package ``name`` in the first of ``folders`` that has one, by its name alone."""
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    for folder in folders:
        place = folder.joinpath(*parts)
        for file in (place / "__init__.py", place.with_name(f"{place.name}.py")):
            if file.is_file():
                return file
    return None


def package_files(file: Path) -> dict[str, Path]:
    """All modules of the package whose ``__init__.py`` is ``file``, by their place in it; or that one module.

    >>> {"__init__.py", "sources.py"} <= set(package_files(Path(__file__).with_name("__init__.py")))
    True
    """
    if file.name != "__init__.py":
        return {file.name: file}
    return {f.relative_to(file.parent).as_posix(): f for f in sorted(file.parent.rglob("*.py"))}


def reachable(module: str, folders: Sequence[Path]) -> dict[str, Path]:
    """The files in ``folders`` that ``module`` can draw on, by the names of their modules; itself first.

    Import statements are followed wherever they stand, in functions too, and nothing is run for it. What
    ``importlib`` imports under a name made at run time, and ``from package import *`` beyond the package's own
    ``__init__.py``, is not seen.

    >>> list(reachable("symhep.plugin", [Path(__file__).parents[2]]))[:2]
    ['symhep', 'symhep.plugin']
    """
    found: dict[str, Path] = {}
    waiting = _with_parents(module)
    while waiting:
        name = waiting.pop(0)
        file = None if name in found else module_file(name, folders)
        if file is not None:
            found[name] = file
            waiting += _imported(name, file)
    return found


def _with_parents(name: str) -> list[str]:
    """'a.b.c' -> a, a.b, a.b.c: importing the last runs all of them."""
    parts = name.split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


def _imported(name: str, file: Path) -> Iterator[str]:
    """Names in the import statements of ``file``; some are those of functions, not of modules."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):  # the import itself will say it
        return
    package = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _with_parents(alias.name)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield from _with_parents(f"{base}.{alias.name}" if base else alias.name)
