"""Functions that a card names: written in folders that the user trusts, or announced by a plugin, and no others."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Callable
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from symhep.errors import CardError, PluginError, nearest
from symhep.plugin.isolation import isolated
from symhep.plugin.manager import Registry, registry_in
from symhep.plugin.origin import refusal
from symhep.plugin.sources import holders, module_file, reachable

__all__ = ["add_code_folder", "code_folders", "load_function", "source_checksum"]

#: Folders named on the command line; in the environment, so that worker processes know them too.
_VARIABLE = "SYMHEP_CODE"


def add_code_folder(folder: str | Path) -> None:
    """Let cards name functions of modules in ``folder``: it is appended to the module search path.

    Raises `CardError` if there is no such folder.

    >>> add_code_folder("no/such/folder")
    Traceback (most recent call last):
    ...
    symhep.errors.CardError: --code: no/such/folder is not a folder
    """
    path = Path(folder)
    if not path.is_dir():
        raise CardError(f"{folder} is not a folder", where="--code")
    named = [*code_folders(), path.resolve()]
    os.environ[_VARIABLE] = os.pathsep.join(dict.fromkeys(str(p) for p in named))


def code_folders() -> list[Path]:
    """The folders named so far."""
    return [Path(p) for p in os.environ.get(_VARIABLE, "").split(os.pathsep) if p]


def load_function(name: str, registry: Registry | None = None) -> Callable[..., Any]:
    """The function or class ``name`` that a card may call.

    'module:function' of a folder named with --code, or 'plugin:function' that a plugin announces with the hook
    ``symhep_register_functions``. It must be written there, see `symhep.plugin.origin.refusal`: a card and a
    file of events together would otherwise run any code, by exec or pickle.loads on what the file holds. Nothing is
    imported for a name that is refused, but the module of a named folder. ``registry`` holds the plugins of the run;
    without one the installed plugins are asked.

    A module in a named folder is refused if Python would not take it, or take it for another's: with the name of
    a module of the standard library, of an installed package or of another named folder. The same goes for all
    that it imports from the named folders.

    Raises
    ------
    CardError
        If no folder and no plugin has it, if it is refused, or if its module fails or exits.

    >>> load_function("pickle:loads")
    Traceback (most recent call last):
    ...
    symhep.errors.CardError: the function 'pickle:loads' is not allowed in a card: no --code folder has a module \
'pickle', and no plugin registers this function; write a function that calls it, and give its folder with --code DIR
    """
    module_name, _, attribute = name.partition(":")
    if _own_file(module_name) is None:
        return _announced(name, registry or registry_in(None))
    module = _module(module_name)
    item: Any = getattr(module, attribute, None)
    if not callable(item):
        known = [n for n, v in vars(module).items() if not n.startswith("_") and not refusal(v, _is_own)]
        raise CardError(
            f"the module '{module_name}' has no function '{attribute}'", hint=nearest(attribute, known)
        )
    why = refusal(item, _is_own)
    if why:
        raise CardError(
            f"the function '{name}' is not allowed in a card: {why}",
            hint=f"write in {module.__file__} a function (def ...) that calls it",
        )
    function: Callable[..., Any] = item
    return function


def source_checksum(name: str, registry: Registry | None = None) -> str:
    """SHA-256 of the code behind ``name``: of its module and all that it imports from the named folders.

    Of a function that a plugin announces it is that of all modules of the plugin's package. What else they import
    has a version. See `symhep.plugin.sources.reachable` for what counts as imported.
    """
    module = name.partition(":")[0]
    files = (
        reachable(module, code_folders())
        if _own_file(module)
        else (registry or registry_in(None)).function_sources(name)
    )
    digest = hashlib.sha256()
    for part in sorted(files):
        digest.update(part.encode() + b"\0" + hashlib.sha256(files[part].read_bytes()).digest())
    return digest.hexdigest()


def _announced(name: str, registry: Registry) -> Callable[..., Any]:
    """The function of a plugin's, or a `CardError` that says where functions may come from."""
    if name in registry.functions:
        try:
            return registry.function(name)
        except PluginError as error:
            raise CardError(str(error)) from error
    module, here = name.partition(":")[0], Path.cwd()
    for broken in registry.broken:
        if broken.name == module:
            raise CardError(str(broken)) from broken.cause
    hint = "write a function that calls it, and give its folder with --code DIR"
    if module_file(module, [here]):
        hint = f"add --code {here}"
    elif registry.functions and nearest(name, registry.functions).startswith("did"):
        hint = nearest(name, registry.functions)
    raise CardError(
        f"the function '{name}' is not allowed in a card: no --code folder has a module '{module}', and no plugin "
        f"registers this function",
        hint=hint,
    )


def _own_file(module: str) -> Path | None:
    """The file of ``module`` in a named folder; a folder of installed packages that lies there is none."""
    file = module_file(module, code_folders())
    return None if file is None or any(file.is_relative_to(root) for root in _installed()) else file


def _is_own(module: str) -> bool:
    """Does the module that Python has loaded under this name come from a named folder?"""
    file, loaded = _own_file(module), getattr(sys.modules.get(module), "__file__", None)
    return file is not None and loaded is not None and Path(loaded).resolve() == file.resolve()


def _module(name: str) -> ModuleType:
    for folder in code_folders():
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    top = name.partition(".")[0]
    for used in dict.fromkeys([top, *(part.partition(".")[0] for part in reachable(name, code_folders()))]):
        _refuse_hidden(used)
    with isolated(f"the module '{name}' cannot be imported", CardError):
        return importlib.import_module(name)


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


def _refuse_hidden(top: str) -> None:
    """Raise `CardError` if a named folder holds a module ``top`` that another one of that name stands before."""
    having = holders(top, code_folders())
    if len(having) > 1:
        raise CardError(
            f"there is a module '{top}' in {' and in '.join(map(str, having))}", hint="rename one of the two"
        )
    spec = _spec(top) if having else None
    if spec is None or _places(spec) == having:
        return
    what = "the standard library" if top in sys.stdlib_module_names else spec.origin
    raise CardError(f"the module '{top}' in {having[0]} has the same name as one of {what}", hint="rename it")


@cache
def _installed() -> tuple[Path, ...]:
    """Folders of the standard library and of installed packages."""
    roots = {Path(p) for p in (*site.getsitepackages(), site.getusersitepackages())}
    roots |= {Path(sysconfig.get_path(k)) for k in ("stdlib", "platstdlib", "purelib", "platlib")}
    return tuple(p.resolve() for p in roots)
