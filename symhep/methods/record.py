"""A record: the typed tree of what a method found. Its JSON is the summary in results.json."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from symhep.errors import StoreError
from symhep.methods.schema_version import SCHEMA_VERSION

if TYPE_CHECKING:
    from symhep.methods.number import Number

__all__ = ["Record", "jsonable"]


def jsonable(value: Any) -> Any:
    """Plain JSON: numpy scalars and arrays unpacked, NaN and infinities as null; records as they are.

    >>> jsonable({"a": np.arange(2), "b": float("nan"), "c": (1, np.float64(2.5))})
    {'a': [0, 1], 'b': None, 'c': [1, 2.5]}
    """
    if isinstance(value, Mapping):
        return {str(k): jsonable(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(v) for v in value]
    if isinstance(value, np.ndarray):
        return jsonable(value.tolist())
    if isinstance(value, np.generic):
        return jsonable(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


class Record(BaseModel):
    """Base of a method's record, and of the records inside it: unknown keys are errors, values do not change.

    Give every field a description: `symhep schema METHOD` and the documentation show it. Numpy numbers and arrays may
    be given; what is not finite becomes null, so the field of a number that may be unknown is ``float | None``.

    Attributes
    ----------
    is_answer
        Whether its numbers answer a question that is the same in every run, so that runs can be compared: False where
        the events chose what it is of.

    Examples
    --------
    >>> class Spread(Record):
    ...     spread: tuple[float | None, ...]
    >>> found = Spread(spread=np.array([1.0, np.nan]))
    >>> found.to_json(), Spread.from_json(found.to_json()) == found
    ({'spread': [1.0, None]}, True)
    >>> found.conclusion, found.other_numbers
    (None, {})
    """

    # Every key is written, also one that holds its default: its schema requires all of them.
    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, values: Any) -> Any:
        return jsonable(values) if isinstance(values, Mapping) else values

    is_answer: ClassVar[bool] = True

    @property
    def conclusion(self) -> str | None:
        """What is concluded, in a word.

        'violated' or 'compatible' of a hypothesis, the name of what was identified; None: nothing. It is no field;
        `symhep compare` compares it.
        """
        return None

    @property
    def other_numbers(self) -> Mapping[str, tuple[str, Number]]:
        """Numbers that its fields hold in another shape.

        Path inside the record -> what it is about, and the number. They are answers beside those of its fields
        (`symhep.methods.answers`). It is no field.
        """
        return {}

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON: what results.json holds.

        Returns
        -------
        dict
            Every field, also one that has its default; numbers that are not finite are null.
        """
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """A stored record.

        Parameters
        ----------
        stored
            What `to_json` gave.

        Returns
        -------
        Record
            Of the class it is called on.

        Raises
        ------
        StoreError
            Where the stored keys are not those of this version: run the card again.
        """
        try:
            return cls.model_validate(stored)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the summary"
            raise StoreError(
                f"the stored result does not follow the schema {SCHEMA_VERSION} of {cls.__name__}: {place}: "
                f"{first['msg'].lower()}; run the card again"
            ) from error
