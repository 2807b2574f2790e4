"""What the ROOT formats share: opening a file, choosing a tree, naming its columns, reading them in chunks."""

from symhep.readers.root.columns import Columns, not_offered, tree_columns
from symhep.readers.root.damage import reason, translated
from symhep.readers.root.main_tree import main_tree
from symhep.readers.root.opening import is_root, open_file, open_tree, tree_names, tree_record
from symhep.readers.root.table import RootTree, cycle_notes

__all__ = [
    "Columns",
    "RootTree",
    "cycle_notes",
    "is_root",
    "main_tree",
    "not_offered",
    "open_file",
    "open_tree",
    "reason",
    "translated",
    "tree_columns",
    "tree_names",
    "tree_record",
]
