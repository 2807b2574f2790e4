"""What a path leads to: only regular files are opened, since a pipe would wait and a device never end."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

__all__ = ["obstacle"]

_KINDS = (
    (stat.S_ISDIR, "is a folder, not a file"),
    (stat.S_ISFIFO, "is a pipe, not a file"),
    (stat.S_ISCHR, "is a device, not a file"),
    (stat.S_ISBLK, "is a device, not a file"),
    (stat.S_ISSOCK, "is a socket, not a file"),
)


def obstacle(path: str | Path) -> str | None:
    """Why ``path`` cannot be read as a file, as the end of a sentence; None for a regular file. Opens nothing.

    >>> obstacle("/dev/null"), obstacle("/no/such")
    ('is a device, not a file', 'no such file')
    """
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        return "is a symbolic link to nothing" if Path(path).is_symlink() else "no such file"
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "is a symbolic link that leads back to itself"
        return f"cannot be opened: {error.strerror}"
    except ValueError:  # a null character
        return "is no file name"
    return next((words for holds, words in _KINDS if holds(mode)), None)
