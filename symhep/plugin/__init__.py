"""How methods and readers come in: hook specifications and the manager that collects plugins."""

from symhep.plugin.manager import BrokenPlugin, Registry, build_manager, build_registry
from symhep.plugin.specs import hookimpl, hookspec

__all__ = ["BrokenPlugin", "Registry", "build_manager", "build_registry", "hookimpl", "hookspec"]
