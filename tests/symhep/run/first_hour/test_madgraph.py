"""`symhep run FILE` on ten thousand events of MadGraph: all methods, and what is known of the process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def _pulls(kl: dict[str, Any], group: str, projections: str) -> list[float]:
    """Excess over its error, of the projections whose names begin so."""
    numbers = [
        n
        for name, n in zip(kl["projections"], kl[group]["excess"], strict=True)
        if name.startswith(projections)
    ]
    return [2 * n["value"] / (n["high"] - n["low"]) for n in numbers]


@pytest.mark.slow
def test_all_that_is_known_of_muons_to_electrons(
    shared_data: Path, tmp_path: Path, command: Callable[..., Any]
) -> None:
    done = command("run", shared_data / "madgraph_mumu_to_ee_150GeV.lhe.gz", "-o", tmp_path / "mumu")
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "mumu/results.json").read_text(encoding="utf-8"))
    found = {name: method["summary"] for name, method in written["methods"].items()}
    assert sorted(found) == ["algebra", "elements", "relevance", "symmetries"]
    # Nothing but the beam axis is special, and energy and momentum leave three of six directions.
    assert found["symmetries"]["algebra"]["name"] == "so(2)"
    assert found["elements"]["algebra"]["name"] == "so(2)"
    assert found["relevance"]["relevant_latents"]["value"] == 3
    assert found["algebra"]["algebra"]["name"] == "so(1,3)"
    azimuths = _pulls(found["elements"]["kl"], "kept", "azimuth of e")
    assert len(azimuths) == 2
    assert max(map(abs, azimuths)) < 3
    assert min(_pulls(found["elements"]["kl"], "random", "azimuth of e")) > 10
    assert max(map(abs, _pulls(found["symmetries"]["kl"], "kept", "azimuth of e"))) < 3
    assert max(_pulls(found["symmetries"]["kl"], "failed", "cos")) > 10
    assert (tmp_path / "mumu/elements/figures/kl_excess.pdf").is_file()
    assert "SO(2) about the beam axis" in (tmp_path / "mumu/report.html").read_text(encoding="utf-8")
