"""Options that name a trained model in a file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationInfo, model_validator

from symhep.methods.interface import Options

__all__ = ["ModelFileOracle"]


class ModelFileOracle(Options):
    """A trained model in a file: points (N, D) -> (N,) or (N, k)."""

    kind: Literal["torchscript", "onnx"]
    file: str = Field(description="path, looked for beside the card, then in the current folder")
    sha256: str = Field("", description="checksum of the file; given in the card, it is enforced")

    @model_validator(mode="before")
    @classmethod
    def _find(cls, data: Any, info: ValidationInfo) -> Any:
        """Make the path absolute and take the checksum, so that another model is other work."""
        if not isinstance(data, dict) or not isinstance(data.get("file"), str):
            return data
        folder = Path((info.context or {}).get("folder", "."))
        places = [folder / data["file"], Path(data["file"])]
        found = next((p.resolve() for p in places if p.is_file()), None)
        if found is None:
            raise ValueError(f"there is no file {' or '.join(dict.fromkeys(str(p) for p in places))}")
        with found.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        if data.get("sha256") not in (None, "", actual):
            raise ValueError(f"{found} has the checksum {actual}, not the one asked for")
        return {**data, "file": str(found), "sha256": actual}
