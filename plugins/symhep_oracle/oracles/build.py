"""From options to an oracle, and to the vectors it needs."""

from __future__ import annotations

from math import isqrt
from typing import assert_never

import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.lie.exceptional import cubic_form, three_form
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.oracles.function import function_oracle
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.mask import Mask
from symhep_oracle.oracles.model_file import onnx_oracle, torchscript_oracle
from symhep_oracle.oracles.norms import LORENTZ, Norm, Piecewise, QuadraticForm, Squeeze
from symhep_oracle.oracles.options import (
    DeterminantOracle,
    ExceptionalOracle,
    FunctionOracle,
    LorentzOracle,
    MaskOracle,
    ModelFileOracle,
    NormOracle,
    OracleOptions,
    QuadraticOracle,
)
from symhep_oracle.oracles.polynomials import Determinant, Joined, Polynomial

__all__ = ["TRIED", "build_oracle", "sent_oracle", "vectors_needed"]

#: Points that an oracle takes along to another process, to be tried on there.
TRIED = 2000


def vectors_needed(options: OracleOptions, features: int, complex_vectors: bool) -> int:
    """How many vectors D = ``features`` numbers make up, where the oracle decides it, else 1.

    >>> vectors_needed(ExceptionalOracle(kind="g2"), 21, False)
    3
    >>> vectors_needed(DeterminantOracle(kind="determinant"), 18, True)
    3
    """
    if isinstance(options, ExceptionalOracle):
        return 3 if options.kind == "g2" else 1
    if isinstance(options, DeterminantOracle):
        size = features // 2 if complex_vectors else features
        dimension = isqrt(size)
        if dimension**2 != size:
            raise MethodError(f"d vectors of d components are d^2 numbers, but there are {size}")
        return dimension
    return 1


def build_oracle(options: OracleOptions, layout: Layout, sample: Tensor) -> Oracle:
    """The oracle that ``options`` describe, on vectors of ``layout``.

    ``sample`` (n, D) are points of the data, on which user functions are tried.
    Raises `MethodError` or `InputError` where the oracle does not fit the vectors.

    >>> build_oracle(LorentzOracle(kind="lorentz"), Layout(2, 4), torch.zeros(1, 8)).outputs
    2
    """
    match options:
        case LorentzOracle(of=of):
            if layout.complex:
                raise MethodError("the Lorentz norm needs real four-momenta; remove 'complex'")
            return QuadraticForm(layout, LORENTZ, of)
        case QuadraticOracle(matrix=matrix, of=of):
            return QuadraticForm(layout, matrix, of)
        case NormOracle(kind="l1"):
            return Norm(layout, 1)
        case NormOracle(kind="l2"):
            return Norm(layout, 2)
        case NormOracle(kind="squeeze"):
            return Squeeze(layout)
        case NormOracle():
            return Piecewise(layout)
        case ExceptionalOracle(kind=kind):
            return _exceptional(kind, layout)
        case DeterminantOracle(norms=norms):
            determinant = Determinant(layout)
            identity = torch.eye(layout.dimension).tolist()
            return Joined(determinant, QuadraticForm(layout, identity)) if norms else determinant
        case MaskOracle(eta=eta, phi=phi, width=width):
            return Mask(layout, eta, phi, width)
        case FunctionOracle():
            oracle = function_oracle(layout, options.load(), options.function, sample)
            oracle.approximate = options.approximate
            return oracle
        case ModelFileOracle(kind="onnx", file=file):
            return onnx_oracle(layout, file, sample)
        case ModelFileOracle(file=file):
            return torchscript_oracle(layout, file, sample)
        case LearnedOracleOptions():
            raise MethodError("a learned oracle cannot be a breaking term")
    assert_never(options)


def sent_oracle(options: OracleOptions, layout: Layout, sample: Tensor) -> Oracle:
    """`build_oracle`, tried on the first points of ``sample``; in another process it is built again from these."""
    few = sample[:TRIED].clone()
    oracle = build_oracle(options, layout, few)
    oracle.built_by = sent_oracle, (options, layout, few)
    return oracle


def _exceptional(kind: str, layout: Layout) -> Oracle:
    if kind == "g2":
        return Polynomial.of_form(layout, three_form())
    if kind == "e6":
        return Polynomial.of_form(layout, cubic_form())
    # F4 acts on all 27 components, or on the 26 of the traceless elements: its smallest representation.
    d = 26 if layout.dimension == 26 else 27
    return Joined(Polynomial.of_form(layout, cubic_form(d)), QuadraticForm(layout, torch.eye(d).tolist()))
