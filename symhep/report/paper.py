"""Sentences for a paper: what was done, on what, with which settings, in which versions, and what to cite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symhep.card.schema import DatasetCard, FeatureCard, RunCard
from symhep.methods.reference import Reference
from symhep.report.numbers import number, rows

__all__ = ["PaperView", "bibtex", "cite_key", "latex", "paper"]


@dataclass(frozen=True)
class PaperView:
    """Paragraphs as plain text, the same for LaTeX, and BibTeX entries."""

    paragraphs: tuple[str, ...]
    latex: str
    bibtex: str


def paper(
    card: RunCard,
    datasets: Mapping[str, Mapping[str, Any]],
    outcomes: Mapping[str, Mapping[str, Any]],
    provenance: Mapping[str, Any],
    references: Sequence[Reference],
) -> PaperView:
    """From the card, `datasets` of cutflow.json, `methods` of results.json, and the run that computed them."""
    paragraphs = [
        " ".join(_samples(card, datasets)),
        " ".join(_selections(card, datasets)),
        *(" ".join(_method(card, name, outcomes)) for name in card.methods),
        " ".join(_software(provenance)),
    ]
    kept = tuple(p for p in paragraphs if p)
    cited = ", ".join(cite_key(r) for r in references)
    text = "\n\n".join(map(latex, kept))
    return PaperView(
        kept, f"{text} \\cite{{{cited}}}" if cited else text, "\n\n".join(map(bibtex, references))
    )


def _samples(card: RunCard, datasets: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    for role, words in (
        ("data", "Collision data"),
        ("simulation", "Simulated events"),
        (None, "Events"),
    ):
        told = [
            _sample(name, card.datasets[name], account)
            for name, account in datasets.items()
            if name in card.datasets and card.datasets[name].role == role
        ]
        if told:
            yield f"{words}: {_and(told)}."
    scaled = any(d.xsec_pb is not None for d in card.datasets.values())
    if card.luminosity_fb is not None and scaled:
        yield (f"Simulated events are normalised to an integrated luminosity of {card.luminosity_fb:g} fb⁻¹.")


def _sample(name: str, described: DatasetCard, account: Mapping[str, Any]) -> str:
    told = [f"{number(account.get('events_read'))} events"]
    if described.xsec_pb is not None:
        told.append(f"cross-section {described.xsec_pb:g} pb")
    if described.variations:
        told.append(f"systematic variations {_and(described.variations)}")
    return f"{name} ({', '.join(told)})"


def _selections(card: RunCard, datasets: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    asked: dict[str, list[str]] = {}
    for method in card.methods.values():
        for region in method.regions:
            names = asked.setdefault(card.regions[region], [])
            names += [] if region in names else [region]
        own = card.features[method.features].selection
        if own is not None:
            asked.setdefault(own, [])
    for selection, regions in asked.items():
        cuts = "; ".join(f"{cut.name} ({cut.cut})" for cut in card.selections[selection])
        left = [
            f"{number(flow[-1]['events'])} events of {name}"
            for name, account in datasets.items()
            if len(flow := list((account.get("selections") or {}).get(selection) or [])) > 1
        ]
        whose = f"region{'s' * (len(regions) > 1)} {_and(regions)}" if regions else f"selection {selection}"
        yield f"The {whose} requires {cuts or 'nothing'}" + (f", leaving {_and(left)}." if left else ".")


def _method(card: RunCard, name: str, outcomes: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    own = {k: o for k, o in outcomes.items() if k.partition("/")[0] == name}
    if not own:
        return
    method, feature = card.methods[name], card.features[card.methods[name].features]
    on = f" of {_and(method.datasets)}" if method.datasets else ""
    relative = f", relative to {_and(method.reference)}," if method.reference else ""
    where = (
        f" in the region{'s' * (len(method.regions) > 1)} {_and(method.regions)}" if method.regions else ""
    )
    what = f"the features {method.features}{on}{relative}{where}"
    yield f"{name}: the method {method.use} was applied to {what}: {_features(feature)}."
    given = [f"{key} = {text}" for key, text in rows(method.options)] if method.options else []
    yield f"Options given: {'; '.join(given)}." if given else "All options have their default values."
    levels = {
        o["summary"]["significance_level"]
        for o in own.values()
        if "significance_level" in (o.get("summary") or {})
    }
    if levels:
        yield f"Tests control the family-wise error rate at the level {_and(f'{x:g}' for x in sorted(levels))}."
    varied = [v for o in own.values() if (v := o.get("variations"))]
    if varied:
        names = dict.fromkeys(row["name"] for v in varied for row in v["variations"])
        how = "repeating the fit" if varied[0]["how"] == "fit" else "evaluating the nominal fit"
        yield f"Systematic uncertainties ({_and(names)}) were obtained by {how} on the varied events."
    if blind := [k.partition("/")[2] or "all events" for k, o in own.items() if o.get("status") == "blind"]:
        yield f"Collision data were blinded in {_and(blind)}."


def _features(feature: FeatureCard) -> str:
    of = f" of {feature.object}" if feature.object else ""
    seen = (
        f", with {_and(feature.spectators)} as spectator{'s' * (len(feature.spectators) > 1)}"
        if feature.spectators
        else ""
    )
    return f"{_and(feature.vars)}{of}{seen}"


def _software(provenance: Mapping[str, Any]) -> Iterable[str]:
    if "symhep" not in provenance:
        return
    packages = provenance.get("packages") or {}
    told = _and(f"{name} {version}" for name, version in packages.items())
    yield (
        f"The analysis was performed with symhep {provenance['symhep']}, Python {provenance.get('python', '?')}"
        + (f", and {told}" if told else "")
        + (f"; the random seed is {provenance['seed']}." if "seed" in provenance else ".")
    )


def _and(names: Iterable[str]) -> str:
    """A list in words.

    >>> _and(["a", "b", "c"]), _and(["a"])
    ('a, b and c', 'a')
    """
    *first, last = list(names)
    return f"{', '.join(first)} and {last}" if first else last


_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "_": r"\_", "&": r"\&", "%": r"\%", "#": r"\#", "$": r"\$",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": "$<$", ">": "$>$", "±": r"$\pm$", "−": "$-$",
    "×": r"$\times$", "–": "--", "≥": r"$\geq$", "≤": r"$\leq$", "²": "$^{2}$",
}  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def latex(text: str) -> str:
    """Plain text as LaTeX sets it.

    >>> latex("59.7 fb⁻¹, 5 % of e_1 < 3")
    '59.7 fb$^{-1}$, 5 \\\\% of e\\\\_1 $<$ 3'
    """
    pieces = re.split("([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", text)
    return "".join(
        f"$^{{{piece.translate(_RAISED)}}}$" if i % 2 else "".join(_LATEX.get(c, c) for c in piece)
        for i, piece in enumerate(pieces)
    )


def cite_key(reference: Reference) -> str:
    """The first author's name, and arXiv number or DOI.

    >>> cite_key(Reference("V. Sanz", "Learning symmetries in datasets", "2025", arxiv="2504.05174"))
    'Sanz:2504.05174'
    """
    first = re.split(r",| and | et al| \(", reference.authors)[0].split()
    name = "".join(c for c in (first[-1] if first else "unknown") if c.isascii() and c.isalnum())
    number_ = reference.arxiv or reference.doi or reference.title.split()[0]
    return f"{name}:{re.sub(r'[^A-Za-z0-9.:-]', '-', number_)}"


def bibtex(reference: Reference) -> str:
    """A BibTeX entry."""
    year = re.findall(r"\b(1[89]\d\d|20\d\d)\b", reference.journal)
    fields = {
        "author": re.sub(r" et al\.?", " and others", reference.authors).replace(", ", " and "),
        "title": f"{{{reference.title}}}",
        "note": reference.journal,
        "year": year[-1] if year else "",
        "eprint": reference.arxiv,
        "archiveprefix": "arXiv" if reference.arxiv else "",
        "doi": reference.doi,
    }
    lines = [f"  {key} = {{{value}}}," for key, value in fields.items() if value]
    return "\n".join([f"@misc{{{cite_key(reference)},", *lines, "}"])
