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
    "RenamedKeyWarning",
    "StoreError",
    "SymhepError",
    "as_card_error",
    "nearest",
]


class SymhepError(Exception):
    """Base of all errors that symhep raises on purpose: what is wrong, where, and what to do, as one line of text.

    Control characters of a file are written out in the text.

    Attributes
    ----------
    exit_code
        Of the command that it ends: 1, and 2, 3 or 4 for the classes below.
    third_party_traceback
        Where third-party code failed, how, for a log: see `symhep.plugin.isolation`.

    Examples
    --------
    >>> try:
    ...     raise PluginError("no method is called 'vea'; did you mean 'vae'?")
    ... except SymhepError as error:
    ...     print(error, error.exit_code)
    no method is called 'vea'; did you mean 'vae'? 2
    """

    exit_code = 1
    third_party_traceback: str = ""

    def __str__(self) -> str:
        return printable(super().__str__())


class CardError(SymhepError, ValueError):
    """The run card, or an argument that stands for it, asks for something impossible. Exit code 2.

    Raised by `symhep.load_card`, `symhep.run`, `symhep.analyse` and by methods' ``check``. Change the key that it
    names.

    Attributes
    ----------
    message
        What is wrong.
    where
        File and line of the card, or the key.
    hint
        What to do, such as the nearest valid name.

    Examples
    --------
    >>> print(CardError("unknown key 'beat'", where="card.yaml, line 7", hint="did you mean 'beta'?"))
    card.yaml, line 7: unknown key 'beat'; did you mean 'beta'?
    """

    exit_code = 2

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        self.message, self.where, self.hint = message, where, hint
        super().__init__(f"{where + ': ' if where else ''}{message}{'; ' + hint if hint else ''}")


class LieError(SymhepError, ValueError):
    """An algebra, a group or matrices that do not make one. Exit code 2.

    Raised by the functions of `symhep.lie`, which know of no card; `as_card_error` says where in a card it was asked
    for.

    Attributes
    ----------
    message
        What is wrong.
    hint
        What to do.

    Examples
    --------
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

    Parameters
    ----------
    where
        File and line of the card, or the key.

    Raises
    ------
    CardError
        With message and hint of the `LieError`.

    Examples
    --------
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
    """A file cannot be read, or not to its end. Exit code 3.

    Raised by readers, `symhep.inspect`, `symhep.load` and `symhep.run`. Repair the file, or write ``bad_files: skip``
    in the card to go on without the events that are lost.

    Attributes
    ----------
    message
        What is wrong.
    file
        Path or URL.
    event
        0-based number in the file of the first event concerned.
    byte
        Offset in the (uncompressed) file.
    hint
        What to do.

    Examples
    --------
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
    """A plugin is missing, broken, or does not keep its contract. Exit code 2.

    Raised where a card names a method, reader or function that nobody brings (install it, or correct the name), where
    the code of a plugin fails outside of a fit, and by `symhep.testing`.

    Examples
    --------
    >>> import symhep
    >>> symhep.analyse([[0.0]], "momets")
    Traceback (most recent call last):
    ...
    symhep.errors.PluginError: unknown method 'momets'; did you mean 'moments'?
    """

    exit_code = 2


class RenamedKeyWarning(FutureWarning):
    """A card or a call uses the old name of a key or option. Write the new one, which it says.

    It is shown by default: those who write cards are its readers. See docs/project/deprecation.md.

    Examples
    --------
    >>> import warnings
    >>> from symhep.deprecation import Keys, Renamed
    >>> class Cut(Keys):
    ...     renamed_keys = {"min": Renamed("above", until="0.4")}
    ...     above: float = 0.0
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", RenamedKeyWarning)  # as in a test that old names fail
    ...     Cut(min=3)
    Traceback (most recent call last):
    ...
    symhep.errors.RenamedKeyWarning: 'min' is now called 'above'; the old name works until symhep 0.4
    """


class DeviceError(SymhepError, RuntimeError):
    """The device that was asked for is not there. Exit code 2.

    Raised by `symhep.run` and `symhep.analyse`. Give ``device: auto``, which takes a GPU where there is one.

    Examples
    --------
    >>> import symhep
    >>> symhep.analyse([[0.0]], "oracle", oracle="l2", device="cuda:99")
    Traceback (most recent call last):
    ...
    symhep.errors.DeviceError: ...
    """

    exit_code = 2


class StoreError(SymhepError, OSError):
    """The run folder cannot be used as asked. Exit code 2.

    Raised where a folder is not a run folder or another version wrote it (run the card again), where another run uses
    it, where it cannot be written, and for a name that a result does not have.

    Examples
    --------
    >>> import symhep
    >>> symhep.Run.load("nowhere")
    Traceback (most recent call last):
    ...
    symhep.errors.StoreError: nowhere is not a run folder: give the folder that symhep run wrote
    """

    exit_code = 2


class MethodError(SymhepError, RuntimeError):
    """A method cannot give a result on these data with these options. Exit code 4.

    Raised by `symhep.analyse`; in a run the method is listed as failed, with this sentence, and the others go on. It
    says what the events lack: more of them, finite numbers, another selection.

    Examples
    --------
    >>> import numpy as np
    >>> import symhep
    >>> symhep.vectors_of(symhep.Dataset.from_array(np.zeros((0, 2)), scaling="none"))
    Traceback (most recent call last):
    ...
    symhep.errors.MethodError: no events in 'data' have all features finite and enough objects
    """

    exit_code = 4


def nearest(name: str, valid: Iterable[str]) -> str:
    """The end of an error message that names the valid spelling closest to what was given.

    Parameters
    ----------
    name
        What was given.
    valid
        All names that are valid.

    Returns
    -------
    str
        "did you mean '...'?", or the valid names, at most twelve, where none is close.

    Examples
    --------
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
