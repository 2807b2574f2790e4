"""Model files that a card names: what may be loaded, and what another model is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from symhep.plugin.functions import add_code_folder
from symhep_oracle.latent.options import LatentOptions
from symhep_oracle.oracles.model_file_options import ModelFileOracle


@pytest.fixture(autouse=True)
def no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMHEP_CODE", "")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    path = tmp_path / "models" / "m.pt"
    path.write_bytes(b"any content: the file is not loaded to be refused")
    return path


def test_torchscript_needs_its_folder_to_be_named(script: Path) -> None:
    with pytest.raises(
        ValidationError, match=r"is TorchScript, a program that can write files.*--code .*models"
    ):
        ModelFileOracle(kind="torchscript", file=str(script))
    with pytest.raises(ValidationError, match="is TorchScript"):
        LatentOptions.model_validate({"encoder": str(script), "decoder": str(script)})
    add_code_folder(script.parent)
    assert ModelFileOracle(kind="torchscript", file=str(script)).file == str(script.resolve())


def test_a_link_from_a_named_folder_leads_to_no_other(script: Path, tmp_path: Path) -> None:
    (tmp_path / "named").mkdir()
    (tmp_path / "named" / "m.pt").symlink_to(script)
    add_code_folder(tmp_path / "named")
    with pytest.raises(ValidationError, match="is TorchScript"):
        ModelFileOracle(kind="torchscript", file=str(tmp_path / "named" / "m.pt"))


def onnx_file(path: Path, location: str, data: bytes) -> Path:
    """y = x W with W in the file ``location``."""
    onnx = pytest.importorskip("onnx")
    make, single = onnx.helper, onnx.TensorProto.FLOAT
    weights = onnx.TensorProto(name="W", data_type=single, dims=[3, 2])
    weights.data_location = onnx.TensorProto.EXTERNAL
    weights.external_data.add(key="location", value=location)
    graph = make.make_graph(
        [make.make_node("MatMul", ["x", "W"], ["y"])],
        "linear",
        [make.make_tensor_value_info("x", single, [None, 3])],
        [make.make_tensor_value_info("y", single, [None, 2])],
        [weights],
    )
    path.write_bytes(make.make_model(graph, opset_imports=[make.make_opsetid("", 17)]).SerializeToString())
    (path.parent / location).write_bytes(data)
    return path


def numbers(value: float) -> Any:
    return np.full((3, 2), value, dtype=np.float32).tobytes()


def test_weights_beside_an_onnx_model_are_part_of_it(tmp_path: Path) -> None:
    path = onnx_file(tmp_path / "m.onnx", "w.bin", numbers(1.0))
    before = ModelFileOracle(kind="onnx", file=str(path))
    (tmp_path / "w.bin").write_bytes(numbers(2.0))
    assert ModelFileOracle(kind="onnx", file=str(path)).sha256 != before.sha256


@pytest.mark.parametrize("location", ["../secret.bin", "linked/../../secret.bin"])
def test_weights_outside_the_folder_of_an_onnx_model_are_refused(tmp_path: Path, location: str) -> None:
    (tmp_path / "models" / "linked").mkdir(parents=True)
    path = onnx_file(tmp_path / "models" / "m.onnx", location, numbers(1.0))
    with pytest.raises(ValidationError, match=r"stores weights in '.*secret\.bin', outside its folder"):
        ModelFileOracle(kind="onnx", file=str(path))
