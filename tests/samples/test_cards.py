"""Every card that is shipped can be run as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from symhep.card.loader import load_card
from symhep.errors import CardError
from symhep.plugin.functions import add_code_folder
from symhep.plugin.manager import build_registry
from symhep.run.plan import make_plan

SAMPLES = Path(__file__).parents[2] / "samples"
CARDS = sorted(
    str(p.relative_to(SAMPLES))
    for folder in (".", "oracles", "moments", "symmetrygan")
    for p in (SAMPLES / folder).glob("*.yaml")
)
#: The published table of the oracle method, one card per row.
TABLE = {"so2", "so3", "so4", "so5", "so10", "so13", "u2", "u3", "u6", "su3", "su6", "g2", "f4", "e6"}
#: The figures of SymmetryGAN (12 to 16 come out of one card), its sections VI.C and VII.C, and the Lorentz group.
FIGURES = {
    "fig02_03", "fig04", "fig05_n11", "fig05_n12", "fig06_z2", "fig06_z3", "fig06_z7", "fig07", "fig08", "fig09",
    "fig10_octagon", "fig10_grid", "fig11", "fig12_16", "fig17", "z2_subgroups", "omega_line", "omega_circle",
    "omega_dijets", "lorentz_dijets", "lorentz_isotropic", "lorentz_ee_mumu",
    "lhco_dijets",
}  # fmt: skip
#: Cards for public data that are too large to be shipped.
DOWNLOADED = {"symmetrygan/lhco_dijets.yaml": "doi.org/10.5281/zenodo.6466204"}


def test_there_is_a_card_for_every_sample() -> None:
    assert {"ee_mumu.yaml", "pp_mumu.yaml", "pp_dijets.yaml", "circle.yaml", "square.yaml"} <= set(CARDS)
    assert {f"oracles/{row}.yaml" for row in TABLE} <= set(CARDS)
    assert {f"symmetrygan/{figure}.yaml" for figure in FIGURES} <= set(CARDS)
    assert {"moments/dijets.yaml", "moments/isotropic.yaml", "moments/gaussian4.yaml"} <= set(CARDS)


@pytest.mark.parametrize("name", [name for name in CARDS if name not in DOWNLOADED])
def test_card(root: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMHEP_CODE", "")
    monkeypatch.syspath_prepend(str(SAMPLES / "oracles"))
    add_code_folder(SAMPLES / "oracles")  # the functions of function.yaml, as by --code
    plan = make_plan(load_card(root / "samples" / name), build_registry())
    assert plan.methods


@pytest.mark.parametrize("name", DOWNLOADED)
def test_a_card_for_data_that_are_not_here_says_where_to_get_them(
    root: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = tmp_path / "card.yaml"
    card.write_text((root / "samples" / name).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CardError, match=f"no file .*; get it from https://{DOWNLOADED[name]}"):
        make_plan(load_card(card), build_registry())


@pytest.mark.parametrize("figure", sorted(FIGURES))
def test_cards_of_a_paper_name_their_run(figure: str) -> None:
    text = (SAMPLES / "symmetrygan" / f"{figure}.yaml").read_text(encoding="utf-8")
    assert f"symhep run samples/symmetrygan/{figure}.yaml -o runs/{figure}\n" in text
