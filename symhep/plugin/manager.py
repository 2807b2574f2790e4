"""Collects plugins from entry points, each on its own, so that a broken one takes nobody down."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

from symhep.errors import PluginError, nearest
from symhep.plugin import specs

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
    cause: BaseException

    @property
    def reason(self) -> str:
        """One line."""
        return f"{type(self.cause).__name__}: {self.cause}"


@dataclass(frozen=True)
class _Target:
    """Where something registered comes from; imported when first used."""

    plugin: str
    target: str | Callable[..., Any]

    def imported(self, name: str) -> Any:
        """What the target names, or the target."""
        if not isinstance(self.target, str):
            return self.target
        module, _, attribute = self.target.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except Exception as error:  # a stranger's module may raise anything
            raise PluginError(
                f"plugin '{self.plugin}' is broken: '{name}' cannot be loaded from {self.target}: "
                f"{type(error).__name__}: {error}"
            ) from error

    def maker(self, name: str) -> Callable[..., Any]:
        """The target, if it can be called."""
        made: Callable[..., Any] = self.imported(name)
        if not callable(made):
            raise PluginError(
                f"plugin '{self.plugin}': '{name}' ({made!r}) makes nothing; it cannot be called"
            )
        return made

    def load(self, name: str, base: type[Any]) -> Any:
        """An object of the target's class."""
        cls: type[Any] = self.imported(name)
        if not (isinstance(cls, type) and issubclass(cls, base)):
            raise PluginError(f"plugin '{self.plugin}': '{name}' ({cls!r}) is no {base.__name__}")
        if cls.name != name:
            raise PluginError(
                f"plugin '{self.plugin}' registers '{name}', but the class calls itself '{cls.name}'"
            )
        try:
            return cls()
        except TypeError as error:  # an abstract method is missing
            raise PluginError(f"plugin '{self.plugin}': '{name}' cannot be built: {error}") from error


@dataclass
class Registry:
    """The methods, readers, families and loss terms at hand, and the plugins that failed to load."""

    methods: dict[str, _Target] = field(default_factory=dict)
    readers: dict[str, _Target] = field(default_factory=dict)
    families: dict[str, _Target] = field(default_factory=dict)
    loss_terms: dict[str, _Target] = field(default_factory=dict)
    broken: list[BrokenPlugin] = field(default_factory=list)

    def kinds(self) -> dict[str, dict[str, _Target]]:
        """Hook symhep_register_KIND -> what it brought."""
        return {
            "methods": self.methods,
            "readers": self.readers,
            "families": self.families,
            "loss_terms": self.loss_terms,
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

    def _find(self, kind: str, known: Mapping[str, _Target], name: str) -> _Target:
        if name in known:
            return known[name]
        for broken in self.broken:
            if broken.name == name:
                raise PluginError(f"plugin '{name}' is broken: {broken.reason}") from broken.cause
        raise PluginError(f"no {kind} is called '{name}'; {nearest(name, known)}")


def build_manager(
    extra: Mapping[str, object] | None = None, points: Iterable[EntryPoint] | None = None
) -> tuple[pluggy.PluginManager, list[BrokenPlugin]]:
    """A fresh plugin manager with every entry point of the group 'symhep', and those that failed.

    ``extra`` registers modules or objects by hand (tests, notebooks); ``points``
    replaces the installed entry points.
    """
    manager = pluggy.PluginManager(specs.PROJECT)
    manager.add_hookspecs(specs)
    broken: list[BrokenPlugin] = []
    found = entry_points(group=specs.PROJECT) if points is None else points
    for point in sorted(found, key=lambda p: (p.name, p.value)):
        try:
            _register(manager, point.load(), point.name)
        except Exception as error:  # isolating strangers' code is the purpose
            broken.append(BrokenPlugin(point.name, point.value, error))
    for name, plugin in (extra or {}).items():
        _register(manager, plugin, name)
    return manager, broken


def _register(manager: pluggy.PluginManager, plugin: object, name: str) -> None:
    """Register, and notice a misspelt hook at once instead of ignoring it."""
    manager.register(plugin, name=name)
    try:
        manager.check_pending()
    except pluggy.PluginValidationError:
        manager.unregister(name=name)
        raise


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
        try:
            offers = [
                (known, _offered(getattr(manager.hook, f"symhep_register_{kind}"), plugin))
                for kind, known in registry.kinds().items()
            ]
            # All or nothing: a plugin that is broken by one name must not stay half registered.
            for known, offered in offers:
                _refuse_taken(offered, known)
        except Exception as error:  # isolating strangers' code is the purpose
            target = plugin.__name__ if isinstance(plugin, ModuleType) else repr(plugin)
            registry.broken.append(BrokenPlugin(name, target, error))
            continue
        for known, offered in offers:
            known.update({k: _Target(name, target) for k, target in offered.items()})
    return registry


def _offered(hook: pluggy.HookCaller, plugin: object) -> dict[str, str | Callable[..., Any]]:
    """What one plugin answers to a hook."""
    answers: list[Any] = [impl.function() for impl in hook.get_hookimpls() if impl.plugin is plugin]
    return {name: target for answer in answers for name, target in dict(answer).items()}


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
