"""References: identifiers of the form that arXiv and doi.org resolve, and known keys."""

from __future__ import annotations

import re

import pytest

from symhep.report.references import FORMATS, REFERENCES, lookup


@pytest.mark.parametrize("key", REFERENCES)
def test_identifiers_are_bare_and_well_formed(key: str) -> None:
    reference = REFERENCES[key]
    assert re.fullmatch(r"|\d{4}\.\d{4,5}|[a-z-]+/\d{7}", reference.arxiv)
    assert re.fullmatch(r"|10\.\d{4,5}/\S+", reference.doi)
    assert re.fullmatch(r"[a-z]+\d{4}[a-z]+", key), "keys are author, year, word"
    assert all(address.startswith("https://") for _, address in reference.links)


def test_formats_name_known_references() -> None:
    assert set(FORMATS.values()) <= set(REFERENCES)


def test_unknown_keys_are_kept_and_repeated_ones_are_not() -> None:
    known, unknown = lookup(["bac2021skdim", "unknown1", "bac2021skdim", "unknown1", "kim2018factorvae"])
    assert known == [REFERENCES["bac2021skdim"], REFERENCES["kim2018factorvae"]]
    assert unknown == ["unknown1"]
