"""The markers of pluggy: ``@symhep.hookimpl`` stands before what a plugin brings. The hooks are in symhep/plugin."""

from __future__ import annotations

import pluggy

__all__ = ["PROJECT", "hookimpl", "hookspec"]

#: The entry-point group and the pluggy project name.
PROJECT = "symhep"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
