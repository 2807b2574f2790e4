"""Options of the terms of the loss, checked while the card's line is known."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from symhep.methods.interface import Options
from symhep.plugin.manager import Registry
from symhep.plugin.user_function import NAME, ORIGIN, checked
from symhep_symmetrygan.terms.factory import build_term
from symhep_symmetrygan.terms.interface import LossTerm

__all__ = ["TermOptions"]


class TermOptions(Options):
    """One term.

    >>> TermOptions(name="cyclic", settings={"order": 7}).strength
    0.1
    """

    name: str = Field(
        description="cyclic (g^q = 1, setting: order), commuting (pairs of restarts), one of a plugin, or "
        f"{ORIGIN}: (family, parameters, x, **settings) -> a tensor, one number per restart"
    )
    strength: float = Field(0.1, gt=0, description="coefficient alpha of the term")
    settings: dict[str, Any] = Field(default_factory=dict, description="settings of the term, by name")
    sha256: str = Field(
        "",
        description="checksum of the source of a function; filled in automatically, so "
        "that results are recomputed when the function changes",
    )

    _registry: Registry | None = PrivateAttr(None)

    @model_validator(mode="before")
    @classmethod
    def _checksum(cls, data: Any, info: ValidationInfo) -> Any:
        name = data.get("name") if isinstance(data, dict) else None
        if not isinstance(name, str) or not re.match(NAME, name):
            return data
        return {**data, "sha256": checked(name, info.context)}

    @model_validator(mode="after")
    def _known(self, info: ValidationInfo) -> TermOptions:
        """Refuse a term that cannot be built."""
        self._registry = (info.context or {}).get("registry")
        self.build()
        return self

    @property
    def words(self) -> str:
        """As a sentence has it: 'cyclic (order 7), strength 0.1'."""
        settings = ", ".join(f"{key} {value}" for key, value in self.settings.items())
        return f"{self.name}{f' ({settings})' if settings else ''}, strength {self.strength:g}"

    def build(self) -> LossTerm:
        """The term itself, without its strength."""
        return build_term(self.name, self.settings, self._registry)
