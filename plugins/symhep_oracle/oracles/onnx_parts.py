"""The files that an ONNX model consists of: itself, and the weights that it may keep beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["external_data"]


def external_data(model: Path) -> list[Path]:
    """Files with weights of ``model`` that lie beside it; none if onnx is not installed to look for them.

    Raises ValueError for one that lies elsewhere: a model may not have any file of the disk read into it.
    """
    try:
        import onnx
    except ImportError:  # nor can onnxruntime be asked then: both come with symhep[onnx]
        return []
    try:
        proto = onnx.load(str(model), load_external_data=False)
    except Exception:  # what is no ONNX at all is said when it is loaded
        return []
    folder = model.resolve().parent
    found: dict[Path, None] = {}
    for tensor in _tensors(proto):
        for entry in tensor.external_data:
            if entry.key == "location":
                path = (folder / entry.value).resolve()
                if not path.is_relative_to(folder):
                    raise ValueError(
                        f"{model} stores weights in {entry.value!r}, outside its folder; save the model in one file"
                    )
                found[path] = None
    return [path for path in found if path.is_file()]


def _tensors(proto: Any) -> Iterator[Any]:
    """Every message of the model that can name a file, in graphs within graphs too."""
    from onnx import TensorProto

    waiting = [proto]
    while waiting:
        message = waiting.pop()
        if isinstance(message, TensorProto):
            yield message
            continue
        for field, value in message.ListFields():
            if field.message_type is None:
                continue
            waiting.extend([value] if hasattr(value, "ListFields") else value)
