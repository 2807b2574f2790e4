"""Keys of cards and options that have another name than in an earlier version, or none: docs/project/deprecation.md."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, model_validator

from symhep.errors import RenamedKeyWarning

__all__ = ["Keys", "Renamed"]


class Renamed(NamedTuple):
    """What a key is called now.

    Attributes
    ----------
    to
        The new name; the value is the same.
    until
        The version that no longer knows the old name: two minor releases after the one that renamed it.
    """

    to: str
    until: str


class Keys(BaseModel):
    """A record of options some of whose keys had other names.

    Attributes
    ----------
    renamed_keys
        Old name -> what it is called now: it works, with a `symhep.errors.RenamedKeyWarning`.
    removed_keys
        Old name -> what to write instead: it is an error that says so (`symhep.card.problems`).

    Examples
    --------
    >>> class Cut(Keys):
    ...     renamed_keys = {"min": Renamed("above", until="0.4")}
    ...     above: float = 0.0
    >>> with warnings.catch_warnings(record=True) as told:
    ...     warnings.simplefilter("always")
    ...     Cut(min=3).above, str(told[0].message)
    (3.0, "'min' is now called 'above'; the old name works until symhep 0.4")
    """

    renamed_keys: ClassVar[Mapping[str, Renamed]] = {}
    removed_keys: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _with_new_names(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        found = dict(values)
        for old, new in cls.renamed_keys.items():
            if old in found and new.to not in found:  # with both, the old one is refused as unknown
                found[new.to] = found.pop(old)
                warnings.warn(
                    f"'{old}' is now called '{new.to}'; the old name works until symhep {new.until}",
                    RenamedKeyWarning,
                    stacklevel=2,
                )
        return found
