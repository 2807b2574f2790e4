"""Keys of answers taken apart: which list, and which row of it."""

from __future__ import annotations

__all__ = ["fields_and_rows"]


def fields_and_rows(key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields of a key, and the rows between its brackets, which may hold brackets themselves.

    >>> fields_and_rows("discrete[P].tests[moments]"), fields_and_rows("named[pt(jets[0])].size")
    ((('discrete', 'tests'), ('P', 'moments')), (('named', 'size'), ('pt(jets[0])',)))
    """
    fields, rows, text, depth = [], [], "", 0
    for character in f"{key}.":
        if character == "[":
            depth += 1
            if depth == 1:
                fields.append(text)
                text = ""
                continue
        elif character == "]":
            depth -= 1
            if depth == 0:
                rows.append(text)
                text = ""
                continue
        elif character == "." and depth == 0:
            if text:
                fields.append(text)
            text = ""
            continue
        text += character
    return tuple(fields), tuple(rows)
