"""References: identifiers of the form that arXiv and doi.org resolve, of formats and of all installed methods."""

from __future__ import annotations

import re

import pytest

from symhep.methods.reference import Reference
from symhep.plugin.manager import build_registry
from symhep.report.references import FORMATS, SCIKIT_HEP

REGISTRY = build_registry()
OF_METHODS = [r for name in sorted(REGISTRY.methods) for r in REGISTRY.method(name).references]


@pytest.mark.parametrize("reference", dict.fromkeys([*OF_METHODS, *FORMATS.values(), SCIKIT_HEP]))
def test_identifiers_are_bare_and_well_formed(reference: Reference) -> None:
    assert re.fullmatch(r"|\d{4}\.\d{4,5}|[a-z-]+/\d{7}", reference.arxiv)
    assert re.fullmatch(r"|10\.\d{4,5}/\S+", reference.doi)
    assert reference.authors
    assert reference.title
    assert all(address.startswith("https://") for _, address in reference.links)


def test_formats_are_registered_readers() -> None:
    assert set(FORMATS) <= set(REGISTRY.readers)


def test_every_method_has_something_to_cite() -> None:
    assert all(REGISTRY.method(name).references for name in REGISTRY.methods)
