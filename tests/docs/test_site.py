"""The site builds without a warning, every link of it leads somewhere, and it needs no network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from filelock import FileLock

import symhep
from symhep.cli.main import COMMANDS

#: Attributes by which a page loads something, rather than leading there.
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}


@dataclass
class Page(HTMLParser):
    """What a page links to, loads, and is called."""

    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    without_alt: list[str] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)
    title: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attributes}
        self.tags[tag] += 1
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in LOADED and given.get(LOADED[tag]) and given.get("rel") not in ("next", "prev", "canonical"):
            self.loaded.append(given[LOADED[tag]])
        if tag == "img" and not given.get("alt", "").strip():
            self.without_alt.append(given["src"])
        if tag == "meta" and given.get("name") == "description":
            self.description = given["content"]

    def handle_data(self, data: str) -> None:
        if self.lasttag == "title" and not self.title:
            self.title = data.strip()


@pytest.fixture(scope="session")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once, whatever the number of test processes."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    out, told = shared / "site", shared / "site.json"
    with FileLock(shared / "site.lock"):
        if not told.exists():
            command = [
                sys.executable,
                "-m",
                "sphinx",
                "-q",
                "-W",
                "--keep-going",
                "-n",
                "-b",
                "html",
                "docs",
                str(out),
            ]
            # The kernels of notebooks choose how they show figures.
            environment = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
            environment["PYTHONPATH"] = f"{root}{os.pathsep}{root / 'plugins'}"
            done = subprocess.run(
                command, cwd=root, env=environment, capture_output=True, text=True, check=False
            )
            told.write_text(json.dumps([done.returncode, done.stdout + done.stderr]))
    code, text = json.loads(told.read_text())
    assert code == 0, text
    return out


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[Path, Page]:
    found = {}
    for path in sorted(site.rglob("*.html")):
        if "_static" not in path.relative_to(site).parts:
            found[path] = Page()
            found[path].feed(path.read_text(encoding="utf-8"))
    assert len(found) > 50
    return found


@pytest.fixture(scope="session")
def index(site: Path) -> dict[str, Any]:
    text = (site / "searchindex.js").read_text(encoding="utf-8")
    return dict(json.loads(text.removeprefix("Search.setIndex(").removesuffix(")")))


def test_links_and_anchors_lead_somewhere(site: Path, pages: dict[Path, Page]) -> None:
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                dead.append(f"{path.relative_to(site)}: {link}")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                dead.append(f"{path.relative_to(site)}: no {link}")
    assert dead == []


def test_nothing_is_loaded_from_the_network(site: Path, pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        assert [name for name in page.loaded if urlsplit(name).netloc] == [], path
        missing = [
            name
            for name in page.loaded
            if not name.startswith(("data:", "#")) and not (path.parent / urlsplit(name).path).is_file()
        ]
        assert missing == [], path
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        assert re.findall(r"(?:url\([\"']?|@import [\"'])(?:https?:)?//[^)]*", text) == [], style


def test_every_page_says_what_it_is(site: Path, pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        assert page.title, name
        assert page.description, name
        if name not in ("genindex.html", "search.html"):
            assert page.tags["h1"] == 1, name
        assert page.without_alt == [], name


def found(index: dict[str, Any], *words: str) -> set[str]:
    """Pages that have all the words, as the search of the site finds them."""
    terms = index["terms"] | {}
    titles = index["titleterms"]
    hits = []
    for word in words:
        pages: set[int] = set()
        for known in (terms, titles):
            entry = known.get(word, [])
            pages |= {entry} if isinstance(entry, int) else set(entry)
        hits.append(pages)
    return {index["docnames"][number] for number in set.intersection(*hits)}


@pytest.mark.parametrize(
    ("words", "page"),
    [
        (("nanoaod",), "reference/formats"),
        (("blind",), "howto/blind_a_region"),
        (("upper", "limit"), "howto/p_values_and_limits"),
        (("hepdata",), "howto/publish"),
    ],
)
def test_the_search_finds(index: dict[str, Any], words: tuple[str, ...], page: str) -> None:
    assert page in found(index, *words)


def test_every_public_name_is_on_one_page(pages: dict[Path, Page]) -> None:
    ids = Counter(name for page in pages.values() for name in set(page.ids))
    names = [f"symhep.{name}" for name in symhep.__all__ if name != "errors"]
    names += [f"symhep.errors.{name}" for name in symhep.errors.__all__]
    names += [f"symhep.testing.{name}" for name in ("check_method", "check_reader")]
    assert {name: ids[name] for name in names if ids[name] != 1} == {}


def test_the_index_knows_every_public_name_and_command(index: dict[str, Any]) -> None:
    known = {f"{prefix}.{entry[4]}" for prefix, entries in index["objects"].items() for entry in entries}
    assert [name for name in symhep.__all__ if f"symhep.{name}" not in known and name != "errors"] == []
    titles = set(index["alltitles"])
    assert [name for name in COMMANDS if f"symhep {name}" not in titles] == []
