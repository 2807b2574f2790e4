"""The reader against pylhe, and what it does with requests."""

from __future__ import annotations

import gzip
import warnings
from pathlib import Path

import awkward as ak
import numpy as np
import pylhe
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symhep.errors import CardError, InputError
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.lhe import LheReader
from symhep.testing import check_reader

FILES = {
    "lhef3.lhe": 59,
    "madgraph_mumu_to_ee_150GeV.lhe.gz": 10_000,
    "madgraph_pp_to_jj_13TeV.lhe.gz": 1_000,
    "powheg-box-v2-Z.lhe": 100,
    "sherpa-3.0.1-eejjj.lhe": 100,
    "whizard-3.1.4-eeWW.lhe": 10,
}
# our name: pylhe's
PARTICLE = {
    "pdgId": "id",
    "status": "status",
    "mother1": "mother1",
    "mother2": "mother2",
    "colour1": "color1",
    "colour2": "color2",
    "m_generated": "m",
    "lifetime": "lifetime",
    "spin": "spin",
}
EVENT = {"process": "pid", "scale": "scale", "alphaQED": "aqed", "alphaQCD": "aqcd"}


def referee(path: Path) -> ak.Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pylhe.to_awkward(pylhe.LHEFile.fromfile(str(path)))


def same_bits(ours: ak.Array, theirs: ak.Array) -> bool:
    a, b = ak.to_numpy(ak.flatten(ours, axis=None)), ak.to_numpy(ak.flatten(theirs, axis=None))
    a, b = a.astype(np.float64), b.astype(np.float64)
    return a.shape == b.shape and bool((a.view(np.int64) == b.view(np.int64)).all())


@pytest.mark.parametrize("name", FILES)
def test_every_number_has_the_bits_that_pylhe_reads(shared_data, read, name):
    theirs = referee(shared_data / name)
    batches, losses = read(shared_data / name, policy="fail", variations=True)
    ours = ak.concatenate([b.events for b in batches])
    assert len(ours) == len(theirs) == FILES[name]
    assert losses.losses == []
    assert ak.num(ours.particles).to_list() == ak.num(theirs.particles).to_list()
    for mine, other in PARTICLE.items():
        assert same_bits(ours.particles[mine], theirs.particles[other]), mine
    for mine, other in {"px": "px", "py": "py", "pz": "pz", "E": "e"}.items():
        assert same_bits(ours.particles[mine], theirs.particles.vector[other]), mine
    for mine, other in EVENT.items():
        assert same_bits(ours[mine], theirs.eventinfo[other]), mine
    assert same_bits(ak.Array(np.concatenate([b.weights for b in batches])), theirs.eventinfo.weight)
    if "weights" in theirs.fields:
        for label in theirs.weights.fields:
            column = ak.Array(np.concatenate([b.variations[label] for b in batches]))
            expected = ak.fill_none(theirs.weights[label], np.nan)
            assert same_bits(column, expected), label


@pytest.mark.parametrize("name", FILES)
def test_schema_agrees_with_pylhe_on_the_beams(shared_data, name):
    schema = LheReader().schema(str(shared_data / name), LheReader.Options())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        info = pylhe.LHEFile.fromfile(str(shared_data / name), generator=False).init.initInfo
    assert schema.beams == ((info.beamA, info.energyA), (info.beamB, info.energyB))


def test_one_collection_with_momenta_that_vector_understands(read, lhe):
    (batch,), _ = read(lhe.numbered(3))
    fourth = batch.events.particles[2, 0]
    assert (fourth.px, fourth.py, fourth.pz, fourth.E) == (2.0, -0.5, 12.5, 20.0)
    assert float(fourth.mass) == pytest.approx((20.0**2 - 2.0**2 - 0.5**2 - 12.5**2) ** 0.5, rel=1e-12)
    assert fourth.m_generated == 0.0


def test_only_what_is_asked_for_is_built(read, lhe):
    (batch,), _ = read(
        lhe.numbered(2), fields={"particles": frozenset({"pdgId"})}, event_fields=frozenset({"scale"})
    )
    assert set(batch.events.fields) == {"particles", "scale"}
    assert set(batch.events.particles.fields) == {"px", "py", "pz", "E", "pdgId"}
    (batch,), _ = read(lhe.numbered(2), fields={}, event_fields=frozenset())
    assert batch.events.fields == []
    assert len(batch) == 2


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"fields": {"Muon": frozenset()}}, "no collection 'Muon'; it only has 'particles'"),
        (
            {"fields": {"particles": frozenset({"pdgid"})}},
            "no field 'particles.pdgid'; did you mean 'pdgId'?",
        ),
        ({"event_fields": frozenset({"scales"})}, "no event field 'scales'; did you mean 'scale'?"),
        ({"weight": "XWGT"}, "no weight 'XWGT'; did you mean 'XWGTUP'?"),
    ],
)
def test_unknown_names_are_card_errors(read, lhe, request_, message):
    with pytest.raises(CardError, match=message.replace("?", r"\?")):
        read(lhe.numbered(2), **request_)


@pytest.mark.parametrize("chunk", [1, 3, 7, 10, 50])
def test_chunks_are_as_asked_and_know_their_first_event(read, lhe, which, chunk):
    batches, _ = read(lhe.numbered(10), chunk_events=chunk)
    assert [len(b) for b in batches] == [chunk] * (10 // chunk) + ([10 % chunk] if 10 % chunk else [])
    assert [b.first for b in batches] == list(range(0, 10, chunk))
    assert which(batches) == list(range(10))


def test_chunks_do_not_depend_on_the_blocks_of_the_stream(read, lhe, which, monkeypatch):
    text = lhe.numbered(40)
    for size in (17, 64, 1000):
        monkeypatch.setattr("symhep.readers.stream.blocks.__defaults__", (size, 0))
        batches, losses = read(text, chunk_events=9)
        assert which(batches) == list(range(40))
        assert losses.losses == []


def test_max_events_stops_before_anything_that_lies_behind(read, lhe, which):
    cut = lhe.document(*(lhe.event(i) for i in range(5)), "<event>\n 1 7 garbage", footer="")
    batches, losses = read(cut, policy="fail", max_events=5)
    assert which(batches) == [0, 1, 2, 3, 4]
    assert losses.losses == []
    assert read(cut, policy="fail", max_events=0)[0] == []
    with pytest.raises(InputError, match="event 5"):
        read(cut, policy="fail", max_events=6)


def test_max_events_counts_good_events(read, lhe, which):
    text = lhe.document(lhe.event(0), lhe.event(1).replace("12", "*"), lhe.event(2), lhe.event(3))
    batches, losses = read(text, max_events=2)
    assert which(batches) == [0, 2]
    assert [loss.first_event for loss in losses.losses] == [1]


@pytest.mark.parametrize(
    "change", ["crlf", "comments", "attributes", "two_lines", "glued", "tabs", "xml_comment", "v1", "inner"]
)
def test_dialects(read, lhe, which, change):
    plain = lhe.numbered(6)
    text = {
        "crlf": plain.replace("\n", "\r\n"),
        "comments": plain.replace(" 12 1 1", "# <remark> a > b & 1 2 3\n 12 1 1").replace(
            "</ev", "#rwgt 1 2\n</ev"
        ),
        "attributes": plain.replace("<event>", "<event trials='1' muf2='1936' mur2='1.9e+03'>"),
        "two_lines": plain.replace(" 91.2 ", "\n 91.2\n "),
        "glued": plain.replace("\n</event>\n", "</event>"),
        "tabs": plain.replace(" ", "\t").replace("<LesHouchesEvents\t", "<LesHouchesEvents "),
        "xml_comment": plain.replace("</event>\n", "</event>\n<!-- <event> 1 2 3\n</event> -->\n", 3),
        "inner": plain.replace(
            "</ev",
            "<mgrwt>\n<rscale>  2 0.24E+02</rscale>\n</mgrwt>\n# 1 2 3 4 5 6 7\n<scales a='1'/>\n# x\n</ev",
        ),
        "v1": plain.replace('"3.0"', '"1.0"'),
    }[change]
    assert text != plain
    batches, losses = read(text, policy="fail")
    assert which(batches) == list(range(6))
    assert losses.losses == []
    expected, _ = read(plain)
    assert batches[0].events.to_list() == expected[0].events.to_list()


def test_fortran_exponents(read, lhe):
    text = (
        lhe.numbered(3).replace("+1.25E+01", "1.25D+01").replace("2.0e+01", "0.2d2").replace("-.5", "-.5-101")
    )
    (batch,), _ = read(text, policy="fail")
    assert batch.events.particles.pz[:, 0].to_list() == [12.5] * 3
    assert batch.events.particles.E[:, 0].to_list() == [20.0] * 3
    assert batch.events.particles.py[:, 0].to_list() == [-0.5e-101] * 3


@pytest.mark.parametrize(
    "header",
    [
        "<header>\nptj < 20 & ptb > 3 <unclosed> </nothing>\n</header>\n",
        "<!-- mass < 3 & -->\n<header/>\n",
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<header>&b;</header>\n',
        "<header><initrwgt><weight id='a'> &lt; </weight></initrwgt></header>\n",
        "<header>\n" + "x" * 3_000_000 + "\n</header>\n",
    ],
    ids=["bare", "comment", "entities", "initrwgt", "long"],
)
def test_the_header_is_only_text(read, lhe, which, header):
    batches, _ = read(lhe.numbered(4, header=header), policy="fail")
    assert which(batches) == [0, 1, 2, 3]


def test_no_events_is_fine_with_a_footer(read, lhe, tmp_path):
    assert read(lhe.document(), policy="fail")[0] == []
    summary = LheReader().inspect(str(tmp_path / "events.lhe"), LheReader.Options(), LossLog())
    assert summary.weights.events == 0
    assert summary.cross_section_pb == (2.5, 0.1)


def test_event_without_particles(read, lhe):
    (batch,), _ = read(lhe.document(lhe.event(particles=0), lhe.event(particles=1)), policy="fail")
    assert ak.num(batch.events.particles).to_list() == [0, 1]


@pytest.mark.parametrize("name", ["a.lhe", "a.lhe.gz", "misnamed.dat"])
def test_urls_and_compression_are_reported_by_the_bytes(lhe, which, tmp_path, name):
    (tmp_path / name).write_bytes(gzip.compress(lhe.numbered(5).encode()))
    reader = LheReader()
    batches = list(reader.read(f"file://{tmp_path / name}", reader.Options(), ReadRequest(), LossLog()))
    assert which(batches) == [0, 1, 2, 3, 4]


def test_confidence(lhe):
    reader = LheReader()
    assert reader.confidence("anything", lhe.document().encode()) == 2
    assert reader.confidence("empty.LHE.gz", b"") == 1
    assert reader.confidence("events.root", b"root") == 0


FLOATS = st.floats(-1e300, 1e300, allow_nan=False, width=64)
INTS = st.integers(-(2**31) + 1, 2**31 - 1)
ROWS = st.lists(st.tuples(INTS, st.integers(-9, 9), st.lists(FLOATS, min_size=7, max_size=7)), max_size=5)
EVENTS = st.lists(st.tuples(FLOATS, ROWS), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, style=st.sampled_from(["{!r}", "{:.17g}", "{:+.17e}", "{:.17E}"]))
def test_what_is_written_is_read_back_bit_by_bit(read, lhe, events, style):
    def number(x: float) -> str:
        return style.format(x)

    text = lhe.document(
        *(
            f"<event>\n {len(rows)} 1 {number(w)} 1. 1. 1.\n"
            + "".join(f" {pdg} {status} 0 0 0 0 {' '.join(map(number, x))}\n" for pdg, status, x in rows)
            + "</event>\n"
            for w, rows in events
        )
    )
    batches, _ = read(text, policy="fail")
    names = ("px", "py", "pz", "E", "m_generated", "lifetime", "spin")
    read_back = [
        (
            float(w).hex(),
            [(p["pdgId"], p["status"], [float(p[k]).hex() for k in names]) for p in e["particles"]],
        )
        for b in batches
        for w, e in zip(b.weights, b.events.to_list(), strict=True)
    ]
    assert read_back == [(w.hex(), [(i, s, [v.hex() for v in x]) for i, s, x in rows]) for w, rows in events]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS.filter(bool))
def test_what_pylhe_writes_is_read_as_pylhe_reads_it(read, tmp_path, events):
    path = tmp_path / "pylhe.lhe"
    info = pylhe.LHEInitInfo(11, -11, 40.0, 40.0, 0, 0, 0, 0, 3, 1)
    init = pylhe.LHEInit(info, [pylhe.LHEProcInfo(1.0, 0.1, 1.0, 1)], [])
    records = [
        pylhe.LHEEvent(
            pylhe.LHEEventInfo(len(rows), 1, w, 1.0, 1.0, 1.0),
            [pylhe.LHEParticle(i, s, 0, 0, 0, 0, *x) for i, s, x in rows],
        )
        for w, rows in events
    ]
    pylhe.LHEFile(init=init, events=records).tofile(str(path))
    theirs = referee(path)
    batches, _ = read(path, policy="fail")
    assert same_bits(ak.Array(batches[0].weights), theirs.eventinfo.weight)
    assert ak.num(batches[0].events.particles).to_list() == ak.num(theirs.particles).to_list()
    if len(ak.flatten(theirs.particles)):
        assert same_bits(batches[0].events.particles.px, theirs.particles.vector.px)
        assert same_bits(batches[0].events.particles.pdgId, theirs.particles.id)


def test_the_contract_of_readers(lhe, tmp_path):
    (tmp_path / "a.lhe").write_text(lhe.numbered(7))
    assert len(check_reader(LheReader(), tmp_path / "a.lhe")) == 7
