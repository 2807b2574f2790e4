"""Who imports whom: the arrows of the architecture point downwards only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import symhep

#: The method packages.
PACKAGES = ("symhep_moments", "symhep_oracle", "symhep_symmetrygan", "symhep_vae")

#: From the bottom up. A module may import its own package and anything strictly below.
LAYERS = (
    {"printable", "version"},
    {"errors", "hooks"},
    {"deprecation", "paths"},
    {"card", "samples"},
    {"events", "lie", "stats"},
    {"methods", "readers", "torchkit"},
    {"plotting", "plugin"},
    {"hypotheses", "report"},
    {"run"},
    {"arrays"},
    {"testing"},
    {"cli"},
    {"__main__"},
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
#: Library -> the only places that may import it.
CONFINED = {
    "torch": ("symhep/torchkit/", "symhep/lie/groups/", "symhep/hypotheses/", "plugins/"),
    "uproot": ("symhep/readers/",),
    "h5py": ("symhep/readers/",),
    "pyarrow": ("symhep/readers/",),
    "pylhe": ("symhep/readers/",),
    "pyhepmc": ("symhep/readers/",),
    "fastjet": ("symhep/events/cluster.py",),
}
ABOVE_METHODS = {"run", "report", "arrays", "testing", "cli"}


#: Public name -> the module that defines it: `from symhep import Method` is an import of that module.
PUBLIC: dict[str, str] = symhep._PUBLIC | {"errors": "symhep.errors", "__version__": "symhep.version"}


def _imports(path: Path, *, at_load: bool = False) -> Iterator[str]:
    """Modules that a file imports at run time, anywhere in it; ``at_load``: when it is imported itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left_out = {
        id(inner)
        for node in ast.walk(tree)
        if (isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"))
        or (at_load and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == "symhep":
                yield from (PUBLIC.get(alias.name, f"symhep.{alias.name}") for alias in node.names)
            else:
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


def _modules(root: Path, folder: str) -> dict[str, Path]:
    """Name of a module -> its file."""
    base = root if folder == "symhep" else root / "plugins"
    names = {
        path: path.relative_to(base).with_suffix("").as_posix().replace("/", ".")
        for path in _files(root, folder)
    }
    return {name.removesuffix(".__init__"): path for path, name in names.items()}


@pytest.mark.parametrize("folder", ["symhep", *(f"plugins/{name}" for name in PACKAGES)])
def test_no_module_is_imported_in_a_circle(root: Path, folder: str) -> None:
    modules = _modules(root, folder)
    below = {
        name: {found for found in _imports(path, at_load=True) if found in modules and found != name}
        for name, path in modules.items()
    }
    try:
        tuple(TopologicalSorter(below).static_order())
    except CycleError as error:
        pytest.fail(f"imported in a circle: {' -> '.join(error.args[1])}")


def test_lie_knows_no_card_and_hooks_no_plugin(root: Path) -> None:
    for path in (*_files(root, "symhep/lie"), *_files(root, "symhep/stats")):
        assert not {
            m for m in _imports(path) if m.startswith(("symhep.card", "symhep.events", "symhep.methods"))
        }, path


def test_the_test_sees_what_it_must(tmp_path: Path) -> None:
    """Imports through the public names, and inside functions, are imports."""
    module = tmp_path / "module.py"
    module.write_text("from symhep import run\ndef f():\n    from symhep.cli import main\n")
    assert list(_imports(module)) == ["symhep.run.pipeline", "symhep.cli"]
    assert list(_imports(module, at_load=True)) == ["symhep.run.pipeline"]


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
