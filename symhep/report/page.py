"""The report: one self-contained page, made from a run folder alone."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from symhep import __version__
from symhep.errors import StoreError
from symhep.methods.html import mathematics
from symhep.methods.notation import typeset
from symhep.paths import writing
from symhep.printable import printable
from symhep.report.contents import gather
from symhep.report.numbers import (
    duration,
    megabytes,
    moment,
    number,
    percent,
    rows,
    size,
    with_error,
)
from symhep.report.views import ReportContents

__all__ = ["write_report"]

FILE = "report.html"


def write_report(folder: Path) -> Path:
    """Write FOLDER/report.html from what a run left there, and return its path.

    The page needs no other file and no network: style and figures are inside. Text that
    comes from files is escaped. Raises `StoreError` if ``folder`` is not a run folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise StoreError(f"{folder} is not a folder; give the folder that symhep run wrote")
    context = _context(gather(folder))
    try:
        page = _environment().get_template("report.html.j2").render(context)
    except (jinja2.UndefinedError, TypeError) as error:
        raise StoreError(f"{folder} is damaged or was changed ({error}); run the card again") from error
    target = folder / FILE
    partial = folder / f".{FILE}.partial"
    with writing(target):
        partial.write_text(page, encoding="utf-8", errors="backslashreplace")
        partial.replace(target)
    return target


@cache
def _environment() -> jinja2.Environment:
    """One for all pages of a process: to compile a template takes longer than to render it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    for show in (duration, megabytes, moment, number, rows, size, typeset):
        environment.filters[show.__name__] = show
    environment.filters["path"] = _path
    environment.filters["math"] = math
    environment.globals |= {"percent": percent, "with_error": with_error}
    return environment


def _shown(value: Any) -> Any:
    """Marks that turn text round, and other invisible characters of files, written out."""
    return (
        printable(value, keep="\n\t") if isinstance(value, str) and not isinstance(value, Markup) else value
    )


def math(text: str) -> Markup:
    """A text with its mathematics set; all of it is escaped."""
    return Markup(mathematics(printable(text, keep="\n\t")))


def page_code() -> dict[str, Any]:
    """Style and script of a page, and the hashes by which its content-security policy knows them."""
    found: dict[str, Any] = {}
    for name, file in (("style", "report.css"), ("script", "report.js")):
        text = (Path(__file__).parent / file).read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        found |= {name: Markup(text), f"{name}_hash": f"sha256-{digest}"}
    return found


def _path(text: str) -> Markup:
    """A file name in code, which a narrow page breaks after a slash or an underscore."""
    return Markup('<code class="path">%s</code>') % Markup(
        re.sub(r"([/\\_])", r"\1<wbr>", str(escape(printable(text))))
    )


def _context(contents: ReportContents) -> dict[str, Any]:
    warnings = {
        method.name: [statement.text for statement in method.statements if statement.warning]
        for method in contents.methods
    }
    # Methods that share a warning, as those of joined datasets do, give it once.
    main_warnings = {
        texts[0]: [name for name, others in warnings.items() if texts[0] in others]
        for texts in warnings.values()
        if texts
    }
    unread = sum(text not in main_warnings for texts in warnings.values() for text in texts)
    return page_code() | {
        "contents": contents,
        "main_warnings": main_warnings,
        "further_warnings": unread,
        "failed": [method for method in contents.methods if method.error],
        "blind": [method for method in contents.methods if method.blind],
        "lossy": [dataset for dataset in contents.datasets if dataset.losses],
        "title": contents.title or _title([dataset.name for dataset in contents.datasets]),
        "version": contents.provenance.get("symhep", __version__),
    }


def _title(datasets: list[str]) -> str:
    return f"Dataset{'s' * (len(datasets) > 1)} {', '.join(datasets)}" if datasets else "A run without data"
