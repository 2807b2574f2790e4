"""What is caught before any event is read: names in cuts, objects, features, options, with line and nearest name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

from symhep.card.loader import load_card
from symhep.errors import CardError, InputError, PluginError
from symhep.run.plan import make_plan

CARD = """\
symhep: 1
datasets:
  d: {{files: [{file}], format: tree}}
objects:
  mu: {{collection: Muon, where: "{where}", sort: {sort}, take: 2}}
  z: {{pair: {pair}}}
selections:
  s:
    - {{name: a, cut: "{cut}"}}
features:
  p: {{selection: {selection}, object: {object}, vars: [{var}]}}
weights: {{branch: {branch}}}
methods:
  boot: {{use: {use}, features: {features}, options: {options}, scan: {scan}}}
"""
DEFAULTS = {
    "where": "pt > 5 and iso < 1",
    "sort": "pt",
    "pair": "mu",
    "cut": "count(mu) >= 2 and HT > 0 and any(z.mass > 3) and z[0].deltaR > 0",
    "selection": "s",
    "object": "mu",
    "var": "px",
    "branch": "auto",
    "use": "bootstrap",
    "features": "p",
    "options": "{shards: 2}",
    "scan": "{scale: [1.0, 2.0]}",
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "f.root"
    with uproot.recreate(path) as out:
        columns = {f"Muon_{k}": np.ones(3, np.float32) for k in ("px", "py", "pz", "E", "iso", "quality")}
        out.mktree("events", dict.fromkeys([*columns, "HT", "w_up"], "float32"))
        out["events"].extend({**columns, "HT": np.ones(3, np.float32), "w_up": np.ones(3, np.float32)})
    return path


def _plan(tmp_path: Path, file: Path, registry: Any, **changes: str) -> Any:
    path = tmp_path / "card.yaml"
    path.write_text(CARD.format(**{**DEFAULTS, "file": file, **changes}))
    return make_plan(load_card(path), registry)


def test_only_what_is_used_is_read(tmp_path: Path, file: Path, registry: Any) -> None:
    request = _plan(tmp_path, file, registry).agreements["d"].request
    assert request.fields == {"Muon": frozenset({"iso"})}
    assert request.event_fields == frozenset({"HT"})


def test_scan_points(tmp_path: Path, file: Path, registry: Any) -> None:
    points = _plan(tmp_path, file, registry).methods["boot"].scan
    assert [(p.name, p.options.scale) for p in points] == [("scale=1.0", 1.0), ("scale=2.0", 2.0)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"where": "isolation < 1"},
            r"line 5: in \"isolation < 1\": 'mu' has no field 'isolation'; did you mean",
        ),
        ({"sort": "ptt"}, "line 5.*no field 'ptt'; did you mean 'pt'"),
        ({"pair": "mus"}, "line 6: unknown object 'mus'; did you mean 'mu'"),
        ({"cut": "count(muons) > 1"}, "line 9.*unknown name 'muons'"),
        ({"cut": "any(mu.isoo > 1)"}, "line 9.*'mu' has no field 'isoo'; did you mean 'iso'"),
        ({"cut": "ht > 3"}, "line 9.*unknown name 'ht'; did you mean 'HT'"),
        ({"cut": "open(1)"}, "line 9.*unknown function 'open'"),
        (
            {"cut": '1 > 0"}\n    - {name: all, cut: "1 > 0'},
            "line 8: 'all' is reserved for the cutflow",
        ),
        ({"cut": "mu.pt > 3"}, "several values per event"),
        ({"where": "pt > 1", "cut": "mu[0].pt"}, "is no condition|compare it"),
        ({"scan": "{scale: []}"}, "line 14: methods.boot.scan.scale"),
        ({"selection": "t"}, "line 11: unknown selection 't'"),
        ({"object": "mum"}, "line 11: unknown object 'mum'; did you mean 'mu'"),
        ({"object": "z"}, "line 6: features of 'z' need the number of objects.*take"),
        ({"var": "pxx"}, "line 11.*no field 'pxx'; did you mean 'px'"),
        ({"branch": "wup"}, "line 12: unknown weight 'wup'"),
        ({"features": "q"}, "line 14: unknown feature set 'q'; known: p"),
        ({"options": "{shard: 2}"}, "line 14: unknown key 'shard'; did you mean 'shards'"),
        (
            {"options": "{shards: many}"},
            "line 14: methods.boot.options.shards: input should be a valid integer",
        ),
        ({"scan": "{scal: [1]}"}, "line 14: unknown key 'scal'; did you mean 'scale'"),
    ],
)
def test_wrong_names(
    tmp_path: Path, file: Path, registry: Any, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(CardError, match=message):
        _plan(tmp_path, file, registry, **changes)


def test_unknown_method(tmp_path: Path, file: Path, registry: Any) -> None:
    with pytest.raises(PluginError, match=r"line 14: unknown method 'bootstarp'; did you mean 'bootstrap'"):
        _plan(tmp_path, file, registry, use="bootstarp")


def test_missing_file(tmp_path: Path, registry: Any) -> None:
    with pytest.raises(CardError, match=r"line 3: no file 'no\.root' or '.*no\.root'"):
        _plan(tmp_path, Path("no.root"), registry)


def test_broken_file(tmp_path: Path, registry: Any) -> None:
    (tmp_path / "b.root").write_bytes(b"root")
    with pytest.raises(InputError, match=r"b\.root"):
        _plan(tmp_path, tmp_path / "b.root", registry)


def test_a_label_that_cannot_be_drawn_is_told_before_the_fit(
    tmp_path: Path, file: Path, registry: Any
) -> None:
    path = tmp_path / "card.yaml"
    text = CARD.format(**{**DEFAULTS, "file": file}) + "output: {label: '$\\frac{$'}\n"
    path.write_text(text)
    line = text.count("\n")
    with pytest.raises(CardError, match=rf"line {line}: the label .* cannot be drawn as a formula"):
        make_plan(load_card(path), registry)
