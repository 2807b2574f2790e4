"""The option that names a histogram."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from symhep.plugin.histogram_option import HistogramOptions

ONE = {
    "axes": [{"type": "regular", "lower": 0.0, "upper": 1.0, "bins": 2}],
    "storage": {"type": "double", "values": [0.5, 1.0]},
}


def test_it_is_found_beside_the_card_and_known_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "eff.json"
    path.write_text(json.dumps(ONE))
    found = HistogramOptions.model_validate({"histogram": "eff.json"}, context={"folder": tmp_path})
    assert found.histogram == str(path.resolve())
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.load().values.tolist() == [0.5, 1.0]


def test_another_checksum_no_file_and_no_histogram_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "eff.json"
    path.write_text(json.dumps(ONE))
    with pytest.raises(ValidationError, match="differs from 'checksum' in the card"):
        HistogramOptions(histogram=str(path), sha256="0" * 64)
    with pytest.raises(ValidationError, match=r"there is no file none.json"):
        HistogramOptions(histogram="none.json")
    path.write_text("{}")
    with pytest.raises(ValidationError, match="several histograms: give the name of one; it has none"):
        HistogramOptions(histogram=str(path))
