"""Names of columns taken apart: which coordinate of which object of which family a name speaks of.

``Jet_Px``, ``jet.pt``, ``metPhi``, ``MCParticles.momentum.x`` have the leaf at the end; ``pt_mu``, ``pxj1`` at the
start; a number may be anywhere: ``lep1_pt``, ``pt_1``, ``jet_E_0``. What is left of a name without its leaf and
number, ('lep', '_'), is its pattern; columns of one pattern belong together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from symhep.readers.columns.spellings import spellings

__all__ = ["NUMBER", "Pattern", "Reading", "readings"]

_SEPARATORS = "._:"
#: Stands for the number in a pattern.
NUMBER = "\0"
_XAOD = re.compile(r"(?<=\w)Aux(Dyn)?(?=[._:]|$)")
_P4 = re.compile(r"(?<=\w)[._:]?p4$", re.IGNORECASE)
#: Spellings that say enough to be found without a separator, as in 'jetpt' or 'ptj1'.
_LONG = frozenset({"px", "py", "pz", "pt", "eta", "phi", "mass", "energy"})
_ONE = re.compile(
    "|".join(
        re.escape(name).replace(r"\.", "[._:]") for name in sorted(spellings(), key=lambda n: (-len(n), n))
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pattern:
    """What stands before and after the leaf; `NUMBER` for the number of the object, if it has one."""

    before: str
    after: str

    @property
    def numbered(self) -> bool:
        """Do the names differ by the number of the object?"""
        return NUMBER in self.before + self.after

    @property
    def family(self) -> str:
        """The name of the family without separators.

        >>> Pattern("lep" + NUMBER + "_", "").family, Pattern("", "_mu").family, Pattern("jetp4.", "").family
        ('lep', 'mu', 'jet')
        """
        parts = [
            re.sub(rf"[{_SEPARATORS}]*{NUMBER}[{_SEPARATORS}]*", "_", p) for p in (self.before, self.after)
        ]
        name = "_".join(p for p in (part.strip(_SEPARATORS) for part in parts) if p)
        return _P4.sub("", _XAOD.sub("", name)).strip(_SEPARATORS)

    @property
    def stem(self) -> str | None:
        """What the names of a family begin with whose vectors are called p4: 'jet' of 'jetp4.'; None of others."""
        before = self.before.rstrip(_SEPARATORS)
        return None if self.after or not _P4.search(before) else _P4.sub("", before)

    def leaf(self, name: str) -> tuple[str, int | None] | None:
        """The leaf and number of a column of this pattern; None for a column of another.

        >>> Pattern("", "j" + NUMBER).leaf("tau21j1"), Pattern("Jet_", "").leaf("Jet_btag")
        (('tau21', 1), ('btag', None))
        """
        # Of hundreds of numbered columns nearly none fits: a regular expression for each would take seconds.
        if (
            not name.startswith(self.before.partition(NUMBER)[0])
            or not name.endswith(self.after.rpartition(NUMBER)[2])
            or len(name) <= len(self.before + self.after)
        ):
            return None
        match = _expression(self.before, self.after).fullmatch(name)
        if match is None or not re.search("[A-Za-z]", match["leaf"]):
            return None
        leaf: str = match["leaf"].strip(_SEPARATORS)
        if not self.numbered and not self._separated(match["leaf"]):
            return None
        return leaf, int(match["number"]) if self.numbered else None

    def _separated(self, found: str) -> bool:
        """'Jet_' + 'btag', 'jet' + 'Mass', 'charge' + '_mu', but not 'jet' + 'ty'."""
        if self.before and not self.after:
            return self.before[-1] in _SEPARATORS or found[0] in _SEPARATORS or found[0].isupper()
        return bool(self.after) and (self.after[0] in _SEPARATORS or self.after[0].isupper())


@cache
def _expression(before: str, after: str) -> re.Pattern[str]:
    number = re.escape(NUMBER)
    before, after = (re.escape(part).replace(number, r"(?P<number>\d+)") for part in (before, after))
    return re.compile(before + "(?P<leaf>.+?)" + after)


@dataclass(frozen=True)
class Reading:
    """One way to read a name: its pattern, the spelling of its coordinate, the number of its object."""

    pattern: Pattern
    leaf: str
    number: int | None = None


def readings(name: str) -> Iterator[Reading]:
    """All ways in which a name may speak of a coordinate.

    >>> [(r.pattern.family, r.leaf, r.number) for r in readings("lep1_pt")]
    [('lep1', 'pt', None), ('lep', 'pt', 1)]
    """
    for start in range(len(name)):
        match = _ONE.match(name, start)
        while match is not None:
            end = match.end()
            if _stands_alone(name, start, end):
                before, after = name[:start], name[end:]
                yield Reading(Pattern(before, after), match[0])
                for run in re.finditer(r"\d+", before):
                    cut = before[: run.start()] + NUMBER + before[run.end() :]
                    yield Reading(Pattern(cut, after), match[0], int(run[0]))
                for run in re.finditer(r"\d+", after):
                    cut = after[: run.start()] + NUMBER + after[run.end() :]
                    yield Reading(Pattern(before, cut), match[0], int(run[0]))
            # 'p' is found in 'pt', 'e' in 'energy' too, where the longer one does not fit.
            match = _ONE.fullmatch(name, start, end - 1) if end - start > 1 else None


def _stands_alone(name: str, start: int, end: int) -> bool:
    """Is name[start:end] a word of its own, by separators, digits or capitals, or long enough to be one?"""
    before, word, after = name[:start], name[start:end], name[end:]
    left = not before or before[-1] in _SEPARATORS or before[-1].isdigit()
    left = left or (before[-1].islower() and word[0].isupper())
    right = not after or after[0] in _SEPARATORS + "[" or after[0].isdigit()
    if left and right:
        return True
    if word.lower() not in _LONG:
        return False
    return (right and not after) or (not before and bool(re.fullmatch(r"[A-Za-z]\w{0,11}", after)))
