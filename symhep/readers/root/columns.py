"""The columns of a tree, TTree or RNTuple, and what of it cannot be one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from symhep.readers.root.damage import reason
from symhep.readers.root.records import Member, members
from symhep.readers.root.typenames import number_type
from symhep.readers.table import Column

__all__ = ["REFERENCES", "Columns", "Place", "not_offered", "tree_columns"]

#: ROOT's names for a collection that has none of its own.
_UNNAMED = re.compile(r"^_collection\d+$")
_TEXT = re.compile(r"^(?:char\*|TString|(?:std::)?string)$")
_LISTS = re.compile(r"^(?:std::)?vector<(?:std::)?vector<")
_LEAVES = {
    **{"TLeafO": "bool", "TLeafF": "float32", "TLeafD": "float64"},
    **{"TLeafB": "int8", "TLeafS": "int16", "TLeafI": "int32", "TLeafL": "int64", "TLeafG": "int64"},
}
_SINGLE, _COUNTED = re.compile(r"^[^\[\]]*$"), re.compile(r"^[^\[\]]*\[[A-Za-z_][^\[\]]*\]$")
REFERENCES = "references or objects"
_UNREADABLE = "a class that cannot be read"


@dataclass(frozen=True)
class Place:
    """Where a column is: a branch (of an RNTuple: a top-level field) and the member of its records."""

    branch: str
    member: tuple[str, ...] = ()


@dataclass(frozen=True)
class Columns:
    """Columns by name, their places, and the branches that are none, with the reason."""

    columns: dict[str, Column] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, branch: str, found: Iterator[Member], doc: str) -> None:
        """The members of a branch as columns ``name.member``."""
        for member in found:
            full = ".".join((name, *member.path)) if name else ".".join(member.path)
            if full in self.columns:
                continue
            if member.refused is not None:
                self.refused[full] = member.refused
            else:
                self.refused.pop(full, None)
                self.columns[full] = Column(full, member.type, member.depth, doc)
                self.places[full] = Place(branch, member.path)


def tree_columns(tree: Any, records: bool = True) -> Columns:
    """The columns of numbers of a tree. Records are taken apart into their members, unless ``records`` is False.

    Only names and types are looked at, and the first event of records. A branch that uproot cannot read is no reason to
    refuse the others.
    """
    return _ntuple_columns(tree) if is_ntuple(tree) else _ttree_columns(tree, records)


def is_ntuple(tree: Any) -> bool:
    """An RNTuple, not a TTree?"""
    return bool(tree.classname == "ROOT::RNTuple")


def _ttree_columns(tree: Any, records: bool) -> Columns:
    found = Columns()
    tops = Counter(branch.name for branch in tree.branches)
    for name, branch in tree.iteritems(full_paths=True, recursive=True):
        if len(branch.branches):  # its parts come one by one
            continue
        if tops[name.partition("/")[0]] > 1 and not _reached(tree, name, branch):
            if name not in found.columns:
                found.refused[name] = "another branch has the same name"
            continue
        try:
            plain = _plain(branch)
            typename = "" if plain else str(branch.typename)
            numbers = plain or number_type(typename)
            if numbers is not None:
                found.add(name, name, iter([Member((), *numbers)]), str(branch.title))
            elif _TEXT.match(typename):
                found.refused[name] = "text"
            elif _LISTS.match(typename):
                found.refused[name] = "lists of lists"
            elif records and typename != "unknown":
                form = branch.interpretation.awkward_form(branch.file)
                if branch.num_entries:  # a class may look readable and not be so: the first event tells
                    branch.array(entry_stop=1, library="ak")
                found.add(name, name, members(form), str(branch.title))
            else:
                found.refused[name] = REFERENCES
        except Exception as error:
            found.refused[name] = f"{_UNREADABLE}: {reason(error)}"
    return found


def _reached(tree: Any, name: str, branch: Any) -> bool:
    """Does the name lead to this branch?"""
    try:
        return tree[name] is branch
    except Exception:
        return False


def _plain(branch: Any) -> tuple[str, int] | None:
    """A number, or a list counted by another branch: what nearly all branches of flat trees are.

    Seen at its one leaf; uproot's own look, which knows all kinds, takes twenty times as long.
    """
    leaves: Any = branch.member("fLeaves") if branch.classname == "TBranch" else ()
    if len(leaves) != 1 or leaves[0].classname not in _LEAVES or leaves[0].member("fLen") != 1:
        return None
    leaf = leaves[0]
    counted = leaf.member("fLeafCount") is not None
    if not (_COUNTED if counted else _SINGLE).match(leaf.member("fTitle")):
        return None
    kind = _LEAVES[leaf.classname]
    return f"u{kind}" if leaf.member("fIsUnsigned") and kind.startswith("int") else kind, int(counted)


def _ntuple_columns(tree: Any) -> Columns:
    found = Columns()
    unnamed: list[Any] = []
    paths = _paths(tree)
    for top in tree.fields:
        if _UNNAMED.match(top.name):
            unnamed.append(top)
        else:
            _add_field(found, top.name, top, paths)
    # ROOT stores its branches n<X> and lists <X>_y as an unnamed collection, and the lists as views of that.
    for top in unnamed:
        _add_field(found, "", top, paths)
    return found


def _paths(tree: Any) -> dict[int, list[str]]:
    """The full names of all fields, by the number of the top-level field they are in."""
    tops: list[int] = []
    found: dict[int, list[str]] = {}
    for number, (field_, record) in enumerate(zip(tree.all_fields, tree.field_records, strict=True)):
        parent = int(record.parent_field_id)
        tops.append(number if parent == number else tops[parent])
        if (path := field_.path) is not None:
            found.setdefault(tops[number], []).append(path)
    return found


def _add_field(found: Columns, name: str, top: Any, paths: Mapping[int, list[str]]) -> None:
    try:
        numbers = number_type(str(top.typename))
        if numbers is not None:
            found.add(name, top.name, iter([Member((), *numbers)]), str(top.description))
        elif _TEXT.match(str(top.typename)):
            found.refused[name] = "text"
        else:
            form = top.ntuple.field_form(top.field_id, paths[top.field_id])
            found.add(name, top.name, members(form), str(top.description))
    except Exception as error:
        found.refused[name or top.name] = f"{_UNREADABLE}: {reason(error)}"


def not_offered(refused: Mapping[str, str], at_most: int = 12) -> Iterator[str]:
    """A sentence per reason, with the branches it holds for."""
    by_reason: dict[str, list[str]] = {}
    for name, why in refused.items():
        by_reason.setdefault(why.partition(":")[0], []).append(name)
    for why, names in by_reason.items():
        more = f" and {len(names) - at_most} more" if len(names) > at_most else ""
        yield f"Ignored ({why}): {', '.join(names[:at_most])}{more}."
