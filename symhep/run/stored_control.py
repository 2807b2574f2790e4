"""Control plots as they lie in a run folder: histograms of data and simulation, nominal and varied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symhep.errors import PluginError, StoreError
from symhep.plotting.comparison import NOMINAL, Shown
from symhep.run.control import control_names
from symhep.run.folder import RunFolder, check_names
from symhep.run.stored_figure import StoredFigure, read_figures

if TYPE_CHECKING:
    import hist

__all__ = ["StoredControl", "StoredSpectrum", "read_controls"]


@dataclass(frozen=True, eq=False)
class StoredSpectrum:
    """A quantity of a control plot, and what each dataset contributes.

    Attributes
    ----------
    label
        Of its axis, as figures have it.
    data, simulation
        Dataset -> histogram; simulation scaled as the figure shows it.
    varied
        Variation -> its alternatives -> the sum of the simulation under it, scaled alike.
    """

    label: str
    data: dict[str, hist.Hist[Any]]
    simulation: dict[str, hist.Hist[Any]]
    varied: dict[str, dict[str, hist.Hist[Any]]]

    @property
    def total(self) -> hist.Hist[Any] | None:
        """All simulation; None where there is none."""
        return _sum(self.simulation.values())

    @property
    def observed(self) -> hist.Hist[Any] | None:
        """All collision data; None where there are none, or they are blind."""
        return _sum(self.data.values())


@dataclass(frozen=True, eq=False)
class StoredControl:
    """The control plots of features in a region; ``name`` is that of their folder."""

    name: str
    features: str
    region: str | None
    shown: Shown
    histograms: dict[str, hist.Hist[Any]]
    figures: tuple[StoredFigure, ...] = ()

    def spectra(self) -> Iterator[tuple[str, StoredSpectrum]]:
        """Quantity -> what each dataset contributes. Collision data that are blind are none of it."""
        for name, histogram in self.histograms.items():
            factor = self.shown.scale.get(NOMINAL, 1.0)
            yield (
                name,
                StoredSpectrum(
                    str(histogram.axes[2].label),
                    {} if self.shown.blinded else {d: histogram[d, NOMINAL, :] for d in self.shown.data},
                    {s: histogram[s, NOMINAL, :] * factor for s in self.shown.simulation},
                    {
                        v: {
                            a: total
                            for a in alternatives
                            if (total := self._varied(histogram, f"{v}/{a}")) is not None
                        }
                        for v, _, _, alternatives in self.shown.variations
                    },
                ),
            )

    def _varied(self, histogram: hist.Hist[Any], key: str) -> hist.Hist[Any] | None:
        factor = self.shown.scale.get(key, 1.0)
        return _sum(histogram[sample, key, :] * factor for sample in self.shown.simulation)


def read_controls(folder: RunFolder) -> dict[str, StoredControl]:
    """Those of a run folder, by name. Raises `StoreError` for files that are not as symhep writes them."""
    found = {}
    for name in control_names(folder):
        stored = folder.read_json(f"{name}/control.json")
        try:
            check_names("control plot", name.split("/"))
            found[name] = StoredControl(
                name, str(stored["features"]), stored.get("region"), Shown.from_json(stored),
                folder.read_histograms(name), read_figures(folder, name, stored.get("figures")),
            )  # fmt: skip
        except (KeyError, TypeError, PluginError) as error:
            raise StoreError(
                f"{folder.root / name / 'control.json'} is damaged or was changed ({error}); run the card "
                f"again"
            ) from error
    return found


def _sum(histograms: Any) -> hist.Hist[Any] | None:
    total = None
    for histogram in histograms:
        total = histogram if total is None else total + histogram
    return total
