"""Les Houches events in HDF5: see `symhep.readers.lhehdf5.reader`."""

from symhep.readers.lhehdf5.reader import LheHdf5Reader

__all__ = ["LheHdf5Reader"]
