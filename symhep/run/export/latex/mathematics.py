r"""Plain text as LaTeX: labels such as J_z, so(1,3), mu- and p < 1e-30 become mathematics, all else is escaped.

Nothing of the text reaches LaTeX as a command: what is not recognised is written character by character, and what is
recognised fills templates with letters and digits alone.
"""

from __future__ import annotations

import re
import unicodedata

from symhep.printable import printable

__all__ = ["latex"]

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\(<\)", ">": r"\(>\)", "|": r"\(|\)",
    '"': "''", "±": r"\(\pm\)", "×": r"\(\times\)", "≤": r"\(\leq\)", "≥": r"\(\geq\)",
    "−": r"\(-\)", "–": "--", "—": "---", "²": r"\(^{2}\)", "³": r"\(^{3}\)", "°": r"\(^{\circ}\)", "·": r"\(\cdot\)",
    "√": r"\(\surd\)", "∞": r"\(\infty\)", "→": r"\(\to\)", "⋉": r"\(\ltimes\)", "µ": r"\(\mu\)", "\n": " ", "\t": " ",
    "-": "-", "'": "'", "`": r"\textasciigrave{}",
}  # fmt: skip
#: Greek letters that have a macro of their name.
_GREEK = frozenset(
    {
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
        "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
        "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
    }
)  # fmt: skip

_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?|\d+\.\d*"
_TOKEN = re.compile(
    rf"""
    \((?P<pair>-?[\d.]+)\ ±\ (?P<pair_error>[\d.]+)\)e(?P<pair_power>[+-]?\d+)
  | (?<!\S)−(?P<down>(?:{_NUMBER})(?:e[+-]?\d+)?)\ \+(?P<up>(?:{_NUMBER})(?:e[+-]?\d+)?)(?!\S)
  | (?<!\S)±\ (?P<both>(?:{_NUMBER})(?:e[+-]?\d+)?)(?!\S)
  | (?<![\w.])(?P<value>[-−]?(?:{_NUMBER}))\ ±\ (?P<error>(?:{_NUMBER})(?:e[+-]?\d+)?)(?![\w])
  | (?<![\w.)])(?P<mantissa>[-−]?(?:{_NUMBER}))e(?P<power>[+-]?\d+)(?!\w)
  | (?<![\w.)])(?P<plain>[-−](?:{_NUMBER})|\d+(?:,\d{{3}})+(?:\.\d+)?|\d+\.\d+)(?![\w.]\w)
  | (?<!\w)(?P<algebra>i?so|sl|su|sp|gl|u|o|e)\((?P<of>\d+(?:,\d+)?(?:,[RCH])?)\)
  | (?<!\w)(?P<group>I?SO|SL|SU|Sp|GL|U|O|E)\((?P<in>\d+(?:,\d+)?(?:,[RCH])?)\)
  | (?<!\w)(?P<particle>(?:(?:mu|tau|pi|nu|e|W|K|D|B|p)[+-])+)(?![\w(\[])
  | (?<!\w)(?P<letter>[A-Za-z]|lambda|ilambda)_(?P<index>[A-Za-z0-9]{{1,4}})(?![\w])
  | (?<=\ )\|x(?P<semidirect>)(?=\ )
  | -(?P<arrow>)>
  | \^(?P<exponent>-?\d+)(?!\w)
  | (?<!\w)p(?P<p>)(?=\ [=<>]\ )
    """,
    re.VERBOSE,
)


def latex(text: str) -> str:
    r"""The text, to be set inside a table or a paragraph. Needs siunitx for numbers with errors and powers.

    >>> print(latex("J_z: p < 1e-30, so(1,3)"))
    \(J_{z}\): \(p\) \(<\) \num{e-30}, \(\mathfrak{so}(1,3)\)
    >>> print(latex("mu- pairs, 50 % & more: 1.23 ± 0.05 GeV"))
    \(\mu^{-}\) pairs, 50 \% \& more: \num{1.23 +- 0.05} GeV
    >>> print(latex(r"\input{/etc/passwd}"))
    \textbackslash{}input\{/etc/passwd\}
    """
    text = printable(text, keep="\n\t")
    parts, at = [], 0
    for token in _TOKEN.finditer(text):
        parts += [_escaped(text[at : token.start()]), _typeset(token)]
        at = token.end()
    return "".join([*parts, _escaped(text[at:])])


def _typeset(token: re.Match[str]) -> str:
    kind = next(name for name, found in token.groupdict().items() if found is not None)
    g = {name: found for name, found in token.groupdict().items() if found is not None}
    if kind == "pair":
        return _num(f"{g['pair']} +- {g['pair_error']}", g["pair_power"])
    if kind == "down":
        return rf"\(^{{+{_num(g['up'])}}}_{{-{_num(g['down'])}}}\)"
    if kind == "both":
        return rf"\(\pm\){_num(g['both'])}"
    if kind == "value":
        error, _, power = g["error"].partition("e")
        if power:  # an error so small that it has a power of its own
            return rf"{_num(g['value'])} \(\pm\) {_num(error, power)}"
        return _num(f"{g['value']} +- {error}")
    if kind == "mantissa":
        return _num("" if g["mantissa"] == "1" else g["mantissa"], g["power"])
    if kind == "plain":
        return _num(g["plain"])
    if kind == "algebra":
        return rf"\(\mathfrak{{{g['algebra']}}}({g['of']})\)"
    if kind == "group":
        return rf"\(\mathrm{{{g['group']}}}({g['in']})\)"
    if kind == "particle":
        found = re.findall(r"([A-Za-z]+)([+-])", g["particle"])
        return rf"\({''.join(f'{_letter(name)}^{{{sign}}}' for name, sign in found)}\)"
    if kind == "letter":
        return rf"\({_letter(g['letter'])}_{{{g['index']}}}\)"
    if kind == "exponent":
        return rf"\(^{{{g['exponent']}}}\)"
    return {"semidirect": r"\(\ltimes\)", "arrow": r"\(\to\)"}.get(kind, r"\(p\)")


def _num(number: str, power: str = "") -> str:
    """As siunitx reads it; zero has no sign."""
    number = number.replace(",", "").replace("−", "-")
    number = "0" if number == "-0" else number
    if not power:
        number, _, power = number.partition("e")
    exponent = f"{' ' if '+-' in number else ''}e{int(power)}" if power else ""
    return rf"\num{{{number}{exponent}}}"


def _letter(name: str) -> str:
    name = name.replace("ilambda", "i lambda")
    return " ".join(f"\\{part}" if part in _GREEK else part for part in name.split())


def _escaped(text: str) -> str:
    return "".join(map(_character, text))


def _character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character.isascii():
        return character
    name = unicodedata.name(character, "")
    if name.startswith("GREEK") and " LETTER " in name and (letter := name.split(" LETTER ")[1].lower()):
        letter = letter.replace("lamda", "lambda").replace("final ", "")
        letter = letter.capitalize() if "CAPITAL" in name else letter
        if letter in _GREEK:
            return rf"\(\{letter}\)"
    if "\u00c0" <= character <= "\u017f":  # letters with accents, which every LaTeX has
        return character
    # What is left is written by its nearest letters, or as a question mark: pdflatex stops at a character it lacks.
    nearest = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return "".join(_SPECIAL.get(c, c) for c in nearest) or "?"
