"""Third-party code, run so that whatever it raises is an error like any other: it cannot end the program."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from symhep.errors import PluginError, SymhepError

__all__ = ["described", "failure", "isolated", "isolated_items", "portable", "traceback_of"]

T = TypeVar("T")


@contextmanager
def isolated(what: str = "", error: type[SymhepError] = PluginError) -> Iterator[None]:
    """Around a call of a plugin or of a function that a card names.

    symhep's own errors and KeyboardInterrupt pass. Everything else (SystemExit, GeneratorExit, exceptions of the
    plugin's own included) becomes ``error``, which keeps the traceback. Not for the body of a generator, which
    Python ends by GeneratorExit: see `isolated_items`.

    Parameters
    ----------
    what
        What failed, as the message begins: "reader 'csv' failed".
    error
        Class of the error raised.

    >>> with isolated("plugin 'thrust' is broken"):
    ...     raise SystemExit(0)
    Traceback (most recent call last):
    ...
    symhep.errors.PluginError: plugin 'thrust' is broken: SystemExit: 0
    """
    try:
        yield
    except (KeyboardInterrupt, SymhepError):
        raise
    except BaseException as cause:
        raise failure(what, cause, error) from cause


def isolated_items(items: Iterable[T], what: str = "", error: type[SymhepError] = PluginError) -> Iterator[T]:
    """The items that third-party code yields, each taken under `isolated`.

    >>> list(isolated_items([1, 2]))
    [1, 2]
    """
    end = object()
    with isolated(what, error):
        iterator = iter(items)
    while True:
        with isolated(what, error):
            item = next(iterator, end)
        if item is end:
            return
        yield item  # type: ignore[misc]  # not the sentinel


def failure(what: str, cause: BaseException, error: type[SymhepError] = PluginError) -> SymhepError:
    """``cause`` as an ``error`` that begins with ``what`` and keeps the traceback."""
    told = error(f"{what}: {described(cause)}" if what else described(cause))
    told.third_party_traceback = traceback_of(cause) or _formatted(cause)
    return told


def described(error: BaseException) -> str:
    """One line; symhep's own errors without their class.

    >>> described(KeyError("beam")), described(PluginError("no method is called 'vea'"))
    ("KeyError: 'beam'", "no method is called 'vea'")
    """
    try:
        text = str(error)
    except KeyboardInterrupt:
        raise
    except BaseException as second:  # even the text of an exception is third-party code
        text = f"(its message cannot be shown: {type(second).__name__})"
    if isinstance(error, SymhepError):
        return text
    # pydantic's errors take several lines, one of them an address.
    lines = [line.strip() for line in text.splitlines() if "https://errors.pydantic.dev" not in line]
    return f"{type(error).__name__}: {' '.join(lines)}"


def portable(error: SymhepError) -> SymhepError:
    """The error, or its text: a class of a plugin's own may ask for what another process cannot give it."""
    kind = next(c for c in type(error).__mro__ if c.__module__ == SymhepError.__module__)
    if kind is type(error):
        return error
    told: SymhepError = kind(described(error))
    told.third_party_traceback = traceback_of(error)
    return told


def traceback_of(error: BaseException | None) -> str:
    """The traceback of the third-party code that failed behind ``error``, or ''."""
    while error is not None:
        if isinstance(error, SymhepError) and error.third_party_traceback:
            return error.third_party_traceback
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return ""


def _formatted(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error))
    except KeyboardInterrupt:
        raise
    except BaseException:  # as in `described`
        return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__
