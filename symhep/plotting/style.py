"""The look of every figure: a light style of our own, or an experiment's (mplhep) where one is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import matplotlib.style
import mplhep
from cycler import cycler

from symhep.card.schema import StyleName

__all__ = ["COLOURS", "use_style"]

#: Ten colours that stay apart for colour-blind readers (Petroff 2021, arXiv:2107.02270).
COLOURS = (
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

_OWN: dict[str, Any] = {
    "figure.figsize": (6.4, 4.8),
    "figure.dpi": 110,
    "savefig.dpi": 160,
    "figure.constrained_layout.use": True,
    "font.size": 12,
    "font.family": "sans-serif",
    "font.sans-serif": ["TeX Gyre Heros", "Helvetica", "Arial", "DejaVu Sans"],
    "mathtext.fontset": "custom",
    "mathtext.rm": "TeX Gyre Heros",
    "mathtext.it": "TeX Gyre Heros:italic",
    "mathtext.bf": "TeX Gyre Heros:bold",
    "mathtext.cal": "TeX Gyre Heros:italic",
    "mathtext.sf": "TeX Gyre Heros",
    "mathtext.tt": "DejaVu Sans Mono",
    "axes.labelsize": 13,
    "axes.titlesize": 12,
    "axes.linewidth": 0.9,
    "axes.prop_cycle": cycler(color=COLOURS),
    "xaxis.labellocation": "right",
    "yaxis.labellocation": "top",
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True,
    "legend.frameon": False,
    "legend.fontsize": 11,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "pdf.fonttype": 42,
}


@contextmanager
def use_style(name: StyleName = "none") -> Iterator[None]:
    """Draw inside this context: 'none' is symhep's own style, the others are mplhep's.

    >>> with use_style():
    ...     mpl.rcParams["xtick.direction"]
    'in'
    """
    with mpl.rc_context():
        mpl.rcParams.update(mpl.rcParamsDefault | {"backend": mpl.rcParams["backend"]})
        # mplhep.style carries the fonts that the experiments use; importing it registers them.
        if name == "none":
            mpl.rcParams.update(_OWN)
        else:
            mpl.style.use(getattr(mplhep.style, name))
            mpl.rcParams["figure.constrained_layout.use"] = True
            mpl.rcParams["pdf.fonttype"] = 42
        yield
