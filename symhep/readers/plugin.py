"""The readers that come with symhep, registered as any plugin registers its own."""

from __future__ import annotations

from symhep.plugin.specs import hookimpl

__all__ = ["symhep_register_readers"]


@hookimpl
def symhep_register_readers() -> list[str]:
    """By name, so that a reader's libraries are imported only when it is used."""
    return [
        "symhep.readers.lhe:LheReader",
        "symhep.readers.delphes:DelphesReader",
        "symhep.readers.nanoaod:NanoAODReader",
        "symhep.readers.tree:TreeReader",
        "symhep.readers.parquet:ParquetReader",
        "symhep.readers.lhco:LhcoReader",
        "symhep.readers.toy:ToyReader",
    ]
