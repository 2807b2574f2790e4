"""Les Houches Event files, LHEF 1.0 to 3.0."""

from symhep.readers.lhe.reader import LheReader

__all__ = ["LheReader"]
