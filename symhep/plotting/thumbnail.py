"""A small picture of a figure."""

from __future__ import annotations

import io

from symhep.errors import StoreError

__all__ = ["thumbnail"]


def thumbnail(png: bytes, width: int = 240) -> bytes:
    """A PNG of at most so many pixels in width, and twice as many in height.

    Raises `StoreError` for what is no PNG.

    >>> thumbnail(b"GIF89a")
    Traceback (most recent call last):
    ...
    symhep.errors.StoreError: the picture is not a PNG file
    """
    from PIL import Image

    if not png.startswith(b"\x89PNG\r\n\x1a\n"):
        raise StoreError("the picture is not a PNG file")
    small = io.BytesIO()
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as picture:
            shown = picture.convert("RGB")
            shown.thumbnail((width, 2 * width))
            shown.save(small, "PNG", optimize=True)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise StoreError(f"the picture cannot be read: {error}") from error
    return small.getvalue()
