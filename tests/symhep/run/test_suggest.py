"""`symhep init` on real files: what it proposes, and that every proposal is a card that can run."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from symhep.card.loader import load_card
from symhep.cli.init import command as init
from symhep.errors import CardError, InputError
from symhep.hooks import hookimpl
from symhep.methods.init_block import InitBlock
from symhep.methods.interface import Method, Options
from symhep.plugin.manager import build_registry
from symhep.readers.interface import FieldSchema, Schema
from symhep.run.first_card import card_text
from symhep.run.plan import make_plan
from symhep.run.pointing import Pointed
from symhep.run.sources import open_source
from symhep.run.suggest import _numbers, suggest

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


#: The methods that the card runs, the quickest first; of the others it says why not.
EVERY = ["algebra", "elements", "relevance", "symmetries"]
RUNS = {
    "madgraph_mumu_to_ee_150GeV.lhe.gz": EVERY,
    "madgraph_pp_to_jj_13TeV.lhe.gz": EVERY,
    "flat_jagged_HZZ.root": EVERY,
    "powheg-box-v2-Z.lhe": ["algebra", "relevance"],
    "sherpa-3.0.1-eejjj.lhe": ["algebra", "relevance"],
    "whizard-3.1.4-eeWW.lhe": [],
    "delphes_10events.root": [],
    "nanoaod_dy_40events.root": ["algebra"],
}


def _card(source: Any, registry: Any = None) -> str:
    return card_text([source], Pointed((source.path,), "events"), registry or build_registry())


@pytest.mark.parametrize("name", EXPECTED)
def test_proposals(shared_data: Path, tmp_path: Path, name: str) -> None:
    registry = build_registry()
    source = open_source(str(shared_data / name), registry)
    found, _ = suggest(source)
    assert (found.object, found.take, found.variables) == EXPECTED[name]
    card = tmp_path / "card.yaml"
    card.write_text(text := _card(source))
    plan = make_plan(load_card(card), registry)
    assert sorted(plan.methods) == RUNS[name]
    words = text.replace("\n  # ", " ")  # comments are wrapped
    assert len(re.findall("too few (?:to t|for)", words)) == len(EVERY) - len(RUNS[name])
    card.write_text(
        re.sub(
            r"^  # (?=(algebra:|symmetries:|relevance:|elements:|  \w+:|    \w+:))",
            "  ",
            text,
            flags=re.MULTILINE,
        )
    )
    plan = make_plan(load_card(card), registry)
    assert sorted((m.name, m.method.name, m.features) for m in plan.methods.values()) == [
        ("algebra", "oracle", "momenta"),
        ("elements", "symmetrygan", "momenta"),
        ("relevance", "vae", "momenta"),
        ("symmetries", "moments", "momenta"),
    ]


def test_what_a_generator_has_cut(shared_data: Path) -> None:
    """Cuts on the objects become edges; of pairs, and of other particles, they are told."""
    source = open_source(str(shared_data / "madgraph_pp_to_jj_13TeV.lhe.gz"), build_registry())
    found, _ = suggest(source)
    assert [str(cut) for cut in found.passed] == ["pt > 20 GeV of jets (ptj)", "|eta| < 5 of jets (etaj)"]
    text = _card(source)
    assert "edges: [{variable: pt, above: 20}, {variable: abs_eta, below: 5}]" in text
    for line in (
        "# Process: p p > j j",
        "# Beams: 6500 GeV of PDG 2212 and 6500 GeV of PDG 2212; sqrt(s) = 13000 GeV",
        "#   Delta R > 0.4 of pairs of jets (drjj)",
        "    #   NNPDF23_lo_as_0130_qed (PDF): 101 weights, 45 to 145",
    ):
        assert f"\n{line}\n" in text


def test_proposed_cuts_keep_most_of_the_events(shared_data: Path, tmp_path: Path) -> None:
    """Written into the card as they are proposed, they are good cuts."""
    source = open_source(str(shared_data / "madgraph_pp_to_jj_13TeV.lhe.gz"), build_registry())
    found, _ = suggest(source)
    card = tmp_path / "card.yaml"
    text = re.sub(r"^    where: .*\n    # where:", "    where:", _card(source), flags=re.MULTILINE)
    card.write_text(text.replace("    # - {name: mass_window", "    - {name: mass_window"))
    from symhep.run.pipeline import run

    done = run(card, tmp_path / "r", overrides=["methods={}", "output.figures=[]"])
    rows = json.loads((done.folder / "cutflow.json").read_text())["datasets"]["events"]["selections"][
        "chosen"
    ]
    assert [row["name"] for row in rows][:3] == ["all", "enough_partons", "mass_window"]
    assert 0.8 < rows[1]["events"] / rows[0]["events"] < 1
    assert 0.9 < rows[2]["events"] / rows[1]["events"] <= 1
    assert found.where == "(abs(pdgId) <= 5 or pdgId == 21) and status == 1"


def test_toys_get_their_numbers(tmp_path: Path) -> None:
    source = open_source("toy:sphere", build_registry(), "toy", {"name": "sphere"})
    found, _ = suggest(source)
    assert found.object is None
    assert found.variables[:3] == ("x1", "x2", "x3")


def test_names_from_the_file_cannot_break_out_of_the_card(tmp_path: Path) -> None:
    import uproot

    evil = 'a"\nmethods: {}\n# '
    path = tmp_path / 'f".root'
    with uproot.recreate(path) as out:
        names = [f"Jet{i}_{k}" for i in "ab" for k in ("pt", "eta", "phi", "mass")]
        out.mktree("t", dict.fromkeys(names, "float32"), title=evil)
        out["t"].extend({n: np.ones(3, np.float32) for n in names})
    source = open_source(str(path), build_registry())
    card = tmp_path / "card.yaml"
    card.write_text(_card(source))
    assert load_card(card).card.datasets["events"].files == (str(path),)


def _parquet(path: Path, names: list[str], jagged: bool = False) -> Path:
    values = [[1.0, 2.0]] * 3 if jagged else [1.0, 2.0, 3.0]
    pq.write_table(pa.table(dict.fromkeys(names, values)), path)
    return path


@pytest.mark.parametrize(
    ("prefix", "jagged", "label"),
    [
        ("Mü", True, "m_s"),
        ("Mü", False, "m_"),
        ("in", False, "object_in"),
        ("null", False, "object_null"),
        ("lambda", True, "lambdas"),
        ("2jet", True, "object_2jets"),
        ("J" * 80, True, "j" * 48 + "s"),
    ],
)
def test_odd_collections_give_cards_that_run(tmp_path: Path, prefix: str, jagged: bool, label: str) -> None:
    path = _parquet(tmp_path / "f.parquet", [f"{prefix}_{k}" for k in ("px", "py", "pz", "E")], jagged)
    card = tmp_path / "card.yaml"
    done = CliRunner().invoke(init, [str(path), "-o", str(card)], catch_exceptions=False)
    assert done.exit_code == 0
    objects = load_card(card).card.objects
    assert [(name, o.collection) for name, o in objects.items()] == [(label, prefix)]


def test_columns_that_are_words_of_python_or_yaml(tmp_path: Path) -> None:
    """Keywords cannot be read in an expression, nor can what Python spells otherwise (the micro sign)."""
    names = ["in", "lambda", "None", "µ", "a b", "x1", "null", "true", "y", "No", "Größe"]
    path = _parquet(tmp_path / "f.parquet", names)
    card = tmp_path / "card.yaml"
    done = CliRunner().invoke(init, [str(path), "-o", str(card)], catch_exceptions=False)
    assert done.exit_code == 0
    assert set(load_card(card).card.features["momenta"].vars) == {"x1", "null", "true", "y", "No", "Größe"}


@pytest.mark.parametrize("before", [None, "mine"])
def test_a_card_that_fails_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    path = _parquet(tmp_path / "f.parquet", ["x1"])
    card = tmp_path / "cards" / "card.yaml"
    card.parent.mkdir()
    if before is not None:
        card.write_text(before)
    monkeypatch.setattr(sys.modules["symhep.run.first_card"], "card_text", lambda *_: "symhep: 2\n")
    with pytest.raises(CardError, match="symhep: input should be 1"):
        CliRunner().invoke(init, [str(path), "-o", str(card), "--force"], catch_exceptions=False)
    assert [(p.name, p.read_text()) for p in card.parent.iterdir()] == (
        [("card.yaml", before)] if before else []
    )


def test_the_block_of_any_method_and_none_of_a_broken_one(registry: Any) -> None:
    """Methods bring their blocks; what they say cannot leave its comment, and a broken plugin costs only its own."""
    source = open_source("toy:sphere", registry, "toy", {"name": "sphere"})
    block = InitBlock("odd", "A question?\nmethods: {}", "use: odd\nfeatures: momenta", 0.01, active=False)
    plugin = ModuleType("odd_plugin")
    found = {
        "odd": _method("odd", lambda self, sample: block),
        "bad": _method("bad", lambda self, sample: 1 / 0),
    }
    vars(plugin)["symhep_register_methods"] = hookimpl(lambda: found)
    registry.methods |= build_registry({"odd": plugin}, points=()).methods
    text = _card(source, registry)
    features = len(suggest(source)[0].variables)
    asked = f"How well are the means of {features} features known?"
    assert f"  # {asked} Takes a few seconds on two cores.\n  spread:\n    use: bootstrap\n" in text
    off = "  # odd:\n  #   use: odd\n  #   features: momenta\n"
    assert f"  # A question??methods: {{}} Takes a few seconds on two cores.\n{off}" in text
    assert text.index("# odd:") < text.index("spread:"), "the quickest first"
    assert "ZeroDivision" not in text


def _method(name: str, init_block: Any) -> type:
    changes = {"name": name, "summary": name, "Options": Options, "init_block": init_block}
    unfinished = {key: (lambda *_: None) for key in ("fit", "combine")}
    return type("Odd", (Method,), changes | unfinished)


def test_no_events(tmp_path: Path) -> None:
    path = tmp_path / "e.lhe"
    path.write_text(
        '<LesHouchesEvents version="1.0">\n<init>\n 11 -11 40 40 0 0 0 0 3 1\n 1 0.1 1 1\n</init>\n'
        "</LesHouchesEvents>\n"
    )
    with pytest.raises(InputError, match="there are no events"):
        suggest(open_source(str(path), build_registry()))


def test_numbers_without_momenta_get_no_lorentz_norm() -> None:
    source = open_source("toy:sphere", build_registry(), "toy", {"name": "sphere"})
    assert "oracle" not in _card(source)


@pytest.mark.parametrize(("toy", "search"), [("sphere", None), ("two_body", "SO(3)")])
def test_what_symmetrygan_is_asked(tmp_path: Path, toy: str, search: str | None) -> None:
    """Rotations about the beam and their neighbours, and subgroups, where there are momenta; else rotations."""
    source = open_source(f"toy:{toy}", build_registry(), "toy", {"name": toy})
    card = tmp_path / "card.yaml"
    card.write_text(_card(source))
    (use,) = [use for use in load_card(card).card.methods.values() if use.use == "symmetrygan"]
    assert ("subgroups" in use.options) == (search is not None)
    assert use.options.get("search") == search


def test_weights_counters_and_flags_are_no_features(tmp_path: Path) -> None:
    roles = {"x1": "number", "w": "weight", "n": "counter", "pass": "flag", "event": "id"}
    schema = Schema(event_fields={name: FieldSchema("float32", role=role) for name, role in roles.items()})
    assert _numbers(schema).variables == ("x1",)


def test_what_the_reader_noticed_is_at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    source = open_source("toy:sphere", build_registry(), "toy", {"name": "sphere"})
    read = type(source.reader).read

    def noticing(self: Any, path: str, options: Any, request: Any, losses: Any) -> Any:
        losses.note(path, "median pt is 61,000: MeV? give units", None)
        return read(self, path, options, request, losses)

    monkeypatch.setattr(type(source.reader), "read", noticing)
    head, _, _ = _card(source).partition("datasets:")
    assert head.count("# Note: median pt is 61,000: MeV? give units\n") == 1


def test_a_card_has_a_title_that_names_the_file(shared_data: Path, tmp_path: Path) -> None:
    source = open_source(str(shared_data / "madgraph_pp_to_jj_13TeV.lhe.gz"), build_registry())
    card = tmp_path / "card.yaml"
    card.write_text(card_text([source], Pointed((source.path, "b.lhe"), "events"), build_registry()))
    title = "Symmetries of madgraph_pp_to_jj_13TeV.lhe.gz and 1 more file"
    assert load_card(card).card.title == title
