"""What a result says, most important first."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.copies import copies_statements
from symhep.methods.enumeration import several
from symhep.methods.result import Statement
from symhep.methods.split import subsample_statements
from symhep_oracle.record import OracleRecord
from symhep_oracle.say.algebra import algebra, dilatation, products, widened
from symhep_oracle.say.breaking import breaking
from symhep_oracle.say.cautions import finite_steps, low_stability, nearly_null, negative_weights, spurious
from symhep_oracle.say.comparison import comparison
from symhep_oracle.say.decision import decision
from symhep_oracle.say.flows import flows
from symhep_oracle.say.latent import latent
from symhep_oracle.say.training import training

__all__ = ["sentences"]

#: Components of a vector that are listed by name.
LISTED = 8


def sentences(record: OracleRecord) -> Iterator[Statement]:
    """The physics, then what a reader must know before believing it."""
    if record.solver.flows is not None:
        yield from flows(record, record.solver.flows)
        yield from negative_weights(record)
        yield from subsample_statements(record.subsample, record.events.available)
        yield from copies_statements(record.events)
        return
    yield algebra(record)
    yield from widened(record)
    yield from products(record)
    yield decision(record)
    yield from training(record.oracle.training)
    yield from comparison(record)
    yield from dilatation(record)
    yield from latent(record.latent)
    yield from breaking(record)
    yield from finite_steps(record)
    yield from spurious(record)
    yield from acts_on(record)
    yield from low_stability(record)
    yield from nearly_null(record)
    yield from negative_weights(record)
    yield from subsample_statements(record.subsample, record.events.available)
    yield from copies_statements(record.events)


def acts_on(record: OracleRecord) -> Iterator[Statement]:
    """The vectors, their components and unit; a warning where the features' variables are others."""
    layout = record.vectors
    if layout.acts_on == "latents":
        return
    names, vectors, unused = layout.components, layout.number, layout.unused
    shown = f"({', '.join(names)})" if len(names) <= LISTED else f"the {len(names)} components"
    unit = f" in {record.unit}" if record.unit else ""
    if layout.acts_on == "features":
        of = f" of each of the {vectors} vectors" if vectors > 1 else ""
    else:
        of = f" of each of the {vectors} objects" if vectors > 1 else " of the object"
    if layout.sets:
        of = f" of each vector (at most {vectors})"
    text = f"The generators act on {shown}{of}{unit}"
    if unused:
        text += (
            f"; the variables {several(unused)} of the feature set are not used (to use them: "
            f"acts_on: features)"
        )
    if layout.sets:
        text += f"; the number of {several(layout.sets)} varies between events"
    beside = [*(f"{tag} of each" for tag in layout.tag_names), *layout.spectator_names]
    if beside:
        text += (
            f"; {several(beside)} {'is an input' if len(beside) == 1 else 'are inputs'} of the oracle "
            f"and not transformed"
        )
    evidence = {"components": list(names), "vectors": vectors, "unused": list(unused)}
    yield Statement(f"{text}.", evidence, kind="warning" if unused else "finding")
