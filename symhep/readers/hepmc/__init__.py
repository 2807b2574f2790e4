"""HepMC text files, versions 2 and 3: see `symhep.readers.hepmc.reader`."""

from symhep.readers.hepmc.reader import HepMCReader

__all__ = ["HepMCReader"]
