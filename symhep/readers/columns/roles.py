"""What a column is for, by its name and type: a quantity, a weight, a counter, a flag, or an identifier."""

from __future__ import annotations

import re

from symhep.readers.interface import Role

__all__ = ["role_of"]

#: How much an event counts, and what it is made of: scale factors, cross-sections, sums over the sample.
_WEIGHT = re.compile(
    r"weight|wgt|^(w|wt|sf)$|_(w|wt|sf)$|^sf_|scale_?factor|x_?sec(tion)?s?([\W_]|$)|cross_?section"
    r"|sum_?(of)?_?w|k_?factor|filt(er)?_?eff|prescale",
    re.IGNORECASE,
)
_FLAG = re.compile(
    r"^(is|has|pass(es|ed)?|trig|HLT|L1|Flag|flag|label|truth_?label|veto|good)(_|[A-Z]|$)"
    r"|(^|[\W_])(is|has|pass)_\w|(^|_)label(s|_\w+)?$|(_|[.:])(flag|mask|bit|bits)s?$|trigger|(Id|ID)$"
)
_ID = re.compile(
    r"^(run|event|evt|lumi|ls|luminosity_?block|bunch(_?crossing)?|bx|orbit|entry|index|seed|dsid|token|timestamp)$"
    r"|(run|event|evt|lumi|lbn|channel|mc_?channel|orbit|block|random)_?(number|num|no|nr|id|time(stamp)?)($|[\W_])"
    r"|bunch_?(cross\w*|id)|luminosity_?block|lumi_?block|time_?stamp|unnamed"
    r"|(^|[\W_])(pdg(_?id)?|pid|status|barcode|(\w*_)?(idx|index))(\d*|_\w*)$|(idx|index)(g|es|ices)?\d*$|pdg_?id$",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    r"^(n|N|num|nr|n_?of)(_|[A-Z])|^n(?!u)\w*s$|^mult(iplicity)?(_|$)|(_|[.:])(n|num|size|count|counts|mult)$"
    r"|(^|_)n_?(b?jet|mu|muon|el|electron|lep|lepton|tau|ph|photon|track|trk|charged|neutral|part|particle|vtx|pv|hit|tag)s?$"
)


def role_of(name: str, kind: str = "float64") -> Role:
    """The role of a column called ``name`` that holds numbers of the type ``kind``.

    >>> [role_of(n) for n in ("mcWeight", "nJet", "HLT_mu24", "eventNumber", "met_et", "m_jj")]
    ['weight', 'counter', 'flag', 'id', 'number', 'number']
    >>> role_of("signal", "bool")
    'flag'
    """
    short = name.rpartition("/")[2]
    last = re.split(r"[.:]", short)[-1]
    if kind.startswith("bool"):
        return "flag"
    for role, expression in _ROLES:
        if expression.search(short) or expression.search(last):
            return role
    return "number"


_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("weight", _WEIGHT),
    ("id", _ID),
    ("flag", _FLAG),
    ("counter", _COUNTER),
)
