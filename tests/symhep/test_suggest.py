"""`symhep init` on real files: what it proposes, and that every proposal is a card that can run."""

from __future__ import annotations

from pathlib import Path

import pytest

from symhep.card.loader import load_card
from symhep.errors import InputError
from symhep.files import open_source
from symhep.plan import make_plan
from symhep.plugin.manager import build_registry
from symhep.suggest import suggest, write_card

#: File -> (collection, how many, variables) that a physicist would start with.
EXPECTED = {
    "madgraph_mumu_to_ee_150GeV.lhe.gz": ("electrons", 2, ("px", "py", "pz")),
    "madgraph_pp_to_jj_13TeV.lhe.gz": ("partons", 2, ("E", "px", "py", "pz")),
    "powheg-box-v2-Z.lhe": ("electrons", 2, ("E", "px", "py", "pz")),
    "sherpa-3.0.1-eejjj.lhe": ("partons", 2, ("px", "py", "pz")),
    "whizard-3.1.4-eeWW.lhe": ("wbosons", 2, ("px", "py", "pz")),
    "delphes_10events.root": ("jets", 2, ("px", "py", "pz", "E")),
    "flat_jagged_HZZ.root": ("muons", 2, ("px", "py", "pz", "E")),
    "nanoaod_dy_40events.root": ("jets", 2, ("px", "py", "pz", "E")),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_proposals(shared_data: Path, tmp_path: Path, name: str) -> None:
    registry = build_registry()
    source = open_source(str(shared_data / name), registry)
    found, _ = suggest(source)
    assert (found.object, found.take, found.variables) == EXPECTED[name]
    card = tmp_path / "card.yaml"
    card.write_text(write_card([source], [source.path]))
    plan = make_plan(load_card(card), registry)
    assert list(plan.methods) == ["relevance"]


def test_toys_get_their_numbers(tmp_path: Path) -> None:
    source = open_source("toy:sphere", build_registry(), "toy", {"name": "sphere"})
    found, _ = suggest(source)
    assert found.object is None
    assert found.variables[:3] == ("x1", "x2", "x3")


def test_names_from_the_file_cannot_break_out_of_the_card(tmp_path: Path) -> None:
    import numpy as np
    import uproot

    evil = 'a"\nmethods: {}\n# '
    path = tmp_path / 'f".root'
    with uproot.recreate(path) as out:
        names = [f"Jet{i}_{k}" for i in "ab" for k in ("pt", "eta", "phi", "mass")]
        out.mktree("t", dict.fromkeys(names, "float32"), title=evil)
        out["t"].extend({n: np.ones(3, np.float32) for n in names})
    source = open_source(str(path), build_registry())
    card = tmp_path / "card.yaml"
    card.write_text(write_card([source], [source.path]))
    assert load_card(card).card.datasets["events"].files == (str(path),)


def test_no_events(tmp_path: Path) -> None:
    path = tmp_path / "e.lhe"
    path.write_text(
        '<LesHouchesEvents version="1.0">\n<init>\n 11 -11 40 40 0 0 0 0 3 1\n 1 0.1 1 1\n</init>\n'
        "</LesHouchesEvents>\n"
    )
    with pytest.raises(InputError, match="no event to look at"):
        suggest(open_source(str(path), build_registry()))
