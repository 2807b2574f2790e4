"""A table as LaTeX: booktabs rules, a caption, a label."""

from __future__ import annotations

from collections.abc import Sequence

from symhep.printable import printable
from symhep.run.export.latex.mathematics import latex

__all__ = ["latex_table"]

#: Tables of more rows go over several pages.
_PAGE = 40


def latex_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str, label: str, origin: str
) -> str:
    r"""A table of plain text, everything in it escaped or typeset by `latex`.

    One that is too wide is made as small as the line; one that is too long for a page is a longtable. ``label`` is
    made of letters, digits and -, and ``origin`` stands in a comment.

    >>> print(latex_table(["generator", "p"], [["J_z", "0.31"]], "Candidates.", "tab:candidates", "a test"))
    % a test; needs \usepackage{booktabs,siunitx,graphicx,longtable}
    \begin{table}
      \centering
      \caption{Candidates.}
      \label{tab:candidates}
      \resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%
      \begin{tabular}{lr}
        \toprule
        generator & p \\
        \midrule
        \(J_{z}\) & \num{0.31} \\
        \bottomrule
      \end{tabular}}
    \end{table}
    <BLANKLINE>
    """
    first = f"% {printable(origin)}; needs \\usepackage{{booktabs,siunitx,graphicx,longtable}}"
    numeric = [all(_is_number(row[i]) for row in rows) for i in range(len(columns))]
    spec = "".join("r" if number else "l" for number in numeric)
    head = _row(columns)
    body = [f"    {_row(row)}" for row in rows]
    if len(rows) > _PAGE:
        lines = [
            first, r"{\small", rf"\begin{{longtable}}{{{spec}}}", rf"  \caption{{{latex(caption)}}}",
            rf"  \label{{{label}}}\\", r"    \toprule", f"    {head}", r"    \midrule", r"  \endhead",
            *body, r"    \bottomrule", r"\end{longtable}}",
        ]  # fmt: skip
    else:
        lines = [
            first, r"\begin{table}", r"  \centering", rf"  \caption{{{latex(caption)}}}", rf"  \label{{{label}}}",
            r"  \resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%", rf"  \begin{{tabular}}{{{spec}}}",
            r"    \toprule", f"    {head}", r"    \midrule", *body, r"    \bottomrule", r"  \end{tabular}}",
            r"\end{table}",
        ]  # fmt: skip
    return "\n".join([*lines, ""])


def _row(cells: Sequence[str]) -> str:
    text = " & ".join(map(latex, cells))
    # After the end of a row a bracket or a star would be an argument of it.
    return f"{'{}' if text.startswith(('[', '*')) else ''}{text} \\\\"


def _is_number(text: str) -> bool:
    return text in ("–", "") or text[0].isdigit() or (text[0] in "-−<(" and any(c.isdigit() for c in text))
