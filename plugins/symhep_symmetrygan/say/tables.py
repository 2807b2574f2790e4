"""Tables of the report, made from the summary alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from symhep.methods.p_values import short_p
from symhep.methods.result import Table
from symhep_symmetrygan.say.counts import with_error

__all__ = ["tables"]

Summary = Mapping[str, Any]

#: Subgroups of a large catalogue that a page can hold.
LISTED = 40


def tables(s: Summary) -> dict[str, Table]:
    """Projections, components, generators, subgroups, discrete elements; only those that have rows."""
    found = {
        "projections": _projections(s), "components": _components(s), "generators": _generators(s),
        "subgroups": _subgroups(s), "discrete": _discrete(s),
    }  # fmt: skip
    return {name: table for name, table in found.items() if table.rows}


def _p(row: Summary, adjusted: bool = False) -> str | None:
    """A p-value as text, since 1e-400 is no number; None where nothing was tested."""
    key = "log10_p_adjusted" if adjusted else "log10_p"
    return None if row[key] is None else short_p({"log10_p": row[key]})


def _verdict(row: Summary) -> str:
    if row["rejected"] is None:
        return "not tested"
    return "rejected" if row["rejected"] else "survives"


def _projections(s: Summary) -> Table:
    kl = s["kl"]
    rows = () if kl is None else tuple(_projection(kl, j) for j in range(len(kl["projections"])))
    return Table(
        ("projection", "found, as trained", "found, refined", "kept", "random", "noise", "as trained / noise"), rows,
        "KL divergence after against before on held-out events, in nats: means over elements, with their errors "
        f"in units of the last digit; {'' if kl is None else kl['bins']} bins.",
    )  # fmt: skip


def _projection(kl: Summary, j: int) -> tuple[Any, ...]:
    means = [
        with_error(kl[kind]["mean"][j], kl[kind]["error"][j]) if kl[kind]["number"] else None
        for kind in ("symmetry", "refined", "kept", "random", "noise")
    ]
    ratio = None if kl["ratio"] is None or kl["ratio"][j] is None else float(f"{kl['ratio'][j]:.3g}")
    return (kl["projections"][j], *means, ratio)


def _components(s: Summary) -> Table:
    rows = tuple(
        (
            c["name"], c["elements"], c["action"], _p(c), _p(c, adjusted=True), _verdict(c),
            _loss(c["posthoc_loss"]),
            _numbers(c["kl"]),
        )
        for c in s["components"]
    )  # fmt: skip
    names = [] if s["kl"] is None else s["kl"]["projections"]
    of = f" ({', '.join(names)})" if names else ""
    return Table(
        ("component", "elements", "generators", "p", "adjusted p", "verdict", "post-hoc loss", "KL divergences"), rows,
        f"Components that the found elements fall into. Losses: 2 ln 2 = 1.3863 is a symmetry. KL in nats{of}.",
    )  # fmt: skip


def _generators(s: Summary) -> Table:
    labels = list(dict.fromkeys(label for g in s["generators"] for label in g["coefficients"]))
    rows = tuple(
        (
            g["label"],
            *(
                with_error(g["coefficients"][label], g["errors"][label])
                if label in g["coefficients"]
                else None
                for label in labels
            ),
        )
        for g in s["generators"]
    )
    return Table(
        ("symmetry", *labels), rows,
        "Generators of the group that the found elements form, of length 1; standard errors in units of the last "
        "digit.",
    )  # fmt: skip


def _subgroups(s: Summary) -> Table:
    largest = {row["name"] for row in s["maximal_subgroups"]}
    order = sorted(s["subgroups"], key=_standing)
    rows = tuple(
        (
            row["name"], row["dimension"], row["algebra"], _numbers(row["kl"]), _loss(row["posthoc_loss"]), _p(row),
            _p(row, adjusted=True), _fate(row, largest),
        )
        for row in order[:LISTED]
    )  # fmt: skip
    more = f" The first {LISTED} of {len(order)}." if len(order) > LISTED else ""
    return Table(
        ("subgroup", "dimension", "algebra", "KL divergences", "post-hoc loss", "p", "adjusted p", "verdict"), rows,
        "Subgroups: classes in any direction, and single generators at their own place; p-values on held-out events, "
        f"adjusted by Holm's method.{more}",
    )  # fmt: skip


def _numbers(values: Iterable[float] | None) -> str | None:
    return None if values is None else ", ".join(f"{value:.2g}" for value in values)


def _loss(loss: Summary | None) -> str | None:
    return None if loss is None else with_error(loss["value"], loss["error"])


def _standing(row: Summary) -> tuple[bool, int, int]:
    """Classes first; survivors first, the largest on top."""
    if row["survives"]:
        return row["family"] != "classes", 0, -int(row["dimension"])
    return row["family"] != "classes", 1 + (row["log10_p"] is None), int(row["dimension"])


def _fate(row: Summary, largest: Iterable[str]) -> str:
    if row["how"] == "candidates":
        return "not among the candidates"
    if row["rejected"]:
        return f"rejected: holds {', '.join(row['by'])}" if row["how"] == "implied" else "rejected"
    if row["limit_of"]:
        return f"as near as one likes to {', '.join(row['limit_of'])}"
    if row["rejected"] is None:
        return "not tested"
    return (
        "survives, in no larger one" if row["name"] in largest and row["family"] == "classes" else "survives"
    )


def _discrete(s: Summary) -> Table:
    rows = tuple(
        (d["name"], d["meaning"], _p(d), _p(d, adjusted=True), _asymmetry(d["asymmetry"]), _outcome(d))
        for d in s["discrete"]
    )
    return Table(
        ("element", "meaning", "p", "adjusted p", "asymmetry", "verdict"), rows,
        "Discrete elements that the card names, on held-out events; asymmetry of what a classifier learned, 95 % "
        "interval.",
    )  # fmt: skip


def _asymmetry(a: Summary | None) -> str | None:
    if a is None or a["value"] is None:
        return None
    return f"{100 * a['value']:.2g} % ({100 * a['low']:.2g} to {100 * a['high']:.2g} %)"


def _outcome(d: Summary) -> str:
    if d["trivial"]:
        return "moves no event"
    return f"{_verdict(d)}, as {d['same_as']}" if d["same_as"] else _verdict(d)
