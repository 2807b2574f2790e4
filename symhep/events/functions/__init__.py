"""Functions of the event for expressions: event shapes, transverse masses, angles; those of plugins look the same."""

from __future__ import annotations

from symhep.events.card_function import CardFunction
from symhep.events.functions.calling import call
from symhep.events.functions.table import PHYSICS_FUNCTIONS

__all__ = ["PHYSICS_FUNCTIONS", "CardFunction", "call"]
