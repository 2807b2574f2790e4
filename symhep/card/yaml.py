"""YAML (and so JSON) as plain data with the lines of its keys; what a strange card must not do is refused.

Anchors, aliases and merge keys work while all that they stand for stays within `NODES` values, so that no short text
grows to gigabytes. Nothing is nested deeper than `DEPTH`, and a tag (``!name``) that YAML itself does not know is an
error: no tag makes an object of Python.
"""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node
from ruamel.yaml.reader import ReaderError

__all__ = ["YamlTextError", "read_yaml"]

#: Lists in mappings in lists ...: a card needs eight.
DEPTH = 40
#: Values, keys, lists and mappings, each alias counted as all that it stands for.
NODES = 200_000
#: What the loader raises on bad text: its own errors, and what its constructors of numbers and dates let through.
_BAD = (YAMLError, ValueError, LookupError, RecursionError)
#: Tags of YAML itself, as far as they stand for what JSON has, and dates, which the card refuses with their line.
_TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("null", "bool", "int", "float", "str", "seq", "map", "merge", "timestamp")
}


class YamlTextError(Exception):
    """A text that is not read. ``line`` counts from 1; None where nobody knows it."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason, self.line = reason, line
        super().__init__(reason)


def read_yaml(text: str) -> Any:
    """The content of a YAML text, as ruamel's mappings and lists, which know their lines. Raises `YamlTextError`.

    >>> read_yaml("{beta: [0.1, 1]}")["beta"][1]
    1
    >>> read_yaml("a: !python/name:os.system x")
    Traceback (most recent call last):
    ...
    symhep.card.yaml.YamlTextError: the tag '!python/name:os.system' is not allowed
    """
    yaml = YAML(typ="rt")
    yaml.Composer, yaml.Constructor = _Composer, _Constructor
    yaml.version = (1, 2)
    yaml.allow_duplicate_keys = False
    try:
        return yaml.load(StringIO(text))
    except _BAD as error:
        raise YamlTextError(_reason(error), _line(error, text)) from error


class _Composer(Composer):
    """Notices depth while the text is read, before anything recurses; an anchor may be set anew, as YAML has it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.warn_double_anchors = False
        self.levels = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """The next node with all that it holds."""
        self.levels += 1
        if self.levels > DEPTH:
            line = int(self.parser.peek_event().start_mark.line) + 1
            raise YamlTextError(f"is nested too deeply: more than {DEPTH} levels", line)
        node = super().compose_node(parent, index)
        self.levels -= 1
        return node


class _Constructor(RoundTripConstructor):
    """Looks at the nodes, whose aliases are not yet expanded, before it makes anything of them."""

    def construct_document(self, node: Any) -> Any:
        """The data. Raises `YamlTextError` for too much of it."""
        _expanded(node, {}, set())
        return super().construct_document(node)


def _expanded(node: Node, sizes: dict[int, int], open_: set[int]) -> int:
    """Values below ``node``, aliases expanded; each node is looked at once."""
    if id(node) in sizes:
        return sizes[id(node)]
    line = node.start_mark.line + 1 if node.start_mark is not None else None
    if id(node) in open_:
        raise YamlTextError("an alias contains itself", line)
    if node.tag is not None and node.tag not in _TAGS:
        raise YamlTextError(f"the tag '{node.tag}' is not allowed", line)
    open_.add(id(node))
    children = node.value if isinstance(node.value, list) else []
    inner = [n for child in children for n in (child if isinstance(child, tuple) else (child,))]
    size = 1
    for child in inner:
        size += _expanded(child, sizes, open_)
        if size > NODES:
            raise YamlTextError(f"has more than {NODES:,} values: check its aliases (*name)", line)
    open_.remove(id(node))
    sizes[id(node)] = size
    return size


def _line(error: Exception, text: str) -> int | None:
    """1-based line that the loader complains about, where it knows."""
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        return int(error.problem_mark.line) + 1
    return text.count("\n", 0, error.position) + 1 if isinstance(error, ReaderError) else None


def _reason(error: Exception) -> str:
    """What the loader says, in one line."""
    if isinstance(error, RecursionError):
        return "is nested too deeply, or contains itself"
    if isinstance(error, ReaderError):
        return "a character that is not allowed in YAML"
    problem = error.problem if isinstance(error, MarkedYAMLError) else str(error)
    return (problem or "is not valid YAML").split("\n")[0]
