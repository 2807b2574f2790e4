"""Functions that a card names as 'module:function', from places that the user trusts."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from symhep.errors import CardError, nearest
from symhep.plugin.sources import holders, reachable

__all__ = ["add_code_folder", "code_folders", "load_function", "source_checksum"]

#: Folders named on the command line; in the environment, so that worker processes know them too.
_VARIABLE = "SYMHEP_CODE"


def add_code_folder(folder: str | Path) -> None:
    """Let cards name functions of modules in ``folder``: it is appended to the module search path.

    Raises `CardError` if there is no such folder.

    >>> add_code_folder("no/such/folder")
    Traceback (most recent call last):
    ...
    symhep.errors.CardError: --code: no/such/folder is no folder
    """
    path = Path(folder)
    if not path.is_dir():
        raise CardError(f"{folder} is no folder", where="--code")
    named = [*code_folders(), path.resolve()]
    os.environ[_VARIABLE] = os.pathsep.join(dict.fromkeys(str(p) for p in named))


def code_folders() -> list[Path]:
    """The folders named so far."""
    return [Path(p) for p in os.environ.get(_VARIABLE, "").split(os.pathsep) if p]


def load_function(name: str) -> Callable[..., Any]:
    """The function ``name`` = 'module:function' of an installed package or of a named folder.

    A module that merely lies in the current folder is refused: a card must not run code that happens to
    be there. So is one in a named folder that Python would not take, or take for another's: with the name of
    a module of the standard library, of an installed package or of another named folder. The same goes for all
    that it imports from the named folders.

    Raises
    ------
    CardError
        If the module is refused, is missing, fails or exits, or holds no such function.

    >>> load_function("math:hypot")(3, 4)
    5.0
    >>> load_function("math:hypotenuse")
    Traceback (most recent call last):
    ...
    symhep.errors.CardError: the module 'math' has no function 'hypotenuse'; did you mean 'hypot'?
    """
    module_name, _, attribute = name.partition(":")
    module = _module(module_name)
    function = getattr(module, attribute, None)
    if not callable(function):
        known = [n for n, value in vars(module).items() if callable(value) and not n.startswith("_")]
        raise CardError(
            f"the module '{module_name}' has no function '{attribute}'", hint=nearest(attribute, known)
        )
    return function


def source_checksum(name: str) -> str:
    """SHA-256 of the file of the module in ``name``, and of all that it imports from the named folders.

    Of an installed package it is that of the module's own file: what else it imports has a version. '' for
    modules without a file. See `symhep.plugin.sources.reachable` for what counts as imported.
    """
    module = name.partition(":")[0]
    own = getattr(_module(module), "__file__", None)
    files = reachable(module, code_folders()) | ({module: Path(own)} if own else {})
    digest = hashlib.sha256()
    for part in sorted(files):
        digest.update(part.encode() + b"\0" + hashlib.sha256(files[part].read_bytes()).digest())
    return digest.hexdigest() if files else ""


def _module(name: str) -> ModuleType:
    for folder in code_folders():
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    top = name.partition(".")[0]
    spec = _spec(top)
    if spec is None:
        here = Path.cwd()
        beside = (here / f"{top}.py").is_file() or (here / top / "__init__.py").is_file()
        raise CardError(
            f"there is no module '{top}' in an installed package or a named folder",
            hint=f"add --code {here}" if beside else "name its folder with --code DIR",
        )
    _refuse_strangers(top, spec)
    for used in dict.fromkeys([top, *(part.partition(".")[0] for part in reachable(name, code_folders()))]):
        _refuse_hidden(used)
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # the user's module may raise anything, or exit
        raise CardError(f"the module '{name}' cannot be imported: {type(error).__name__}: {error}") from error


def _spec(top: str) -> ModuleSpec | None:
    """Where Python finds the module ``top``."""
    try:
        return importlib.util.find_spec(top)
    except (ImportError, ValueError) as error:
        raise CardError(f"the module '{top}' cannot be found: {error}") from error


def _places(spec: ModuleSpec) -> list[Path]:
    """Folders that hold the module; several for a package without ``__init__.py``, none for one in Python itself."""
    if spec.origin in ("built-in", "frozen"):
        return []
    if spec.origin is None:
        parts = [Path(p) for p in spec.submodule_search_locations or ()]
        return [p.parent.resolve() for p in parts if p.is_dir()]
    # Links are not followed: it is the place of the link that was trusted or not.
    file = Path(spec.origin)
    return [(file.parent.parent if file.name == "__init__.py" else file.parent).resolve()]


def _refuse_strangers(module: str, spec: ModuleSpec) -> None:
    """Raise `CardError` for a module that is neither installed nor in a named folder."""
    here = Path.cwd().resolve()
    if here not in _places(spec) or here in code_folders() or here in _installed():
        return
    raise CardError(
        f"the module '{module}' only lies in the current folder; a card may name functions of installed packages, "
        "or of a folder that you name",
        hint=f"add --code {here}",
    )


def _refuse_hidden(top: str) -> None:
    """Raise `CardError` if a named folder holds a module ``top`` that another one of that name stands before."""
    having = holders(top, code_folders())
    if len(having) > 1:
        raise CardError(
            f"there is a module '{top}' in {' and in '.join(map(str, having))}", hint="rename one of them"
        )
    spec = _spec(top) if having else None
    if spec is None or _places(spec) == having:
        return
    what = "the standard library" if top in sys.stdlib_module_names else spec.origin
    raise CardError(f"the module '{top}' in {having[0]} is hidden by that of {what}", hint="rename it")


def _installed() -> set[Path]:
    """Folders of installed packages, those installed editable included."""
    roots = {Path(p) for p in (*site.getsitepackages(), site.getusersitepackages())}
    roots |= {Path(sysconfig.get_path(k)) for k in ("stdlib", "platstdlib", "purelib", "platlib")}
    linked = set()
    for pth in (f for root in roots if root.is_dir() for f in root.glob("*.pth")):
        lines = pth.read_text(encoding="utf-8", errors="replace").splitlines()
        linked |= {
            Path(line.strip()) for line in lines if line.strip() and not line.startswith(("#", "import"))
        }
    return {p.resolve() for p in roots | linked}
