"""What a command says: the one way to the terminal for text that may come from a file."""

from __future__ import annotations

import click

from symhep.printable import printable

__all__ = ["say"]


def say(text: object, *, err: bool = False) -> None:
    r"""A line, or several, on stdout or stderr, with control characters written out.

    >>> say("branch 'a\x1b[31mb'")
    branch 'a\x1b[31mb'
    """
    click.echo(printable(str(text), keep="\n\t"), err=err)
