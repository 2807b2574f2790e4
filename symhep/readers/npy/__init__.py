"""Arrays of numpy: see `symhep.readers.npy.reader`."""

from symhep.readers.npy.reader import NumpyOptions, NumpyReader

__all__ = ["NumpyOptions", "NumpyReader"]
