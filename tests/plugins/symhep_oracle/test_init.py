"""The block of the card that `symhep init` writes."""

from __future__ import annotations

from dataclasses import replace

import yaml

from symhep.methods.init_block import SampleView
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions

MUONS = SampleView("muons", 2, ("E", "px", "py", "pz"), 8, "momenta", "momenta", 1000, 1000.0)


def test_four_momenta_have_a_block() -> None:
    block = OracleGenerators().init_block(MUONS)
    assert block is not None
    assert block.active
    written = yaml.safe_load(block.text)
    assert (written["use"], written["features"]) == ("oracle", "momenta")
    assert OracleMethodOptions.model_validate(written["options"]).oracle.kind == "lorentz"


def test_a_handful_of_events_is_too_few() -> None:
    block = OracleGenerators().init_block(replace(MUONS, events=10, effective=10.0))
    assert block is not None
    assert (block.active, "There are 10 events, too few" in block.comment) == (False, True)


def test_numbers_per_event_have_none() -> None:
    assert OracleGenerators().init_block(replace(MUONS, object=None)) is None
