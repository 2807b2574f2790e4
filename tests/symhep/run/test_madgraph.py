"""Folders of MadGraph: what is there, what is chosen, and what the banner tells."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from symhep.errors import CardError, InputError
from symhep.plugin.manager import build_registry
from symhep.run.first_card import card_text
from symhep.run.madgraph import madgraph_events
from symhep.run.pointing import pointed_at
from symhep.run.sources import open_source

BANNER = """<LesHouchesEvents version="3.0">
<header>
<MG5ProcCard>
<![CDATA[
generate {process}
]]>
</MG5ProcCard>
<MGRunCard>
<![CDATA[
  6500.0 = ebeam1 ! beam 1 total energy in GeV
  {energy} = ebeam2
  20.0 = ptj
]]>
</MGRunCard>
<MGGenerationInfo>
#  Number of Events        :       2
#  Integrated weight (pb)  :       5.5
</MGGenerationInfo>
</header>
</LesHouchesEvents>
"""
EVENT = (
    "<event>\n 2 1 5.5 91 -1 -1\n 21 1 0 0 0 0 {x} 0 5 40 0 0 9\n 21 1 0 0 0 0 -{x} 0 -5 40 0 0 9\n</event>\n"
)


def run_folder(
    process: Path, name: str, *files: str, banner: str | None = "p p > j j", energy: float = 6500.0
) -> Path:
    """A run of MadGraph with these files in it."""
    folder = process / "Events" / name
    folder.mkdir(parents=True)
    if banner is not None:
        (folder / f"{name}_tag_1_banner.txt").write_text(BANNER.format(process=banner, energy=energy))
    for file in files:
        text = BANNER.format(process=banner, energy=energy).replace("</LesHouchesEvents>\n", "")
        init = "<init>\n 2212 2212 6500 6500 0 0 0 0 -4 1\n 5.5 0.1 5.5 1\n</init>\n"
        body = text + init + "".join(EVENT.format(x=30 + i) for i in range(2)) + "</LesHouchesEvents>\n"
        content = body.encode() if "lhe" in file else b"Version"
        (folder / file).write_bytes(gzip.compress(content) if file.endswith(".gz") else content)
    return folder


def names(paths: tuple[Path, ...]) -> list[str]:
    return [f"{path.parent.name}/{path.name}" for path in paths]


def test_the_hard_process_comes_first_and_the_others_are_named(tmp_path: Path) -> None:
    folder = run_folder(
        tmp_path / "PROC_jj",
        "run_01",
        "unweighted_events.lhe.gz",
        "tag_1_pythia8_events.hepmc.gz",
        "tag_1_delphes_events.root",
    )
    found = madgraph_events(folder)
    assert found is not None
    assert (found.name, found.level.name) == ("PROC_jj_run_01", "hard process (LHE)")
    assert names(found.level.files) == ["run_01/unweighted_events.lhe.gz"]
    assert [(level.name, names(level.files)) for level in found.others] == [
        ("shower (HepMC)", ["run_01/tag_1_pythia8_events.hepmc.gz"]),
        ("detector (Delphes)", ["run_01/tag_1_delphes_events.root"]),
    ]
    assert found.facts is not None
    assert (found.facts.process, found.facts.sqrt_s_gev, found.facts.cross_section_pb) == (
        "p p > j j",
        13000.0,
        5.5,
    )
    pointed = pointed_at([str(folder)], build_registry())
    text = card_text([open_source(pointed.files[0], build_registry())], pointed, build_registry())
    assert f'    #   detector (Delphes): ["{folder / "tag_1_delphes_events.root"}"]\n' in text
    assert "# Process: p p > j j\n" in text


def test_detector_level_alone_takes_its_facts_from_the_banner(tmp_path: Path, shared_data: Path) -> None:
    folder = run_folder(tmp_path / "PROC", "run_01")
    events = folder / "tag_1_delphes_events.root"
    events.symlink_to(shared_data / "delphes_10events.root")
    pointed = pointed_at([str(folder)], build_registry())
    assert pointed.files == (str(events),)
    text = card_text([open_source(str(events), build_registry())], pointed, build_registry())
    for line in ("# Process: p p > j j", "# Beams: sqrt(s) = 13000 GeV", "#   pt > 20 GeV of jets (ptj)"):
        assert f"\n{line}\n" in text
    assert "# xsec_pb: 5.5 " in text
    assert "edges" not in text, "cuts on partons are none on jets"


@pytest.mark.parametrize("at", [".", "Events"])
def test_several_runs_are_one_dataset(tmp_path: Path, at: str) -> None:
    process = tmp_path / "PROC"
    for name in ("run_02", "run_01", "run_01_decayed_1"):
        run_folder(process, name, "unweighted_events.lhe.gz")
    (process / "Events" / "run_03").mkdir()  # begun, and not finished
    found = madgraph_events(process / at)
    assert found is not None
    assert names(found.level.files) == [f"run_0{i}/unweighted_events.lhe.gz" for i in (1, 2)]
    assert (found.name, found.left_out) == ("PROC", ("run_01_decayed_1",))


def test_a_level_that_every_run_has_is_preferred(tmp_path: Path) -> None:
    run_folder(tmp_path / "P", "run_01", "unweighted_events.lhe.gz", "tag_1_delphes_events.root")
    run_folder(tmp_path / "P", "run_02", "tag_1_delphes_events.root", "tag_2_delphes_events.root")
    found = madgraph_events(tmp_path / "P")
    assert found is not None
    assert names(found.level.files) == [
        "run_01/tag_1_delphes_events.root",
        "run_02/tag_2_delphes_events.root",
    ]


@pytest.mark.parametrize(
    ("other", "what"),
    [({"banner": "p p > t t~"}, "process"), ({"energy": 7000.0}, "beam energy")],
)
def test_runs_that_differ_are_no_dataset(tmp_path: Path, other: dict[str, object], what: str) -> None:
    run_folder(tmp_path / "P", "run_01", "unweighted_events.lhe.gz")
    run_folder(tmp_path / "P", "run_02", "unweighted_events.lhe.gz", **other)  # type: ignore[arg-type]
    with pytest.raises(CardError, match=f"run_01 and run_02 differ in the {what}") as error:
        madgraph_events(tmp_path / "P")
    assert str(tmp_path / "P/Events/run_01") in str(error.value)


def test_a_run_without_events(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "P", "run_01")
    with pytest.raises(InputError, match="no events in run_01"):
        madgraph_events(folder)


def test_other_folders_are_none_of_madgraph(tmp_path: Path) -> None:
    (tmp_path / "events.lhe").write_text("")
    assert madgraph_events(tmp_path) is None
