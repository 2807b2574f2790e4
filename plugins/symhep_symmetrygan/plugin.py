"""What this package adds to symhep. Nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Mapping

from symhep.hooks import hookimpl

__all__ = ["symhep_register_families", "symhep_register_loss_terms", "symhep_register_methods"]


@hookimpl
def symhep_register_methods() -> Mapping[str, str]:
    """The method 'symmetrygan'."""
    return {"symmetrygan": "symhep_symmetrygan.method:SymmetryGan"}


@hookimpl
def symhep_register_families() -> Mapping[str, str]:
    """The search space 'henon', whose maps are not linear."""
    return {"henon": "symhep_symmetrygan.inertial.henon:Henon"}


@hookimpl
def symhep_register_loss_terms() -> Mapping[str, str]:
    """The terms of the paper."""
    return {
        "cyclic": "symhep_symmetrygan.terms.cyclic:Cyclic",
        "commuting": "symhep_symmetrygan.terms.commuting:Commuting",
    }
