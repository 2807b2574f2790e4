"""Options of the search for single elements: which transformations, and of which coordinates."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, model_validator

from symhep.errors import CardError, PluginError
from symhep.lie.groups import Family
from symhep.methods.interface import Options
from symhep.plugin.functions import load_function
from symhep.plugin.manager import Registry, registry_in
from symhep.plugin.user_function import NAME, checked
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.family import made_family

__all__ = ["SearchOptions", "switched_off"]

#: 'J_z, K_z': generators in one string.
_GENERATORS = re.compile(r"^[-+0-9.*\s]*[JKP]_\w+\s*,")


class SearchOptions(Options):
    """The search space of individual elements; a plain name is its ``group``.

    >>> SearchOptions.model_validate("so(4)").group
    'so(4)'
    >>> SearchOptions(group="so(4)", on=["px1", "py1", "px2", "py2"], marginal=True).text
    'so(4) on px1 py1 px2 py2'
    """

    group: str | tuple[str, ...] | None = Field(
        None,
        description="so(4), o(4), so(2)xso(2), similarity, agl(2), asl(2), line, lorentz, poincare, a sum "
        "such as so(1,3)+D, a class of subgroups such as SIM(2), a family of a plugin, a "
        "function 'module:function', or a list of generators such as [J_z, K_z + 0.5*J_x]; "
        "default: lorentz for four-momenta, else rotations of all components of an event",
        examples=["so(4)"],
    )
    on: tuple[str, ...] = Field(
        (),
        description="names of the transformed coordinates, such as [px1, py1]; []: all",
        examples=[["px1", "py1"]],
    )
    marginal: bool = Field(
        False,
        description="true: ignore the coordinates not named by 'on' (symmetries of the marginal density); "
        "false: use them as spectators (inputs of networks and tests that are not transformed)",
    )
    components: tuple[str, ...] = Field(
        (), description="additional discrete elements of the group, such as P, reflection(px), exchange(1,2)"
    )
    sha256: str = Field(
        "",
        description="checksum of the source of a function; filled in automatically, so "
        "that results are recomputed when the function changes",
    )
    _registry: Registry | None = PrivateAttr(None)

    @model_validator(mode="before")
    @classmethod
    def _spelt(cls, data: Any, info: ValidationInfo) -> Any:
        """A name alone as a mapping. Raises `CardError` for the spellings of symhep 0.1, with the new ones."""
        if isinstance(data, str):
            _refuse_old(data)
            data = {"group": data}
        elif isinstance(data, list | tuple):
            raise CardError(
                "'search' must be a name or a mapping; subgroups have their own key",
                hint=f"write 'search: false' and 'subgroups: {{classes: [{', '.join(map(str, data))}]}}'",
            )
        group = data.get("group") if isinstance(data, dict) else None
        for name in group if isinstance(group, list | tuple) else [group]:
            if not isinstance(name, str):
                continue  # the field says what is wrong with it
            _refuse_old(name)
            if re.match(NAME, name):
                data = {**data, "sha256": checked(name, info.context)}
        return data

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> SearchOptions:
        self._registry = (info.context or {}).get("registry")
        if self.marginal and not self.on:
            raise ValueError("'marginal' needs 'on': name the coordinates to keep")
        return self

    @property
    def text(self) -> str:
        """As sentences have it."""
        group = self.group if isinstance(self.group, str) else ", ".join(self.group or ())
        return f"{group} on {' '.join(self.on)}" if self.on else group

    @property
    def families(self) -> tuple[str, ...]:
        """Names of the families that plugins bring."""
        return tuple(registry_in(self).families)

    @property
    def registry(self) -> Registry | None:
        """The plugins that these options were checked with; None: the installed ones."""
        return self._registry

    def family(self, name: str, events: Events) -> Family | None:
        """The family of a function that the card names, or of a plugin, on the events; None for other names.

        Raises `CardError` for what fails or makes something else.
        """
        if re.match(NAME, name):
            return made_family(load_function(name, self._registry), name, events)
        if name not in self.families:
            return None
        try:
            make = registry_in(self).family(name)
        except PluginError as error:
            raise CardError(str(error)) from error
        return made_family(make, name, events)


def _refuse_old(text: str) -> None:
    """Raise `CardError`, with the new spelling, for what symhep 0.1 read out of the one string of 'search'."""
    new = None
    if text.startswith("all subgroups of "):
        catalogue = "lorentz" if text.endswith(" lorentz") else "poincare"
        new = f"'search: false' and 'subgroups: {{catalogue: {catalogue}}}'"
    elif " on " in f"{text} ":
        group, _, picked = text.partition(" on ")
        named = ", ".join(picked.replace(",", " ").split()) or "px1, py1"
        new = f"'search: {{group: {_listed(group.strip())}, on: [{named}], marginal: true}}'"
    elif _GENERATORS.match(text):
        new = f"'search: {{group: {_listed(text)}}}'"
    if new is not None:
        raise CardError(f"'{text}' is the syntax of symhep 0.1", hint=f"write {new}")


def _listed(group: str) -> str:
    return f"[{group}]" if _GENERATORS.match(group) else group


#: For a field ``Annotated[SearchOptions | None, switched_off]``: false is None, a name alone is a group.
switched_off = BeforeValidator(
    lambda value: None if value is False else value,
    json_schema_input_type=SearchOptions | str | Literal[False],
)
