"""The readers that come with symhep are registered by name, and load nothing until used."""

from __future__ import annotations

import importlib
import subprocess
import sys

from symhep.readers.interface import Reader
from symhep.readers.plugin import symhep_register_readers


def test_every_name_is_a_reader_of_its_own() -> None:
    for name, entry in symhep_register_readers().items():
        module, _, attribute = entry.partition(":")
        reader = getattr(importlib.import_module(module), attribute)
        assert issubclass(reader, Reader)
        assert reader.name == name


def test_registering_imports_nothing_heavy() -> None:
    code = (
        "import sys; from symhep.readers.plugin import symhep_register_readers as r; r();"
        "heavy = {'uproot', 'awkward', 'h5py', 'pyarrow', 'torch', 'matplotlib', 'numpy'} & set(sys.modules);"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
