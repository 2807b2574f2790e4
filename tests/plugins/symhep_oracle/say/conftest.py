"""A record made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from symhep.methods.events import EventsRecord
from symhep.methods.number import Number
from symhep_oracle.fit.record import ExactRecord, RoundingDecision
from symhep_oracle.record import (
    AlgebraRecord,
    FieldsRecord,
    FunctionRecord,
    GeneratorRecord,
    IdentificationRecord,
    LayoutRecord,
    OracleRecord,
    ResidualRecord,
    SolverRecord,
    SpectrumRecord,
    SupportRecord,
)

Make = Callable[..., OracleRecord]


@pytest.fixture
def so2() -> Make:
    """The rotation of the plane and |x|, with other fields as asked."""

    def make(**changes: Any) -> OracleRecord:
        found = IdentificationRecord(
            how="by hand", closed=True, closure=0.0, parts=(), isomorphic=(),
            semisimple_rank=0, signature=None,
        )  # fmt: skip
        record = OracleRecord(
            algebra=AlgebraRecord(
                dimension=1, name="so(2)", stability=1.0, dimension_stability=1.0,
                decision="values below the rounding are zero", identification=found,
            ),
            generators=[GeneratorRecord(name="J_12", overlap=1.0, residual=Number(value=1e-16))],
            residual=ResidualRecord(invariance=Number(value=1e-16), closure=Number(value=0.0)),
            spectrum=SpectrumRecord(values=(1e-16, 0.5, 0.7, 1.0), standard_errors=(0.0, 0.02, 0.02, 0.0)),
            support=SupportRecord(constraints=(), checked_off_support=True, spurious=()),
            vectors=LayoutRecord(
                number=1, size=2, complex=False, components=("x1", "x2"), acts_on="features"
            ),
            fields=FieldsRecord(family="matrices", degree=1, affine=False, unknowns=4),
            subsample=None,
            events=EventsRecord(used=100, available=100, effective=100.0, negative=0.0),
            scale=1.0,
            unit="",
            oracle=FunctionRecord(description="|x|", outputs=1, precision=2e-16, approximate=False),
            solver=SolverRecord(
                name="exact",
                exact=ExactRecord(
                    event_blocks=20, largest=1.0,
                    rounding=RoundingDecision(floor=1e-15, largest_null=1e-16, smallest_other=0.5),
                ),
            ),
        )  # fmt: skip
        return record.model_copy(update=changes)

    return make
