"""The account of a file from those of its segments and blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from symhep.events.cutflow import Cutflow
from symhep.readers.interface import Loss, LossLog, WeightSums

__all__ = ["file_account"]


def file_account(segments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What `symhep.run.file_part.SegmentReading.run` says of the segments of one file, as one account of the file."""
    blocks = [block for segment in segments for block in segment["blocks"]]
    sums, flows, told = WeightSums(), dict[str, Cutflow](), LossLog("skip")
    for block in blocks:
        sums.merge(block["sums"])
        for selection, rows in block["selections"].items():
            flows.setdefault(selection, Cutflow()).merge(rows)
    for segment in segments:
        for note in segment["notes"]:
            told.note(note["file"], note["text"], note["count"])
        for loss in segment["losses"]:  # neighbouring ones become one, as in one reading
            told.record(Loss(**loss))
    header = dict(segments[0]["file"])
    header["notes"] = list(dict.fromkeys((*header["notes"], *(note.sentence() for note in told.notes))))
    known = [segment["taken"] for segment in segments if segment["taken"] is not None]
    return {
        "taken": known[0] if known else None,
        "file": header | sums_of(sums),
        "sums": sums.to_json(),
        "losses": [asdict(loss) for loss in told.losses],
        "notes": [asdict(note) for note in told.notes],
        "selections": {name: flow.to_json() for name, flow in flows.items()},
        "tables": _tables([block["tables"] for block in blocks]),
        "hidden": sorted({name for block in blocks for name in block["hidden"]}),
        "telling": sorted({tuple(pair) for block in blocks for pair in block["telling"]}),
        "yields": _added_lists(block["yields"] for block in blocks),
        "varied": {
            key: {"yields": _added(block["varied"][key]["yields"] for block in blocks)}
            for key in blocks[0]["varied"]
        },
    }


def sums_of(sums: WeightSums) -> dict[str, Any]:
    """What an account says of weights."""
    return {
        "events": sums.events,
        "sum_of_weights": sums.sum_w,
        "sum_of_weights2": sums.sum_w2,
        "sum_of_abs_weights": sums.sum_abs_w,
        "negative_fraction": sums.negative / sums.events if sums.events else 0.0,
    }


def _tables(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Rows of each feature set, and how many events of each object more members are left out of."""
    found: dict[str, Any] = {}
    for tables in blocks:
        for name, table in tables.items():
            own = found.setdefault(name, {"events": 0, "truncated": Counter()})
            own["events"] += table["events"]
            own["truncated"].update(table["truncated"])
    return found


def _added(flows: Iterable[Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for flow in flows:
        for selection, rows in flow.items():
            own = found.setdefault(selection, {})
            for row, value in rows.items():
                own[row] = own.get(row, 0.0) + value
    return found


def _added_lists(
    flows: Iterable[Mapping[str, Mapping[str, list[float]]]],
) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = {}
    for flow in flows:
        for selection, rows in flow.items():
            own = found.setdefault(selection, {})
            for row, values in rows.items():
                own[row] = [a + b for a, b in zip(own[row], values, strict=True)] if row in own else values
    return found
