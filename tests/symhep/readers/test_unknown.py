"""Files that are none of events are named, with what to do instead."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from symhep.errors import InputError
from symhep.plugin.manager import build_registry
from symhep.readers.unknown import KINDS, require_itself, unknown
from symhep.run.sources import open_source


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"content")
    return out.getvalue()


def tarred(*names: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    return out.getvalue()


HEPEVT = b"""   1   2
   1    11  0  0  0  0  0.0 0.0 40.0 40.0 0.000511
   1   -11  0  0  0  0  0.0 0.0 -40.0 40.0 0.000511
"""
#: Name of the file -> (content, what is said of it).
FILES: Mapping[str, tuple[bytes, str]] = {
    "events.root": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "Git LFS.*lfs pull",
    ),
    "download.h5": (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "HTML page: the download failed"),
    "blanks.lhe": (b"\n" * 5000, "this is blank; check the job"),
    "card.yaml": (b"# mine\nsymhep: 1\ndatasets: {}\n", "a run card of symhep; symhep run"),
    "spectrum.slha": (b"# SOFTSUSY\nBlock SPINFO\n   1  SOFTSUSY\n", "SLHA.*unweighted_events"),
    "param_card.dat": (b"######\n## PARAM_CARD\nBLOCK MASS #\n  6 1.73e2\nDECAY 6 1.5\n", "SLHA"),
    "run_card.dat": (
        b"#***\n 'tag' = run_tag\n  10000 = nevents ! Number of events\n",
        "MadGraph's run_card",
    ),
    "proc_card_mg5.dat": (b"import model sm\ngenerate p p > t t~\noutput\n", "proc_card"),
    "particles.py": (
        b"from __future__ import division\nfrom object_library import all_particles\n",
        "UFO model",
    ),
    "delphes_card_CMS.tcl": (
        b"\nset ExecutionPath {\n ParticlePropagator\n}\n",
        "a Delphes card; run Delphes",
    ),
    "main.cmnd": (b"! settings\nMain:numberOfEvents = 100\nBeams:eCM = 13000.\n", "Pythia settings"),
    "Sherpa.yaml": (b"BEAMS: 2212\nBEAM_ENERGIES: 6500\n", "a Sherpa run card"),
    "zpole.sin": (b"process ee = e1, E1 => e2, E2\nsqrts = 91 GeV\nsimulate (ee)\n", "Whizard steering"),
    "LHC.in": (b"read snippets/PPCollider.in\n", "Herwig steering"),
    "powheg.input": (b"numevts 1000\nih1 1\nih2 1\nebeam1 6500d0\n", "POWHEG input"),
    "pgs.lhco": (b"  #  typ      eta      phi       pt   jmass  ntrk  btag   had/em\n", "LHCO text file"),
    "run.slcio": (struct.pack(">II", 40, 0xABADCAFE) + b"\0" * 32, "an LCIO file; convert it to EDM4hep"),
    "run.stdhep": (b"\0\0\0\1\0\0\0\0", "a StdHEP file"),
    "events.promc": (zipped("ProMC.proto"), "a ProMC file"),
    "events.hepevt.txt": (HEPEVT, "a HEPEVT listing"),
    "Rivet.yoda": (
        b"BEGIN YODA_HISTO1D_V2 /ANALYSIS/d01\n",
        "a YODA file of histograms; it contains no events",
    ),
    "ANALYSIS.plot": (b"# BEGIN PLOT /ANALYSIS/d01\nTitle=\n", "plot description of Rivet"),
    "CT18NLO_0000.dat": (b"PdfType: central\nFormat: lhagrid1\n", "an LHAPDF grid"),
    "table.yaml": (b"dependent_variables:\n- header: {}\n", "a HEPData table; it is binned"),
    "workspace.json.txt": (b'{\n "channels": [{"name": "SR"}]\n}', "a pyhf workspace"),
    "model.bin": (zipped("archive/data.pkl", "archive/version"), "a PyTorch model"),
    "model.onnx": (b"\x08\x07\x12\x07pytorch", "a network"),
    "net.keras": (zipped("metadata.json", "config.json"), "a network"),
    "frame.dat": (
        pickle.dumps({"pt": [1.0]}),
        "pickle, which is not supported because it can run arbitrary code; write",
    ),
    "old.dat": (pickle.dumps([1, 2], protocol=0), "pickle, which is not supported"),
    "table.bin": (zipped("[Content_Types].xml", "xl/workbook.xml"), "Excel.*export it as CSV"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
    "a.feather": (b"ARROW1\0\0", "an Arrow or Feather file; write Parquet"),
    "a.orc": (b"ORC\x01", "an ORC file"),
    "a.avro": (b"Obj\x01\x04", "an Avro file"),
    "a.db": (b"SQLite format 3\0\x10\0", "an SQLite database"),
    "a.fits": (b"SIMPLE  =                    T", "a FITS file"),
    "a.mat": (b"MATLAB 5.0 MAT-file", "a MATLAB file"),
    "a.hdf": (b"\x0e\x03\x13\x01", "an HDF4 file"),
    "paper": (b"%PDF-1.5\n", "a PDF or PostScript document"),
    "figure": (b"\x89PNG\r\n\x1a\n", "an image"),
    "figure.svg": (b"<?xml version='1.0'?>\n<svg xmlns='x'></svg>", "an image"),
    "gridpack.tar.gz": (
        tarred("madevent/bin/internal/x", "run.sh"),
        r"a gridpack, which generates events; .*run\.sh",
    ),
    "jets.tar.gz": (tarred("a.root"), "a tar archive; tar -xf"),
    "a.zip": (zipped("events.lhe"), "a zip archive; unpack it"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c", "a 7z or rar archive"),
    "a.lhe.zst": (b"\x28\xb5\x2f\xfd\x04", "compressed with zstd"),
    "a.lhe.lz4": (b"\x04\x22\x4d\x18", "compressed with lz4"),
    "utf16.txt": ("event".encode("utf-16"), "text in UTF-16"),
    "analysis.C": (b'#include "TFile.h"\n', "source"),
    "ttbar.gdml": (b"<?xml version='1.0'?>\n<gdml/>", "XML that is not Les Houches events"),
    "a.jsonl": (b'{"pt": 3.0}\n', "this is JSON"),
    "a.dat": (b"# px py pz E\n 1.0 2.0 3.0 4.0\n", r"a table of numbers as text.*\.csv"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_named(name: str) -> None:
    content, said = FILES[name]
    with pytest.raises(InputError, match=said) as caught:
        raise unknown(name, content, ["lhe"])
    assert caught.value.hint
    assert "\n" not in str(caught.value)


def test_every_kind_has_a_file() -> None:
    seen = {next(k.what for k in KINDS if k.fits(name, content)) for name, (content, _) in FILES.items()}
    assert seen == {kind.what for kind in KINDS}


def test_a_file_that_nobody_knows_names_the_formats() -> None:
    error = unknown("a.xyz", b"\x01\x02\x03", ["lhe", "delphes"])
    assert str(error) == ("a.xyz: unknown file format; if it is one of these, set 'format': delphes, lhe")


@pytest.mark.parametrize("name", ["events.root", "download.h5"])
def test_a_stand_in_is_seen_under_any_name(name: str, tmp_path: Path) -> None:
    content, said = FILES[name]
    path = tmp_path / "events.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        open_source(str(path), build_registry())
    require_itself("events.csv", b"pt,eta,phi\n1,2,3\n")


def test_they_are_named_where_a_dataset_is_opened(tmp_path: Path) -> None:
    registry = build_registry()
    for name, compress in (("events.root", bytes), ("spectrum.slha", gzip.compress), ("a.zip", bytes)):
        content, said = FILES[name]
        path = tmp_path / name
        path.write_bytes(compress(content))
        with pytest.raises(InputError, match=said):
            open_source(str(path), registry)
