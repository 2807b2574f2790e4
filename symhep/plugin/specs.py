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
    """The methods that a plugin brings.

    Returns
    -------
    mapping
        Name, as ``use:`` of a card says it -> class, or 'module:Class' so that nothing heavy is imported yet.

    Examples
    --------
    >>> import symhep
    >>> @symhep.hookimpl
    ... def symhep_register_methods():
    ...     return {"spread": "my_package.method:Spread"}
    """


@hookspec
def symhep_register_readers() -> Mapping[str, str | type[Reader]]:  # type: ignore[empty-body]
    """The readers that a plugin brings.

    Returns
    -------
    mapping
        Name, as ``format:`` of a card says it -> class, or 'module:Class' so that nothing heavy is imported yet.

    Examples
    --------
    >>> import symhep
    >>> @symhep.hookimpl
    ... def symhep_register_readers():
    ...     return {"p4": "my_package.reader:P4Reader"}
    """


@hookspec
def symhep_register_families() -> Mapping[str, str | Callable[..., Family]]:  # type: ignore[empty-body]
    """The families of transformations that a plugin brings, as search spaces.

    Returns
    -------
    mapping
        Name, as ``search:`` of a card says it -> what makes a `symhep.Family`, or 'module:function'. What makes one is
        a class or a function that takes nothing, or the events.

    Examples
    --------
    >>> import symhep
    >>> @symhep.hookimpl
    ... def symhep_register_families():
    ...     return {"spiral": "my_package.family:Spiral"}
    """


@hookspec
def symhep_register_loss_terms() -> Mapping[str, str | Callable[..., Any]]:  # type: ignore[empty-body]
    """The terms of SymmetryGAN's loss that a plugin brings.

    Returns
    -------
    mapping
        Name, as ``terms:`` of a card says it -> what makes a `symhep_symmetrygan.terms.interface.LossTerm` from its
        settings, or 'module:Class'.

    Examples
    --------
    >>> import symhep
    >>> @symhep.hookimpl
    ... def symhep_register_loss_terms():
    ...     return {"repelled": "my_package.term:Repelled"}
    """


@hookspec
def symhep_register_functions() -> Mapping[str, str | Callable[..., Any] | CardFunction]:  # type: ignore[empty-body]
    """The functions of a plugin that a card may name as 'plugin:name', ``plugin`` being the name of the entry point.

    They must be written in the plugin's own package.

    Returns
    -------
    mapping
        Name -> function or class, 'module:function', or a `CardFunction` that holds either, with its unit, a line of
        explanation, and the kinds of vectors that it takes: for expressions, as in "my_plugin:balance(jets)".

    Examples
    --------
    >>> import symhep
    >>> @symhep.hookimpl
    ... def symhep_register_functions():
    ...     return {"balance": symhep.CardFunction("my_package.functions:balance", doc="vector over scalar sum of pT")}
    """
