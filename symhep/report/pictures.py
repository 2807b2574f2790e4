"""Pictures of a run folder as the page holds them: inside it, small, and no more than there is room for."""

from __future__ import annotations

import base64
import io
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

__all__ = ["ROOM", "Picture", "Pictures"]

_PNG = b"\x89PNG\r\n\x1a\n"
#: Characters of pictures in a page: below 5 MB with all text.
ROOM = 4_200_000
#: Larger drawings are taken as PNG: with a point for each event they are slow to show.
_LARGEST_SVG = 150_000
#: Smaller pictures have nothing to gain from a palette.
_SMALL = 20_000
_SVG_HEAD = re.compile(rb"<svg\b[^>]*>")
_SVG_SIDE = r'\b%s="([\d.]+)pt"'
_PIXELS_PER_POINT = 160 / 72


@dataclass(frozen=True)
class Picture:
    """A picture: what the page shows (None if it is missing, or there is no room), its size in pixels, and files.

    ``file`` and ``pdf`` are addresses beside the page, None where there is none.
    """

    source: str | None
    width: int = 0
    height: int = 0
    file: str | None = None
    pdf: str | None = None


class Pictures:
    """Takes pictures out of a run folder, those that come first first.

    Drawings (SVG) are taken where the run has made them and they are small, else PNG, which a palette of 256 colours
    makes four times smaller. They are always images: nothing inside a drawing can run.
    """

    def __init__(self, folder: Path, room: int = ROOM) -> None:
        self._folder, self._room = folder, room

    def find(self, place: Path, name: str) -> Picture:
        """The picture ``name`` in the folder ``place``; never one outside of the run folder."""
        svg, png, pdf = (self._inside(place / f"{name}.{kind}") for kind in ("svg", "png", "pdf"))
        shown = None if svg is None else _drawing(svg)
        if shown is None and png is not None:
            shown = _bitmap(png)
        file = self._address(png or svg)
        if shown is None:
            return Picture(None, pdf=self._address(pdf))
        source, width, height = shown
        if len(source) > self._room:
            return Picture(None, width, height, file, self._address(pdf))
        self._room -= len(source)
        return Picture(source, width, height, file, self._address(pdf))

    def _inside(self, path: Path) -> Path | None:
        """The names come from a file: nothing outside the run folder may end up in the page."""
        inside = path.resolve().is_relative_to(self._folder.resolve())
        return path if inside and path.is_file() else None

    def _address(self, path: Path | None) -> str | None:
        return None if path is None else quote(path.relative_to(self._folder).as_posix())


def _drawing(path: Path) -> tuple[str, int, int] | None:
    if path.stat().st_size > _LARGEST_SVG:
        return None
    content = path.read_bytes()
    head = _SVG_HEAD.search(content[:4000])
    words = "" if head is None else head[0].decode(errors="replace")
    sides = [found[1] for side in ("width", "height") if (found := re.search(_SVG_SIDE % side, words))]
    if len(sides) != 2:
        return None
    width, height = (round(_PIXELS_PER_POINT * float(side)) for side in sides)
    return _data("svg+xml", content), width, height


def _bitmap(path: Path) -> tuple[str, int, int] | None:
    content = path.read_bytes()
    if not content.startswith(_PNG) or len(content) < 24:
        return None
    # The header chunk comes first: its width and height are at bytes 16 to 24.
    width, height = struct.unpack(">II", content[16:24])
    return _data("png", _smaller(content)), width, height


def _smaller(content: bytes) -> bytes:
    """The same PNG with a palette; as it is where that is not smaller, or where it cannot be read."""
    if len(content) < _SMALL:
        return content
    from PIL import Image  # a report without figures should not load it

    packed = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            flat = image.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            flat.save(packed, "PNG", optimize=True)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return content  # what is cut off or not a picture: the browser shows what it can
    return min(content, packed.getvalue(), key=len)


def _data(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
