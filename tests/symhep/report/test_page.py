"""The report page: what it says, what it refuses to let through, and how it looks in a browser."""

from __future__ import annotations

import base64
import html
import itertools
import json
import re
import shutil
import struct
import subprocess
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest

from symhep.errors import StoreError
from symhep.report.page import write_report
from symhep_symmetrygan.references import DESAI

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ATTACK = '<script>alert("x")</script>'


def png(width: int = 64, height: int = 48) -> bytes:
    """A plain blue picture, from the PNG specification: IHDR, IDAT, IEND."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rows = (b"\0" + b"\x20\x60\xc0" * width) * height
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def put(folder: Path, name: str, content: Any) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def change(folder: Path, name: str, **entries: Any) -> None:
    content = json.loads((folder / name).read_text())
    put(folder, name, content | entries)


def change_method(folder: Path, **entries: Any) -> None:
    content = json.loads((folder / "results.json").read_text())
    content["methods"]["relevance"] |= entries
    put(folder, "results.json", content)


STATEMENTS = [
    {
        "text": "Three of six latents are relevant.",
        "evidence": {
            "relevant_latents": {"value": 3, "low": 3, "high": 4},
            "relevance": {"mean": [5.31, 0.04], "std": [0.31, 0.01]},
        },
        "figure": "relevance",
        "kind": "finding",
    },
    {"text": "One run was left out.", "evidence": {"run": 4}, "figure": None, "kind": "warning"},
]
VERDICTS = [
    {
        "question": "Rotations about x and y?", "answer": "violated", "conclusion": "violated",
        "p": {"p_value": 0.002, "log10_p": -2.69897, "p_kind": "exact"},
        "size": {"value": 57.18, "low": 55.37, "high": 58.99, "level": 0.95, "unit": "%", "method": "",
                 "upper_95": 58.99, "expected_95": 4.1},
        "size_of": "v_1 of mu- about y", "figure": "relevance",
    },
    {
        "question": "Rotations about the beam, SO(2)?", "answer": "SO(2) about the beam", "conclusion": "compatible",
        "p": {"p_value": 1e-31, "log10_p": -30.9, "p_kind": "asymptotic"},
        "size": {"value": 0.0, "low": 0.0, "high": 3.42, "level": 0.95, "unit": "%", "method": "",
                 "upper_95": 3.42, "expected_95": 4.12},
        "size_of": "v_6 about z", "figure": None,
    },
]  # fmt: skip
CUTS = [
    {"name": "all", "cut": "", "events": 10000, "weighted": 5000.0, "weighted_error": 50.0},
    {
        "name": "two_muons",
        "cut": "count(muons) == 2",
        "events": 2500,
        "weighted": 1250.0,
        "weighted_error": 25.0,
    },
]
FILE = {
    "file": "data/a.lhe.gz", "format": "lhe", "events": 10000, "sum_of_weights": 5000.0,
    "sum_of_weights2": 2500.0, "sum_of_abs_weights": 6000.0, "negative_fraction": 0.125,
    "cross_section_pb": [36.9103, 0.2431], "notes": ["Weights are in pb."],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run folder as a run of one method leaves it."""
    root = tmp_path / "run"
    put(root, "cutflow.json", {"datasets": {"ee": {
        "files": [FILE], "events_read": 10000, "losses": [], "selections": {"dimuon": CUTS},
    }}})  # fmt: skip
    put(root, "results.json", {"methods": {"relevance": {
        "use": "vae", "features": "p3", "status": "ok", "summary": {"n": 3}, "statements": STATEMENTS,
        "error": None, "references": [vars(DESAI), {"authors": "Nobody", "title": "Nothing"}], "duration_s": 125.0,
        "options": {"beta": 0.1, "hidden": [64, 32]},
    }}})  # fmt: skip
    put(root, "relevance/result.json", {
        "figures": [{"name": "relevance", "caption": "Relevance per latent."}],
        "tables": {"pca": {
            "columns": [{"name": "component", "unit": ""}, {"name": "variance", "unit": ""}],
            "rows": [[1, 0.75], [2, 0.125], [3, None]], "caption": "PCA.",
        }},
    })  # fmt: skip
    put(root, "provenance.json", {"results": {"relevance": 0}, "runs": [{
        "symhep": "9.8.7", "user": "her", "host": "farm", "computed": ["relevance"],
        "started": "2026-01-01T12:30:05+00:00", "duration_s": 12.3, "seed": 42, "device": "cpu",
        "python": "3.11.2", "platform": "Linux", "packages": {"torch": "2.13.0"},
        "command": "symhep run card.yaml",
        "git": {"commit": "abc123", "dirty": True}}],
        "files": [{"file": "data/a.lhe.gz", "size": 2048, "sha256": "f" * 64}],
    })  # fmt: skip
    (root / "card.yaml").write_text("symhep: 1  # the card\n")
    figures = root / "relevance" / "figures"
    figures.mkdir()
    (figures / "relevance.png").write_bytes(png())
    (figures / "relevance.pdf").write_bytes(b"%PDF-1.4")
    return root


def text_of(page: str) -> str:
    """What a reader sees: tags dropped, entities resolved, white space joined."""
    pieces: list[str] = []

    class Text(HTMLParser):
        code = False

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.code = tag == "script"

        def handle_endtag(self, tag: str) -> None:
            self.code = False

        def handle_data(self, data: str) -> None:
            pieces.append("" if self.code else data)

    Text().feed(page.partition("<body>")[2].replace("<wbr>", ""))
    return " ".join(" ".join(pieces).split())


def report(folder: Path) -> str:
    return write_report(folder).read_text(encoding="utf-8")


class TestContents:
    def test_it_lies_in_the_folder_and_leaves_nothing_else(self, folder: Path) -> None:
        before = set(folder.iterdir())
        assert write_report(folder) == folder / "report.html"
        assert set(folder.iterdir()) - before == {folder / "report.html"}

    def test_same_folder_same_bytes(self, folder: Path) -> None:
        assert report(folder) == report(folder)

    def test_it_opens_with_verdicts_then_warnings_then_findings(self, folder: Path) -> None:
        change_method(folder, verdicts=VERDICTS)
        text = text_of(report(folder))
        assert "✗ violated 0.002 57.18 [55.37, 58.99] % v 1 of mu- about y Figure 1" in text
        assert (
            "✓ SO(2) about the beam (compatible) < 10⁻³⁰ < 3.4 % (95 %; expected 4.1 %) v 6 about z –" in text
        )
        order = ["Rotations about x and y?", "Main warnings", "Three of six", "count(muons) == 2"]
        places = [text.index(words) for words in order]
        assert places == sorted(places)
        assert "No event was lost." in text

    def test_title_and_description_of_the_card_open_the_page(self, folder: Path) -> None:
        (folder / "card.yaml").write_text(
            "symhep: 1\ntitle: Muons & J_z\ndescription: At 80 GeV.\ndatasets: {ee: {files: [b.lhe]}}\n"
            "features: {x: {vars: [x]}}\n"
        )
        page = report(folder)
        assert "<h1>Muons &amp; <i>J</i><sub>z</sub></h1>" in page
        assert "<title>Muons &amp; J_z: symhep report</title>" in page
        assert text_of(page).index("At 80 GeV.") < text_of(page).index("Verdicts Question")

    def test_a_folder_without_verdicts_has_its_first_finding_in_the_table(self, folder: Path) -> None:
        assert "What did it find? = Three of six latents are relevant. – – –" in text_of(report(folder))

    def test_failed_and_blind_methods_have_a_row(self, folder: Path) -> None:
        methods = {
            "first": {"status": "failed", "error": "no events"}, "second": {"status": "blind", "error": "hidden"},
            "third": {"status": "ok"},
        }  # fmt: skip
        put(folder, "results.json", {"methods": methods})
        text = text_of(report(folder))
        assert "first What did it find? ! failed: no events" in text
        assert "second What did it find? ■ blinded: hidden" in text
        assert "third What did it find? – no verdict (not tested)" in text

    def test_a_finding_stands_beside_its_figure(self, folder: Path) -> None:
        page = report(folder)
        beside = page[page.index('<div class="shown">') :]
        assert beside.index("Three of six") < beside.index("<figure") < beside.index("</figure>")
        assert page.index("One run was left out.", page.index('id="found"')) < page.index(
            '<div class="shown">'
        )
        assert 'alt="Three of six latents are relevant."' in page

    def test_figures_that_nobody_speaks_of_are_folded(self, folder: Path) -> None:
        figures = [{"name": name, "caption": f"The {name}."} for name in ("relevance", "loss", "pca")]
        change(folder, "relevance/result.json", figures=figures)
        page = report(folder)
        assert page.index("2 more figures") < page.index("Figure 2") < page.index("Figure 3")
        assert page.index('class="shown"') < page.index("2 more figures")

    def test_warnings_that_methods_share_are_given_once(self, folder: Path) -> None:
        def method(*texts: tuple[str, str]) -> dict[str, Any]:
            return {"status": "ok", "statements": [{"kind": kind, "text": text} for kind, text in texts]}

        shared = ("warning", "Datasets are combined.")
        methods = {
            "first": method(("finding", "One."), ("finding", "Two."), ("warning", "Narrow."), shared),
            "second": method(("finding", "Three."), shared),
            "third": method(shared, ("warning", "Short.")),
        }
        put(folder, "results.json", {"methods": methods})
        box = text_of(report(folder)).partition("Main warnings")[2].partition("Results")[0]
        assert box.strip() == (
            "Narrow. (first) Datasets are combined. (first, second, third) 1 more warning below."
        )

    def test_feature_sets_are_compared_with_the_last_cut(self, folder: Path) -> None:
        features = [
            {"name": f"features {name}", "cut": "", "events": n, "weighted": n / 2, "weighted_error": 1.0}
            for name, n in (("p3", 1000), ("p4", 2000))
        ]
        dataset = {"files": [FILE], "events_read": 10000, "selections": {"dimuon": [*CUTS, *features]}}
        put(folder, "cutflow.json", {"datasets": {"ee": dataset}})
        text = text_of(report(folder))
        assert "Efficiency: relative to the previous cut, and to all events." in text
        assert "features p3 1,000 40 % 10 %" in text  # of the 2500 with two muons
        assert "features p4 2,000 80 % 20 %" in text

    @pytest.mark.parametrize(
        ("entries", "sentence"),
        [
            ({"xsec_pb": 5.0, "cross_section_pb": [36.9103, 0.2431]},
             "Weights scaled to xsec_pb = 5 pb; the cross-section in the file header is 36.91 ± 0.24 pb."),
            ({"xsec_pb": 5, "cross_section_pb": None}, "Weights scaled to xsec_pb = 5 pb."),
            ({"xsec_pb": 0.5}, "Weights scaled to xsec_pb = 0.5 pb."),
        ],
    )  # fmt: skip
    def test_weights_scaled_to_a_cross_section_are_reported_with_their_unit(
        self, folder: Path, entries: dict[str, Any], sentence: str
    ) -> None:
        dataset = {"files": [FILE], "weight_unit": "pb", "selections": {"dimuon": CUTS}, **entries}
        put(folder, "cutflow.json", {"datasets": {"ee": dataset}})
        text = text_of(report(folder))
        assert sentence in text
        assert "Of all Weighted / pb all" in text

    @pytest.mark.parametrize("entries", [{}, {"weight_unit": "", "xsec_pb": None}])
    def test_weights_of_the_files_have_no_unit(self, folder: Path, entries: dict[str, Any]) -> None:
        dataset = {"files": [FILE], "selections": {"dimuon": CUTS}, **entries}
        put(folder, "cutflow.json", {"datasets": {"ee": dataset}})
        text = text_of(report(folder))
        assert "Of all Weighted all" in text
        assert "scaled" not in text

    @pytest.mark.parametrize(
        ("sizes", "alone"),
        [
            ("n", [1]),
            ("nn", []),
            ("nnn", [3]),
            ("nnnwwn", [3, 6]),
            ("wnnw", []),
        ],
    )
    def test_a_narrow_figure_without_a_neighbour_stands_in_the_middle(
        self, folder: Path, sizes: str, alone: list[int]
    ) -> None:
        for i, size in enumerate(sizes, 1):
            (folder / f"relevance/figures/f{i}.png").write_bytes(png(96 if size == "w" else 64, 48))
        figures = [{"name": f"f{i}"} for i in range(1, len(sizes) + 1)]
        change(folder, "relevance/result.json", figures=figures)
        found = re.findall(r'<figure id="relevance-f(\d)" class="alone">', report(folder))
        assert [int(i) for i in found] == alone

    @pytest.mark.parametrize(
        "sentence",
        [
            "10,000 5000 ± 50 12.5 % 36.91 ± 0.24",  # sqrt(2500) = 50
            "Weights are in pb.",
            "two_muons count(muons) == 2 2,500 25 % 25 % 1250 ± 25",
            "method vae on features p3 · 2 min 5 s",
            "Warning. One run was left out.",
            "relevant_latents 3 [3, 4]",
            "relevance 5.31 ± 0.31, 0.040 ± 0.010",
            "Figure 1. Relevance per latent.",
            "component variance 1 0.750 2 0.125 3 –",
            "beta 0.1",
            "hidden 64, 32",
            "2026-01-01 12:30 UTC · 12.3 s · seed 42 · cpu",
            "abc123 , with uncommitted changes",
            "data/a.lhe.gz , 2 kB sha256 " + "f" * 64,
            "torch 2.13.0",
            "symhep: 1 # the card",
            "symhep 9.8.7",
            "Symmetry discovery with deep learning , Phys. Rev. D 105, 096031 (2022)",
            "A standard format for Les Houches Event Files",
            "Nobody, Nothing",
        ],
    )
    def test_it_says(self, folder: Path, sentence: str) -> None:
        assert sentence in text_of(report(folder))

    def test_headings_are_in_order_and_it_can_be_skipped_to_the_verdicts(self, folder: Path) -> None:
        page = report(folder)
        assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
        assert (
            page.index('<a class="skip" href="#main">')
            < page.index("<header>")
            < page.index('<main id="main">')
        )
        levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))

    def test_references_have_links(self, folder: Path) -> None:
        page = report(folder)
        assert 'href="https://arxiv.org/abs/2112.05722"' in page
        assert 'href="https://doi.org/10.1103/PhysRevD.105.096031"' in page

    def test_the_figure_is_inside_and_its_pdf_beside(self, folder: Path) -> None:
        change_method(folder, verdicts=VERDICTS)
        page = report(folder)
        assert f"data:image/png;base64,{base64.b64encode(png()).decode()}" in page
        assert '<a href="relevance/figures/relevance.pdf">PDF</a>' in page
        assert '<a class="thumb" href="#relevance-relevance">Figure&nbsp;1</a>' in page
        assert 'id="relevance-relevance"' in page

    def test_it_needs_no_other_file_and_no_network(self, folder: Path) -> None:
        page = report(folder)
        loaded = re.findall(r"""(?:src|srcset|data)\s*=\s*["']([^"']{0,40})""", page)
        assert all(address.startswith("data:image/png;base64,") for address in loaded)
        assert not re.search(r"<link|<iframe|@import|url\(", page)
        assert page.count("<script>") == 1

    @pytest.mark.parametrize(
        ("width", "height", "wide"), [(64, 48, False), (96, 48, True), (1500, 1200, True)]
    )
    def test_wide_figures_get_the_whole_width(
        self, folder: Path, width: int, height: int, wide: bool
    ) -> None:
        (folder / "relevance/figures/relevance.png").write_bytes(png(width, height))
        page = report(folder)
        assert ('class="wide"' in page) == wide
        assert f'<img width="{width}" height="{height}"' in page

    def test_several_files_have_a_total(self, folder: Path) -> None:
        dataset = {
            "files": [FILE, FILE], "events_read": 20000, "sum_of_weights": 10000.0, "sum_of_weights2": 4900.0,
            "negative_fraction": 0.125, "cross_section_pb": [36.9103, 0.1719], "losses": [], "selections": {},
        }  # fmt: skip
        put(folder, "cutflow.json", {"datasets": {"ee": dataset}})
        assert "all 2 files – 20,000 10,000 ± 70 12.5 % 36.91 ± 0.17" in text_of(report(folder))

    def test_a_folder_with_the_account_alone_makes_a_page(self, folder: Path) -> None:
        for name in ("results.json", "provenance.json", "card.yaml"):
            (folder / name).unlink()
        text = text_of(report(folder))
        assert "No method was run." in text
        assert "two_muons" in text

    def test_a_folder_with_results_alone_makes_a_page(self, folder: Path) -> None:
        (folder / "cutflow.json").unlink()
        text = text_of(report(folder))
        assert "no information on its input" in text
        assert "Three of six" in text


class TestTrouble:
    def test_lost_events_are_reported_before_anything_else(self, folder: Path) -> None:
        losses = [
            {
                "file": "b.lhe",
                "reason": "the event is cut short",
                "events": 1,
                "first_event": 12,
                "hint": "re-run",
            },
            {"file": "c.lhe.gz", "reason": "the gzip stream ends early", "events": None, "first_event": None},
        ]
        dataset = {"files": [FILE], "events_read": 10000, "losses": losses, "selections": {}}
        put(folder, "cutflow.json", {"datasets": {"ee": dataset}})
        text = text_of(report(folder))
        assert "b.lhe : the event is cut short. 1 event lost , from event 12 on. To do: re-run." in text
        assert "c.lhe.gz : the gzip stream ends early. An unknown number of events is lost ." in text
        assert text.index("Events were lost") < text.index("What did it find?")
        assert "Lost: 1 event and an unknown number more" in text
        assert "No event was lost." not in text

    @pytest.mark.parametrize(
        ("hint", "left"),
        [
            ("copy it again, or keep what there is with 'bad_files: skip'", " To do: copy it again."),
            ("take another weight; bad_files: skip ignores the file", " To do: take another weight."),
            ("keep what there is with 'bad_files: skip'", ""),
            ("run the generator or copy the file again", " To do: run the generator or copy the file again."),
        ],
    )
    def test_a_card_that_skips_is_not_told_to_skip(self, folder: Path, hint: str, left: str) -> None:
        losses = [{"file": "b.lhe", "reason": "cut", "events": 1, "hint": hint}]
        put(folder, "cutflow.json", {"datasets": {"ee": {"files": [FILE], "losses": losses}}})
        card = (
            "symhep: 1\ndatasets: {ee: {files: [b.lhe]}}\nfeatures: {x: {vars: [x]}}\nmethods: {}\n"
            "run: {bad_files: %s}\n"
        )
        (folder / "card.yaml").write_text(card % "fail")
        assert f"1 event lost . To do: {hint}." in text_of(report(folder))
        (folder / "card.yaml").write_text(card % "skip")
        text = text_of(report(folder))
        assert f"b.lhe : cut. 1 event lost .{left} Main warnings" in text

    def test_a_failed_method_shows_its_error_and_not_an_older_result(self, folder: Path) -> None:
        failed = {"use": "vae", "status": "failed", "summary": {}, "statements": [], "error": "loss is NaN"}
        put(folder, "results.json", {"methods": {"relevance": failed}})
        page = report(folder)
        text = text_of(page)
        assert "1 of 1 method failed" in text
        assert "This method failed. loss is NaN" in text
        assert "<img" not in page

    def test_a_missing_figure_is_reported(self, folder: Path) -> None:
        (folder / "relevance/figures/relevance.png").unlink()
        text = text_of(report(folder))
        assert "The image relevance.png is missing; symhep plot redraws it." in text

    def test_a_file_that_is_no_png_is_not_embedded(self, folder: Path) -> None:
        (folder / "relevance/figures/relevance.png").write_bytes(b"<svg onload='alert(1)'/>")
        assert "<img" not in report(folder)

    def test_figure_names_do_not_lead_out_of_the_folder(self, folder: Path) -> None:
        (folder.parent / "secret.png").write_bytes(png(3, 3))
        (folder.parent / "secret.pdf").write_bytes(b"%PDF")
        figures = [{"name": "../../../secret", "caption": "c"}]
        change(folder, "relevance/result.json", figures=figures)
        page = report(folder)
        assert base64.b64encode(png(3, 3)).decode() not in page
        assert "secret.pdf" not in page

    def test_file_names_break_after_slashes_and_underscores_alone(self, folder: Path) -> None:
        content = json.loads((folder / "provenance.json").read_text())
        content["files"][0]["file"] = "data/my_events<b>.lhe.gz"
        put(folder, "provenance.json", content)
        page = report(folder)
        assert '<code class="path">data/<wbr>a.lhe.gz</code>' in page
        assert '<code class="path">data/<wbr>my_<wbr>events&lt;b&gt;.lhe.gz</code>' in page

    def test_text_from_files_is_escaped_everywhere(self, folder: Path) -> None:
        texts = ("cutflow.json", "results.json", "provenance.json", "relevance/result.json")
        for name in texts:
            content = json.loads((folder / name).read_text())
            put(folder, name, poison(content))
        (folder / "card.yaml").write_text(ATTACK)
        page = report(folder)
        assert page.count("<script") == 1, "the page's own"
        assert page.count(html.escape(ATTACK).replace("&quot;", "&#34;")) > 20

    @pytest.mark.parametrize("name", ["cutflow.json", "results.json"])
    def test_broken_json_is_an_error_that_names_the_file(self, folder: Path, name: str) -> None:
        (folder / name).write_text('{"methods": ')
        with pytest.raises(StoreError, match=rf"{name} is not valid JSON .*run the card again"):
            write_report(folder)

    def test_json_of_another_shape_is_an_error(self, folder: Path) -> None:
        put(folder, "results.json", [1, 2])
        with pytest.raises(StoreError, match="is damaged or was changed"):
            write_report(folder)

    def test_a_row_without_its_numbers_is_an_error(self, folder: Path) -> None:
        dataset = {"files": [FILE], "losses": [], "selections": {"dimuon": [{"name": "all", "cut": ""}]}}
        put(folder, "cutflow.json", {"datasets": {"ee": dataset}})
        with pytest.raises(StoreError, match=r"is damaged or was changed .*events"):
            write_report(folder)

    def test_an_empty_folder_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match=r"is not a run folder \(no cutflow\.json or results\.json\)"):
            write_report(tmp_path)

    def test_no_folder_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="is not a folder; give the folder that symhep run wrote"):
            write_report(tmp_path / "nowhere")


#: Words that steer the page: changing them would test another path.
STEERING = {"status", "kind", "format", "name", "started"}


def poison(content: Any, key: str = "") -> Any:
    """The same JSON with the attack in every text that is shown."""
    if isinstance(content, dict):
        return {k: poison(v, k) for k, v in content.items()}
    if isinstance(content, list):
        return [poison(v, key) for v in content]
    return ATTACK + content if isinstance(content, str) and key not in STEERING else content


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium to render the page with")
class TestRendering:
    FLAGS = (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    )  # fmt: skip

    def chromium(self, tmp_path: Path, *arguments: str) -> str:
        assert CHROMIUM is not None
        command = [CHROMIUM, *self.FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout

    def framed(self, tmp_path: Path, page: str, width: int) -> Path:
        """The page in a frame of ``width`` pixels (a window cannot be as narrow as a phone), and its overflow."""
        outer = tmp_path / f"outer-{width}.html"
        outer.write_text(
            f'<!DOCTYPE html><title>none</title><body style="margin:0"><iframe id="f" '
            f'style="border:0;width:{width}px;height:2000px" srcdoc="{html.escape(page)}"></iframe><script>'
            "f.onload = () => { const d = f.contentDocument; document.title = "
            "`width=${d.documentElement.scrollWidth} picture=${d.images[0].naturalWidth}`; }</script>"
        )
        return outer

    @pytest.mark.parametrize("width", [390, 1200])
    def test_it_fits_the_screen_and_is_not_blank(self, folder: Path, tmp_path: Path, width: int) -> None:
        long = FILE | {"file": "/data/" + "very_long_name_" * 12 + ".lhe.gz"}
        cuts = [*CUTS, {**CUTS[1], "cut": " and ".join(["abs(muons.eta[0]) < 2.5"] * 8)}]
        dataset = {"files": [long], "events_read": 10000, "losses": [], "selections": {"dimuon": cuts}}
        put(folder, "cutflow.json", {"datasets": {"ee": dataset}})
        table = {
            "columns": [{"name": f"column {i}", "unit": ""} for i in range(12)],
            "rows": [[1.5] * 12],
            "caption": "",
        }
        change(folder, "relevance/result.json", tables={"wide": table})

        outer = self.framed(tmp_path, report(folder), width)
        title = re.search("<title>(.*?)</title>", self.chromium(tmp_path, "--dump-dom", outer.as_uri()))
        assert title is not None
        assert title[1] == f"width={width} picture=64"

        shot = tmp_path / "shot.png"
        self.chromium(
            tmp_path, f"--window-size={max(width, 500)},2000", f"--screenshot={shot}", outer.as_uri()
        )
        picture = matplotlib.image.imread(shot)[:, :width, :3]
        dark = (picture.mean(axis=2) < 0.5).mean()
        light = (picture.mean(axis=2) > 0.9).mean()
        assert 0.005 < dark < 0.4
        assert light > 0.5
        blue = np.abs(picture - np.array([0x20, 0x60, 0xC0]) / 255).max(axis=2) < 0.05
        assert blue.sum() > 64 * 48, "the figure is not drawn"

    def done(self, tmp_path: Path, page: str, script: str) -> str:
        """What ``script`` says of the page, loaded into a frame; ``d`` is its document."""
        outer = tmp_path / "outer.html"
        outer.write_text(
            f'<!DOCTYPE html><title>none</title><iframe id="f" srcdoc="{html.escape(page)}"></iframe><script>'
            f"f.onload = () => {{ const d = f.contentDocument; document.title = (() => {{{script}}})(); }}</script>"
        )
        title = re.search("<title>(.*?)</title>", self.chromium(tmp_path, "--dump-dom", outer.as_uri()))
        assert title is not None
        return html.unescape(title[1])

    def test_tables_sort_by_their_numbers_and_figures_grow(self, folder: Path, tmp_path: Path) -> None:
        heads = [{"name": "p", "unit": ""}]
        rows: list[list[Any]] = [
            [{"p_value": 0.0, "log10_p": log, "p_kind": "exact"}] for log in (-2.0, -400.0, -0.5)
        ]
        table = {"columns": heads, "rows": [*rows, [None]], "caption": ""}
        change(folder, "relevance/result.json", tables={"ps": table})
        said = self.done(tmp_path, report(folder), """
            const table = d.querySelector("table.compact.sortable"), head = table.tHead.rows[0].cells[0];
            const shown = () => [...table.tBodies[0].rows].map(r => r.cells[0].textContent).join(" ");
            head.querySelector("button").click();
            const up = shown() + " " + head.ariaSort;
            head.querySelector("button").click();
            d.querySelector("figure button").click();
            const dialog = d.querySelector("dialog"), large = dialog.querySelector("img");
            return [up, shown() + " " + head.ariaSort, dialog.open + " " + large.alt].join(", ");
        """)  # fmt: skip
        assert said == (
            "1e-400 0.01 0.32 – ascending, 0.32 0.01 1e-400 – descending, true Three of six latents are relevant."
        ).replace("1e-400", "10⁻⁴⁰⁰")

    def test_no_script_but_its_own_runs(self, folder: Path, tmp_path: Path) -> None:
        page = report(folder).replace(
            "<main", "<script>document.body.id = 'hacked'</script><main onclick='1'"
        )
        assert (
            self.done(
                tmp_path, page, "return (d.body.id + (d.querySelector('.enlarge') ? ' own' : '')).trim();"
            )
            == "own"
        )
