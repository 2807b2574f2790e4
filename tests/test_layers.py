"""Who imports whom: the arrows of the architecture point downwards only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

#: From the bottom up. A module may import its own package and anything strictly below.
LAYERS = (
    {"errors"},
    {"card"},
    {"events", "lie", "stats"},
    {"methods", "readers", "torchkit"},
    {"plotting", "plugin"},
    {"hypotheses", "report"},
    {"run"},
    {"testing"},
    {"cli"},
    {"__main__"},
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
#: Library -> the only places that may import it.
CONFINED = {
    "torch": ("symhep/torchkit/", "symhep/lie/groups/", "plugins/"),
    "uproot": ("symhep/readers/",),
    "h5py": ("symhep/readers/",),
    "pyarrow": ("symhep/readers/",),
    "pylhe": ("symhep/readers/",),
}
ABOVE_METHODS = {"run", "report", "testing", "cli"}


def _imports(path: Path) -> Iterator[str]:
    """Modules that a file imports at run time, anywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def _files(root: Path, folder: str) -> list[Path]:
    found = sorted((root / folder).rglob("*.py"))
    assert found
    return found


def test_core_imports_downwards_only(root: Path) -> None:
    wrong = []
    for path in _files(root, "symhep"):
        own = path.relative_to(root / "symhep").parts[0].removesuffix(".py")
        if own == "__init__":
            continue
        for module in _imports(path):
            parts = module.split(".")
            if parts[0].startswith("symhep_"):
                wrong.append(f"{path.name} imports the method package {module}")
            if parts[0] == "symhep" and len(parts) > 1 and parts[1] != own and RANK[parts[1]] >= RANK[own]:
                wrong.append(f"{own} imports {module}")
    assert not wrong


def test_every_module_has_its_layer(root: Path) -> None:
    there = {
        p.name.removesuffix(".py") for p in (root / "symhep").iterdir() if p.suffix == ".py" or p.is_dir()
    }
    assert there - {"__init__", "__pycache__", "py.typed"} <= set(RANK)


def test_method_packages_stay_apart(root: Path) -> None:
    wrong = []
    for path in _files(root, "plugins"):
        own = path.relative_to(root / "plugins").parts[0]
        for module in _imports(path):
            parts = module.split(".")
            other_package = parts[0].startswith("symhep_") and parts[0] != own
            if other_package or (parts[0] == "symhep" and len(parts) > 1 and parts[1] in ABOVE_METHODS):
                wrong.append(f"{path.name} imports {module}")
    assert not wrong


@pytest.mark.parametrize("library", CONFINED)
def test_heavy_libraries_are_confined(root: Path, library: str) -> None:
    for path in [*_files(root, "symhep"), *_files(root, "plugins")]:
        name = path.relative_to(root).as_posix()
        if library in {module.split(".")[0] for module in _imports(path)}:
            assert name.startswith(CONFINED[library]), f"{name} imports {library}"


def test_only_one_place_saves_figures(root: Path) -> None:
    calling = [
        path.relative_to(root).as_posix()
        for path in [*_files(root, "symhep"), *_files(root, "plugins")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "savefig"
    ]
    assert calling == ["symhep/plotting/save.py"]


def test_plugins_folder_is_no_package(root: Path) -> None:
    assert not (root / "plugins" / "__init__.py").exists()
