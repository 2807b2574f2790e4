"""What the fit hands to the result: generators and what they rest on, storable as a part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.methods.result import Part
from symhep_oracle.fit.breaking import Breaking
from symhep_oracle.fit.fields import Fields, LinearFields, PolynomialFields
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.fit.solution import Solution
from symhep_oracle.fit.support import Support

__all__ = ["Outcome", "make_fields"]

FloatArray = npt.NDArray[np.float64]


def make_fields(options: OracleMethodOptions, layout: Layout) -> Fields:
    """The family of vector fields that the options ask for."""
    if options.degree > 1:
        return PolynomialFields(layout, options.degree)
    return LinearFields(layout, options.affine)


@dataclass(frozen=True)
class Outcome:
    """A solution in its final basis, the spurious fields, the breaking.

    ``info`` is JSON: how many events, which scale, what the oracle's training said. ``network`` holds the
    parameters of a learned oracle, ``latent`` what the flows in a latent space do.
    """

    solution: Solution
    support: Support
    layout: Layout
    info: dict[str, Any]
    breaking: Breaking | None = None
    network: dict[str, npt.NDArray[np.float32]] | None = None
    latent: dict[str, npt.NDArray[Any]] | None = None

    def to_part(self) -> Part:
        """Store everything."""
        s, support = self.solution, self.support
        arrays: dict[str, npt.NDArray[Any]] = {
            "coefficients": s.coefficients, "influences": s.influences, "spectrum": s.spectrum, "noise": s.noise,
            "residuals": s.residuals, "spurious": support.spurious, "still": support.still,
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
            "dimension": s.dimension, "confidence": s.confidence, "reason": s.reason, "gap": s.gap,
            "details": s.details,
            "layout": [self.layout.vectors, self.layout.dimension, self.layout.complex],
            "checked": support.checked, "constraints": list(support.constraints), "info": self.info,
        }  # fmt: skip
        return Part(values=values, arrays=arrays)

    @classmethod
    def from_part(cls, part: Part) -> Outcome:
        """Undo `to_part`."""
        v, a = part.values, part.arrays
        solution = Solution(
            a["coefficients"], a["influences"], a["spectrum"], a["noise"], v["dimension"], v["confidence"],
            v["reason"], a["residuals"], v["gap"], v["details"], _under("solver.", a),
        )  # fmt: skip
        support = Support(a["spurious"], a["still"], v["checked"], tuple(v["constraints"]))
        breaking = None
        if "breaking.strengths" in a:
            ends = np.cumsum(a["breaking.dimensions"])[:-1]
            breaking = Breaking(
                a["breaking.strengths"], a["breaking.surviving"], a["breaking.broken"], a["breaking.violation"],
                a["breaking.violation_error"], np.split(a["breaking.algebras"], ends),
                a["breaking.rounding"],
            )  # fmt: skip
        network = _under("network.", a) or None
        latent = _under("latent.", a) or None
        return cls(solution, support, Layout(*v["layout"]), v["info"], breaking, network, latent)


def _under(prefix: str, arrays: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    return {k.removeprefix(prefix): a for k, a in arrays.items() if k.startswith(prefix)}
