"""Whatever uproot raises on a file, as one error with the file's name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from symhep.errors import InputError

__all__ = ["reason", "translated"]

AGAIN = "copy or create it again"


@contextmanager
def translated(path: str, what: str, hint: str = AGAIN) -> Iterator[None]:
    """Around calls of uproot: any exception (a damaged file raises nearly every kind) becomes an `InputError`.

    >>> with translated("a.root", "the tree cannot be read"):
    ...     raise RecursionError("too deep")
    Traceback (most recent call last):
    ...
    symhep.errors.InputError: a.root: the tree cannot be read (RecursionError: too deep); copy or create it again
    """
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError("there is no such file", file=path) from None
    except Exception as error:
        raise InputError(f"{what} ({reason(error)})", file=path, hint=hint) from None


def reason(error: BaseException) -> str:
    """What uproot says in short, without the file name that the error carries anyway."""
    text = " ".join(str(error).split())
    for end in (" from FSSpecSource", " for file path ", " in file ", " File path: "):
        text = text.partition(end)[0]
    if isinstance(error, RecursionError | MemoryError) or not text:
        text = f"{type(error).__name__}: {text}".removesuffix(": ")
    return text[:120]
