"""Connected subgroups of the Lorentz and Poincare groups: catalogues, lattices, recognition of a given subalgebra."""

from symhep.lie.subgroups.catalogue import Catalogue, SubgroupClass, lorentz_subgroups, poincare_subgroups
from symhep.lie.subgroups.classify import Classification, classify
from symhep.lie.subgroups.lattice import Lattice, lattice

__all__ = [
    "Catalogue",
    "Classification",
    "Lattice",
    "SubgroupClass",
    "classify",
    "lattice",
    "lorentz_subgroups",
    "poincare_subgroups",
]
