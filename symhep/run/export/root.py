"""`symhep export --root`: every histogram of a run as TH1D and TH2D in folders METHOD/REGION/KIND/NAME."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symhep.readers.histogram_writing import write_histograms
from symhep.run.export.exported import Exported
from symhep.run.export.place import file_names, require_new, slug
from symhep.run.export.spectra import Spectrum, plain_axis, spectra_of
from symhep.run.stored import StoredRun
from symhep.run.stored_control import StoredControl

if TYPE_CHECKING:
    import hist

__all__ = ["export_root"]


def export_root(run: StoredRun, path: Path, *, force: bool = False) -> Exported:
    """Write the histograms of a run into one ROOT file.

    A name holds letters, digits, - and _ alone, whatever the method calls it; the title is what it is called. Each
    category of a histogram, such as a dataset, is a histogram of its own in a folder of the name. 'symhep' is a
    TObjString with the versions, and what is missing.

    Raises `StoreError` for a file that exists, unless ``force``.
    """
    require_new(path, force)
    found: dict[str, hist.Hist[Any]] = {}
    for name, result in run.results.items():
        spectra = list(spectra_of(result))
        places = file_names([f"{s.kind}/{s.name}" for s in spectra])
        for spectrum, place in zip(spectra, places, strict=True):
            kind = slug(spectrum.kind)
            base = "/".join([*map(slug, name.split("/")), kind, place.removeprefix(f"{kind}_") or place])
            found |= _titled(spectrum, base)
    for name, control in run.controls.items():
        found |= _control(control, "/".join(map(slug, name.split("/"))))
    about = {
        "symhep": run.last.get("symhep"), "run": run.folder.name, "results": list(run.results),
        "missing": run.missing,
    }  # fmt: skip
    write_histograms(path, found, json.dumps(about))
    return Exported(path, f"{len(found)} histograms", tuple(run.missing))


def _control(control: StoredControl, base: str) -> dict[str, hist.Hist[Any]]:
    """Control plots: each dataset, and the sum of the simulation under each alternative of each variation."""
    told = list(control.spectra())
    found = {}
    for place, (quantity, spectrum) in zip(file_names([name for name, _ in told]), told, strict=True):
        own = {**spectrum.data, **spectrum.simulation} | (
            {"all_simulation": t} if (t := spectrum.total) is not None else {}
        )
        own |= {f"all_simulation_{v}_{a}": h for v, some in spectrum.varied.items() for a, h in some.items()}
        for name, (sample, histogram) in zip(file_names(list(own)), own.items(), strict=True):
            made = histogram.copy()
            made.name = f"{quantity}, {sample}"
            made.axes[0].label = str(plain_axis(spectrum.label, quantity))
            found[f"{base}/{place}/{name}"] = made
    return found


def _titled(spectrum: Spectrum, base: str) -> dict[str, hist.Hist[Any]]:
    """Place -> histogram with plain titles."""
    named = file_names(list(spectrum.categories)) if "" not in spectrum.categories else [""]
    found = {}
    for (category, histogram), name in zip(spectrum.categories.items(), named, strict=True):
        made = histogram.copy()
        made.name = ", ".join(filter(None, (spectrum.name, category, spectrum.quantity)))
        for axis, plain in zip(made.axes, spectrum.axes, strict=True):
            axis.label = str(plain)
        found[f"{base}/{name}" if name else base] = made
    return found
