"""Options of the terms of the loss, checked while the card's line is known."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, model_validator

from symhep.methods.interface import Options
from symhep.plugin.functions import source_checksum
from symhep.plugin.user_function import NAME, ORIGIN
from symhep_symmetrygan.terms.building import build_term
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
    strength: float = Field(0.1, gt=0, description="factor alpha in front")
    settings: dict[str, Any] = Field(default_factory=dict, description="what the term takes, by name")
    sha256: str = Field(
        "", description="checksum of a function of yours; filled in, so that other code is other work"
    )

    @model_validator(mode="before")
    @classmethod
    def _known(cls, data: Any) -> Any:
        """Refuse a term that cannot be built."""
        if not isinstance(data, dict) or not isinstance(data.get("name"), str):
            return data  # the field says what is wrong with it
        settings = data.get("settings", {})
        if not isinstance(settings, dict):
            return data
        name = data["name"]
        build_term(name, settings)
        return {**data, "sha256": source_checksum(name)} if re.match(NAME, name) else data

    @property
    def words(self) -> str:
        """As a sentence has it: 'cyclic (order 7), strength 0.1'."""
        settings = ", ".join(f"{key} {value}" for key, value in self.settings.items())
        return f"{self.name}{f' ({settings})' if settings else ''}, strength {self.strength:g}"

    def build(self) -> LossTerm:
        """The term itself, without its strength."""
        return build_term(self.name, self.settings)
