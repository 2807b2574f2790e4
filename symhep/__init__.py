"""symhep: which symmetries does a collider dataset respect?

The names below are the public Python interface; each is loaded on first use, so
that ``import symhep`` costs nothing.

>>> import symhep
>>> symhep.__version__.startswith("0.")
True
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

if sys.platform == "win32":
    raise ImportError(
        "symhep runs on Linux and macOS; on Windows use the Windows Subsystem for Linux: "
        "`wsl --install`, and `pip install symhep` in its terminal"
    )

# The package is loaded first and its name set free: ``symhep.run`` is the function, found below like the others.
importlib.import_module("symhep.run")
del globals()["run"]

_PUBLIC = {
    "Adjusted": "symhep.methods.p_values",
    "Analysis": "symhep.arrays.analysis",
    "Bounded": "symhep.methods.number",
    "Canonicaliser": "symhep.arrays.canonicaliser",
    "CardFunction": "symhep.events.card_function",
    "CollectionSchema": "symhep.readers.schema",
    "Column": "symhep.events.dataset",
    "Context": "symhep.methods.context",
    "Dataset": "symhep.events.dataset",
    "EventBatch": "symhep.events.batch",
    "EventsRecord": "symhep.methods.events",
    "Family": "symhep.lie.groups",
    "FieldSchema": "symhep.readers.schema",
    "Heading": "symhep.methods.table",
    "InitBlock": "symhep.methods.init_block",
    "Inputs": "symhep.methods.interface",
    "Loss": "symhep.readers.losses",
    "MeasuredGenerators": "symhep.methods.symmetry",
    "Method": "symhep.methods.interface",
    "NamedFigure": "symhep.methods.interface",
    "Nonlinear": "symhep.lie.groups",
    "Number": "symhep.methods.number",
    "Options": "symhep.methods.interface",
    "PValue": "symhep.methods.p_values",
    "Part": "symhep.methods.result",
    "Reader": "symhep.readers.interface",
    "ReaderOptions": "symhep.readers.interface",
    "Record": "symhep.methods.record",
    "Reference": "symhep.methods.reference",
    "Result": "symhep.methods.result",
    "Run": "symhep.run.pipeline",
    "RunCard": "symhep.card.schema",
    "SampleView": "symhep.methods.init_block",
    "ScanQuantity": "symhep.methods.interface",
    "Schema": "symhep.readers.schema",
    "Shard": "symhep.methods.interface",
    "Start": "symhep.readers.request",
    "Statement": "symhep.methods.result",
    "Symmetry": "symhep.methods.symmetry",
    "SymmetryRecord": "symhep.methods.symmetry",
    "Table": "symhep.methods.table",
    "Vectors": "symhep.events.vectors",
    "VectorsRecord": "symhep.methods.events",
    "Verdict": "symhep.methods.verdict",
    "analyse": "symhep.arrays.analyse",
    "dataset_of": "symhep.arrays.dataset",
    "event_records": "symhep.events.batch",
    "homogeneous": "symhep.methods.symmetry",
    "hookimpl": "symhep.hooks",
    "inspect": "symhep.run.inspection",
    "load": "symhep.run.inspection",
    "load_card": "symhep.card.loader",
    "momentum_records": "symhep.events.batch",
    "p_text": "symhep.methods.p_values",
    "panel": "symhep.plotting.panel",
    "run": "symhep.run.pipeline",
    "sample": "symhep.samples.write",
    "vectors_of": "symhep.events.vectors",
    "with_error": "symhep.methods.number",
}

__all__ = [
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
]

if TYPE_CHECKING:
    __version__: str
    from symhep import errors
    from symhep.arrays.analyse import analyse
    from symhep.arrays.analysis import Analysis
    from symhep.arrays.canonicaliser import Canonicaliser
    from symhep.arrays.dataset import dataset_of
    from symhep.card.loader import load_card
    from symhep.card.schema import RunCard
    from symhep.events.batch import EventBatch, event_records, momentum_records
    from symhep.events.card_function import CardFunction
    from symhep.events.dataset import Column, Dataset
    from symhep.events.vectors import Vectors, vectors_of
    from symhep.hooks import hookimpl
    from symhep.lie.groups import Family, Nonlinear
    from symhep.methods.context import Context
    from symhep.methods.events import EventsRecord, VectorsRecord
    from symhep.methods.init_block import InitBlock, SampleView
    from symhep.methods.interface import Inputs, Method, NamedFigure, Options, ScanQuantity, Shard
    from symhep.methods.number import Bounded, Number, with_error
    from symhep.methods.p_values import Adjusted, PValue, p_text
    from symhep.methods.record import Record
    from symhep.methods.reference import Reference
    from symhep.methods.result import Part, Result, Statement
    from symhep.methods.symmetry import MeasuredGenerators, Symmetry, SymmetryRecord, homogeneous
    from symhep.methods.table import Heading, Table
    from symhep.methods.verdict import Verdict
    from symhep.plotting.panel import panel
    from symhep.readers.interface import Reader, ReaderOptions
    from symhep.readers.losses import Loss
    from symhep.readers.request import Start
    from symhep.readers.schema import CollectionSchema, FieldSchema, Schema
    from symhep.run.inspection import inspect, load
    from symhep.run.pipeline import Run, run
    from symhep.samples.write import sample


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("symhep.version").version()
    if name == "errors":
        return importlib.import_module("symhep.errors")
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    # The core names no method: what is registered is looked up. Names of Python's own protocols are none.
    if not name.startswith("_") and importlib.util.find_spec(f"symhep.{name}") is None:
        found = importlib.import_module("symhep.arrays.shortcut").shortcut(name)
        if found is not None:
            return found
    raise AttributeError(f"module 'symhep' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
