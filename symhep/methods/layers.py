"""Sizes of the hidden layers of networks, as an option gives them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

__all__ = ["LayerSizes"]

#: Each layer has 1 to 8192 units: two layers of 8192 take a gigabyte with their gradients and Adam's averages.
LayerSizes = Annotated[tuple[Annotated[int, Field(ge=1, le=8192)], ...], Field(max_length=32)]
