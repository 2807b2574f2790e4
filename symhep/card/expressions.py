"""Cut expressions: Python syntax, parsed against a whitelist and never evaluated by Python.

Allowed are numbers, names, ``name.field``, ``name[0]``, arithmetic, comparisons
(also chained, and ``in [11, 13]``), ``and or not``, ``if(c, a, b)``, the functions below, and
``module:function(...)`` of a plugin or of a folder that the user names.
Everything else is a `CardError` that points at the column.
"""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from functools import lru_cache

from symhep.card.calls import FUNCTION_NAME, rewritten
from symhep.errors import CardError, nearest

__all__ = [
    "ELEMENTWISE",
    "FUNCTIONS",
    "KINEMATICS",
    "PAIRWISE",
    "PHYSICS",
    "REDUCERS",
    "SELF",
    "Expression",
    "parse_expression",
]

#: In expressions of an object: the member itself.
SELF = "self"

#: Functions of numbers.
ELEMENTWISE = frozenset(
    {"abs", "sqrt", "exp", "log", "log10", "sin", "cos", "tan", "arctan2", "sinh", "cosh", "tanh"}
)
#: Functions over the members of an object in each event.
REDUCERS = frozenset({"count", "any", "all", "sum", "min", "max"})
#: Functions of two or more four-vectors.
PAIRWISE = frozenset({"mass", "deltaR", "deltaphi", "deltaeta"})
#: Functions of the event, and the numbers of their arguments (least, most; None: any); see `symhep.events.functions`.
PHYSICS: dict[str, tuple[int, int | None]] = {
    "HT": (1, None), "MT": (2, 2), "MT2": (3, 5), "thrust": (1, None), "transverse_thrust": (1, None),
    "sphericity": (1, None), "aplanarity": (1, None), "planarity": (1, None), "transverse_sphericity": (1, None),
    "fox_wolfram": (2, None), "cos_theta_CS": (2, 2), "phi_CS": (2, 2),
}  # fmt: skip
FUNCTIONS = ELEMENTWISE | REDUCERS | PAIRWISE | PHYSICS.keys() | {"if"}
#: Functions of a number of arguments other than one; mass adds up as many as it is given.
_ARGUMENTS: dict[str, tuple[int, int | None]] = {
    "arctan2": (2, 2), "deltaR": (2, 2), "deltaphi": (2, 2), "deltaeta": (2, 2), "if": (3, 3), "mass": (1, None),
    "min": (1, None), "max": (1, None),
} | PHYSICS  # fmt: skip
_OWN = re.compile(FUNCTION_NAME)

#: What every four-vector knows, and the unit it comes in (energies in GeV).
KINEMATICS = {
    "px": "GeV", "py": "GeV", "pz": "GeV", "E": "GeV", "energy": "GeV", "p": "GeV",
    "pt": "GeV", "m": "GeV", "mass": "GeV", "mt": "GeV", "et": "GeV",
    "eta": "", "phi": "rad", "theta": "rad", "costheta": "", "rapidity": "", "beta": "", "gamma": "",
}  # fmt: skip

_MAX_LENGTH = 2000
_MAX_DEPTH = 50
_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.BinOp, ast.Add,
    ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.Pow, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt,
    ast.GtE, ast.In, ast.NotIn, ast.List, ast.Tuple, ast.Call, ast.Name, ast.Load, ast.Attribute, ast.Subscript,
    ast.Constant,
)  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """A checked expression.

    ``names`` are the names it reads, ``fields`` the (name, field) pairs such as
    ('muons', 'pt') in ``muons[0].pt``, ``functions`` what it calls of plugins and named folders, as 'module:function'.
    """

    text: str
    tree: ast.expr
    names: frozenset[str]
    fields: frozenset[tuple[str, str]]
    where: str | None = None
    functions: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def parse_expression(text: str, where: str | None = None) -> Expression:
    """Check ``text`` against the whitelist.

    >>> sorted(parse_expression("count(muons) == 2 and muons[0].pt > 20").fields)
    [('muons', 'pt')]
    >>> parse_expression("__import__('os')")
    Traceback (most recent call last):
    ...
    symhep.errors.CardError: in "__import__('os')": unknown function '__import__'; known: HT, MT, MT2, abs, all, \
any, aplanarity, arctan2, cos, cos_theta_CS, cosh, count, ...
    """
    if len(text) > _MAX_LENGTH:
        raise CardError(
            f"the expression has {len(text)} characters; at most {_MAX_LENGTH} are allowed", where=where
        )
    python = rewritten(text.strip())
    try:
        tree = ast.parse(python.text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        offset = error.offset if isinstance(error, SyntaxError) else None
        column = f" at column {python.column(offset)}" if offset else ""
        reason = python.told(str(getattr(error, "msg", error)))
        raise CardError(f'"{text}" is not a valid expression: {reason}{column}', where=where) from error
    if _depth(tree) > _MAX_DEPTH:
        raise CardError(f'"{text}" is nested more than {_MAX_DEPTH} deep', where=where)
    python.restore(tree)
    own = frozenset(name for name in python.names.values() if name != "if")
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        _check(node, text, where)
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in functions}
    fields = {
        (inner.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        for inner in ast.walk(node.value)
        if isinstance(inner, ast.Name) and id(inner) not in functions
    }
    return Expression(text, tree, frozenset(names), frozenset(fields), where, own)


def _depth(tree: ast.AST) -> int:
    """Levels of ``tree``, counted without recursion, which a deep one would exhaust."""
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


def _check(node: ast.AST, text: str, where: str | None) -> None:
    """Refuse what is not on the whitelist."""
    problem, hint = None, None
    if not isinstance(node, _ALLOWED):
        problem = f"'{ast.unparse(node)}' is not allowed"
    elif isinstance(node, ast.Call):
        if not isinstance(node.func, ast.Name) or node.keywords:
            problem = f"'{ast.unparse(node)}' is not allowed; write functions as in abs(eta)"
        elif _OWN.fullmatch(node.func.id):
            problem = None if node.args else f"'{node.func.id}()' needs an argument"
        elif node.func.id not in FUNCTIONS:
            problem, hint = f"unknown function '{node.func.id}'", nearest(node.func.id, FUNCTIONS)
        else:
            problem = _arity(node.func.id, len(node.args))
    elif isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        problem = f"'{node.attr}' is not a field"
    elif isinstance(node, ast.Constant) and type(node.value) not in (int, float, bool):
        problem = f"{node.value!r} is not a number"
    elif isinstance(node, ast.Constant) and not _finite(node.value):
        problem = "a number is too large"
    elif isinstance(node, ast.Subscript):
        index = node.slice
        if not (isinstance(index, ast.Constant) and type(index.value) is int and 0 <= index.value < 10_000):
            problem = f"'{ast.unparse(node)}': an index must be a non-negative integer, as in muons[0]"
    elif isinstance(node, ast.Compare) and any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
        lists = [
            c for op, c in zip(node.ops, node.comparators, strict=True) if isinstance(op, ast.In | ast.NotIn)
        ]
        if not all(isinstance(c, ast.List | ast.Tuple) for c in lists):
            problem = f"'{ast.unparse(node)}': 'in' needs a list of numbers, as in [11, 13]"
    if problem:
        raise CardError(f'in "{text}": {problem}', where=where, hint=hint)


def _arity(name: str, given: int) -> str | None:
    """What is wrong with calling ``name`` with so many arguments."""
    least, most = _ARGUMENTS.get(name, (1, 1))
    if given >= least and (most is None or given <= most):
        return None
    if most is None and least == 1:
        return f"'{name}()' needs an argument"
    wanted = f"{least}" if most == least else f"{least} or more" if most is None else f"{least} to {most}"
    return f"{name} takes {wanted} argument{'s' if wanted != '1' else ''}, got {given}"


def _finite(value: object) -> bool:
    """Is a number finite as a float? Integers in Python may be longer."""
    try:
        return math.isfinite(value)  # type: ignore[arg-type]
    except OverflowError:
        return False
