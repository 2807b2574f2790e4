"""Every hook of symhep. A plugin implements one with ``@symhep.hookimpl``; see CONTRIBUTING.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from symhep.methods.interface import Method
    from symhep.readers.interface import Reader

#: The entry-point group and the pluggy project name.
PROJECT = "symhep"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def symhep_register_methods() -> Mapping[str, str | type[Method[Any]]]:  # type: ignore[empty-body]
    """Methods this plugin brings: name -> class, or 'module:Class' so that nothing heavy is imported yet."""


@hookspec
def symhep_register_readers() -> Mapping[str, str | type[Reader]]:  # type: ignore[empty-body]
    """Readers this plugin brings: name -> class, or 'module:Class' so that nothing heavy is imported yet."""
