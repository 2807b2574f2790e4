"""Every card that is shipped can be run as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from symhep.card.loader import load_card
from symhep.plan import make_plan
from symhep.plugin.manager import build_registry

CARDS = sorted(p.name for p in (Path(__file__).parents[2] / "samples").glob("*.yaml"))


def test_there_is_a_card_for_every_sample() -> None:
    assert {"ee_mumu.yaml", "pp_mumu.yaml", "pp_dijets.yaml", "circle.yaml", "square.yaml"} <= set(CARDS)


@pytest.mark.parametrize("name", CARDS)
def test_card(root: Path, name: str) -> None:
    plan = make_plan(load_card(root / "samples" / name), build_registry())
    assert plan.methods
