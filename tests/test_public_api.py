"""The public interface is frozen: a change here is a change for users."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import symhep

PUBLIC = {
    "Adjusted",
    "Analysis",
    "Bounded",
    "Canonicaliser",
    "CardFunction",
    "CollectionSchema",
    "Column",
    "Context",
    "Dataset",
    "EventBatch",
    "EventsRecord",
    "Family",
    "FieldSchema",
    "Heading",
    "InitBlock",
    "Inputs",
    "Loss",
    "MeasuredGenerators",
    "Method",
    "NamedFigure",
    "Nonlinear",
    "Number",
    "Options",
    "PValue",
    "Part",
    "Reader",
    "ReaderOptions",
    "Record",
    "Reference",
    "Result",
    "Run",
    "RunCard",
    "SampleView",
    "ScanQuantity",
    "Schema",
    "Shard",
    "Start",
    "Statement",
    "Symmetry",
    "SymmetryRecord",
    "Table",
    "Vectors",
    "VectorsRecord",
    "Verdict",
    "__version__",
    "analyse",
    "dataset_of",
    "errors",
    "event_records",
    "homogeneous",
    "hookimpl",
    "inspect",
    "load",
    "load_card",
    "momentum_records",
    "p_text",
    "panel",
    "run",
    "sample",
    "vectors_of",
    "with_error",
}
HEAVY = ("torch", "uproot", "matplotlib", "awkward", "pydantic")


def test_public_names() -> None:
    assert set(symhep.__all__) == PUBLIC
    for name in PUBLIC:
        assert getattr(symhep, name) is not None


def test_unknown_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'rnu'"):
        _ = symhep.rnu


def test_methods_are_looked_up_and_not_listed() -> None:
    from symhep import moments

    assert callable(moments)
    assert symhep.vae.__name__ == "vae"
    assert not {"moments", "vae", "oracle", "symmetrygan"} & set(dir(symhep))


def test_names_stay_functions_after_use() -> None:
    importlib.import_module("symhep.run.pipeline")
    importlib.import_module("symhep.run.inspection")

    assert callable(symhep.run)
    assert callable(symhep.inspect)


@pytest.mark.parametrize("code", ["import symhep", "import symhep.cli.main", "import symhep.readers.plugin"])
def test_import_is_light(code: str) -> None:
    check = f"{code}\nimport sys\nprint([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_imports_nothing_but_click() -> None:
    """What makes it quick; the time itself is benchmarks/start_up.py's."""
    check = (
        "from symhep.cli.main import group\ngroup.main(['--help'], standalone_mode=False)\nimport sys\n"
        "known = {'__main__', '_distutils_hack', *sys.stdlib_module_names}\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} - known))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "['click', 'symhep']"
