"""How numbers read in the report: significant digits, uncertainties, durations, sizes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from symhep.methods.notation import superscript, typeset
from symhep.methods.number import ONE_SIGMA, interval
from symhep.methods.number import with_error as number_with_error

__all__ = [
    "column",
    "duration",
    "megabytes",
    "moment",
    "number",
    "percent",
    "rows",
    "size",
    "with_error",
]

#: Longer lists are cut in the page; result.json has them whole.
SHOWN = 24


def number(value: Any) -> str:
    """A scalar for people: four significant digits, thousands apart, a dash for nothing.

    >>> [number(v) for v in (10000, 0.123456, 1.5e-7, None, True, "so(3)")]
    ['10,000', '0.1235', '1.5 × 10⁻⁷', '–', 'yes', 'so(3)']
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    if isinstance(value, float):
        return _real(value)
    return str(value)


def column(values: Sequence[Any]) -> list[str]:
    """The cells of a table's column; real numbers get the same number of decimals.

    >>> column([0.85, 0.7754, None]), column([1, 20000]), column(["a", 0.5]), column([1.0, -0.0])
    (['0.8500', '0.7754', '–'], ['1', '20,000'], ['a', '0.5'], ['1', '0'])
    """
    texts = [number(value) for value in values]
    if not any(isinstance(v, float) for v in values) or not all(v is None or _is_number(v) for v in values):
        return texts
    plain = ["×" not in text and text != "–" for text in texts]
    decimals = max(
        (len(t.partition(".")[2]) for t, is_plain in zip(texts, plain, strict=True) if is_plain), default=0
    )
    return [
        f"{round(value, 4) + 0.0:,.{min(decimals, 4)}f}".replace("-", "−") if is_plain else text
        for value, text, is_plain in zip(values, texts, plain, strict=True)
    ]


def with_error(value: float | None, error: float | None) -> str:
    """``value ± error`` as everywhere (`symhep.methods.number.with_error`); the value alone where it has no error.

    >>> with_error(36.9103, 0.2431), with_error(-1e9, 2e6), with_error(3.0, None)
    ('36.91 ± 0.24', '(−1.0000 ± 0.0020) × 10⁹', '3')
    """
    if value is None or error is None or not math.isfinite(value) or not math.isfinite(error) or error <= 0:
        return number(value)
    return typeset(number_with_error(value, error))


def percent(part: float, whole: float) -> str:
    """``part`` of ``whole`` in per cent, or a dash where there is no whole. Only all is 100 %.

    >>> percent(1, 3), percent(5, 5), percent(9999, 10000), percent(0, 0)
    ('33.3 %', '100 %', '99.99 %', '–')
    """
    if not whole:
        return "–"
    share = 100 * part / whole
    digits = 3
    while part < whole and float(f"{share:.{digits}g}") == 100 and digits < 15:
        digits += 1
    return f"{share:.{digits}g} %".replace("-", "−")


def duration(seconds: float) -> str:
    """Seconds in the units a person would use.

    >>> duration(4.21), duration(125), duration(7322)
    ('4.2 s', '2 min 5 s', '2 h 2 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def megabytes(value: float) -> str:
    """Megabytes in the units a person would use.

    >>> megabytes(35.7), megabytes(1496.8)
    ('36 MB', '1.5 GB')
    """
    return f"{value:.0f} MB" if value < 1000 else f"{value / 1000:.1f} GB"


def moment(iso: str) -> str:
    """A time stamp to the minute; anything else as it is.

    >>> moment("2026-01-01T12:30:05+00:00"), moment("yesterday")
    ('2026-01-01 12:30 UTC', 'yesterday')
    """
    try:
        then = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{then:%Y-%m-%d %H:%M %Z}".rstrip()


def size(count: int) -> str:
    """Bytes in decimal units.

    >>> size(512), size(493432), size(2_191_663)
    ('512 B', '493 kB', '2.2 MB')
    """
    if count < 1000:
        return f"{count} B"
    return f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


def rows(content: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Nested JSON as (dotted key, text); values stand together with their uncertainties.

    >>> list(rows({"n": {"value": 3, "low": 3, "high": 4}, "kl": {"mean": [0.1, 0.2], "std": [0.01, 0.02]}}))
    [('n', '3 [3, 4]'), ('kl', '0.100 ± 0.010, 0.200 ± 0.020')]
    """
    if isinstance(content, Mapping):
        text, rest = _with_uncertainty(content)
        if text is not None:
            yield path or "value", text
        for key, value in _paired(rest).items():
            yield from rows(value, f"{path}.{key}" if path else str(key))
        if not content:
            yield path or "–", "none"
    elif isinstance(content, Sequence) and not isinstance(content, str):
        if any(isinstance(item, Mapping) for item in content):
            for i, item in enumerate(content[:SHOWN]):
                yield from rows(item, f"{path}[{i}]")
            if len(content) > SHOWN:
                yield path, _more(len(content))
        else:
            yield (
                path,
                _list([number(i) if not _is_list(i) else f"[{_list(map(number, i))}]" for i in content]),
            )
    else:
        yield path, number(content)


def _with_uncertainty(content: Mapping[str, Any]) -> tuple[str | None, Mapping[str, Any]]:
    if {"value", "low", "high"} <= content.keys():
        rest = _without(content, "value", "low", "high")
        unit = f" {content['unit']}" if content.get("unit") else ""
        if (
            "unit" in content
        ):  # a number of a record: how its interval was obtained is in the schema and in result.json
            rest = _without(rest, "level", "unit", "method")
        value, low, high = (content[k] for k in ("value", "low", "high"))
        if content.get("level") == ONE_SIGMA and _numbers([value, low, high]):
            return with_error(value, (high - low) / 2) + unit, rest
        if _numbers([value, low, high]):
            value, low, high = interval(value, low, high)
        return f"{number(value)} [{number(low)}, {number(high)}]{unit}", rest
    for centre, spread in (("value", "error"), ("mean", "std"), ("value", "std"), ("mean", "error")):
        if {centre, spread} <= content.keys():
            a, b = content[centre], content[spread]
            if _is_number(a) and _is_number(b):
                return with_error(a, b), _without(content, centre, spread)
            if _numbers(a) and _numbers(b) and len(a) == len(b):
                pairs = [with_error(x, y) for x, y in zip(a, b, strict=True)]
                return _list(pairs), _without(content, centre, spread)
    return None, content


def _paired(content: Mapping[str, Any]) -> dict[str, Any]:
    """NAME_mean and NAME_std as one entry NAME."""
    names = {k.removesuffix("_mean") for k in content if k.endswith("_mean")}
    names = {n for n in names if f"{n}_std" in content and n not in content}
    paired: dict[str, Any] = {}
    for key, value in content.items():
        name = key.removesuffix("_mean").removesuffix("_std")
        if name not in names:
            paired[key] = value
        else:
            paired[name] = {"mean": content[f"{name}_mean"], "std": content[f"{name}_std"]}
    return paired


def _without(content: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {k: v for k, v in content.items() if k not in keys}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(value: Any) -> bool:
    return _is_list(value) and all(_is_number(v) for v in value)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _list(items: Any) -> str:
    texts = list(items)
    shown = ", ".join(texts[:SHOWN])
    return f"{shown}, {_more(len(texts))}" if len(texts) > SHOWN else shown or "none"


def _more(total: int) -> str:
    return f"… ({total:,} in all; the rest is in result.json)"


def _real(value: float) -> str:
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e7:
        digits = max(0, 3 - math.floor(math.log10(abs(value))))
        text = f"{value:,.{digits}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace("-", "−")
    # By the decimal form: 10.0**power is 0 below 1e-323, and rounds badly before.
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    return f"{float(mantissa):.4g} × 10{superscript(int(exponent))}".replace("-", "−")
