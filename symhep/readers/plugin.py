"""The readers that come with symhep, registered as any plugin registers its own."""

from __future__ import annotations

from symhep.hooks import hookimpl

__all__ = ["symhep_register_readers"]


@hookimpl
def symhep_register_readers() -> dict[str, str]:
    """Format -> where its reader is, so that a reader's libraries are imported only when it is used."""
    return {
        "lhe": "symhep.readers.lhe:LheReader",
        "lhehdf5": "symhep.readers.lhehdf5:LheHdf5Reader",
        "hepmc": "symhep.readers.hepmc:HepMCReader",
        "delphes": "symhep.readers.delphes:DelphesReader",
        "nanoaod": "symhep.readers.nanoaod:NanoAODReader",
        "tree": "symhep.readers.tree:TreeReader",
        "parquet": "symhep.readers.parquet:ParquetReader",
        "csv": "symhep.readers.csv:CsvReader",
        "numpy": "symhep.readers.npy:NumpyReader",
        "hdf5": "symhep.readers.hdf5:Hdf5Reader",
        "lhco": "symhep.readers.hdf5:LhcoReader",
        "toy": "symhep.readers.toy:ToyReader",
    }
