"""A scan in a sentence and as a table."""

from __future__ import annotations

from symhep.hypotheses.discrete.scan_record import DiscreteScan, OrderRow
from symhep.hypotheses.headings import ADJUSTED, UNADJUSTED
from symhep.methods.enumeration import several
from symhep.methods.p_values import bound_text, p_text
from symhep.methods.result import Statement
from symhep.methods.table import Table

__all__ = ["scan_statement", "scan_table"]


def scan_statement(scan: DiscreteScan | None, figure: str = "scan") -> Statement | None:
    """Result of the scan; None: there was none."""
    if scan is None:
        return None
    alive, failed = (
        [r for r in scan.cyclic_groups if r.survives],
        [r for r in scan.cyclic_groups if not r.survives],
    )
    told = f"Scan of {scan.generator}, Z_{scan.cyclic_groups[0].order} to Z_{scan.cyclic_groups[-1].order}: "
    if scan.verdict == "trivial":
        told += "it acts trivially on these events; not tested"
    elif scan.verdict == "continuous":
        least = min((r for r in alive if r.log10_p_adjusted is not None), key=_adjusted)
        told += (
            f"all orders are compatible (smallest adjusted {p_text(least.p_adjusted)}), as expected for "
            f"{scan.name}"
        )
    elif scan.verdict == "none":
        told += f"all orders are violated ({_worst(failed)})"
    elif scan.verdict == "cyclic":
        kept = next(r for r in alive if r.order == scan.order)
        p = f" (adjusted {p_text(kept.p_adjusted)})" if kept.log10_p_adjusted is not None else ""
        told += (
            f"compatible with {scan.name}{p}; all orders that do not divide {scan.order} are violated "
            f"({_worst(failed)})"
        )
    else:
        names = several([f"Z_{r.order}" for r in alive])
        told += (
            f"{names} are compatible, which no single group of order up to {scan.cyclic_groups[-1].order} "
            "allows; more events are needed"
            if len(alive) > 1
            else f"{names} is compatible, but its subgroups are violated; more events are needed"
        )
    evidence = {
        "generator": scan.generator, "verdict": scan.verdict, "order": scan.order,
        "survive": [r.order for r in alive],
    }  # fmt: skip
    return Statement(f"{told}.", evidence, figure)


def scan_table(scan: DiscreteScan | None) -> Table:
    """One row for each order."""
    rows = () if scan is None else scan.cyclic_groups
    names = list(dict.fromkeys(name for row in rows for name in row.tests))
    cells = [(f"Z_{r.order}", *(r.tests.get(n) for n in names), r.p, r.p_adjusted, _told(r)) for r in rows]
    of = "" if scan is None else f" of {scan.generator}"
    return Table.of(
        ("group", *(f"p, {name}" for name in names), UNADJUSTED, ADJUSTED, "verdict"), cells,
        f"Cyclic groups{of}; p-values adjusted for the number of groups (Holm; Z_q implies its subgroups).",
    )  # fmt: skip


def _told(row: OrderRow) -> str:
    if row.how == "trivial":
        return "acts trivially on these events"
    if row.how == "support":
        return f"excluded by the support: {row.why}"
    return "violated" if row.rejected else "compatible"


def _worst(failed: list[OrderRow]) -> str:
    tested = [r for r in failed if r.log10_p_adjusted is not None]
    if not tested:
        return "they do not preserve the surface on which the events lie"
    worst = bound_text(max(map(_adjusted, tested)))
    return f"adjusted {worst}{' or less' if len(tested) > 1 and worst.startswith('p =') else ''}"


def _adjusted(row: OrderRow) -> float:
    return 0.0 if row.log10_p_adjusted is None else row.log10_p_adjusted
