"""Fiducial cuts that the events have passed, as the card names them."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from symhep.methods.interface import Options

if TYPE_CHECKING:  # torch takes a second to load, and a card is checked without it
    from torch import Tensor

__all__ = ["Edge"]

#: Width of an edge, in units of its place, unless told otherwise: narrow edges are steep, see `Edged`.
WIDTH = 0.5


class Edge(Options):
    """A cut that the events have passed: a variable of some of the particles above or below a number.

    >>> Edge(variable="pt", above=20.0).text
    'pt > 20 of all particles'
    """

    variable: str = Field(
        description="pt, eta, abs_eta, energy, p, abs_pz of four-momenta, or the name of a component",
        examples=["pt", "abs_eta"],
    )
    above: float | None = Field(None, allow_inf_nan=False, description="lower edge: all events are above it")
    below: float | None = Field(None, allow_inf_nan=False, description="upper edge: all events are below it")
    particle: int | str = Field(
        "all",
        description="particle that has passed the cut: 1 for the first, 2, ...; the name of a particle; "
        "the name of an object: all its members; all: all particles",
    )
    width: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="distance from the edge, in the variable's unit, over which the test "
        "functions rise from 0 to full size; default: half of the position of the edge; narrow "
        "widths give large weights to few events",
    )

    @model_validator(mode="after")
    def _one_side(self) -> Edge:
        if (self.above is None) == (self.below is None):
            raise ValueError("give either 'above' or 'below', not both")
        if self.width is None and self.place == 0:
            raise ValueError("an edge at 0 needs a width")
        if isinstance(self.particle, int) and self.particle < 1:
            raise ValueError("particles are counted from 1")
        return self

    @property
    def place(self) -> float:
        """The number, in the unit of the variable."""
        return self.above if self.above is not None else self.below if self.below is not None else inf

    @property
    def text(self) -> str:
        """In words."""
        whose = (
            "of all particles" if self.particle == "all"
            else self.particle if isinstance(self.particle, str)
            else f"of particle {self.particle}"
        )  # fmt: skip
        whose = f"of {whose}" if not whose.startswith("of ") else whose
        return f"{self.variable} {'>' if self.above is not None else '<'} {self.place:g} {whose}"

    def inside(self, values: Tensor) -> Tensor:
        """0 at the edge and beyond, 1 a width inside, u^2 (3 - 2 u) between: continuous with its derivative.

        >>> import torch
        >>> Edge(variable="pt", above=20.0, width=10.0).inside(torch.tensor([10.0, 20.0, 25.0, 40.0])).tolist()
        [0.0, 0.0, 0.5, 1.0]
        """
        width = WIDTH * abs(self.place) if self.width is None else self.width
        depth = (values - self.place) / width if self.above is not None else (self.place - values) / width
        u = depth.clamp(0.0, 1.0)
        return u * u * (3 - 2 * u)
