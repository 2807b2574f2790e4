"""What the parts of the run card have in common: no unknown keys, names, and one name for a list of one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from symhep.deprecation import Keys

__all__ = ["LIST", "Name", "Strict"]

Name = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        max_length=64,
        description="letters, digits and _, not starting with a digit",
        examples=["jets_4"],
    ),
]


def as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


#: One name stands for a list of one; the schema says so.
LIST = BeforeValidator(as_list, json_schema_input_type=str | list[str])


class Strict(Keys):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
