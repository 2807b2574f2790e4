"""Connected subgroups of the Lorentz and Poincare groups: catalogues, lattices, recognition of a given subalgebra."""

from symhep.lie.subgroups.catalogue import Catalogue, SubgroupClass, lorentz_subgroups, poincare_subgroups
from symhep.lie.subgroups.lattice import Lattice, lattice

__all__ = ["Catalogue", "Lattice", "SubgroupClass", "lattice", "lorentz_subgroups", "poincare_subgroups"]
