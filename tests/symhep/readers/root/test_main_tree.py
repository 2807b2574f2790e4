"""Which of several trees holds the events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import uproot

from symhep.errors import InputError
from symhep.readers.interface import LossLog
from symhep.readers.tree import TreeOptions, TreeReader

MUON = {"mu_px": np.arange(3.0), "mu_py": np.zeros(3)}
OTHER = {"x": np.arange(5.0)}


def write(path: Path, **trees: dict[str, np.ndarray]) -> str:
    with uproot.recreate(path) as file:
        for name, columns in trees.items():
            file.mktree(name, {key: values.dtype for key, values in columns.items()}).extend(columns)
    return str(path)


@pytest.mark.parametrize(
    ("trees", "taken"),
    [
        (("events", "runs", "podio_metadata"), "events"),
        (("CollectionTree", "MetaData", "MetaDataHdr", "POOLContainer"), "CollectionTree"),
        (("mini", "sumWeights"), "mini"),
        (("analysis", "config", "other"), "analysis"),
    ],
)
def test_bookkeeping_and_trees_without_momenta_are_passed_over(
    trees: tuple[str, ...], taken: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.root", **{name: MUON if name == taken else OTHER for name in trees})
    summary = TreeReader().inspect(path, TreeOptions(), LossLog())
    assert (summary.details["tree"], summary.weights.events) == (taken, 3)
    (note,) = [n for n in summary.notes if "was selected" in n]
    assert all(name in note for name in trees)


def test_two_trees_of_momenta_must_be_chosen_from(tmp_path: Path) -> None:
    path = write(tmp_path / "a.root", nominal=MUON, jes_up=MUON)
    with pytest.raises(
        InputError, match=r"several trees: jes_up, nominal; choose one with options: \{tree: NAME\}"
    ):
        TreeReader().schema(path, TreeOptions())
    assert "mu" in TreeReader().schema(path, TreeOptions(tree="nominal")).collections
