"""The gallery holds every figure that the code can draw, and nothing else; its cards can be run."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import symhep

ROOT = Path(__file__).resolve().parents[2]
GALLERY = ROOT / "docs/gallery"
FIGURES = json.loads((GALLERY / "gallery.json").read_text(encoding="utf-8"))
#: What stands between letters in a name that the code puts together.
ANY = ".+"
#: Names that are worked out elsewhere: the file, and what they look like.
NAMED_ELSEWHERE = {
    "symhep/plotting/scan.py": "scan_.+",
    "symhep/plotting/data_simulation.py": r"\d\d_.+",
}
#: What the core draws for whom; other figures of the core are those of methods.
OF = {
    "symhep/plotting/control.py": "run",
    "symhep/plotting/data_simulation.py": "run",
    "symhep/plotting/scan.py": "run",
    "symhep/plotting/systematics.py": "run",
    "symhep/run/compare_figures.py": "compare",
}


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gallery_make", GALLERY / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for what their annotations mean
    spec.loader.exec_module(module)
    return module


def patterns(name: ast.expr, path: str) -> list[str]:
    """What the names of a figure can be, from the expression that names it.

    >>> patterns(ast.parse("f'after_{x}' if x else 'after'", mode="eval").body, "")
    ['after_.+', 'after']
    """
    if isinstance(name, ast.Constant):
        return [re.escape(str(name.value))]
    if isinstance(name, ast.JoinedStr):
        return ["".join(re.escape(v.value) if isinstance(v, ast.Constant) else ANY for v in name.values)]
    if isinstance(name, ast.IfExp):
        return patterns(name.body, path) + patterns(name.orelse, path)
    if isinstance(name, ast.Call) and ast.unparse(name.func) == "slug":
        return [pattern.replace("\\ ", "_") for pattern in patterns(name.args[0], path)]
    return [NAMED_ELSEWHERE[path]]


def drawn() -> Iterator[tuple[str, str]]:
    """(who draws, or '' for several methods; pattern of the name) of every NamedFigure that the code makes."""
    for top in ("symhep", "plugins"):
        for file in sorted((ROOT / top).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("NamedFigure"):
                    of = path.split("/")[1].removeprefix("symhep_") if top == "plugins" else OF.get(path, "")
                    for pattern in patterns(node.args[0], path):
                        yield of, pattern


DRAWN = Counter(drawn())


@pytest.mark.parametrize(("of", "pattern"), sorted(DRAWN))
def test_what_the_code_draws_is_in_the_gallery(of: str, pattern: str) -> None:
    """As often as it is drawn: two solvers of a method may each have a figure 'loss'."""
    names = [f["name"] for f in FIGURES if of in (f["of"], "")]
    shown = [name for name in names if re.fullmatch(pattern, name)]
    assert len(shown) >= DRAWN[of, pattern], f"{of or 'symhep'} draws {pattern}: add it to make.py"


@pytest.mark.parametrize("figure", FIGURES, ids=lambda f: f["picture"])
def test_what_is_in_the_gallery_is_drawn(figure: dict[str, str]) -> None:
    found = [p for of, p in DRAWN if of in (figure["of"], "") and re.fullmatch(p, figure["name"])]
    assert found, f"no code draws {figure['name']} any more: run docs/gallery/make.py"


def test_pictures_are_there_and_light() -> None:
    sizes = {p.relative_to(GALLERY).as_posix(): p.stat().st_size for p in (GALLERY / "pictures").iterdir()}
    assert set(sizes) == {figure["picture"] for figure in FIGURES}
    assert max(sizes.values()) <= 60_000
    assert sum(sizes.values()) <= 4_000_000


def test_the_page_is_that_of_the_record(make: ModuleType) -> None:
    """`python docs/gallery/make.py --page` writes it."""
    assert (GALLERY / "index.md").read_text(encoding="utf-8") == make.page([make.Shown(**f) for f in FIGURES])


def test_the_record_is_that_of_the_recipes(make: ModuleType) -> None:
    recipes = {
        (run, name)
        for run, recipe in make.RECIPES.items()
        for names in recipe.figures.values()
        for name in names
    }
    recipes |= {("compare", name) for name in make.COMPARED_FIGURES}
    assert {(figure["run"], figure["name"]) for figure in FIGURES} == recipes


def test_every_card_of_the_gallery_is_used(make: ModuleType) -> None:
    there = {f"docs/gallery/cards/{path.name}" for path in (GALLERY / "cards").iterdir()}
    assert there <= {recipe.card for recipe in make.RECIPES.values()}


def test_the_cards_can_be_run(make: ModuleType, tmp_path: Path) -> None:
    """With the options of the command line, as `symhep validate` checks them."""
    for name, recipe in make.RECIPES.items():
        words = shlex.split(recipe.arguments)
        options = dict(zip(words[::2], words[1::2], strict=True))
        assert set(options) <= {"-n", "--only", "-s"}
        only = [options["--only"]] if "--only" in options else []
        overrides = [options["-s"]] if "-s" in options else []
        card = ROOT / recipe.card
        done = symhep.run(card, tmp_path / name, only=only, overrides=overrides, dry_run=True)
        assert done.folder == tmp_path / name
