"""A complete outside project, written from templates: a method or a reader of somebody's own."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
from importlib.resources import files as package_files
from pathlib import Path

import jinja2

from symhep.errors import CardError
from symhep.plugin.manager import Registry

__all__ = ["write_project"]

#: File of the project -> its template in symhep/plugin/project; PACKAGE is the name of the package.
_COMMON = {
    "pyproject.toml": "pyproject.toml.j2",
    "README.md": "README.md.j2",
    "PACKAGE/__init__.py": "package.py.j2",
    "PACKAGE/py.typed": "py.typed.j2",
    "PACKAGE/plugin.py": "plugin.py.j2",
}
_OF_KIND = {
    "method": {
        "PACKAGE/method.py": "method.py.j2",
        "tests/test_method.py": "test_method.py.j2",
        "card.yaml": "method_card.yaml.j2",
    },
    "reader": {
        "PACKAGE/reader.py": "reader.py.j2",
        "tests/test_reader.py": "test_reader.py.j2",
        "card.yaml": "reader_card.yaml.j2",
        "events.NAME": "events.txt.j2",
    },
}


def write_project(kind: str, name: str, folder: Path, registry: Registry) -> list[Path]:
    """Write a project that brings the ``kind`` ('method' or 'reader') ``name``; returns its files.

    Raises `CardError` for a name that is taken or cannot be one, and for a folder that exists.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise CardError(
            f"'{name}' is not a valid name of a {kind}",
            hint="use lower-case letters, digits and _, starting with a letter",
        )
    package = f"symhep_{name}"
    if name in (registry.methods if kind == "method" else registry.readers):
        raise CardError(f"the {kind} '{name}' exists already", hint="choose another name")
    if package in sys.stdlib_module_names or importlib.util.find_spec(package) is not None:
        raise CardError(f"the package '{package}' exists already", hint="choose another name")
    if folder.exists():
        raise CardError(f"{folder} exists", hint="choose another folder with -o")
    templates = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        autoescape=False,
    )
    values = {
        "kind": kind,
        "name": name,
        "package": package,
        "title": "".join(map(str.title, name.split("_"))),
    }
    written = []
    for place, template in (_COMMON | _OF_KIND[kind]).items():
        source = package_files("symhep.plugin").joinpath("project", template).read_text(encoding="utf-8")
        target = folder / place.replace("PACKAGE", package).replace("NAME", name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(templates.from_string(source).render(values), encoding="utf-8")
        written.append(target)
    return written
