"""HDF5 files: pandas tables in both of their formats, and datasets with an entry per event."""

from symhep.readers.hdf5.reader import Hdf5Options, Hdf5Reader, LhcoReader

__all__ = ["Hdf5Options", "Hdf5Reader", "LhcoReader"]
