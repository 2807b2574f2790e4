"""The only place that saves figures: laid out once, drawn once per format, atomic, reproducible bytes."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from symhep.plotting.heading import Heading

__all__ = ["save_figure"]

_SAVING = {
    # A figure whose engine is taken away would otherwise get a new one, and be laid out again by every format.
    "figure.constrained_layout.use": False,
    "figure.autolayout": False,
    # Random names inside SVG would make the same result give different bytes, as would dates in the metadata.
    "svg.hashsalt": "symhep",
}
_METADATA = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}


def save_figure(
    figure: Figure,
    stem: str | Path,
    formats: Sequence[str] = ("pdf", "png"),
    heading: Heading = Heading(),  # noqa: B008 -- it never changes
) -> list[Path]:
    """Write a figure below its heading. It is laid out here, and no more afterwards.

    Parameters
    ----------
    figure
        From `symhep.panel` or elsewhere; pyplot is not needed.
    stem
        Path without an ending; folders above it are made.
    formats
        'pdf', 'png', 'svg'; () writes nothing.
    heading
        Texts above the axes, left and right.

    Returns
    -------
    list of Path
        STEM.pdf, STEM.png, ..., in the order of ``formats``.

    Examples
    --------
    >>> import tempfile
    >>> from symhep.plotting.panel import panel
    >>> figure, axes = panel(figsize=(2.0, 2.0))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in save_figure(figure, f"{folder}/empty", ["png"])]
    ['empty.png']
    """
    if not formats:
        return []  # nothing is laid out, which is most of the work
    stem = Path(stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    # Embedding a font logs the age of the font file, which concerns nobody here.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    written = []
    with _uncollected(), mpl.rc_context(_SAVING):
        _lay_out(figure, heading)
        for kind in formats:
            target = stem.with_name(f"{stem.name}.{kind}")
            partial = target.with_name(f".{target.name}.partial")
            figure.savefig(partial, format=kind, metadata=_METADATA.get(kind))
            partial.replace(target)
            written.append(target)
    return written


@contextmanager
def _uncollected() -> Iterator[None]:
    """A figure is a hundred thousand small objects that live until it is saved: looking for dead ones is in vain."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _lay_out(figure: Figure, heading: Heading) -> None:
    """Texts are measured at the resolution of bitmaps, by the canvas that draws these and remembers the measures."""
    FigureCanvasAgg(figure)  # becomes the figure's canvas
    if mpl.rcParams["savefig.dpi"] != "figure":
        figure.set_dpi(mpl.rcParams["savefig.dpi"])
    engine = figure.get_layout_engine()
    if engine is not None:
        if isinstance(engine, ConstrainedLayoutEngine):
            _make_room(figure, engine, heading.inches)
        engine.execute(figure)
        if any(axes.get_aspect() != "auto" or axes.get_box_aspect() is not None for axes in figure.axes):
            engine.execute(figure)  # a colour bar is as long as its axes, whose shape the first pass has set
        figure.set_layout_engine(None)
    if figure.axes:
        heading.write(figure)


def _make_room(figure: Figure, engine: ConstrainedLayoutEngine, inches: float) -> None:
    """The figure grows by so much at its top; a figure that places its axes itself leaves room."""
    if inches:
        width, height = figure.get_size_inches()
        figure.set_size_inches(width, height + inches)
        engine.set(rect=(0, 0, 1, height / (height + inches)))
