"""Feature sets, as a card describes them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from symhep.card.base import LIST, Name, Strict

__all__ = ["CanonicalCard", "FeatureCard"]

#: A run of numbered names.
_RANGE = re.compile(r"([A-Za-z_]\w*?)(\d+)\s*\.\.\s*([A-Za-z_]\w*?)(\d+)")


def _range(entry: str) -> list[str]:
    """'x1..x3' as x1, x2, x3; anything else as it is."""
    found = _RANGE.fullmatch(entry.strip())
    if found is None:
        return [entry]
    first, last = int(found[2]), int(found[4])
    if found[1] != found[3] or not first <= last < first + 10_000:
        raise ValueError(f"'{entry}' is not a range such as x1..x12")
    return [f"{found[1]}{number}" for number in range(first, last + 1)]


def _as_group(value: Any) -> Any:
    return {"group": value} if isinstance(value, str) else value


class CanonicalCard(Strict):
    """A frame of its own for each event."""

    group: Literal["so(2)", "so(3)"] | None = Field(
        None,
        description="so(2): rotate about the axis so that the reference object has azimuth 0; so(3): rotate the "
        "reference object onto z, and the next object into the x-z plane",
        examples=["so(2)"],
    )
    axis: Literal["x", "y", "z"] = Field("z", description="axis of the rotation (so(2) only)")
    reference: Annotated[int, Field(ge=1, strict=True)] | Literal["leading"] = Field(
        "leading", description="reference object of the rotation: leading, or its number counted from 1"
    )
    reflection: Annotated[tuple[Literal["px", "py", "pz"], ...], LIST] = Field(
        (),
        description="components to reflect: their sign is flipped if that of the first object with a "
        "non-zero value is negative",
        examples=[["py", "pz"]],
    )

    @model_validator(mode="after")
    def _does_something(self) -> CanonicalCard:
        if self.group is None and not self.reflection:
            raise ValueError("give a 'group', a 'reflection', or both")
        if self.group != "so(2)" and "axis" in self.model_fields_set:
            raise ValueError("'axis' is only for group: so(2)")
        fixed = {None: "", "so(3)": "xz"}.get(self.group, "yzx"["xyz".index(self.axis)])
        for component in self.reflection:
            if component[1] in fixed:
                raise ValueError(
                    f"{self.group} already fixes the sign of {component}; remove this reflection"
                )
        return self

    @property
    def position(self) -> int:
        """Number of the reference from 0."""
        return 0 if self.reference == "leading" else self.reference - 1


class FeatureCard(Strict):
    """Numbers per event, and how they are scaled."""

    selection: str | None = Field(
        None, description="cuts on the event; all events by default", examples=["dijet"]
    )
    object: Name | None = Field(
        None, description="the object whose members the variables are computed for", examples=["jets"]
    )
    vars: Annotated[tuple[str, ...], LIST] = Field(
        description="variables of the object (px, py, pz, E, pt, eta, phi, m, rapidity, ...), or event expressions; "
        "x1..x12 means x1, x2, ..., x12",
        examples=[["E", "px", "py", "pz"], ["mass(muons[0], muons[1])"]],
    )
    scaling: Literal["standard", "isotropic", "none"] = Field(
        "standard", description="standard: mean 0 and variance 1 each; isotropic: one constant for all; none"
    )
    spectators: Annotated[tuple[str, ...], LIST] = Field(
        (),
        description="event expressions that are additional inputs of tests and networks; transformations "
        "do not act on them",
        examples=[["count(jets)"]],
    )
    tags: Annotated[tuple[str, ...], LIST] = Field(
        (),
        description="expressions evaluated for each member of the object, such as a charge or a b-tag; "
        "transformations do not act on them; 0 for objects of a system without such a field",
        examples=[["charge"]],
    )
    canonicalise: Annotated[
        CanonicalCard | None, BeforeValidator(_as_group, json_schema_input_type=str | CanonicalCard | None)
    ] = Field(
        None,
        description="rotate and reflect each event into a canonical frame before the variables are computed",
        examples=["so(2)", {"group": "so(2)", "reflection": ["py", "pz"]}],
    )

    @field_validator("vars")
    @classmethod
    def _ranges(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for entry in names for name in _range(entry))

    @model_validator(mode="after")
    def _some_vars(self) -> FeatureCard:
        if not self.vars:
            raise ValueError("'vars' is empty")
        if self.canonicalise and self.object is None:
            raise ValueError("'canonicalise' needs an 'object': it rotates the four-momenta of an object")
        if self.tags and self.object is None:
            raise ValueError("'tags' needs an 'object': tags are evaluated for the members of an object")
        return self
