"""Every card that is shipped can be run as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from symhep.card.loader import load_card
from symhep.plan import make_plan
from symhep.plugin.functions import add_code_folder
from symhep.plugin.manager import build_registry

SAMPLES = Path(__file__).parents[2] / "samples"
CARDS = sorted(
    str(p.relative_to(SAMPLES))
    for folder in (".", "oracles", "moments")
    for p in (SAMPLES / folder).glob("*.yaml")
)
#: The published table of the oracle method, one card per row.
TABLE = {"so2", "so3", "so4", "so5", "so10", "so13", "u2", "u3", "u6", "su3", "su6", "g2", "f4", "e6"}


def test_there_is_a_card_for_every_sample() -> None:
    assert {"ee_mumu.yaml", "pp_mumu.yaml", "pp_dijets.yaml", "circle.yaml", "square.yaml"} <= set(CARDS)
    assert {f"oracles/{row}.yaml" for row in TABLE} <= set(CARDS)
    assert {"moments/dijets.yaml", "moments/isotropic.yaml", "moments/gaussian4.yaml"} <= set(CARDS)


@pytest.mark.parametrize("name", CARDS)
def test_card(root: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMHEP_CODE", "")
    monkeypatch.syspath_prepend(str(SAMPLES / "oracles"))
    add_code_folder(SAMPLES / "oracles")  # the functions of function.yaml, as by --code
    plan = make_plan(load_card(root / "samples" / name), build_registry())
    assert plan.methods
