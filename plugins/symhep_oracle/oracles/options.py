"""Options that name an oracle, and describe it."""

from __future__ import annotations

from math import pi
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from symhep.methods.interface import Options
from symhep.plugin.user_function import NAME, ORIGIN, UserFunctionOptions
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.oracles.model_file_options import ModelFileOracle

__all__ = [
    "DeterminantOracle",
    "ExceptionalOracle",
    "FunctionOracle",
    "LorentzOracle",
    "MaskOracle",
    "ModelFileOracle",
    "NormOracle",
    "OracleOptions",
    "QuadraticOracle",
]

Of = Literal["particles", "pairs", "total"]


class NormOracle(Options):
    """|x|_1, |x|_2, x1 x2, or the two halves of the plane with one of each norm; one output per vector."""

    kind: Literal["l1", "l2", "squeeze", "piecewise"]


class LorentzOracle(Options):
    """E^2 - p^2: of every particle, of every pair (the products p_i . p_j), or of the sum."""

    kind: Literal["lorentz"]
    of: Of = Field("particles", description="particles: masses; pairs: products p_i . p_j; total: of the sum")


class QuadraticOracle(Options):
    """x^T M x."""

    kind: Literal["quadratic"]
    matrix: tuple[tuple[float, ...], ...] = Field(
        description="matrix M, d x d; antisymmetric matrices are useful for pairs"
    )
    of: Of = Field("particles", description="particles: x^T M x; pairs: x_p^T M x_q; total: of the sum")

    @model_validator(mode="after")
    def _square(self) -> QuadraticOracle:
        if any(len(row) != len(self.matrix) for row in self.matrix) or not self.matrix:
            raise ValueError("'matrix' must be square")
        return self


class ExceptionalOracle(Options):
    """Three-form of G2 on three vectors of R^7; cubic form of E6 on R^27; that and the norm of F4 on R^26 or R^27."""

    kind: Literal["g2", "f4", "e6"]


class DeterminantOracle(Options):
    """det(z_1 .. z_d) of d vectors, with their norms: SU(d) on complex vectors, SO(d) on real ones."""

    kind: Literal["determinant"]
    norms: bool = Field(True, description="add |z_p|^2 of every vector; without them the symmetry is SL(d)")


class FunctionOracle(UserFunctionOptions):
    """A user's function: points (N, D) -> (N,) or (N, k), torch or numpy."""

    kind: Literal["function"]
    function: str = Field(
        pattern=NAME,
        description=ORIGIN,
        examples=["my_oracles:transverse_mass"],
    )
    approximate: bool = Field(
        False,
        description="whether the function is an approximation (a network, a fit): generators are then "
        "counted by the gap of the singular values",
    )


class MaskOracle(Options):
    """-E^2 inside a window of the detector with smooth edges, per particle: a breaking term."""

    kind: Literal["mask"]
    eta: tuple[float, float] = Field(description="edges in pseudorapidity")
    phi: tuple[float, float] = Field((-pi, pi), description="edges in azimuth; default: full azimuth")
    width: float = Field(0.1, gt=0, description="width of the edges")


def _short(value: Any) -> Any:
    """'l2' stands for {kind: l2}."""
    return {"kind": value} if isinstance(value, str) else value


#: Oracles that need no more than their kind.
Short = Literal[
    "l1", "l2", "squeeze", "piecewise", "lorentz", "g2", "f4", "e6", "determinant", "learned",
]  # fmt: skip
_Mapping = Annotated[
    NormOracle
    | LorentzOracle
    | QuadraticOracle
    | ExceptionalOracle
    | DeterminantOracle
    | FunctionOracle
    | MaskOracle
    | ModelFileOracle
    | LearnedOracleOptions,
    Field(discriminator="kind"),
]
OracleOptions = Annotated[_Mapping, BeforeValidator(_short, json_schema_input_type=Short | _Mapping)]
