"""How the number of generators was decided, in a sentence."""

from __future__ import annotations

from symhep.methods.enumeration import plural
from symhep.methods.number import with_error
from symhep.methods.result import Statement
from symhep_oracle.record import OracleRecord

__all__ = ["decision"]


def decision(record: OracleRecord) -> Statement:
    """The singular values on both sides of the decision, and the reason for it."""
    values, found = record.spectrum.values, record.algebra
    total, count = found.dimension + len(record.support.spurious), len(record.spectrum.values)
    null, other = max(values[:total], default=0.0), min(values[total:], default=1.0)
    evidence = {
        "largest_null": null, "smallest_other": other, "reason": found.decision,
        "stability": found.dimension_stability,
    }  # fmt: skip
    if total == 0:
        text = (
            f"Of {plural(count, 'singular value')} none is null; the smallest is {other:.2g} relative "
            f"to the largest."
        )
    elif total == count:
        text = f"All {count} singular values are null." if count > 1 else "The only singular value is null."
    else:
        size = f"at most {null:.2g} relative to the largest" if null else "zero"
        text = (
            f"Of {count} singular values {total} {'is' if total == 1 else 'are'} {size}, the next is "
            f"{with_error(other, record.spectrum.standard_errors[total])}."
        )
    return Statement(f"{text} {found.decision[:1].upper()}{found.decision[1:]}.", evidence, "spectrum")
