"""Labels with formulas: those that cannot be drawn are told before a run."""

from __future__ import annotations

import pytest

from symhep.errors import CardError
from symhep.plotting.formulas import check_label


@pytest.mark.parametrize(
    "text", ["", "Private work", r"$Z \to \mu\mu$, $\sqrt{s}$ = 13 TeV", r"\$5", "50 %, a_b^c {"]
)
def test_what_can_be_drawn(text: str) -> None:
    check_label(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (r"$\frac{", r"has an unpaired \$; write \\\$ for a dollar sign"),
        ("5 $", r"has an unpaired \$"),
        (r"$\frac{$", "cannot be drawn as a formula: .*frac"),
        (r"$a$ and $\nosuch$", "Unknown symbol"),
        ("$$", "cannot be drawn"),
        ("$x_$", "cannot be drawn"),
    ],
)
def test_what_cannot(text: str, message: str) -> None:
    with pytest.raises(CardError, match=f"^card, line 3: the label .* {message}|^card, line 3: .*{message}"):
        check_label(text, "card, line 3")
