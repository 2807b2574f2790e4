"""Which numbers of a file say what event a row is of."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.events.identity import NO_NUMBER, event_numbers, identities


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["run", "luminosityBlock", "event", "MET_pt"], ("run", "luminosityBlock", "event")),  # NanoAOD
        (["Event_Number", "Event_Weight", "ScalarHT_HT"], ("Event_Number",)),  # Delphes
        (["event_number", "process", "scale"], ("event_number",)),  # HepMC
        (
            ["runNumber", "eventNumber", "lumiBlock", "mcChannelNumber"],
            ("runNumber", "lumiBlock", "eventNumber"),
        ),
        (["EventInfoAuxDyn.eventNumber", "EventInfoAuxDyn.mu"], ("EventInfoAuxDyn.eventNumber",)),
        (["weight", "dataset", "source_file", "source_event", "copy"], ("dataset", "source_file", "source_event")),
        (["run", "lumi"], ()),
        (["Vertex.Number", "event_shape", "evtWeight", "number_of_jets"], ()),
    ],
)  # fmt: skip
def test_of_the_usual_formats(names: list[str], expected: tuple[str, ...]) -> None:
    assert event_numbers(names) == expected


def test_equal_where_all_numbers_are() -> None:
    run = np.array([1, 1, 2, 1], dtype=np.uint32)
    event = np.array([5, 6, 5, 5], dtype=np.int64)
    found = identities([run, event], 4)
    assert found[0] == found[3]
    assert len(set(found.tolist())) == 3
    assert identities([event, run], 4)[0] != found[0]  # the order of the columns is part of it


def test_a_number_that_is_missing_is_none() -> None:
    assert identities([np.array([1.0, np.nan])], 2)[1] == NO_NUMBER
    assert (identities([], 3) == NO_NUMBER).all()


def test_a_million_different_events_stay_different() -> None:
    n = 1_000_000
    assert len(np.unique(identities([np.arange(n) // 1000, np.arange(n) % 1000], n))) == n
