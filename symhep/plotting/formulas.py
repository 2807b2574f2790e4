"""Labels from a card: text with formulas between $ signs, checked before anything is drawn."""

from __future__ import annotations

from symhep.errors import CardError

__all__ = ["check_label"]


def check_label(text: str, where: str | None = None) -> None:
    """Raise `CardError` for a formula that matplotlib cannot set.

    >>> check_label("$Z \\\\to \\\\mu\\\\mu$, 13 TeV")
    """
    dollars = text.count("$") - text.count(r"\$")
    if dollars % 2:
        raise CardError(
            f"the label {text!r} has an unpaired $", where=where, hint=r"write \$ for a dollar sign"
        )
    if not dollars:
        return
    from matplotlib.mathtext import MathTextParser  # a label without a formula should not cost its loading

    try:
        MathTextParser("path").parse(text)
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise CardError(
            f"the label {text!r} cannot be drawn as a formula: {reason[-120:]}", where=where
        ) from error
