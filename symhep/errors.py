"""The errors symhep raises on purpose: each says what is wrong, where, and what to do.

The command line turns them into exit codes: 2 for the card or the usage, 3 for
the input, 4 for a method. Anything else that escapes is a defect of symhep.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from symhep.printable import printable

__all__ = [
    "CardError",
    "DeviceError",
    "InputError",
    "LieError",
    "MethodError",
    "PluginError",
    "StoreError",
    "SymhepError",
    "as_card_error",
    "nearest",
]


class SymhepError(Exception):
    """Base of all errors that symhep raises on purpose.

    Where third-party code failed, ``third_party_traceback`` tells how, for a log: see `symhep.plugin.isolation`.
    As text it is one line, in which control characters of a file are written out.
    """

    exit_code = 1
    third_party_traceback: str = ""

    def __str__(self) -> str:
        return printable(super().__str__())


class CardError(SymhepError, ValueError):
    """The run card, or an argument that stands for it, asks for something impossible.

    >>> print(CardError("unknown key 'beat'", where="card.yaml, line 7", hint="did you mean 'beta'?"))
    card.yaml, line 7: unknown key 'beat'; did you mean 'beta'?
    """

    exit_code = 2

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        self.message, self.where, self.hint = message, where, hint
        super().__init__(f"{where + ': ' if where else ''}{message}{'; ' + hint if hint else ''}")


class LieError(SymhepError, ValueError):
    """An algebra, a group or matrices that do not make one; `symhep.lie` knows of no card that asked for them.

    >>> print(LieError("unknown algebra 'soo'", hint="did you mean 'so'?"))
    unknown algebra 'soo'; did you mean 'so'?
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        self.message, self.hint = message, hint
        super().__init__(f"{message}{'; ' + hint if hint else ''}")


@contextmanager
def as_card_error(where: str | None = None) -> Iterator[None]:
    """Turn a `LieError` inside into a `CardError` that says where in the card it was asked for.

    >>> with as_card_error("elements"):
    ...     raise LieError("'Q' is not an element")
    Traceback (most recent call last):
    ...
    symhep.errors.CardError: elements: 'Q' is not an element
    """
    try:
        yield
    except LieError as error:
        raise CardError(error.message, where=where, hint=error.hint) from error


class InputError(SymhepError, ValueError):
    """A file cannot be read, or not to its end.

    ``event`` is the 0-based number of the first event concerned, ``byte`` the
    offset in the (uncompressed) file.

    >>> print(InputError("the event is cut short", file="a.lhe", event=7, byte=912, hint="re-run the job"))
    a.lhe, event 7, byte 912: the event is cut short; re-run the job
    """

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        event: int | None = None,
        byte: int | None = None,
        hint: str | None = None,
    ) -> None:
        self.message, self.file, self.event, self.byte, self.hint = message, file, event, byte, hint
        places = [file] if file else []
        places += [f"event {event}"] if event is not None else []
        places += [f"byte {byte}"] if byte is not None else []
        where = ", ".join(places)
        super().__init__(f"{where + ': ' if where else ''}{message}{'; ' + hint if hint else ''}")


class PluginError(SymhepError, RuntimeError):
    """A plugin is missing, broken, or does not keep its contract."""

    exit_code = 2


class DeviceError(SymhepError, RuntimeError):
    """The device that was asked for is not there."""

    exit_code = 2


class StoreError(SymhepError, OSError):
    """The run folder cannot be used as asked."""

    exit_code = 2


class MethodError(SymhepError, RuntimeError):
    """A method cannot give a result on these data with these options."""

    exit_code = 4


def nearest(name: str, valid: Iterable[str]) -> str:
    """A hint that names the valid spelling closest to ``name``.

    >>> nearest("Moun", ["Muon", "Jet"])
    "did you mean 'Muon'?"
    >>> nearest("xyz", ["Muon", "Jet"])
    'known: Jet, Muon'
    """
    names = sorted(set(valid))
    folded = {n.casefold(): n for n in names}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{folded[close[0]]}'?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"known: {shown}" if names else "there are none"
