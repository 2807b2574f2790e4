"""What the fit hands to the result: generators and what they rest on, storable as a part."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.methods.result import Part
from symhep_oracle.fit.breaking import Breaking
from symhep_oracle.fit.problem import Facts
from symhep_oracle.fit.record import FiniteRecord
from symhep_oracle.fit.solution import Solution
from symhep_oracle.fit.support import Support
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.record import SolverRecord

__all__ = ["Outcome"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """A solution in its final basis, the spurious fields, the breaking.

    ``facts`` tell of the events and the oracle. ``network`` holds the parameters of a learned oracle, ``latent`` what
    the flows in a latent space do, ``finite`` what finite transformations do.
    """

    solution: Solution
    support: Support
    layout: Layout
    facts: Facts
    breaking: Breaking | None = None
    network: dict[str, npt.NDArray[np.float32]] | None = None
    latent: dict[str, npt.NDArray[Any]] | None = None
    finite: FiniteRecord | None = None

    def to_part(self) -> Part:
        """Store everything."""
        s, support = self.solution, self.support
        arrays: dict[str, npt.NDArray[Any]] = {
            "coefficients": s.coefficients, "influences": s.influences, "spectrum": s.spectrum, "noise": s.noise,
            "residuals": s.residuals, "outside": s.outside, "spurious": support.spurious, "still": support.still,
        }  # fmt: skip
        arrays |= {f"solver.{name}": a for name, a in s.arrays.items()}
        arrays |= {f"network.{name}": a for name, a in (self.network or {}).items()}
        arrays |= {f"latent.{name}": a for name, a in (self.latent or {}).items()}
        if (b := self.breaking) is not None:
            arrays |= {
                "breaking.strengths": b.strengths, "breaking.surviving": b.surviving, "breaking.broken": b.broken,
                "breaking.violation": b.violation, "breaking.violation_error": b.violation_error,
                "breaking.algebras": np.concatenate(b.algebras), "breaking.rounding": b.rounding,
                "breaking.dimensions": np.array([len(a) for a in b.algebras]),
            }  # fmt: skip
        values = {
            "dimension": s.dimension, "stability": s.stability, "reason": s.reason, "gap": s.gap,
            "solver": s.solver.to_json() if s.solver else None,
            "finite": self.finite.to_json() if self.finite else None,
            "layout": list(astuple(self.layout)),
            "checked": support.checked, "constraints": list(support.constraints),
            "facts": self.facts.to_json(), "breaking": self.breaking and self.breaking.oracle,
        }  # fmt: skip
        return Part(values=values, arrays=arrays)

    @classmethod
    def from_part(cls, part: Part) -> Outcome:
        """Undo `to_part`."""
        v, a = part.values, part.arrays
        solution = Solution(
            a["coefficients"], a["influences"], a["spectrum"], a["noise"], v["dimension"], v["stability"],
            v["reason"], a["residuals"], v["gap"], a["outside"],
            None if v["solver"] is None else SolverRecord.from_json(v["solver"]), _under("solver.", a),
        )  # fmt: skip
        support = Support(a["spurious"], a["still"], v["checked"], tuple(v["constraints"]))
        breaking = None
        if "breaking.strengths" in a:
            ends = np.cumsum(a["breaking.dimensions"])[:-1]
            breaking = Breaking(
                v["breaking"], a["breaking.strengths"], a["breaking.surviving"], a["breaking.broken"],
                a["breaking.violation"], a["breaking.violation_error"], np.split(a["breaking.algebras"], ends),
                a["breaking.rounding"],
            )  # fmt: skip
        network = _under("network.", a) or None
        latent = _under("latent.", a) or None
        finite = None if v["finite"] is None else FiniteRecord.from_json(v["finite"])
        facts = Facts.from_json(v["facts"])
        return cls(solution, support, Layout(*v["layout"]), facts, breaking, network, latent, finite)


def _under(prefix: str, arrays: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    return {k.removeprefix(prefix): a for k, a in arrays.items() if k.startswith(prefix)}
