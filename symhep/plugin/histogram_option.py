"""The option that names a histogram in a file, checked while the card's line is known."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationInfo, model_validator

from symhep.methods.interface import Options
from symhep.readers.histogram import Histogram, read_histogram

__all__ = ["HistogramOptions"]


class HistogramOptions(Options):
    """A histogram in a file, by path and name. A method derives from this, and says what its axes are.

    The file is read where the card is checked, so that a mistake has a line, and again by `load`; methods themselves
    open no file.
    """

    histogram: str = Field(
        description="file with a histogram (UHI JSON or ROOT); path relative to the folder of the card, or to the "
        "current folder",
        examples=["efficiency.json", "efficiency.root"],
    )
    name: str | None = Field(
        None, description="name of the histogram in the file; null: the file has only one"
    )
    sha256: str = Field("", description="checksum of the file; if given in the card, it is checked")

    @model_validator(mode="before")
    @classmethod
    def _find(cls, data: Any, info: ValidationInfo) -> Any:
        """Make the path absolute and take the checksum, so that another histogram is other work."""
        if not isinstance(data, dict) or not isinstance(data.get("histogram"), str):
            return data
        folder = Path((info.context or {}).get("folder", "."))
        places = [folder / data["histogram"], Path(data["histogram"])]
        found = next((p.resolve() for p in places if p.is_file()), None)
        if found is None:
            raise ValueError(f"there is no file {' or '.join(dict.fromkeys(str(p) for p in places))}")
        actual = hashlib.sha256(found.read_bytes()).hexdigest()
        if data.get("sha256") not in (None, "", actual):
            raise ValueError(f"{found} has the checksum {actual}, which differs from 'checksum' in the card")
        return {**data, "histogram": str(found), "sha256": actual}

    @model_validator(mode="after")
    def _readable(self) -> HistogramOptions:
        self.load()  # an InputError is a ValueError
        return self

    def load(self) -> Histogram:
        """The histogram. Raises `InputError` as `read_histogram` does."""
        return read_histogram(self.histogram, self.name)
