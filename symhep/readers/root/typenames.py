"""C++ names of types that hold numbers, one list of them per event, or arrays of a fixed length."""

from __future__ import annotations

import re

__all__ = ["number_type"]

_NUMPY = {
    "bool": "bool",
    "char": "int8",
    "unsigned char": "uint8",
    "short": "int16",
    "unsigned short": "uint16",
    "int": "int32",
    "unsigned int": "uint32",
    "float": "float32",
    "double": "float64",
    "Double32_t": "float64",
    "Float16_t": "float32",
    **{f"{sign}int{bits}_t": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}
_STD = re.compile(r"\b(?:std|ROOT|ROOT::VecOps)::(?=[a-zA-Z])")
_LIST = re.compile(r"^(?:vector|RVec|VecOps::RVec)<(?P<inner>[\w: ]+)>$")
_FIXED = re.compile(r"^array<(?P<inner>[\w: ]+),\s*(?P<size>\d+)>$")
_COUNT = re.compile(r"^RNTupleCardinality<(?P<inner>\w+)>$")
_ARRAY = re.compile(r"^(?P<base>[\w: ]+?)(?P<list>\[\])?(?P<inner>(?:\[\d+\])*)$")


def number_type(typename: str) -> tuple[str, int] | None:
    """The numbers' type in numpy's words and their depth (0: per event, 1: a list per event); None for all else.

    >>> number_type("std::vector<float>"), number_type("ROOT::VecOps::RVec<std::int32_t>")
    (('float32', 1), ('int32', 1))
    >>> number_type("float[][5]"), number_type("std::array<double,3>"), number_type("TLorentzVector")
    (('float32[5]', 1), ('float64[3]', 0), None)
    """
    name = _STD.sub("", typename).strip()
    if match := _LIST.match(name):
        name = match["inner"] + "[]"
    elif match := _FIXED.match(name):
        name = f"{match['inner']}[{match['size']}]"
    elif match := _COUNT.match(name):
        name = match["inner"]
    match = _ARRAY.match(name)
    if match is None or match["base"] not in _NUMPY:
        return None
    return _NUMPY[match["base"]] + match["inner"].replace("][", ","), int(bool(match["list"]))
