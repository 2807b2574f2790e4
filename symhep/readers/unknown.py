"""Files that no reader reads, by name: what each is, and what to do instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from symhep.errors import InputError

__all__ = ["KINDS", "Kind", "require_itself", "unknown"]


_FLAGS = re.MULTILINE | re.IGNORECASE | re.DOTALL


@dataclass(frozen=True)
class Kind:
    """A kind of file: told by what it begins with, by what stands in its head, or by the end of its name.

    ``pattern`` is searched in the first kilobytes: '^' begins a line, case does not matter.
    """

    what: str
    then: str
    starts: tuple[bytes, ...] = ()
    pattern: bytes | None = None
    names: tuple[str, ...] = ()

    def fits(self, path: str, head: bytes) -> bool:
        """Is the file of this kind?"""
        return (
            head.startswith(self.starts)
            or (self.pattern is not None and re.search(self.pattern, head, _FLAGS) is not None)
            or path.lower().endswith(self.names)
        )


_EVENTS = "give the event file that belongs to it"
_RUN = "run the generator with it and give the event file it writes"
_UNPACK = "unpack it and give the event files in it"
_EXPORT = "write the events as Parquet, HDF5 or ROOT"

#: What lies where a file should be, under the file's own name.
_STAND_INS = (
    Kind("a pointer of Git LFS, not the file itself", "git lfs pull", (b"version https://git-lfs",)),
    Kind(
        "an HTML page: the download failed",
        "open the address in a browser; download the file, not the web page",
        pattern=rb"\A\s*(<!--.*?-->\s*)?<(!doctype\s+html|html)\b",
    ),
)
#: The first that fits names the file.
KINDS: tuple[Kind, ...] = (
    *_STAND_INS,
    Kind("blank", "check the job that wrote it", pattern=rb"\A[\s\0]*\Z"),
    # Cards and steering.
    Kind("a run card of symhep", "symhep run CARD, or symhep validate CARD", pattern=rb"^symhep:\s*\d"),
    Kind(
        "an SLHA file (spectrum, decays or MadGraph's param_card)",
        f"{_EVENTS}: Events/run_01/unweighted_events.lhe.gz",
        pattern=rb"^[ \t]*block\s+(modsel|sminputs|mass|minpar|extpar|spinfo|dcinfo)\b|^[ \t]*decay\s+-?\d+\s+[\d.]",
    ),
    Kind(
        "MadGraph's run_card",
        f"{_EVENTS}: Events/run_01/unweighted_events.lhe.gz",
        pattern=rb"^[ \t]*\S+\s*=\s*(nevents|ebeam1|lpp1)\b",
    ),
    Kind(
        "MadGraph steering (proc_card)",
        _RUN,
        pattern=rb"^[ \t]*generate\s+\S[^\n]*>|^[ \t]*import\s+model\s+\S",
    ),
    Kind("a part of a UFO model", _RUN, pattern=rb"^[ \t]*(from|import)\s+(\.\s*)?object_library\b"),
    Kind(
        "a Delphes card",
        "run Delphes with it and give the ROOT file",
        pattern=rb"^[ \t]*set\s+ExecutionPath\b",
    ),
    Kind(
        "Pythia settings",
        _RUN,
        pattern=rb"^[ \t]*(Beams|Main|HardQCD|PhaseSpace|PartonLevel|SoftQCD):\w+\s*=",
    ),
    Kind("a Sherpa run card", _RUN, pattern=rb"^[ \t]*(BEAMS|PROCESSES|BEAM_ENERGIES)\s*:|^\(run\)\{"),
    Kind("Whizard steering", _RUN, pattern=rb"^[ \t]*(process\s+\w+\s*=[^\n]*=>|simulate\s*\()"),
    Kind("Herwig steering", _RUN, pattern=rb"^[ \t]*(read\s+snippets/|saverun\s+\S+\s+EventGenerator)"),
    Kind("a POWHEG input card", _RUN, pattern=rb"^[ \t]*(ih1\s+-?\d+|ebeam1\s+\d\S*d0)"),
    # Events in other forms.
    Kind(
        "an LHCO text file of PGS or Delphes",
        "let Delphes write ROOT instead",
        pattern=rb"^[ \t]*#\s+typ\s+eta\s+phi\s+pt",
    ),
    Kind(
        "an LCIO file",
        "convert it to EDM4hep ROOT: k4run with lcio2edm4hep, and give that",
        pattern=rb"\A.{4}\xab\xad\xca\xfe",
        names=(".slcio", ".lcio"),
    ),
    Kind(
        "a StdHEP file",
        "convert it to HepMC3 and give that",
        names=(".stdhep", ".hep", ".stdhep.gz", ".hep.gz"),
    ),
    Kind("a ProMC file", "convert it to HepMC3 or ROOT and give that", names=(".promc", ".proio")),
    Kind(
        "a HEPEVT listing",
        "write HepMC3 or LHE instead",
        pattern=rb"\A\s*(E\s+)?\d+\s+\d+\s*\n\s*-?\d+\s+-?\d+(\s+\d+){4}(\s+[-+]?\d*\.\d+\S*){5}",
        names=(".hepevt",),
    ),
    # Results of others: binned, or not events at all.
    Kind("a YODA file of histograms", f"it contains no events: {_EVENTS}", pattern=rb"\A\s*BEGIN\s+YODA"),
    Kind(
        "a plot description of Rivet",
        f"it contains no events: {_EVENTS}",
        pattern=rb"^#?[ \t]*BEGIN\s+PLOT\b",
    ),
    Kind("an LHAPDF grid", f"it contains no events: {_EVENTS}", pattern=rb"\A\s*PdfType:"),
    Kind("a HEPData table", "it is binned; symhep needs events", pattern=rb"^(in)?dependent_variables:"),
    Kind(
        "a pyhf workspace",
        "it is binned; symhep needs events",
        pattern=rb'\A\s*\{.*"(channels|measurements)"\s*:',
    ),
    # Models and code: never executed.
    Kind(
        "a PyTorch model or checkpoint",
        "symhep expects events here; give models in the options of a method",
        pattern=rb"\APK\x03\x04.{26}[^\0]{0,200}?data\.pkl",
        names=(".pt", ".pth", ".ckpt"),
    ),
    Kind(
        "a network (Keras, ONNX or safetensors)",
        "symhep expects events here; give models in the options of a method",
        pattern=rb"\APK\x03\x04.{26}(metadata|config)\.json",
        names=(".keras", ".onnx", ".safetensors", ".tflite", ".pb"),
    ),
    Kind(
        "a Python pickle, which is not supported because it can run arbitrary code",
        _EXPORT,
        (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"(lp0", b"(dp0", b"cnumpy", b"ccopy_reg"),
        names=(".pkl", ".pickle", ".joblib", ".coffea"),
    ),
    # Tables and containers of other fields.
    Kind(
        "an Excel or other office document",
        "export it as CSV",
        (b"\xd0\xcf\x11\xe0",),
        pattern=rb"\APK\x03\x04.{26}(\[Content_Types\]|mimetype)",
        names=(".xls", ".xlsx", ".ods"),
    ),
    Kind("an Arrow or Feather file", "write Parquet: pyarrow.parquet.write_table", (b"ARROW1", b"FEA1")),
    Kind("an ORC file", "write Parquet instead", (b"ORC",)),
    Kind("an Avro file", "write Parquet instead", (b"Obj\x01",)),
    Kind("an SQLite database", _EXPORT, (b"SQLite format 3\0",)),
    Kind("a FITS file", _EXPORT, (b"SIMPLE  =",)),
    Kind("a MATLAB file", _EXPORT, (b"MATLAB 5.0", b"MATLAB 7.")),
    Kind("an HDF4 file", "convert it to HDF5 (h4toh5)", (b"\x0e\x03\x13\x01",)),
    # Documents and images.
    Kind("a PDF or PostScript document", _EVENTS, (b"%PDF-", b"%!PS")),
    Kind("an image", _EVENTS, (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")),
    Kind(
        "an image",
        _EVENTS,
        pattern=rb"\A(\s*<\?xml[^>]*\?>)?\s*(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg\b",
    ),
    # Archives.
    Kind(
        "a gridpack, which generates events",
        "unpack it, ./run.sh EVENTS SEED, and give the events it writes",
        pattern=rb"\A(\./)*(madevent/|run\.sh|runcmsgrid\.sh|process/|mgbasedir/|gridpack)[^\0]*\0.*ustar",
    ),
    Kind(
        "a tar archive", f"tar -xf: {_UNPACK}", pattern=rb"\A.{257}ustar", names=(".tar", ".tar.gz", ".tgz")
    ),
    Kind("a zip archive", _UNPACK, (b"PK\x03\x04", b"PK\x05\x06")),
    Kind("a 7z or rar archive", _UNPACK, (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a")),
    Kind(
        "compressed with zstd, which is not supported",
        "use unzstd, or compress with gzip",
        (b"\x28\xb5\x2f\xfd",),
    ),
    Kind(
        "compressed with lz4 or compress",
        "unpack it, or compress with gzip",
        (b"\x04\x22\x4d\x18", b"\x1f\x9d"),
    ),
    # What is left of text.
    Kind("text in UTF-16", "write it as UTF-8", (b"\xff\xfe", b"\xfe\xff")),
    Kind(
        "Python or C++ source",
        _EVENTS,
        (b"#!",),
        rb"^[ \t]*(#include\s*[<\"]|def \w+\(|import \w+$|from \w[\w.]* import )",
    ),
    Kind("XML that is not Les Houches events", _EVENTS, pattern=rb"\A\s*<(\?xml|\w+[\s>])"),
    Kind(
        "JSON",
        "a list of files is read as a coffea fileset if its name ends in .json; events are not read from JSON",
        pattern=rb"\A\s*[\[{]\s*[\"\[{\d\]}]",
    ),
    Kind(
        "a table of numbers as text",
        "add a line with column names (px1,py1,pz1,E1,...) and use the extension .csv",
        pattern=rb"\A(#[^\n]*\n)*[ \t]*([-+]?\d[-+.\deE]*[\s,;]+){3}[-+\d.]",
    ),
)

#: Enough to see what a file is, and little enough that no pattern takes long.
_LOOKED_AT = 4096


def require_itself(path: str, head: bytes) -> None:
    """Raise `InputError` for what only stands in for a file, whatever its name says."""
    for kind in _STAND_INS:
        if kind.fits(path, head[:_LOOKED_AT]):
            raise InputError(f"this is {kind.what}", file=path, hint=kind.then)


def unknown(path: str, head: bytes, formats: Iterable[str]) -> InputError:
    """The error for a file that no reader reads, with its kind where that can be seen.

    ``head`` is the first kilobytes, decompressed if gzipped; ``formats`` are those that can be named in a card.

    >>> print(unknown("susy.slha", b"BLOCK MASS  # spectrum", ["lhe"]))  # doctest: +ELLIPSIS
    susy.slha: this is an SLHA file (spectrum, decays or MadGraph's param_card); give the event file that ...
    """
    short = head[:_LOOKED_AT]
    for kind in KINDS:
        if kind.fits(path, short):
            return InputError(f"this is {kind.what}", file=path, hint=kind.then)
    return InputError(
        "unknown file format",
        file=path,
        hint=f"if it is one of these, set 'format': {', '.join(sorted(formats))}",
    )
