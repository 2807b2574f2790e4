"""Options: shorthand, files, refusals."""

from __future__ import annotations

import hashlib
import sys
import tracemalloc
from pathlib import Path

import pytest
from pydantic import ValidationError

from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.options import FunctionOracle, LorentzOracle


def test_a_kind_stands_for_its_options() -> None:
    assert OracleMethodOptions(oracle="lorentz").oracle == LorentzOracle(kind="lorentz", of="particles")


def test_files_are_found_beside_the_card_and_known_by_their_checksum(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"model")
    given = {"oracle": {"kind": "onnx", "file": "m.onnx"}}
    found = OracleMethodOptions.model_validate(given, context={"folder": tmp_path})
    digest = hashlib.sha256(b"model").hexdigest()
    assert (found.oracle.file, found.oracle.sha256) == (str(tmp_path / "m.onnx"), digest)
    assert OracleMethodOptions.model_validate_json(found.model_dump_json()) == found
    (tmp_path / "m.onnx").write_bytes(b"another")
    with pytest.raises(ValidationError, match="differs from 'checksum' in the card"):
        OracleMethodOptions.model_validate_json(found.model_dump_json())
    with pytest.raises(ValidationError, match="there is no file"):
        OracleMethodOptions.model_validate({"oracle": {"kind": "onnx", "file": "none.onnx"}})


def test_a_large_model_is_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TorchScript; an ONNX model is looked through for the files that it consists of."""
    monkeypatch.setenv("SYMHEP_CODE", str(tmp_path))
    size = 50_000_000
    with (tmp_path / "m.pt").open("wb") as file:
        file.truncate(size)
    tracemalloc.start()
    OracleMethodOptions.model_validate({"oracle": {"kind": "torchscript", "file": str(tmp_path / "m.pt")}})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < size / 10


def test_functions_are_loaded_when_the_card_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "o11_norms.py").write_text("def length(x):\n    return x.norm(dim=1)\n", encoding="utf-8")
    monkeypatch.setenv("SYMHEP_CODE", str(tmp_path))
    monkeypatch.setattr(sys, "path", [*sys.path])
    found = OracleMethodOptions(oracle={"kind": "function", "function": "o11_norms:length"}).oracle
    assert isinstance(found, FunctionOracle)
    assert len(found.sha256) == 64
    with pytest.raises(ValidationError, match="has no function 'lenght'"):
        OracleMethodOptions(oracle={"kind": "function", "function": "o11_norms:lenght"})
    with pytest.raises(ValidationError, match="should match pattern"):
        OracleMethodOptions(oracle={"kind": "function", "function": "no colon"})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"oracle": "l3"}, "does not match any of the expected tags"),
        ({"oracle": {"kind": "quadratic", "matrix": [[1, 0]]}}, "'matrix' must be square"),
        ({"oracle": "l2", "degree": 2, "affine": True}, "include translations and complex matrices"),
        ({"oracle": "l2", "solver": "gradient", "degree": 2}, "the gradient solver trains matrices only"),
        ({"oracle": "l2", "compare": "so(4)", "degree": 2}, "'compare' is for matrices"),
        ({"oracle": "l2", "compare": "so(4)+T"}, r"'so\(4\)\+T' contains translations: set affine: true"),
        ({"oracle": "l2", "compare": "lorenz"}, "unknown algebra 'lorenz'.*did you mean 'lorentz'"),
        ({"oracle": "l2", "complex": True, "acts_on": "momenta"}, "four-momenta are real"),
        ({"oracle": "l2", "gradient": {"seeds": 2}}, "options under 'gradient' need solver: gradient"),
        ({"oracle": "l2", "flows": {"seeds": 2}}, "options under 'flows' need solver: flows"),
        ({"oracle": "l2", "solver": "flows", "gradient": {"seeds": 2}}, "need solver: gradient"),
        ({"oracle": "l2", "solver": "flows", "compare": "so(3)"}, "solver trains networks, not matrices or"),
        ({"oracle": "l2", "solver": "flows", "degree": 2}, "solver trains networks, not matrices or"),
        (
            {"oracle": "l2", "solver": "flows", "breaking": {"oracle": "l1"}},
            "solver trains networks, not matrices",
        ),
        ({"oracle": "l2", "solver": "flows", "flows": {"weights": {"closure": 1}}}, "Extra inputs"),
    ],
)
def test_refusals(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        OracleMethodOptions.model_validate(options)
