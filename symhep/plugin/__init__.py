"""How methods and readers come in: hook specifications and the manager that collects plugins."""

from symhep.plugin.manager import BrokenPlugin, Registry, build_manager, build_registry

__all__ = ["BrokenPlugin", "Registry", "build_manager", "build_registry"]
