"""Events observed and expected, with statistical and systematic uncertainties of the sum."""

from __future__ import annotations

from typing import Any

from symhep.card.schema import RunCard
from symhep.report.yields import yields


def _card(**regions: str) -> RunCard:
    jes = {"up": {"objects": {"jets": 1.02}}, "down": {"objects": {"jets": 0.98}}}
    simulation = {"files": "mc.root", "role": "simulation", "xsec_pb": 1.0, "variations": {"jes": jes}}
    return RunCard.model_validate(
        {
            "symhep": 1,
            "datasets": {
                "data": {"files": "d.root", "role": "data"},
                "dy": simulation,
                "top": simulation,
            },
            "luminosity_fb": 10.0,
            "features": {},
            "regions": regions,
        }
    )


def _row(name: str, events: int, weighted: float, error: float, **alternatives: float) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "events": events, "weighted": weighted, "weighted_error": error}
    if alternatives:
        shifts = [value - weighted for value in alternatives.values()]
        row["variations"] = {
            "jes": {"down": max(-min(shifts), 0.0), "up": max(*shifts, 0.0), "alternatives": alternatives}
        }
    return row


def test_variations_of_one_name_move_all_samples_together() -> None:
    datasets = {
        "data": {"selections": {"ee": [_row("all", 900, 900.0, 30.0), _row("two", 130, 130.0, 11.0)]}},
        "dy": {
            "weight_unit": "events",
            "selections": {
                "ee": [_row("all", 5000, 800.0, 4.0), _row("two", 600, 100.0, 3.0, up=110.0, down=92.0)]
            },
        },
        "top": {
            "weight_unit": "events",
            "selections": {
                "ee": [_row("all", 4000, 80.0, 3.0), _row("two", 400, 40.0, 4.0, up=36.0, down=42.0)]
            },
        },
    }
    (table,) = yields(_card(sr="ee"), datasets)
    assert [str(c) for c in table.columns] == ["", "data", "dy", "top", "all simulation"]
    assert table.rows[0] == ("all", "900", "800 ± 4", "80.0 ± 3.0", "880 ± 5")
    # All: 140 with sqrt(3^2 + 4^2) = 5, up 146 and down 134: 6 either way, and not sqrt(10^2 + 4^2).
    assert table.rows[1] == (
        "two", "130", "100.0 ± 3.0 −8.0 +10.0", "40 ± 4 −4 +2", "140 ± 5 ± 6"
    )  # fmt: skip
    assert table.caption.startswith("Selection ee (region sr): ")
    assert table.caption.endswith("± statistical ± systematic uncertainty.")


def test_a_blind_selection_says_so() -> None:
    datasets = {
        "data": {"selections": {"ee": [_row("all", 900, 900.0, 30.0)]}},
        "dy": {
            "weight_unit": "events",
            "selections": {"ee": [_row("all", 50, 8.0, 4.0), _row("two", 6, 1.0, 3.0)]},
        },
    }
    (table,) = yields(_card(), datasets)
    assert [row[1] for row in table.rows] == ["900", "blind"]


def test_without_roles_there_is_no_such_table() -> None:
    card = RunCard.model_validate({"symhep": 1, "datasets": {"a": {"files": "a.root"}}, "features": {}})
    assert yields(card, {"a": {"selections": {"ee": []}}}) == []
