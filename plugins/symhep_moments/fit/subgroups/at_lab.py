"""Compact classes of subgroups as the catalogue has them, tested along orbits where no direction can be fitted."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

from symhep.hypotheses.adjustment import adjusted
from symhep.hypotheses.subgroups.options import CATALOGUES, SubgroupOptions
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.hypotheses.subgroups.walk import Walked
from symhep.lie.generators import Generators
from symhep.lie.subgroups.lattice import lattice
from symhep.methods.p_values import PKind
from symhep_moments.fit.subgroups.coordinates import catalogue_of

__all__ = ["lab_rows"]

#: Classes whose generators all have closed orbits -> these, with the axes of the lab.
COMPACT = {"SO(2)": ("J_z",), "SO(3)": ("J_x", "J_y", "J_z")}


def lab_rows(
    tests: Mapping[str, tuple[float, PKind]],
    candidates: Generators,
    options: SubgroupOptions,
    level: float = 0.05,
) -> Walked[SubgroupRow]:
    """SO(2) about the beam and SO(3) from the ``tests`` (log p, kind) of rotations, by label.

    A group is a symmetry only if all of its generators are: p of r generators is r times the smallest of theirs. Other
    axes would take fitted directions; classes with boosts or translations have no closed orbits. They have no row. A
    class of which the position in the lab survives survives; one rejected there is not told in other directions.
    """
    catalogue = catalogue_of(candidates) if options.catalogue == "auto" else CATALOGUES[options.catalogue]()
    asked = options.asked(catalogue)
    logs, kinds = dict[str, float](), dict[str, PKind]()
    for name, labels in COMPACT.items():
        if name in asked and all(label in tests for label in labels):
            logs[name] = min(0.0, log(len(labels)) + min(tests[label][0] for label in labels))
            exact = all(tests[label][1] == "exact" for label in labels)
            kinds[name] = "exact" if exact and len(labels) == 1 else "bound" if exact else "asymptotic"
    implies = {"SO(3)": ["SO(2)"]} if len(logs) == len(COMPACT) else {}
    family = adjusted(logs, level, implies=implies, kinds=kinds)
    rows = []
    for c in catalogue.classes:
        if c.name in logs:
            there = not family[c.name].rejected
            rows.append(
                SubgroupRow(
                    name=c.name, label=c.label, written=c.written, algebra=c.algebra, dimension=c.dimension,
                    how="lab", survives=there, at_lab=there, lab=family[c.name],
                )
            )  # fmt: skip
    return Walked(lattice(catalogue), tuple(rows), {}, len(rows))
