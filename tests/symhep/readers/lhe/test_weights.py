"""Named weights, their absence, and what a file says of its cross-section."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symhep.errors import InputError
from symhep.readers.interface import LossLog
from symhep.readers.lhe import LheReader
from symhep.readers.lhe.weights import weight_table

INITRWGT = (
    "<header>\n<initrwgt>\n<weightgroup name='g'>\n<weight id='up'> muR=2 </weight>\n"
    '<weight id="down"> muR=0.5 </weight>\n</weightgroup>\n</initrwgt>\n</header>\n'
)


def rwgt(**weights: object) -> str:
    return "<rwgt>\n" + "".join(f"<wgt id='{k}'> {v} </wgt>\n" for k, v in weights.items()) + "</rwgt>\n"


def summary(tmp_path, text: str):
    path = tmp_path / "summary.lhe"
    path.write_text(text)
    reader = LheReader()
    return reader.inspect(str(path), reader.Options(), LossLog())


@pytest.fixture
def schema(tmp_path):
    def run(text: str):
        path = tmp_path / "schema.lhe"
        path.write_text(text)
        return LheReader().schema(str(path), LheReader.Options())

    return run


@pytest.mark.parametrize(
    "inner",
    [
        rwgt(up="2.", down="-.5"),
        "<weights> 2. -0.5 </weights>\n",
        '<weight name="up">2</weight>\n<weight name="down">-5D-1</weight>\n',
    ],
    ids=["rwgt", "weights", "weight"],
)
def test_each_way_of_writing_weights(read, schema, lhe, inner):
    text = lhe.document(lhe.event(inner=inner), lhe.event(inner=inner), header=INITRWGT)
    assert schema(text).weights == ("XWGTUP", "up", "down")
    (batch,), _ = read(text, policy="fail", variations=True)
    assert batch.weights.tolist() == [2.5, 2.5]
    assert {k: v.tolist() for k, v in batch.variations.items()} == {"up": [2.0, 2.0], "down": [-0.5, -0.5]}
    (batch,), _ = read(text, policy="fail", weight="down")
    assert batch.weights.tolist() == [-0.5, -0.5]
    assert batch.variations == {}


def test_weights_that_only_events_name(read, schema, lhe):
    text = lhe.document(lhe.event(inner='<weight name="sqme">0.25</weight>\n<weights> 7. 8. </weights>\n'))
    assert schema(text).weights == ("XWGTUP", "sqme", "weights[0]", "weights[1]")
    (batch,), _ = read(text, policy="fail", variations=True)
    assert {k: v[0] for k, v in batch.variations.items()} == {
        "sqme": 0.25,
        "weights[0]": 7.0,
        "weights[1]": 8.0,
    }


def test_weights_differ_from_event_to_event(read, lhe):
    inner = [rwgt(up=1, down=2), rwgt(down=3), "", rwgt(down=4, up=5, new=6)]
    text = lhe.document(*(lhe.event(i, inner=w) for i, w in enumerate(inner)), header=INITRWGT)
    for chunk in (1, 4):
        batches, _ = read(text, policy="fail", variations=True, chunk_events=chunk)
        up, down = (np.concatenate([b.variations[k] for b in batches]) for k in ("up", "down"))
        np.testing.assert_array_equal(up, [1, np.nan, np.nan, 5])
        np.testing.assert_array_equal(down, [2, 3, np.nan, 4])
        assert batches[-1].variations["new"][-1] == 6
    with pytest.raises(InputError, match=r"event 2, byte .*: the event has no weight 'down'"):
        read(text, policy="fail", weight="down")
    batches, losses = read(text, weight="down")
    assert [b.weights.tolist() for b in batches] == [[2, 3], [4]]
    assert [(loss.events, loss.first_event) for loss in losses.losses] == [(1, 2)]


def test_a_weight_that_is_no_number(read, lhe):
    text = lhe.document(lhe.event(0, inner=rwgt(up="1.0")), lhe.event(1, inner=rwgt(up="****")))
    assert sum(map(len, read(text, policy="fail")[0])) == 2  # nobody asked for it
    with pytest.raises(InputError, match=r"event 1, .*in a weight, '\*\*\*\*' instead of a number"):
        read(text, policy="fail", variations=True)
    (batch,), _ = read(text.replace("****", "NaN"), policy="fail", variations=True)
    assert np.isnan(batch.variations["up"]).tolist() == [False, True]


def test_an_infinite_weight_is_told_where_it_is_chosen(read, lhe):
    infinite = ["2.5", "Infinity", "-inf", "1e999"]
    text = lhe.document(*(lhe.event(i, inner=rwgt(up=1, down=w)) for i, w in enumerate(infinite)))
    (batch,), _ = read(text, policy="fail", variations=True)
    assert batch.variations["up"].tolist() == [1, 1, 1, 1]
    assert batch.variations["down"].tolist() == [2.5, np.inf, -np.inf, np.inf]
    assert sum(map(len, read(text, policy="fail", weight="up")[0])) == 4
    with pytest.raises(InputError, match=r"event 1, byte .*: the event has an infinite weight 'down'"):
        read(text, policy="fail", weight="down")
    (batch,), losses = read(text, weight="down")
    assert batch.weights.tolist() == [2.5]
    assert [(loss.events, loss.first_event) for loss in losses.losses] == [(1, 1), (1, 2), (1, 3)]


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ('id="it\'s"', "it's"),
        ("id='say \"2\"'", 'say "2"'),
        ("note='a>b' id='3'", "3"),
        ('id="a>b"', "a>b"),
        ("id='a &lt; b'", "a < b"),
        ("id = ' 5 '", "5"),
    ],
)
@pytest.mark.parametrize("tag", ["wgt", "weight"])
def test_names_in_quotes(read, schema, lhe, attributes, name, tag):
    header = f"<header>\n<initrwgt>\n<weight {attributes}> x </weight>\n</initrwgt>\n</header>\n"
    events = (lhe.event(i, inner=f"<rwgt>\n<{tag} {attributes}> {i}.5 </{tag}>\n</rwgt>\n") for i in range(3))
    text = lhe.document(*events, header=header)
    assert schema(text).weights == ("XWGTUP", name)
    (batch,), _ = read(text, policy="fail", weight=name)
    assert batch.weights.tolist() == [0.5, 1.5, 2.5]
    (batch,), _ = read(text, policy="fail", variations=True)
    assert batch.variations[name].tolist() == [0.5, 1.5, 2.5]


def test_weight_none_and_xwgtup(read, lhe):
    text = lhe.document(lhe.event(weight="-1.5"), lhe.event(weight="+4.D+00"))
    assert read(text, weight="none")[0][0].weights.tolist() == [1.0, 1.0]
    assert read(text, weight="XWGTUP")[0][0].weights.tolist() == [-1.5, 4.0]


def test_table_of_no_events():
    names, table = weight_table([], ())
    assert (names, table.shape) == ({}, (0, 0))


def test_negative_weights_are_counted(tmp_path, lhe):
    w = summary(tmp_path, lhe.document(*(lhe.event(weight=w) for w in ("-1.", "3.", "4.")))).weights
    assert (w.events, w.sum_w, w.sum_w2, w.sum_abs_w, w.negative) == (3, 6, 26, 8, 1)


@pytest.mark.parametrize(
    ("idwtup", "weights", "note"),
    [
        (-4, [2.5, 2.5], None),
        (-4, [5.0, 5.0], "the mean weight is 5 pb, but <init> states a cross-section of 2.5 +- 0.1 pb"),
        (4, [5.0, -0.0001], None),
        (4, [5.0, -0.0001], "1 events have negative weights, which IDWTUP = 4 does not allow"),
        (1, [9.0, 9.0], "the mean weight is 9 pb, but <init> states a cross-section of 2.5 +- 0.1 pb"),
        (3, [1.0, 1.0], None),
        (-3, [1.0, -1.0], None),
        (3, [7.0, 7.0], "every weight is 7 in size, though IDWTUP = 3 promises 1"),
        (3, [1.0, 2.0], "the weights differ in size, but IDWTUP = 3 means unit weights"),
        (9, [1.0, 2.0], "IDWTUP = 9: not a value of the standard"),
    ],
)
def test_what_the_weights_mean_and_whether_they_keep_it(tmp_path, lhe, idwtup, weights, note):
    text = lhe.document(*(lhe.event(weight=str(w)) for w in weights)).replace(" -4 1\n", f" {idwtup} 1\n")
    s = summary(tmp_path, text)
    assert s.cross_section_pb == (2.5, 0.1)
    assert s.notes[0].startswith(f"IDWTUP = {idwtup}: ")
    assert s.details["idwtup"] == idwtup
    doubts = [n for n in s.notes if ("mean weight is" in n and "states" in n) or "promises" in n]
    if note is None:
        assert doubts == []
    else:
        assert note in s.notes


def test_processes_add_up_and_generators_are_named(tmp_path, lhe):
    text = lhe.document(lhe.event(), header="<header># Number of Events : 12\n</header>").replace(
        " 0 -4 1\n 2.5 0.1 3. 7\n",
        " 0 -4 2\n 2.D0 0.3 3. 7\n 1.0 0.4 3. 8 garbage\n<generator name='G' version='1.2'>cite</generator>\n",
    )
    s = summary(tmp_path, text)
    assert s.cross_section_pb == pytest.approx((3.0, math.hypot(0.3, 0.4)))
    assert s.details["generators"] == [{"name": "G", "version": "1.2"}]
    assert [p["number"] for p in s.details["processes"]] == [7, 8]
    assert s.details["lhe_version"] == "3.0"
    assert s.schema.beams == ((11, 40.0), (-11, 40.0))
    assert "the header states 12 events, the file contains 1" in s.notes


@pytest.mark.parametrize(
    ("init", "note"),
    [
        ("<init>\n</init>\n", "<init> does not begin with the ten numbers of the beams"),
        (
            "<init>\n 11 -11 40. 40. 0 0 0 0 -4 3\n 2.5 0.1 3. 7\n</init>\n",
            "<init> should have 3 processes but has 1",
        ),
        (
            "<init>\n 11 -11 40. 40. 0 0 0 0 -4 999999999\n</init>\n",
            "<init> should have 999999999 processes but has 0",
        ),
    ],
)
def test_an_init_block_that_makes_no_sense_is_noted(tmp_path, lhe, init, note):
    s = summary(tmp_path, lhe.document(lhe.event()).replace(lhe.init, init))
    assert note in s.notes
    assert s.weights.events == 1
