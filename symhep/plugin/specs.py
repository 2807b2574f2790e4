"""Every hook of symhep. A plugin implements one with ``@symhep.hookimpl``; see CONTRIBUTING.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from symhep.card.calls import FUNCTION_NAME as _FUNCTION_NAME
from symhep.hooks import hookspec

if TYPE_CHECKING:
    from symhep.events.functions import CardFunction
    from symhep.lie.groups import Family
    from symhep.methods.interface import Method
    from symhep.readers.interface import Reader

#: How a card names a function: 'module:function' or 'plugin:function'.
FUNCTION_NAME = rf"^{_FUNCTION_NAME}$"


@hookspec
def symhep_register_methods() -> Mapping[str, str | type[Method[Any]]]:  # type: ignore[empty-body]
    """Methods this plugin brings: name -> class, or 'module:Class' so that nothing heavy is imported yet."""


@hookspec
def symhep_register_readers() -> Mapping[str, str | type[Reader]]:  # type: ignore[empty-body]
    """Readers this plugin brings: name -> class, or 'module:Class' so that nothing heavy is imported yet."""


@hookspec
def symhep_register_families() -> Mapping[str, str | Callable[..., Family]]:  # type: ignore[empty-body]
    """Families of transformations this plugin brings, as search spaces: name -> what makes one, or 'module:function'.

    What makes one is a class or a function that takes nothing, or the events.
    """


@hookspec
def symhep_register_loss_terms() -> Mapping[str, str | Callable[..., Any]]:  # type: ignore[empty-body]
    """Terms of SymmetryGAN's loss this plugin brings: name -> what makes one from its settings, or 'module:Class'.

    It makes a `symhep_symmetrygan.terms.interface.LossTerm`.
    """


@hookspec
def symhep_register_functions() -> Mapping[str, str | Callable[..., Any] | CardFunction]:  # type: ignore[empty-body]
    """Functions or classes of this plugin that a card may name as 'plugin:name': name -> it, or 'module:function'.

    ``plugin`` is the name of the entry point. They must be written in the plugin's own package. A `CardFunction` holds
    either, with its unit, a line of explanation, and the kinds of vectors that it takes: for expressions, as in
    "my_plugin:balance(jets)".
    """
