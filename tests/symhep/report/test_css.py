"""Colours of the page: text can be read on its ground, in the light and in the dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import symhep.report

CSS = (Path(symhep.report.__file__).parent / "report.css").read_text()
#: Text on its ground.
PAIRS = [
    *((colour, "ground") for colour in ("ink", "soft", "accent", "warn", "bad", "good")),
    *((colour, "wash") for colour in ("ink", "soft", "accent")),
    *((colour, "warn-wash") for colour in ("ink", "soft", "accent", "warn")),
    *((colour, "bad-wash") for colour in ("ink", "soft", "accent", "bad")),
]


def variables(dark: bool) -> dict[str, str]:
    light, _, rest = CSS.partition("@media screen and (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", rest)) if dark else found


def luminance(colour: str) -> float:
    """WCAG 2.1, relative luminance."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_readable_in_both_modes(dark: bool) -> None:
    colours = variables(dark)
    assert luminance(colours["ground"]) < 0.02 if dark else luminance(colours["ground"]) == 1.0
    low = {pair: round(c, 2) for pair in PAIRS if (c := contrast(colours[pair[0]], colours[pair[1]])) < 4.5}
    assert not low


def test_no_colour_of_a_text_or_ground_is_left_out_of_the_modes() -> None:
    """Outside of the variables there are the white ground of figures, and the dialog that shows one."""
    rules = [rule for rule in re.findall(r"([^{}]+)\{([^{}]*)\}", CSS) if ":root" not in rule[0]]
    plain = {selector.strip() for selector, body in rules if re.search(r"#[0-9a-fA-F]{3,6}\b", body)}
    assert plain == {"figure img", "dialog", "dialog button", ".thumb img"}
