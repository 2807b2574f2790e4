"""A drawing of the architecture, and a table, from what the modules of symhep import."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path

import symhep

ROOT = Path(symhep.__file__).parent
METHODS = "method packages"
#: Modules at the top of the package, which are folders of one file each, stand together.
GROUND = "errors"
ALONE = {"printable": GROUND, "paths": GROUND, "hooks": GROUND}
#: What starts the command, and no part of the architecture.
LEFT_OUT = {"__init__", "__main__"}

Graph = Mapping[str, frozenset[str]]

#: Sizes of the drawing, in pixels of a phone.
WIDTH, BOX, HEIGHT, ROW = 440, 92, 30, 74


def _folder(module: str) -> str | None:
    """The folder of symhep that a module lies in; None for other packages."""
    if module.startswith("symhep_"):
        return METHODS
    parts = module.split(".")
    if parts[0] != "symhep" or len(parts) == 1:
        return None
    return ALONE.get(parts[1], parts[1])


def _imported(path: Path) -> set[str]:
    """Modules that a file imports at run time; a public name counts as its module."""
    found = set()
    nodes = [ast.parse(path.read_text(encoding="utf-8"))]
    while nodes:
        node: ast.AST = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "symhep":
            found |= {symhep._PUBLIC.get(alias.name, f"symhep.{alias.name}") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        nodes += ast.iter_child_nodes(node)
    return found


@cache
def imports() -> Graph:
    """Folder -> the folders that it imports, itself left out."""
    files = [
        (path, path.relative_to(ROOT).parts[0].removesuffix(".py")) for path in sorted(ROOT.rglob("*.py"))
    ]
    files = [(path, ALONE.get(own, own)) for path, own in files if own not in LEFT_OUT]
    packages = Path(ROOT.parent, "plugins")
    files += [(path, METHODS) for path in sorted(packages.glob("symhep_*/**/*.py"))]
    known = {own for _, own in files}
    graph: dict[str, set[str]] = {own: set() for own in sorted(known)}
    for path, own in files:
        graph[own] |= {f for f in map(_folder, _imported(path)) if f in known and f != own}
    return {own: frozenset(below) for own, below in graph.items()}


def _ranks(graph: Graph) -> dict[str, int]:
    """Rows from the bottom: one above the highest of what a folder imports. Method packages stand on top.

    A folder that a single other one imports stands right below it.
    """
    ranks: dict[str, int] = {}
    for own in TopologicalSorter(graph).static_order():
        ranks[own] = max((ranks[below] + 1 for below in graph[own]), default=0)
    for own in ranks:
        above = [other for other in graph if own in graph[other]]
        if len(above) == 1:
            ranks[own] = ranks[above[0]] - 1
    ranks[METHODS] = max(ranks.values()) + 1
    return ranks


def _reduced(graph: Graph) -> dict[str, set[str]]:
    """Without the imports that others imply: what is drawn as an arrow."""
    reach: dict[str, set[str]] = {}
    for own in TopologicalSorter(graph).static_order():
        reach[own] = set(graph[own]).union(*(reach[below] for below in graph[own]))
    return {own: {b for b in graph[own] if not any(b in reach[o] for o in graph[own] - {b})} for own in graph}


def _places(graph: Graph) -> dict[str, tuple[float, float]]:
    """Centre of each box: rows from the bottom, in a row in the order of what lies below."""
    ranks = _ranks(graph)
    arrows = _reduced(graph)
    rows: list[list[str]] = [[] for _ in range(max(ranks.values()) + 1)]
    for own, rank in sorted(ranks.items()):
        rows[rank].append(own)
    places: dict[str, tuple[float, float]] = {}
    for rank, row in enumerate(rows):
        row.sort(key=lambda own: sum(places[b][0] for b in arrows[own]) / max(len(arrows[own]), 1))
        y = (len(rows) - 1 - rank) * ROW + HEIGHT / 2 + 8
        free = (
            1 if rank > max(ranks[below] for below in graph[METHODS]) else 0
        )  # for the arrow of the method packages
        for number, own in enumerate(row):
            places[own] = (WIDTH * (number + free + 0.5) / (len(row) + free), y)
    places[METHODS] = (0.18 * WIDTH, places[METHODS][1])
    return places


def drawing() -> str:
    """An SVG that takes its colours from the page, in the light and in the dark."""
    graph = imports()
    places, arrows = _places(graph), _reduced(graph)
    height = max(y for _, y in places.values()) + HEIGHT / 2 + 8
    lines, boxes = [], []
    for own, below in sorted(arrows.items()):
        x, y = places[own]
        for other in sorted(below):
            u, v = places[other]
            if other == GROUND and v - y > ROW:
                continue  # all import it
            start, end = y + HEIGHT / 2, v - HEIGHT / 2 - 5
            middle = (end - start) / 2
            lines.append(
                f'<path d="M{x:.0f} {start:.0f} C{x:.0f} {start + middle:.0f} {u:.0f} {end - middle:.0f} '
                f'{u:.0f} {end:.0f}"/>'
            )
    for own, (x, y) in places.items():
        width = BOX * 1.6 if own == METHODS else BOX
        boxes.append(
            f'<rect x="{x - width / 2:.0f}" y="{y - HEIGHT / 2:.0f}" width="{width:.0f}" height="{HEIGHT}" rx="4"/>'
            f'<text x="{x:.0f}" y="{y + 4.5:.0f}">{escape(own)}</text>'
        )
    title = (
        "Folders of symhep in layers; arrows lead from a folder to those that it imports, always downwards"
    )
    return (
        f'<svg class="architecture" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{title}">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="6" markerHeight="6" orient="auto">'
        f'<path class="tip" d="M0 0L8 4L0 8Z"/></marker></defs>{"".join(lines)}{"".join(boxes)}</svg>'
    )


def table() -> str:
    """Every folder and all that it imports."""
    graph, ranks = imports(), _ranks(imports())
    rows = sorted(graph, key=lambda own: (-ranks[own], own))
    lines = ["| folder | imports |", "|---|---|"]
    lines += [
        f"| `{own}` | {', '.join(f'`{b}`' for b in sorted(graph[own], key=lambda b: (-ranks[b], b)))} |"
        for own in rows
    ]
    return "\n".join(lines)
