"""Sentences for a paper say what the card and the results say."""

from __future__ import annotations

from symhep.card.schema import RunCard
from symhep.methods.reference import Reference
from symhep.report.paper import bibtex, paper

SANZ = Reference("V. Sanz", "Learning symmetries in datasets", "2025", arxiv="2504.05174")


def test_sentences() -> None:
    card = RunCard.model_validate(
        {
            "symhep": 1,
            "datasets": {
                "data": {"files": "d.root", "role": "data"},
                "dy": {"files": "m.root", "role": "simulation", "xsec_pb": 6077},
            },
            "luminosity_fb": 59.7,
            "selections": {"ee": [{"name": "two", "cut": "count(electrons) == 2"}]},
            "regions": {"inclusive": "ee"},
            "features": {"plane": {"vars": ["px_1", "py_1"], "spectators": ["njets"]}},
            "methods": {
                "symmetries": {
                    "use": "moments", "features": "plane", "datasets": "data", "reference": "dy",
                    "regions": ["inclusive"], "options": {"level": 0.05},
                }
            },
        }
    )  # fmt: skip
    flow = [{"name": "all", "events": 900}, {"name": "two", "events": 120}]
    view = paper(
        card,
        {"data": {"events_read": 900, "selections": {"ee": flow}}, "dy": {"events_read": 5000}},
        {"symmetries/inclusive": {"status": "ok", "summary": {"significance_level": 0.05}}},
        {"symhep": "0.2.0", "python": "3.12.1", "packages": {"numpy": "2.4"}, "seed": 7},
        [SANZ],
    )
    assert view.paragraphs == (
        "Collision data: data (900 events). Simulated events: dy (5,000 events, cross-section 6077 pb). Simulated "
        "events are normalised to an integrated luminosity of 59.7 fb⁻¹.",
        "The region inclusive requires two (count(electrons) == 2), leaving 120 events of data.",
        "symmetries: the method moments was applied to the features plane of data, relative to dy, in the region "
        "inclusive: px_1 and py_1, with njets as spectator. Options given: level = 0.05. Tests control the family-wise "
        "error rate at the level 0.05.",
        "The analysis was performed with symhep 0.2.0, Python 3.12.1, and numpy 2.4; the random seed is 7.",
    )
    assert r"px\_1 and py\_1" in view.latex
    assert "59.7 fb$^{-1}$" in view.latex
    assert view.latex.endswith(r"\cite{Sanz:2504.05174}")


def test_bibtex() -> None:
    assert bibtex(SANZ).splitlines() == [
        "@misc{Sanz:2504.05174,",
        "  author = {V. Sanz},",
        "  title = {{Learning symmetries in datasets}},",
        "  note = {2025},",
        "  year = {2025},",
        "  eprint = {2504.05174},",
        "  archiveprefix = {arXiv},",
        "}",
    ]
