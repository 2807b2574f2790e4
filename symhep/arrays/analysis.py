"""A result that knows its method: it draws its figures and writes its report."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import TypeVar

from symhep.card.schema import OutputCard, StyleName
from symhep.errors import MethodError, StoreError, nearest
from symhep.methods.interface import Method, NamedFigure
from symhep.methods.record import Record
from symhep.methods.result import Result
from symhep.paths import writing
from symhep.plotting.style import use_style
from symhep.plugin.isolation import isolated, isolated_items

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Analysis"]

RecordT = TypeVar("RecordT", bound=Record, default=Record, covariant=True)


@dataclass(repr=False)
class Analysis(Result[RecordT]):
    """What `symhep.analyse` gives: a `Result` that draws itself.

    Attributes
    ----------
    method
        That made it.
    header
        As in result.json of a run: options, scaling, columns, number of events, time.
    style
        Of figures: mplhep, CMS, ATLAS, LHCb2, ALICE, DUNE or none.

    Examples
    --------
    >>> import numpy as np
    >>> import symhep
    >>> x = np.random.default_rng(1).normal(size=(200, 2))
    >>> result = symhep.analyse(x, "oracle", oracle="l2")
    >>> result.header["events"], result.record.algebra.name, list(result.tables)
    (200, 'so(2)', ['generators', 'entries'])
    >>> list(result.figures()), result.figure("spectrum").axes[0].get_xlabel()
    (['generators', 'spectrum', 'flows'], 'Vector field, in order of singular value')
    """

    method: Method[Any, Any, Any] = field(kw_only=True, compare=False)
    header: Mapping[str, Any] = field(kw_only=True, compare=False)
    style: StyleName = field(default="mplhep", kw_only=True, compare=False)

    def figures(self) -> dict[str, NamedFigure]:
        """All figures, drawn from the numbers of the result alone; a notebook shows each as a picture.

        Returns
        -------
        dict
            Name, as `figure` takes it -> `NamedFigure`.

        Raises
        ------
        MethodError
            If the method fails to draw.
        """
        with use_style(self.style):
            return {item.name: item for item in self._drawn()}

    def figure(self, name: str) -> Figure:
        """One figure as an object of matplotlib, to change and save.

        Parameters
        ----------
        name
            A key of `figures`.

        Returns
        -------
        matplotlib.figure.Figure
            pyplot knows nothing of it, so nothing is shown unasked.

        Raises
        ------
        StoreError
            For an unknown name, with the nearest one.
        MethodError
            If the method fails to draw.
        """
        names = []
        with use_style(self.style):
            for item in self._drawn():
                if item.name == name:
                    return item.figure
                names.append(item.name)
        raise StoreError(f"the result has no figure '{name}'; {nearest(name, names)}")

    def report(self, path: str | Path = "report.html") -> Path:
        """Write the page that a run writes, with all figures inside.

        Parameters
        ----------
        path
            Of the HTML file; folders above it are made.

        Returns
        -------
        pathlib.Path
            Where it is.

        Raises
        ------
        MethodError
            If the method fails to draw.
        StoreError
            If the page cannot be written.

        Examples
        --------
        >>> import numpy as np, tempfile
        >>> import symhep
        >>> result = symhep.analyse(np.random.default_rng(1).normal(size=(200, 2)), "oracle", oracle="l2")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     result.report(f"{folder}/rotation.html").name
        'rotation.html'
        """
        from symhep.arrays.kept import keep

        target = Path(path)
        with tempfile.TemporaryDirectory(prefix="symhep") as scratch:
            page = keep(self, Path(scratch), OutputCard(figures=("png",), style=self.style)).read_bytes()
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(page)
        return target

    def _drawn(self) -> Iterator[NamedFigure]:
        what = f"method '{self.method.name}' cannot draw"
        with isolated(what, MethodError):
            items = self.method.figures(self)
        return isolated_items(items, what, MethodError)

    def __repr__(self) -> str:
        first = self.statements[0].text if self.statements else "no statement"
        return f"<Analysis by {self.method.name}: {first}>"
