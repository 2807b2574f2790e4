"""Tables in LaTeX: everything escaped, mathematics as such, and no macro that nobody knows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhep.run.export.latex.mathematics import latex
from symhep.run.export.latex.tables import export_latex
from symhep.run.stored import StoredRun

#: All macros that may be in a file.
WORDS = """
textbackslash textasciicircum textasciitilde textasciigrave pm times leq geq circ cdot surd infty to ltimes mathfrak
mathrm num input begin end centering caption label toprule midrule bottomrule small resizebox ifdim width linewidth else
fi endhead usepackage alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon
phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
"""
KNOWN = frozenset(WORDS.split())
PREAMBLE = (
    r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}"
    r"\usepackage{booktabs,siunitx,graphicx,longtable,amssymb}\sisetup{separate-uncertainty=true}\begin{document}"
)


@pytest.fixture(scope="session")
def folder(stored: StoredRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables."""
    place = tmp_path_factory.mktemp("latex") / "tables"
    done = export_latex(stored, place)
    assert done.missing == tuple(stored.missing)
    return place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("J_z", r"\(J_{z}\)"),
        ("mu-", r"\(\mu^{-}\)"),
        ("e+e- -> mu+mu-", r"\(e^{+}e^{-}\) \(\to\) \(\mu^{+}\mu^{-}\)"),
        ("so(1,3)", r"\(\mathfrak{so}(1,3)\)"),
        ("SO(2) about z", r"\(\mathrm{SO}(2)\) about z"),
        ("sl(2,R) |x R", r"\(\mathfrak{sl}(2,R)\) \(\ltimes\) R"),
        ("p < 1e-30", r"\(p\) \(<\) \num{e-30}"),
        ("1.23 ± 0.05 GeV", r"\num{1.23 +- 0.05} GeV"),
        ("(2.5 ± 0.4)e-07", r"\num{2.5 +- 0.4 e-7}"),
        ("2 ± 9e-17", r"\num{2} \(\pm\) \num{9e-17}"),
        ("−0.012 +0.046", r"\(^{+\num{0.046}}_{-\num{0.012}}\)"),
        ("0.1 [-0.2, 0.4]", r"\num{0.1} [\num{-0.2}, \num{0.4}]"),
        ("6,124 events", r"\num{6124} events"),
        ("with_jet 50 % & #1", r"with\_jet 50 \% \& \#1"),
        (r"\input{x} $y$ ~^", r"\textbackslash{}input\{x\} \$y\$ \textasciitilde{}\textasciicircum{}"),
        ("μ, Größe, 漢", r"\(\mu\), Größe, ?"),
        ("x\u202ey", r"x\textbackslash{}u202ey"),
    ],
)
def test_text_as_mathematics(text: str, expected: str) -> None:
    assert latex(text) == expected


def _balanced(text: str) -> bool:
    depth, at = 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        depth += (text[at] == "{") - (text[at] == "}")
        if depth < 0:
            return False
        at += 1
    return depth == 0


def _check(text: str) -> None:
    """Balanced, with known macros, and without a special character that is not escaped."""
    assert _balanced(text), text
    # A backslash, and what comes with it: a name, or one character.
    macros = re.findall(r"\\([A-Za-z]+|.)", text, flags=re.DOTALL)
    assert {m for m in macros if m.isalpha()} <= KNOWN, text
    assert {m for m in macros if not m.isalpha()} <= set("()\\{}$&#%_"), text
    assert text.count(r"\(") == text.count(r"\)")
    assert text.isprintable() or set(text) - {"\n"} == set(text.replace("\n", ""))


@given(st.text())
def test_no_text_becomes_a_command(text: str) -> None:
    found = latex(text)
    _check(found)
    bare = re.sub(r"\\([A-Za-z]+|.)", "", found)
    assert not set(bare) & set("$&#%~\\"), found
    # Subscripts and powers are in mathematics alone.
    assert not set(re.sub(r"\\\(.*?\\\)", "", found).replace(r"\_", "")) & set("_^"), found


@given(st.from_regex(r"[\\{}$&#%_^~<>|\"J_zmu+\-0-9.e ±so(1,3)]{1,30}", fullmatch=True))
def test_nor_does_text_that_is_nearly_mathematics(text: str) -> None:
    found = latex(text)
    _check(found)
    assert not set(re.sub(r"\\\(.*?\\\)", "", found).replace(r"\_", "")) & set("_^"), found


def test_all_files_are_sound(folder: Path) -> None:
    for path in folder.glob("*.tex"):
        text = "\n".join(
            line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("%")
        )
        assert _balanced(text), path
        assert set(re.findall(r"\\([A-Za-z]+)", text)) <= KNOWN, path
        assert text.count(r"\begin{") == text.count(r"\end{"), path
        for row in re.findall(r"^    (.*) \\\\$", text, flags=re.MULTILINE):
            assert len(re.findall(r"(?<!\\)&", row)) == len(re.findall(r"(?<!\\)&", _head(text, row))), (
                path,
                row,
            )


def _head(text: str, row: str) -> str:
    """The heads of the table that a row belongs to."""
    return re.findall(r"\\toprule\n\s*(.*) \\\\", text[: text.index(row) + len(row) + 4])[-1]


def test_numbers_are_rounded_as_in_the_report(folder: Path, stored: StoredRun) -> None:
    text = (folder / "means_control_overview.tex").read_text(encoding="utf-8")
    first = stored.results["means/control"].result.record.means[0].size
    value, error = first.text().removesuffix(" GeV").split(" ± ")
    assert rf"\num{{{value} +- {error}}}" in text
    assert r"\caption{Means. Means, region control.}" in text
    assert r"feature & mean [GeV] & p & rejected \\" in text


def test_answers_with_systematic_uncertainties(folder: Path, stored: StoredRun) -> None:
    text = (folder / "simulated_control_answers_means.tex").read_text(encoding="utf-8")
    assert (
        r"means & p & adjusted p & verdict & size & systematic, size & limit (95 \% CL) & expected \\" in text
    )
    answer = stored.results["simulated/control"].result.variations.answers[0]
    row = next(line for line in text.splitlines() if "px(jets)" in line)
    assert any(digits in row for digits in (f"{answer.up:.2g}", f"{answer.up:.0f}"))


def test_a_wicked_label_is_text(folder: Path) -> None:
    text = (folder / "means_control_overview.tex").read_text(encoding="utf-8")
    assert r"\textbackslash{}input\{/etc/passwd\} \& \$\(x_{1}\)\$ ../../\(<\)b\(>\)\% & " in text


def test_the_summary_and_the_file_that_reads_all(folder: Path) -> None:
    summary = (folder / "summary.tex").read_text(encoding="utf-8")
    assert "% 'means/signal' is blinded" in summary
    assert r"hypothesis & control & signal \\" in summary
    reads = re.findall(r"\\input\{(.*)\}", (folder / "tables.tex").read_text(encoding="utf-8"))
    assert sorted(reads) == sorted(p.stem for p in folder.glob("*.tex") if p.name != "tables.tex")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_sets_it(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "t")
    (tmp_path / "t/main.tex").write_text(PREAMBLE + r"\input{tables}\end{document}", encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "main.tex"],
        cwd=tmp_path / "t", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
