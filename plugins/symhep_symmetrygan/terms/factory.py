"""Terms of the loss from their names: this package's, plugins', the user's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from symhep.errors import CardError, PluginError
from symhep.plugin.functions import load_function
from symhep.plugin.isolation import isolated
from symhep.plugin.manager import Registry, registry_in
from symhep.plugin.user_function import NAME
from symhep_symmetrygan.terms.interface import LossTerm
from symhep_symmetrygan.terms.user import UserTerm

__all__ = ["build_term"]


def build_term(name: str, settings: Mapping[str, Any], registry: Registry | None = None) -> LossTerm:
    """The term ``name`` with its ``settings``.

    'module:function' is a function that the card names; every other name is looked up in the ``registry`` (None: that
    of the installed plugins), where this package's own terms are, too.

    Raises `CardError` for names and settings that are not known, and for plugins that are broken.

    >>> build_term("cyclic", {"order": 3}).order
    3
    >>> build_term("cyclic", {"ordre": 3})
    Traceback (most recent call last):
    ...
    symhep.errors.CardError: the loss term 'cyclic' does not take these settings: Cyclic.__init__() got an unexpected \
keyword argument 'ordre'
    """
    if re.match(NAME, name):
        return UserTerm(name, load_function(name, registry), dict(settings))
    try:
        make = (registry or registry_in(None)).loss_term(name)
    except PluginError as error:
        raise CardError(str(error)) from error
    with isolated(f"the loss term '{name}' cannot be created", CardError):
        try:
            term = make(**settings)
        except (TypeError, ValueError) as error:
            raise CardError(f"the loss term '{name}' does not take these settings: {error}") from error
    if not isinstance(term, LossTerm):
        raise CardError(f"'{name}' returns {type(term).__name__}, not a LossTerm")
    return term
