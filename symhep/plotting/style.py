"""The look of every figure: mplhep's, that of an experiment where one is asked for, or a light one of our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import mplhep
from cycler import cycler
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties

from symhep.card.schema import StyleName

__all__ = ["COLOURS", "GREY", "PETROFF", "tint", "use_style"]

#: Ten colours that stay apart for colour-blind readers (Petroff 2021, arXiv:2107.02270).
PETROFF = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
#: The colours of whatever style is in use, by their place in its cycle; a short cycle begins again.
COLOURS = tuple(f"C{i}" for i in range(10))
#: Of what lies in the background, in every style.
GREY = "#717581"

_LABEL = 13.0  # points
#: Sizes that the panels of symhep's figures are made for, a few inches wide each; in points, unless they are inches.
_SIZES: dict[str, Any] = {
    "figure.figsize": (6.4, 4.8),
    "figure.dpi": 110,
    "savefig.dpi": 160,
    "font.size": 12,
    "axes.labelsize": _LABEL,
    "axes.titlesize": 12,
    "legend.fontsize": 11,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
}
#: What no style decides: layout, powers of ten as such, and fonts that journals can embed.
_FIXED: dict[str, Any] = {
    "figure.constrained_layout.use": True,
    "figure.autolayout": False,
    "savefig.bbox": None,
    "axes.formatter.use_mathtext": True,
    "pdf.fonttype": 42,
}

_OWN: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["TeX Gyre Heros", "Helvetica", "Arial", "DejaVu Sans"],
    "mathtext.fontset": "custom",
    "mathtext.rm": "TeX Gyre Heros",
    "mathtext.it": "TeX Gyre Heros:italic",
    "mathtext.bf": "TeX Gyre Heros:bold",
    "mathtext.cal": "TeX Gyre Heros:italic",
    "mathtext.sf": "TeX Gyre Heros",
    "mathtext.tt": "DejaVu Sans Mono",
    "axes.linewidth": 0.9,
    "axes.prop_cycle": cycler(color=PETROFF),
    "xaxis.labellocation": "right",
    "yaxis.labellocation": "top",
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True,
    "legend.frameon": False,
}
#: Beyond mplhep's style that belongs to no experiment: more colours than its six, variables in italics, a true minus.
_NEUTRAL: dict[str, Any] = {
    "axes.prop_cycle": cycler(color=PETROFF),
    "mathtext.default": "it",
    "axes.unicode_minus": True,
}
#: What belongs to the content of a figure, and not to its style.
_CONTENT = ("axes.xmargin", "axes.ymargin", "axes.autolimit_mode", "image.aspect", "lines.markeredgewidth")
#: Lengths in points that go with the size of the labels.
_LENGTHS = (
    "axes.linewidth", "axes.labelpad",
    *(f"{axis}tick.{rank}.{what}" for axis in "xy" for rank in ("major", "minor") for what in ("size", "width", "pad")),
)  # fmt: skip


@contextmanager
def use_style(name: StyleName = "mplhep") -> Iterator[None]:
    """Draw inside this context: 'none' is symhep's own style, the others are mplhep's.

    mplhep's styles are made for one panel of up to 12 inches with labels of up to 32 points. Fonts, colours, ticks and
    legends are theirs; sizes are those of symhep's panels, and lengths in points shrink as the labels do.

    >>> with use_style("CMS"):
    ...     mpl.rcParams["font.size"], mpl.rcParams["xtick.major.size"]
    (12.0, 6.0)
    """
    with mpl.rc_context():
        mpl.rcParams.update(mpl.rcParamsDefault | {"backend": mpl.rcParams["backend"]})
        if name == "none":  # mplhep registers its fonts when it is imported
            mpl.rcParams.update(_OWN | _SIZES | _FIXED)
        else:
            style = mplhep.style.ROOT | _NEUTRAL if name == "mplhep" else getattr(mplhep.style, name)
            style = {"axes.prop_cycle": cycler(color=PETROFF)} | style  # ALICE's has no colours
            mpl.rcParams.update({key: value for key, value in style.items() if key not in _CONTENT})
            mpl.rcParams.update(_scaled() | _SIZES | _FIXED)
            if mpl.rcParams["mathtext.default"] == "it":  # of matplotlib 3.11 on, that slants digits, too
                mpl.rcParams["mathtext.default"] = mpl.rcParamsDefault["mathtext.default"]
        yield


def tint(colour: str, share: float = 0.14) -> tuple[float, ...]:
    """The colour, so much of it in white.

    >>> tint("black", 0.25)
    (0.75, 0.75, 0.75)
    """
    return tuple(1 - share * (1 - part) for part in to_rgb(colour))


def _scaled() -> dict[str, Any]:
    """Lengths of the style in use, and its labels of ticks, for axes with labels of `_LABEL` points."""
    now = mpl.rcParams
    factor = _LABEL / _points(now["axes.labelsize"])
    ticks = {
        f"{axis}tick.labelsize": min(max(factor * _points(now[f"{axis}tick.labelsize"]), 10.5), 12.0)
        for axis in "xy"
    }
    thinnest = {key: 0.6 if key.endswith(".width") else 0.0 for key in _LENGTHS}
    # Where both axes begin, the labels of their first ticks must not meet.
    thinnest |= {"xtick.major.pad": 6.0, "ytick.major.pad": 3.0}
    return ticks | {key: max(factor * now[key], thinnest[key]) for key in _LENGTHS}


def _points(size: float | str) -> float:
    return float(FontProperties(size=size).get_size_in_points())
