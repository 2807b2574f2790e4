"""Writes the first run card for files of events: what to look at, and every method that suits it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files as package_files
from pathlib import Path
from textwrap import wrap
from typing import Any

import jinja2

from symhep.card.loader import load_card
from symhep.card.schema import DatasetCard
from symhep.errors import PluginError
from symhep.events.effective import FEW
from symhep.methods.enumeration import plural
from symhep.methods.init_block import InitBlock, SampleView
from symhep.methods.number import with_error
from symhep.plugin.isolation import isolated
from symhep.plugin.manager import Registry
from symhep.readers.interface import FileSummary, LossLog, Schema
from symhep.run.names import is_url, named_files
from symhep.run.plan import make_plan
from symhep.run.pointing import Pointed
from symhep.run.sources import Source, sources
from symhep.run.suggest import YAML_WORDS, suggest

__all__ = ["card_text", "names_files", "write_first_card"]

#: Numbers per event among which symmetries are looked for: the pairs that rotations mix grow with the square.
_MIXED = 6
#: Characters in a line of a comment.
_WIDTH = 110
#: So many groups of weights, and notes, are listed.
_LISTED = 12


def write_first_card(
    pointed: Pointed,
    target: Path,
    registry: Registry,
    format: str = "auto",
    options: Mapping[str, Any] | None = None,
) -> list[str]:
    """Write a card for the files that a user pointed at, and give the names of the methods that it runs.

    Raises `CardError` or `InputError` where the files have no events, or the card would not run.
    """
    dataset = DatasetCard(files=pointed.files, format=format, options=dict(options or {}))
    found = sources(dataset, registry)
    text = card_text(
        found, replace(pointed, files=tuple(_from(name, target) for name in pointed.files)), registry
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    # Checked under another name first: a card that fails is not left behind, to be in the way of the next.
    draft = target.with_name(f".{os.getpid()}-{target.name}")
    try:
        draft.write_text(text, encoding="utf-8")
        plan = make_plan(load_card(draft), registry)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return list(plan.methods)


def names_files(card: Path, pointed: Pointed) -> bool:
    """Does a card name all the files that a user pointed at? Raises `CardError` for one that is broken."""
    wanted = named_files(pointed.files)
    named = [
        file for d in load_card(card).card.datasets.values() for file in named_files(d.files, card.parent)
    ]
    places = [
        {item.path if is_url(item.path) else str(Path(item.path).resolve()) for item in items}
        for items in (wanted, named)
    ]
    return places[0] <= places[1]


def _from(name: str, card: Path) -> str:
    """A file's name as the card should say it, so that the card works from any folder."""
    if is_url(name):
        return name
    absolute = Path(name).absolute()
    folder = card.absolute().parent
    return str(absolute.relative_to(folder)) if absolute.is_relative_to(folder) else str(absolute)


def card_text(found: Sequence[Source], pointed: Pointed, registry: Registry) -> str:
    """The text of a commented card for files of one format; objects are chosen by a look into the first one.

    Its methods are those of ``registry`` that have an `symhep.methods.interface.Method.init_block` for the file, the
    quickest first.
    """
    source = found[0]
    losses, looked = LossLog("skip"), LossLog("skip")
    seen, looked_at = suggest(source, looked)
    summary = source.inspect(losses)
    sums = summary.weights
    # Signed weights of few events cancel to almost nothing: the sign is then given up, and the card says so.
    effective = sums.sum_w**2 / sums.sum_w2 if sums.sum_w2 else 0.0
    unsigned = sums.negative > 0 and effective < FEW
    used = sums.sum_abs_w**2 / sums.sum_w2 if unsigned else effective
    # The first file stands for the others.
    share = seen.fraction * len(found)
    sample = SampleView(
        object=seen.object,
        take=seen.take,
        variables=seen.variables,
        features=len(seen.variables) * (seen.take if seen.object else 1),
        measured="momenta",
        geometric="momenta" if seen.object else "plane",
        events=round(sums.events * share),
        effective=used * share,
        passed=seen.passed,
    )
    schema = summary.schema
    template = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    ).from_string(package_files("symhep.card").joinpath("card.yaml.j2").read_text(encoding="utf-8"))
    return template.render(
        # Editors complete the card by it. `symhep schema card` prints the same with other plugins' options.
        schema=Path(str(package_files("symhep.card").joinpath("card.schema.json"))).as_uri(),
        title=json.dumps(_title(pointed)),
        facts=_comments(_facts(schema, pointed, summary)),
        notes=_comments(f"Note: {text}" for text in _notes(summary, looked, losses)),
        cuts=_comments(str(cut) for cut in _cuts(schema, pointed)),
        groups=_comments(
            f"{name}: {len(names)} weights, {names[0]} to {names[-1]}"
            for name, names in list(schema.weight_groups.items())[:_LISTED]
        ),
        variables=", ".join(map(_yaml, seen.variables)),
        first=", ".join(map(_yaml, seen.variables[:_MIXED])),
        # JSON strings are YAML strings, whatever stands in them.
        files=json.dumps(list(pointed.files)),
        levels=[_one_line(text) for text in pointed.others],
        format=source.reader.name,
        options=json.dumps(source.options.model_dump(mode="json", exclude_defaults=True)),
        columns="columns" in type(source.options).model_fields,
        xsec_pb=None if schema.cross_section_pb or pointed.facts is None else pointed.facts.cross_section_pb,
        s=replace(seen, reason=_one_line(seen.reason), others=tuple(map(_one_line, seen.others))),
        where=json.dumps(seen.where),
        fiducial=json.dumps(" and ".join([*([seen.where] if seen.where else []), *seen.fiducial])),
        window=json.dumps(seen.window),
        looked_at=looked_at,
        events=sums.events,
        damaged=bool(losses.losses),
        effective=effective,
        unsigned=unsigned,
        blocks=list(_blocks(sample, registry)),
    )


def _title(pointed: Pointed) -> str:
    """'Symmetries of run.root', 'Symmetries of run.root and 3 more files'; the first file without its folder."""
    first, *others = pointed.files
    name = re.split(r"[/\\]", first.rstrip("/"))[-1]
    more = f" and {plural(len(others), 'more file')}" if others else ""
    return _one_line(f"Symmetries of {name}{more}")[:200]


def _facts(schema: Schema, pointed: Pointed, summary: FileSummary) -> Iterator[str]:
    """What was generated, and how."""
    facts = pointed.facts
    process = schema.process or (facts.process if facts else None)
    if process:
        yield f"Process: {process}"
    if schema.beams:
        beams = " and ".join(f"{energy:g} GeV of PDG {pdg}" for pdg, energy in schema.beams)
        energy = f"; sqrt(s) = {schema.sqrt_s_gev:g} GeV" if schema.sqrt_s_gev else ""
        yield f"Beams: {beams}{energy}"
    elif facts and facts.sqrt_s_gev:
        yield f"Beams: sqrt(s) = {facts.sqrt_s_gev:g} GeV"
    if summary.cross_section_pb:
        value, error = summary.cross_section_pb
        yield f"Cross-section in the file: {with_error(value, error, 'pb')}"
    elif facts and facts.cross_section_pb:
        yield f"Cross-section in the banner: {facts.cross_section_pb:.6g} pb"
    if pointed.left_out:
        yield f"Left out, since they contain the same events again: {', '.join(pointed.left_out)}"


def _cuts(schema: Schema, pointed: Pointed) -> Sequence[object]:
    return schema.cuts or (pointed.facts.cuts if pointed.facts else ())


def _notes(summary: FileSummary, *logs: LossLog) -> list[str]:
    """Sentences of the reader, each once; of what was counted twice the last number counts."""
    noticed = {note.text: note.sentence() for log in logs for note in log.notes}
    # The look into the file has counted among fewer events what was counted again since.
    known = [note for note in (*summary.schema.notes, *summary.notes) if not note.startswith(tuple(noticed))]
    return list(dict.fromkeys((*known, *noticed.values())))[:_LISTED]


def _comments(sentences: Any) -> list[str]:
    """As lines of comments."""
    return [line for text in sentences for line in wrap(_one_line(str(text)), _WIDTH, subsequent_indent="  ")]


def _yaml(name: str) -> str:
    """A name as it stands in the card: quoted where YAML, of whatever version, reads it as something else."""
    plain = name.isascii() and name.isidentifier() and name.lower() not in YAML_WORDS
    return name if plain else json.dumps(name)


@dataclass(frozen=True)
class _Block:
    """An entry under ``methods:`` as lines of YAML."""

    comment: tuple[str, ...]
    lines: tuple[str, ...]
    active: bool


def _blocks(sample: SampleView, registry: Registry) -> Iterator[_Block]:
    """Entries under ``methods:``, by rising time; one of a plugin that fails is left out."""
    offered: list[InitBlock] = []
    for name in sorted(registry.methods):
        try:
            with isolated(f"method '{name}' cannot write its part of the card"):
                block = registry.method(name).init_block(sample)
        except PluginError:
            continue  # `symhep methods` tells that it is broken
        if block is not None:
            offered.append(block)
    for block in sorted(offered, key=lambda block: block.seconds):
        lines = (f"{block.name}:", *(f"  {line}" for line in block.text.splitlines()))
        comment = f"{_one_line(block.comment)} Takes {block.cost} on two cores."
        yield _Block(tuple(wrap(comment, _WIDTH)), lines, block.active)


def _one_line(text: str) -> str:
    """Names from a file end up in comments: they must not break out of one."""
    return "".join(c if c.isprintable() else "?" for c in text)
