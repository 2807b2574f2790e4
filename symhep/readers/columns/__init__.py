"""Column maps: which columns of a flat file make which collection, given by the card or guessed from names.

The guess, step by step, each in its own module:

- `names`: a name is taken apart into family, leaf and number: ``Jet_Px``, ``jet.pt``, ``metPhi``, ``pt_mu``,
  ``lep1_pt``, ``pxj1``, ``E_0``, ``MCParticles.momentum.x``. Case does not matter.
- `spellings`: leaves are coordinates. A family with px and py, or pt and phi, is a collection; along the beam pz, eta,
  rapidity (y beside pt and phi) or theta, 0 if there is none; energy or mass, mass 0 if there is neither. Members
  of ROOT's Lorentz vectors and `vector`'s own names (rho, eta, phi, tau; x, y, z, t) are read as well.
- `groups`: lists, or arrays of a fixed length, hold the objects of each event; numbers per event hold one; numbered
  columns px1, px2, ... are so many objects of one collection. Other columns of a family are its fields.
- `roles`: weights, counters, flags and identifiers among the numbers per event are no features.
- `weights`: weight, EventWeight, genWeight, mcEventWeights[0], ... is the event weight.
- `symhep.readers.units`: AuxDyn in a name means MeV; otherwise GeV is assumed, and sizes that look like MeV are told.

What is taken as 0, and everything else that is not in the file, is said in a note. ``units: MeV`` divides the momenta
(and nothing else) by 1000.
"""

from symhep.readers.columns.map import layout_of
from symhep.readers.columns.options import ColumnMapOptions
from symhep.readers.columns.roles import role_of

__all__ = ["ColumnMapOptions", "layout_of", "role_of"]
