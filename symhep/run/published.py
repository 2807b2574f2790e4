"""Published files: where a dataset can be had, and whether the file here is the published one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from symhep.errors import CardError, InputError

if TYPE_CHECKING:
    from symhep.card.schema import DatasetCard

__all__ = ["require_published", "source_told"]


@contextmanager
def source_told(card: DatasetCard) -> Iterator[None]:
    """An error for a file that is not there says where to get it, if the card does."""
    try:
        yield
    except CardError as error:
        if card.source is None:
            raise
        raise CardError(error.message, where=error.where, hint=f"get it from {card.source}") from error


def require_published(card: DatasetCard, paths: Sequence[str], where: str | None = None) -> None:
    """Compare the dataset's file with the checksum of the card.

    Raises
    ------
    CardError
        The checksum is of one file, and the dataset has several, or none on this machine.
    InputError
        The file is another one, or was not downloaded whole.
    """
    if card.checksum is None:
        return
    if len(paths) != 1 or not Path(paths[0]).is_file():
        raise CardError(
            f"'checksum' is for a dataset with one local file; this dataset has {len(paths)}: "
            f"{', '.join(paths[:3])}",
            where=where,
            hint="use one dataset per file, or remove 'checksum'",
        )
    algorithm, _, published = card.checksum.partition(":")
    with Path(paths[0]).open("rb") as stream:
        found = hashlib.file_digest(stream, algorithm).hexdigest()
    if found != published:
        source = f"get it from {card.source}" if card.source else "get it again"
        raise InputError(
            f"the file differs from the one in the card: its {algorithm} is {found}, not {published}",
            file=paths[0],
            hint=f"{source}, or remove 'checksum' from the card if the file is correct",
        )
