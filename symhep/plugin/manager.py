"""Collects plugins from entry points, each on its own, so that a broken one takes nobody down."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

import symhep.plugin.specs as specs
from symhep.errors import PluginError, SymhepError, nearest
from symhep.events.card_function import CardFunction
from symhep.hooks import PROJECT
from symhep.plugin.isolation import isolated, portable
from symhep.plugin.origin import refusal
from symhep.plugin.sources import package_files

if TYPE_CHECKING:
    from symhep.lie.groups import Family
    from symhep.methods.interface import Method
    from symhep.readers.interface import Reader

__all__ = ["BrokenPlugin", "Registry", "build_manager", "build_registry", "registry_in"]


@dataclass(frozen=True)
class BrokenPlugin:
    """A plugin that could not be used, and why."""

    name: str
    target: str
    cause: SymhepError

    @property
    def reason(self) -> str:
        """One line."""
        return str(self.cause)

    def __str__(self) -> str:
        return f"plugin '{self.name}' is broken: {self.reason}"


@dataclass(frozen=True)
class _Target:
    """Where something registered comes from; imported when first used."""

    plugin: str
    target: str | Callable[..., Any]
    #: Of the plugin: the outermost package that its module lies in.
    package: str
    #: What a plugin says of a function for expressions.
    about: CardFunction | None = None

    @classmethod
    def of(cls, plugin: str, offered: str | Callable[..., Any] | CardFunction, package: str) -> _Target:
        """What a hook answered for one name."""
        if isinstance(offered, CardFunction):
            return cls(plugin, offered.function, package, offered)
        return cls(plugin, offered, package)

    def imported(self, name: str) -> Any:
        """What the target names, or the target."""
        if not isinstance(self.target, str):
            return self.target
        module, _, attribute = self.target.partition(":")
        with isolated(f"plugin '{self.plugin}' is broken: '{name}' cannot be loaded from {self.target}"):
            return getattr(importlib.import_module(module), attribute)

    def maker(self, name: str) -> Callable[..., Any]:
        """The target, if it can be called."""
        made: Callable[..., Any] = self.imported(name)
        if not callable(made):
            raise PluginError(f"plugin '{self.plugin}': '{name}' ({made!r}) is not callable")
        return made

    def function(self, name: str) -> Callable[..., Any]:
        """The target, if it is written in the plugin's package; what lies elsewhere is not imported."""
        module = self.target.partition(":")[0] if isinstance(self.target, str) else self.package
        why = None if self._owns(module) else f"it is defined in the module '{module}'"
        if why is None:
            function: Callable[..., Any] = self.imported(name)
            why = refusal(function, self._owns)
            if why is None:
                return function
        raise PluginError(
            f"plugin '{self.plugin}' registers '{name}', but {why} and not in its package '{self.package}'"
        )

    def sources(self) -> dict[str, Path]:
        """The files of the plugin's package."""
        file = getattr(sys.modules.get(self.package), "__file__", None)
        return package_files(Path(file)) if file else {}

    def _owns(self, module: str) -> bool:
        return module == self.package or module.startswith(f"{self.package}.")

    def load(self, name: str, base: type[Any]) -> Any:
        """An object of the target's class."""
        cls: type[Any] = self.imported(name)
        with isolated(f"plugin '{self.plugin}': '{name}' cannot be built"):
            if not (isinstance(cls, type) and issubclass(cls, base)):
                raise PluginError(f"plugin '{self.plugin}': '{name}' ({cls!r}) is not a {base.__name__}")
            if cls.name != name:
                raise PluginError(
                    f"plugin '{self.plugin}' registers '{name}', but the name of the class is '{cls.name}'"
                )
            return cls()


@dataclass
class Registry:
    """The methods, readers, families, loss terms and functions at hand, and the plugins that failed to load."""

    methods: dict[str, _Target] = field(default_factory=dict)
    readers: dict[str, _Target] = field(default_factory=dict)
    families: dict[str, _Target] = field(default_factory=dict)
    loss_terms: dict[str, _Target] = field(default_factory=dict)
    #: By 'plugin:name'.
    functions: dict[str, _Target] = field(default_factory=dict)
    broken: list[BrokenPlugin] = field(default_factory=list)

    def kinds(self) -> dict[str, dict[str, _Target]]:
        """Hook symhep_register_KIND -> what it brought."""
        return {
            "methods": self.methods,
            "readers": self.readers,
            "families": self.families,
            "loss_terms": self.loss_terms,
            "functions": self.functions,
        }

    def method(self, name: str) -> Method[Any]:
        """The method registered as ``name``. Raises `PluginError`, naming the nearest one."""
        from symhep.methods.interface import Method

        loaded: Method[Any] = self._find("method", self.methods, name).load(name, Method)
        return loaded

    def reader(self, name: str) -> Reader:
        """The reader registered as ``name``. Raises `PluginError`, naming the nearest one."""
        from symhep.readers.interface import Reader

        loaded: Reader = self._find("format", self.readers, name).load(name, Reader)
        return loaded

    def family(self, name: str) -> Callable[..., Family]:
        """What makes the family registered as ``name``. Raises `PluginError`, naming the nearest one."""
        return self._find("family", self.families, name).maker(name)

    def loss_term(self, name: str) -> Callable[..., Any]:
        """What makes the loss term registered as ``name``. Raises `PluginError`, naming the nearest one."""
        return self._find("loss term", self.loss_terms, name).maker(name)

    def function(self, name: str) -> Callable[..., Any]:
        """The function announced as ``name`` = 'plugin:name'. Raises `PluginError` if it is not the plugin's own."""
        return self._find("function", self.functions, name).function(name)

    def about_function(self, name: str) -> CardFunction | None:
        """What the plugin that announces the function ``name`` says of it, if it says anything."""
        return self.functions[name].about if name in self.functions else None

    def function_sources(self, name: str) -> dict[str, Path]:
        """The files of the package of the plugin that announces the function ``name``."""
        return self._find("function", self.functions, name).sources()

    def _find(self, kind: str, known: Mapping[str, _Target], name: str) -> _Target:
        if name in known:
            return known[name]
        for broken in self.broken:
            if broken.name == name:
                raise PluginError(str(broken)) from broken.cause
        raise PluginError(f"unknown {kind} '{name}'; {nearest(name, known)}")


def build_manager(
    extra: Mapping[str, object] | None = None, points: Iterable[EntryPoint] | None = None
) -> tuple[pluggy.PluginManager, list[BrokenPlugin]]:
    """A fresh plugin manager with every entry point of the group 'symhep', and those that failed.

    ``extra`` registers modules or objects by hand (tests, notebooks); ``points``
    replaces the installed entry points.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(specs)
    broken: list[BrokenPlugin] = []
    found = entry_points(group=PROJECT) if points is None else points
    for point in sorted(found, key=lambda p: (p.name, p.value)):
        try:
            with isolated():
                _register(manager, point.load(), point.name)
        except SymhepError as error:
            broken.append(BrokenPlugin(point.name, point.value, portable(error)))
    for name, plugin in (extra or {}).items():
        with isolated(f"plugin '{name}' is broken"):
            _register(manager, plugin, name)
    return manager, broken


def _register(manager: pluggy.PluginManager, plugin: object, name: str) -> None:
    """Register, and notice a misspelt hook at once instead of ignoring it."""
    registered = False
    try:
        manager.register(plugin, name=name)
        manager.check_pending()
        registered = True
    finally:
        if not registered and manager.get_plugin(name) is plugin:  # not one of the same name before it
            manager.unregister(name=name)


def build_registry(
    extra: Mapping[str, object] | None = None, points: Iterable[EntryPoint] | None = None
) -> Registry:
    """Ask every plugin for what it brings.

    A plugin whose hook raises, or that claims a name already taken, is recorded
    as broken; the others work.

    >>> "lhe" in build_registry().readers
    True
    """
    manager, broken = build_manager(extra, points)
    registry = Registry(broken=broken)
    for name, plugin in sorted(manager.list_name_plugin(), key=lambda item: str(item[0])):
        home = plugin.__name__ if isinstance(plugin, ModuleType) else str(plugin.__module__)
        try:
            with isolated():
                offers = [
                    (known, _offered(kind, getattr(manager.hook, f"symhep_register_{kind}"), name, plugin))
                    for kind, known in registry.kinds().items()
                ]
                # All or nothing: a plugin that is broken by one name must not stay half registered.
                for known, offered in offers:
                    _refuse_taken(offered, known)
        except SymhepError as error:
            registry.broken.append(BrokenPlugin(name, home, portable(error)))
            continue
        for known, offered in offers:
            known.update({k: _Target.of(name, target, _package(home)) for k, target in offered.items()})
    return registry


def _package(module: str) -> str:
    """The outermost package of a module that is one itself: not a namespace that distributions share."""
    parts = module.split(".")
    for count in range(1, len(parts)):
        outer = ".".join(parts[:count])
        if getattr(sys.modules.get(outer), "__file__", None):
            return outer
    return module


def _offered(
    kind: str, hook: pluggy.HookCaller, name: str, plugin: object
) -> dict[str, str | Callable[..., Any] | CardFunction]:
    """What one plugin answers to a hook."""
    answers: list[Any] = [impl.function() for impl in hook.get_hookimpls() if impl.plugin is plugin]
    prefix = f"{name}:" if kind == "functions" else ""
    offered = {f"{prefix}{key}": target for answer in answers for key, target in dict(answer).items()}
    for key in offered if prefix else ():
        if not re.match(specs.FUNCTION_NAME, key):
            raise PluginError(f"the function name '{key}' cannot be used in cards: use letters, digits and _")
    return offered


def _refuse_taken(offered: Iterable[str], known: Mapping[str, _Target]) -> None:
    for name in offered:
        if name in known:
            raise PluginError(f"'{name}' is already registered by plugin '{known[name].plugin}'")


def registry_in(context: Any) -> Registry:
    """The registry handed down: ``info.context["registry"]`` in validators of options, ``context.registry`` in fits.

    Options that somebody builds by hand come without one: the installed plugins then stand in, asked once.
    """
    given = context.get("registry") if isinstance(context, Mapping) else getattr(context, "registry", None)
    return given if isinstance(given, Registry) else _installed_registry()


@cache
def _installed_registry() -> Registry:
    return build_registry()
