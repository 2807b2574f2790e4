"""Names of the two p-values of a hypothesis in tables, axes and sentences."""

from __future__ import annotations

__all__ = ["ADJUSTED", "UNADJUSTED"]

#: Of the hypothesis on its own; adjusted for the number of hypotheses of its family. In sentences: 'p', 'adjusted p'.
UNADJUSTED, ADJUSTED = "unadjusted p", "adjusted p"
