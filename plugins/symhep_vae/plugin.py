"""What this package adds to symhep. Nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Mapping

from symhep.hooks import hookimpl

__all__ = ["symhep_register_methods"]


@hookimpl
def symhep_register_methods() -> Mapping[str, str]:
    """The method 'vae'."""
    return {"vae": "symhep_vae.method:VaeRelevance"}
