"""Histograms in files."""

from __future__ import annotations

import json
from pathlib import Path

import hist
import numpy as np
import pytest
import uhi.io.json
import uproot

from symhep.errors import InputError
from symhep.readers.histogram import read_histogram


@pytest.fixture
def made() -> hist.Hist:
    """Six bins in phi and eta, with something in the flow bins that is none of them."""
    found = hist.Hist(
        hist.axis.Regular(3, -3.0, 3.0, name="phi"), hist.axis.Variable([0.0, 1.0, 5.0], name="eta")
    )
    found.view(flow=True)[...] = 99.0
    found.view(flow=False)[...] = np.arange(6.0).reshape(3, 2)
    return found


def test_uhi_json_as_hist_writes_it(made: hist.Hist, tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(made, default=uhi.io.json.default))
    found = read_histogram(path)
    assert found.values.tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    assert [edges.tolist() for edges in found.edges] == [[-3.0, -1.0, 1.0, 3.0], [0.0, 1.0, 5.0]]


def test_one_of_several_by_its_name(made: hist.Hist, tmp_path: Path) -> None:
    path = tmp_path / "two.json"
    path.write_text(json.dumps({"a": made, "b": 2 * made}, default=uhi.io.json.default))
    assert read_histogram(path, "b").values[2, 1] == 10.0
    with pytest.raises(InputError, match="several histograms: give the name of one; it has 'a', 'b'"):
        read_histogram(path)
    with pytest.raises(InputError, match="no histogram 'c'; it has 'a', 'b'"):
        read_histogram(path, "c")


def test_root(made: hist.Hist, tmp_path: Path) -> None:
    path = tmp_path / "one.root"
    with uproot.recreate(path) as file:
        file["folder/eff"] = made
    for name in (None, "folder/eff"):
        found = read_histogram(path, name)
        assert found.values.tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
        assert found.edges[1].tolist() == [0.0, 1.0, 5.0]


def test_values_at_points(made: hist.Hist, tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(made, default=uhi.io.json.default))
    phi, eta = np.array([-2.0, 3.0, 0.0, 3.1]), np.array([0.5, 5.0, 1.0, 0.5])
    assert read_histogram(path).at([phi, eta]).tolist() == [0.0, 5.0, 3.0, 0.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as UHI JSON"),
        ("[1, 2]", "expected a histogram, or a mapping of names to histograms"),
        ('{"axes": [{"type": "category_str"}], "storage": {"values": [1]}}', "numbers along its axes"),
        (
            '{"axes": [{"type": "regular", "lower": 0, "upper": 1, "bins": 3}], "storage": {"values": [1]}}',
            "values of shape",
        ),
    ],
)
def test_what_is_no_histogram(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_histogram(path)
