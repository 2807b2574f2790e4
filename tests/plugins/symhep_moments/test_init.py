"""The block of the card that `symhep init` writes."""

from __future__ import annotations

from dataclasses import replace

import yaml

from symhep.events.generator_cut import GeneratorCut
from symhep.methods.init_block import SampleView
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions

CUTS = (
    GeneratorCut("pt > 20 GeV of jets (ptj)", "pt", (21,), above=20.0),
    GeneratorCut("|eta| < 5 of jets (etaj)", "abs_eta", (21,), below=5.0),
)
JETS = SampleView("jets", 2, ("E", "px", "py", "pz"), 8, "momenta", "momenta", 1000, 1000.0, CUTS)


def test_cuts_that_all_objects_have_passed_are_edges() -> None:
    block = MomentConditions().init_block(JETS)
    assert block.active
    written = yaml.safe_load(block.text)
    edges = MomentsOptions.model_validate(written["options"]).edges
    assert [edge.text for edge in edges] == ["pt > 20 of all particles", "abs_eta < 5 of all particles"]


def test_without_cuts_and_with_few_events() -> None:
    assert "options" not in yaml.safe_load(MomentConditions().init_block(replace(JETS, passed=())).text)
    few = MomentConditions().init_block(replace(JETS, effective=399.0))
    assert (few.active, "is 399, too few for a conclusion" in few.comment) == (False, True)
