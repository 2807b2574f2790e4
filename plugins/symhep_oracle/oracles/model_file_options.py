"""Options that name a trained model in a file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationInfo, model_validator

from symhep.methods.interface import Options
from symhep.plugin.functions import code_folders
from symhep_oracle.oracles.onnx_parts import external_data

__all__ = ["ModelFileOracle"]


class ModelFileOracle(Options):
    """A trained model in a file: points (N, D) -> (N,) or (N, k).

    TorchScript is a program that may write files: its folder is named on the command line, as that of functions is.
    ONNX computes and no more; weights that it keeps in further files must lie in its folder.
    """

    kind: Literal["torchscript", "onnx"]
    file: str = Field(description="path, relative to the folder of the card, or to the current folder")
    sha256: str = Field("", description="checksum of the file; if given in the card, it is checked")

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
        if data.get("kind") == "torchscript" and not any(found.is_relative_to(f) for f in code_folders()):
            raise ValueError(
                f"{found} is TorchScript, a program that can write files; if you trust it, add --code "
                f"{found.parent}, "
                "or export the model to ONNX"
            )
        digest = hashlib.sha256()
        for part in (found, *(external_data(found) if data.get("kind") == "onnx" else ())):
            with part.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        actual = digest.hexdigest()
        if data.get("sha256") not in (None, "", actual):
            raise ValueError(f"{found} has the checksum {actual}, which differs from 'checksum' in the card")
        return {**data, "file": str(found), "sha256": actual}
