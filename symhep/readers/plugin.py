"""The readers that come with symhep, registered as any plugin registers its own."""

from __future__ import annotations

from symhep.hooks import hookimpl

__all__ = ["symhep_register_readers"]


@hookimpl
def symhep_register_readers() -> dict[str, str]:
    """Format -> where its reader is, so that a reader's libraries are imported only when it is used."""
    return {
        "lhe": "symhep.readers.lhe:LheReader",
        "delphes": "symhep.readers.delphes:DelphesReader",
        "nanoaod": "symhep.readers.nanoaod:NanoAODReader",
        "tree": "symhep.readers.tree:TreeReader",
        "parquet": "symhep.readers.parquet:ParquetReader",
        "hdf5": "symhep.readers.hdf5:Hdf5Reader",
        "lhco": "symhep.readers.hdf5:LhcoReader",
        "toy": "symhep.readers.toy:ToyReader",
    }
