"""Trained models from files: TorchScript and ONNX.

Both hold a program, not numbers alone: use files of people you trust. Neither loader runs Python from the
file, and pickled modules, which would, are refused.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from symhep.errors import InputError, MethodError
from symhep_oracle.oracles.differences import DifferencedOracle
from symhep_oracle.oracles.function import function_oracle
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.oracles.layout import Layout

__all__ = ["onnx_oracle", "torchscript_oracle"]

#: What onnxruntime calls its inputs.
_TYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64}


def torchscript_oracle(layout: Layout, file: str, sample: Tensor) -> Oracle:
    """A module saved by ``torch.jit.save``, turned to float64 and to evaluation.

    Raises
    ------
    InputError
        If the file is not TorchScript.
    MethodError
        If the module does not take (N, D) points.
    """
    if not zipfile.is_zipfile(file):
        raise InputError("is not a TorchScript archive", file=file, hint="save the model with torch.jit.save")
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    if not any(name.endswith("/constants.pkl") for name in names):
        raise InputError(
            "is a pickled module, which could run any code when loaded",
            file=file,
            hint="save it as torch.jit.save(torch.jit.trace(model, x), file), or as ONNX",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            load: Callable[..., torch.nn.Module] = torch.jit.load
            module = load(file, map_location="cpu").double().eval()
    except Exception as error:  # torch reports damage by RuntimeError and others
        reason = str(error).strip().split("\n")[0]
        raise InputError(f"cannot be loaded as TorchScript: {reason}", file=file) from error
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    return _approximate(function_oracle(layout, module, Path(file).name, sample))


def onnx_oracle(layout: Layout, file: str, sample: Tensor) -> Oracle:
    """An ONNX model with one input (N, D); its first output is the oracle. Gradients are central differences.

    Raises
    ------
    InputError
        If the file cannot be loaded.
    MethodError
        If onnxruntime is missing or the model does not take (N, D) points.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MethodError("ONNX models need onnxruntime: pip install 'symhep[onnx]'") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # sums shared by threads would end in other digits
    try:
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has exceptions of its own
        reason = str(error).strip().split("\n")[0]
        raise InputError(f"cannot be loaded as ONNX: {reason}", file=file) from error
    inputs = session.get_inputs()
    if len(inputs) != 1 or inputs[0].type not in _TYPES:
        given = ", ".join(f"{i.name}: {i.type}" for i in inputs)
        raise MethodError(f"{file}: expected one floating-point input, not ({given})")
    dtype, name = np.dtype(_TYPES[inputs[0].type]), inputs[0].name
    single = isinstance(inputs[0].shape[0], int)

    def run(x: Tensor) -> Any:
        points = x.detach().numpy().astype(dtype)
        if single and inputs[0].shape[0] != len(points):  # exported for a fixed number of events
            size = inputs[0].shape[0]
            padded = np.concatenate([points, np.zeros((-len(points) % size, points.shape[1]), dtype)])
            parts = [session.run(None, {name: p})[0] for p in padded.reshape(-1, size, points.shape[1])]
            return np.concatenate(parts)[: len(points)]
        return session.run(None, {name: points})[0]

    try:
        first = np.asarray(run(sample[:2]))
    except Exception as error:  # as above
        reason = str(error).strip().split("\n")[0]
        raise MethodError(
            f"{file} does not accept inputs of {layout.features} numbers per event: {reason}"
        ) from error
    outputs = first.reshape(2, -1).shape[1]

    def evaluate(x: Tensor) -> Tensor:
        return torch.from_numpy(np.asarray(run(x), dtype=np.float64).reshape(len(x), outputs))

    rounding = max(float(np.finfo(t).eps) for t in (dtype.name, first.dtype.name))
    return _approximate(DifferencedOracle(layout, evaluate, rounding, sample))


def _approximate(oracle: Oracle) -> Oracle:
    """What a training made is an estimate of something else."""
    oracle.approximate = True
    return oracle
