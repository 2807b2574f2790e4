"""The symmetry algebra of the support as a record, a sentence and a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symhep.hypotheses.algebra.record import Alternative
from symhep.hypotheses.support.algebra import SurfaceAlgebra
from symhep.hypotheses.support.record import SurfaceAlgebraRecord, SurfaceGenerator, TorusRecord
from symhep.lie.labels import combination_label
from symhep.methods.enumeration import plural, several
from symhep.methods.result import Statement
from symhep.methods.table import Table

__all__ = ["surface_record", "surface_statement", "surface_table"]

#: Generators and equations that a sentence can hold.
LISTED, EQUATIONS = 10, 5


def surface_record(found: SurfaceAlgebra) -> SurfaceAlgebraRecord:
    """What is stored of it."""
    named = found.identification
    errors = np.full(len(found.family), found.error)
    size = np.abs(found.coefficients).max(axis=1, initial=0.0)
    return SurfaceAlgebraRecord(
        dimension=len(found.coefficients),
        name="0" if not len(found.coefficients) else None if named is None else named.name,
        alternatives=() if named is None else Alternative.of(named.alternatives),
        family=found.family.name,
        generators=[
            SurfaceGenerator(
                label=combination_label(c, s * errors, found.family.labels), departure_from_surface=float(r)
            )
            for c, s, r in zip(found.coefficients, size, found.residuals, strict=True)
        ],
        surface=found.dimension,
        degree=found.degree,
        torus=None if found.weights is None else TorusRecord(
            weights=found.weights.weights.tolist(), ratios=found.weights.ratios.tolist(),
            relative_error=found.weights.error,
        ),
        spins=found.spins,
    )  # fmt: skip


def surface_statement(record: SurfaceAlgebraRecord, constraints: Sequence[str] = ()) -> Statement:
    """The support of the events and its symmetry.

    >>> turns = [SurfaceGenerator(label=f"J_{axis}", departure_from_surface=0.0) for axis in "xyz"]
    >>> sphere = SurfaceAlgebraRecord(
    ...     dimension=3, name="so(3)", family="gl(3,R) + R^3", generators=turns, surface=2, degree=2, spins=(3,)
    ... )
    >>> print(surface_statement(sphere, ["|p|^2 is 1"]).text.split(". ")[1])  # doctest: +ELLIPSIS
    The surface itself (independent of the density on it) has the symmetry so(3): J_x, J_y and J_z, in a ...
    """
    holds = f" ({several(list(constraints), EQUATIONS)})" if constraints else ""
    labels = [generator.label for generator in record.generators]
    if not labels:
        known = f"{record.family}; equations up to degree {record.degree}"
        text = f"no affine map of a vector preserves the surface ({known})"
    else:
        name = (
            f"the symmetry {record.name}: "
            if record.name
            else f"{plural(record.dimension, 'symmetry direction')}: "
        )
        told = several(labels, LISTED) if len(labels) <= LISTED else f"{len(labels)} generators"
        text = f"the surface itself (independent of the density on it) has {name}{told}{_weights(record)}"
    return Statement(
        f"The events lie on a surface of dimension {record.surface}{holds}. {text[0].upper()}{text[1:]}.",
        record.to_json(),
        kind="finding",
    )


def _weights(record: SurfaceAlgebraRecord) -> str:
    if record.torus is not None:
        rows = [f"({', '.join(map(str, row))})" for row in record.torus.weights]
        return f", a torus with the weights {several(rows)} (ratios within {record.torus.relative_error:.1g})"
    if record.spins:
        sizes = several([str(s) for s in record.spins])
        return (
            f", in {'a representation' if len(record.spins) == 1 else 'representations'} of dimension {sizes}"
        )
    return ""


def surface_table(record: SurfaceAlgebraRecord) -> Table:
    """Its generators."""
    return Table.of(
        ("generator", "residual"),
        [(generator.label, generator.departure_from_surface) for generator in record.generators],
        f"Affine maps ({record.family}) that preserve the surface on which the events lie, from equations "
        f"up to degree {record.degree}, independent of the density on it. Residual: r.m.s. displacement "
        "off the surface divided by the r.m.s. displacement of the events.",
    )
