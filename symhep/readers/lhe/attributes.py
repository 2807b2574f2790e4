"""The attributes of an XML tag: between quotes '>' is text, and so is the other kind of quote."""

from __future__ import annotations

import re
from xml.sax.saxutils import unescape

__all__ = ["ATTRIBUTES", "attributes", "words"]

#: What may stand between a tag's name and its '>', as a pattern for `re`. Possessive: a match is never tried twice.
ATTRIBUTES = rb"""(?:[^<>'"]++|"[^"<]*+"|'[^'<]*+'|['"])*+"""
_ONE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def attributes(text: bytes) -> dict[str, str]:
    """Name -> value of the attributes in ``text``, what stands between a tag's name and its '>'.

    >>> attributes(b''' id="it's" note='a>b' MUR = "2.0" ''')
    {'id': "it's", 'note': 'a>b', 'MUR': '2.0'}
    """
    return {words(name): words(double or single) for name, double, single in _ONE.findall(text)}


def words(text: bytes) -> str:
    """Text of a file without the blanks around it, its XML entities resolved.

    >>> words(b" pt &gt; 20 ")
    'pt > 20'
    """
    plain = text.decode("utf-8", "replace").strip()
    return unescape(plain, {"&apos;": "'", "&quot;": '"'}) if "&" in plain else plain
