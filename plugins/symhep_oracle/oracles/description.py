"""Oracles in words."""

from __future__ import annotations

from pathlib import Path

from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.oracles.options import (
    DeterminantOracle,
    ExceptionalOracle,
    FunctionOracle,
    LorentzOracle,
    MaskOracle,
    NormOracle,
    OracleOptions,
    QuadraticOracle,
)

__all__ = ["describe"]

_NORMS = {"l1": "|x|_1", "l2": "|x|", "squeeze": "x1 x2", "piecewise": "the norm of two halves"}
_OF = {"particles": "of each vector", "pairs": "of each pair", "total": "of the sum"}
_FORMS = {
    "g2": "the three-form of the octonions",
    "f4": "the cubic form with the trace form",
    "e6": "the cubic form",
}


def describe(options: OracleOptions) -> str:
    """A noun phrase for a sentence.

    >>> describe(LorentzOracle(kind="lorentz", of="pairs"))
    'the Lorentz norm of each pair'
    """
    match options:
        case NormOracle(kind=kind):
            return _NORMS[kind]
        case LorentzOracle(of=of):
            return f"the Lorentz norm {_OF[of]}"
        case QuadraticOracle(of=of):
            return f"the quadratic form {_OF[of]}"
        case ExceptionalOracle(kind=kind):
            return _FORMS[kind]
        case DeterminantOracle(norms=norms):
            return "the determinant" + (" with the norms" if norms else "")
        case FunctionOracle(function=function):
            return f"the function {function}"
        case MaskOracle():
            return "the masked energy"
        case LearnedOracleOptions(task=task):
            return f"the learned {task}"
        case _:
            return f"the model in {Path(options.file).name}"
