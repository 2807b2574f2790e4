"""Friend trees: columns joined by entry number."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import uproot

from symhep.errors import InputError
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.root.friends import friend_notes
from symhep.readers.tree import TreeOptions, TreeReader

X = np.arange(10.0)


@pytest.fixture
def files(tmp_path: Path) -> str:
    """A tree, a friend in the same file, and friends (one an RNTuple) in another."""
    path = tmp_path / "main.root"
    with uproot.recreate(path) as file:
        file.mktree("t", {"mu_px": "f8", "mu_py": "f8", "ht": "f8"}).extend({"mu_px": X, "mu_py": X, "ht": X})
        file.mktree("scores", {"nn": "f8", "ht": "f8"}).extend({"nn": 2 * X, "ht": 3 * X})
        file.mktree("short", {"nn": "f8"}).extend({"nn": X[:4]})
    with uproot.recreate(tmp_path / "friend_main.root") as file:
        ntuple = file.mkrntuple("w", {"weight": X[:3]})
        ntuple.extend({"weight": X[3:]})
        file.mktree("other", {"z": "f8"}).extend({"z": -X})
    return str(path)


@pytest.mark.parametrize("chunk", [2, 4, 100])
def test_columns_are_joined_and_clashes_get_the_friends_name(files: str, chunk: int) -> None:
    options = TreeOptions(tree="t", friends=["scores", "friend_{file}:w", "friend_main.root:other"])
    request = ReadRequest(chunk_events=chunk)
    batches = list(TreeReader().read(files, options, request, LossLog()))
    joined = {
        name: [x for b in batches for x in b.events[name].tolist()] for name in ("nn", "ht", "scores.ht", "z")
    }
    assert joined == {
        "nn": (2 * X).tolist(),
        "ht": X.tolist(),
        "scores.ht": (3 * X).tolist(),
        "z": (-X).tolist(),
    }
    assert [w for b in batches for w in b.weights.tolist()] == X.tolist()
    bare = ReadRequest({}, frozenset(), "none")
    assert sum(len(b) for b in TreeReader().read(files, options, bare, LossLog())) == 10


@pytest.mark.parametrize(
    ("friend", "message"),
    [
        ("short", "the friend short has 4 events, the tree has 10"),
        ("score", "there is no tree 'score'; did you mean 'scores'"),
        ("none.root:w", "none.root: there is no such file"),
        ("friend_main.root", "several trees: other, w"),
    ],
)
def test_friends_that_do_not_fit(files: str, friend: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        TreeReader().schema(files, TreeOptions(tree="t", friends=[friend]))


def test_friends_that_the_tree_names_are_told() -> None:
    friend = SimpleNamespace(member={"fTreeName": "sf", "fTitle": "sf.root"}.get)
    (note,) = friend_notes(SimpleNamespace(member={"fFriends": [friend]}.get))
    assert note.endswith("(to read them: options: friends): sf (sf.root).")
    assert friend_notes(SimpleNamespace(member={"fFriends": None}.get)) == ()
