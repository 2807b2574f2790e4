"""Functions of one's own in the expressions of a card, from the command line's folder to the result."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

import symhep
from symhep.errors import CardError
from symhep.plugin.functions import add_code_folder
from symhep.plugin.manager import build_registry

SHAPES = """
import awkward as ak
import numpy as np


def hardest(jets, factor=1):
    '''The largest transverse momentum, times a factor.'''
    return factor * ak.fill_none(ak.max(jets.pt, axis=1), np.nan)


def balance(jets, met):
    return met.pt / ak.sum(jets.pt, axis=1)


def share(jets):
    return jets.pt / ak.sum(jets.pt, axis=1)


def tagged(jets):
    return ak.sum(jets.btagDeepB > 0.1, axis=1)


hardest.unit = "GeV"
balance.kinds = ("full", "transverse")
tagged.fields = ("btagDeepB",)


def mean(jets):
    return float(ak.mean(jets.pt))


def short(jets):
    return ak.to_numpy(ak.num(jets))[:-1]


def words(jets):
    return ["a"] * len(jets)


def raises(jets):
    raise RuntimeError("no luck")


def leaves(jets):
    raise SystemExit(0)


def wrong(jets):
    return ak.num(jets)


wrong.kinds = ("massive",)
"""


@pytest.fixture
def code(tmp_path: Path) -> Iterator[Path]:
    """A folder named with --code that holds the module 'o6_shapes'."""
    before, path = os.environ.pop("SYMHEP_CODE", None), list(sys.path)
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "o6_shapes.py").write_text(SHAPES)
    add_code_folder(folder)
    yield folder
    sys.path[:] = path
    os.environ.pop("SYMHEP_CODE", None)
    if before is not None:
        os.environ["SYMHEP_CODE"] = before
    for name in [n for n in sys.modules if n.startswith("o6_")]:
        del sys.modules[name]


@pytest.fixture
def card(shared_data: Path) -> dict[str, Any]:
    return {
        "symhep": 1,
        "datasets": {"dy": {"files": [str(shared_data / "nanoaod_dy_40events.root")], "format": "nanoaod"}},
        "objects": {
            "jets": {"collection": "Jet", "where": "o6_shapes:share(self) > 0.1"},
            "met": {"collection": "PuppiMET"},
        },
        "selections": {"jet": [{"name": "jet", "cut": "count(jets) > 0"}]},
        "features": {
            "f": {
                "selection": "jet",
                "vars": [
                    "o6_shapes:hardest(jets)",
                    "o6_shapes:hardest(jets, 2) + 1",
                    "o6_shapes:balance(jets, met[0])",
                ],
                "spectators": ["o6_shapes:tagged(jets)"],
                "scaling": "none",
            }
        },
        "weights": {"branch": "none"},
        "methods": {},
        "output": {"figures": []},
    }  # fmt: skip


def _table(card: dict[str, Any], out: Path, registry: Any, **options: Any) -> Any:
    from symhep.card.loader import load_card
    from symhep.methods.context import SilentProgress
    from symhep.run.folder import RunFolder
    from symhep.run.plan import make_plan
    from symhep.run.reading import read_dataset
    from symhep.run.workers import open_workers

    plan = make_plan(load_card(card), registry)
    folder = RunFolder(out)
    with folder.locked(), open_workers(options.get("workers", "1")) as pool:
        read = read_dataset(
            "dy", plan.card, plan.sources["dy"], plan.agreements["dy"], {}, folder, SilentProgress(), pool
        )
    return plan, read.table("f")


def test_values(code: Path, card: dict[str, Any], tmp_path: Path, registry: Any, shared_data: Path) -> None:
    plan, table = _table(card, tmp_path / "r", registry)
    with uproot.open(shared_data / "nanoaod_dy_40events.root") as file:
        events = file["Events"].arrays(["Jet_pt", "PuppiMET_pt", "Jet_btagDeepB"], library="np")
    expected, tags = [], []
    for pts, met, btag in zip(events["Jet_pt"], events["PuppiMET_pt"], events["Jet_btagDeepB"], strict=True):
        keep = pts / pts.sum() > 0.1
        if keep.any():
            expected.append([pts[keep].max(), 2 * pts[keep].max() + 1, met / pts[keep].sum()])
            tags.append([(btag[keep] > 0.1).sum()])
    assert table.values == pytest.approx(np.array(expected), rel=1e-6)
    assert table.spectators.tolist() == tags
    assert plan.units == {f"o6_shapes:{n}": u for n, u in
                          (("hardest", "GeV"), ("balance", ""), ("share", ""), ("tagged", ""))}  # fmt: skip


def test_other_processes_find_them(code: Path, card: dict[str, Any], tmp_path: Path, registry: Any) -> None:
    (source,) = card["datasets"]["dy"]["files"]
    shutil.copy(source, tmp_path / "second.root")
    card["datasets"]["dy"]["files"] = [source, str(tmp_path / "second.root")]
    _, alone = _table(card, tmp_path / "a", build_registry())
    _, two = _table(card, tmp_path / "b", build_registry(), workers="2")
    assert alone.values.tolist() == two.values.tolist()


def test_changed_code_is_read_again(code: Path, card: dict[str, Any], tmp_path: Path, registry: Any) -> None:
    card["methods"] = {"boot": {"use": "bootstrap", "features": "f", "options": {"shards": 1}}}
    del card["features"]["f"]["spectators"]
    first = symhep.run(card, tmp_path / "r", registry=registry)
    assert symhep.run(card, tmp_path / "r", registry=registry).computed == []
    columns = first.results["boot"].record.features
    assert columns[0] == "o6_shapes:hardest(jets)"
    (code / "o6_shapes.py").write_text(SHAPES.replace("return factor *", "return 10 * factor *"))
    del sys.modules["o6_shapes"]
    second = symhep.run(card, tmp_path / "r", registry=registry)
    assert second.computed == ["boot"]
    mean = first.results["boot"].record.mean[0]
    assert second.results["boot"].record.mean[0] == pytest.approx(10 * mean)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("mean", r'in "o6_shapes:mean\(jets\)": o6_shapes:mean must return an array of numbers, not float'),
        ("short", r"o6_shapes:short gave 19 values instead of one per event \(20\)"),
        ("words", "o6_shapes:words must return an array of numbers, not list"),
        ("raises", "the function 'o6_shapes:raises' failed: RuntimeError: no luck"),
        ("leaves", "the function 'o6_shapes:leaves' failed: SystemExit: 0"),
        ("wrong", "the function 'o6_shapes:wrong' says kinds with 'massive'; known: full, massless"),
        ("nothing", "the module 'o6_shapes' has no function 'nothing'"),
    ],
)
def test_what_goes_wrong_is_told_at_validate(
    code: Path, card: dict[str, Any], tmp_path: Path, function: str, message: str
) -> None:
    from ruamel.yaml import YAML

    card["features"]["f"]["vars"] = [f"o6_shapes:{function}(jets)"]
    with (tmp_path / "card.yaml").open("w") as stream:
        YAML().dump(card, stream)
    with pytest.raises(CardError, match=message):
        symhep.run(tmp_path / "card.yaml", tmp_path / "r", dry_run=True)


@pytest.mark.parametrize("name", ["pickle:loads", "os:system", "builtins:exec", "numpy:hypot", "symhep:run"])
def test_no_other_function_can_be_called(card: dict[str, Any], tmp_path: Path, name: str) -> None:
    card["objects"]["jets"] = {"collection": "Jet"}
    card["features"]["f"] = {"vars": [f"{name}(jets)"]}
    with pytest.raises(CardError, match=f"the function '{name}'"):
        symhep.run(card, tmp_path / "r", dry_run=True)


def test_a_plugin_says_what_its_functions_are(
    card: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "o6_plugin"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "functions.py").write_text("import awkward as ak\n\n\ndef ht(*objects):\n"
                                          "    return sum(ak.sum(o.pt, axis=1) for o in objects)\n\n\n"
                                          "def square(vectors):\n    return vectors.pt**2\n")  # fmt: skip
    (package / "plugin.py").write_text(
        "import symhep\n\n\n@symhep.hookimpl\ndef symhep_register_functions():\n"
        "    kinds = ('full', 'transverse')\n"
        "    return {'ht': symhep.CardFunction('o6_plugin.functions:ht', 'GeV', 'scalar sum', kinds),\n"
        "            'square': symhep.CardFunction('o6_plugin.functions:square', 'GeV^2', "
        "elementwise=True)}\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = build_registry(points=[*_points(), EntryPoint("mine", "o6_plugin.plugin", "symhep")])
    card["objects"]["jets"] = {"collection": "Jet"}
    texts = ["mine:ht(jets, met)", "HT(jets, met)", "mine:square(jets[0])", "sum(mine:square(jets))"]
    card["features"]["f"] = {"vars": texts, "scaling": "none"}
    plan, table = _table(card, tmp_path / "r", registry)
    assert plan.units == {"mine:ht": "GeV", "mine:square": "GeV^2"}
    assert table.values[:, 0] == pytest.approx(table.values[:, 1])
    from symhep.events.assemble import assemble

    data = assemble(plan.card, "f", {"dy": table}, plan.units)
    assert [c.unit for c in data.columns] == ["GeV", "GeV", "GeV^2", "GeV^2"]
    card["features"]["f"] = {"vars": ["mine:square(met[0])"]}
    with pytest.raises(
        CardError, match="mine:square cannot be used with 'met', whose vectors are transverse"
    ):
        _table(card, tmp_path / "r", registry)
    for name in [n for n in sys.modules if n.startswith("o6_")]:
        del sys.modules[name]


def _points() -> list[EntryPoint]:
    from importlib.metadata import entry_points

    return list(entry_points(group="symhep"))
