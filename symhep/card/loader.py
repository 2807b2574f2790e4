"""From a YAML, TOML or JSON file to a checked `RunCard`, with file and line in every error."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar

from symhep.card.problems import Path_, place_of, validation_error
from symhep.card.schema import RunCard
from symhep.card.yaml import YamlTextError, read_yaml
from symhep.errors import CardError
from symhep.paths import obstacle

__all__ = ["CardFile", "apply_overrides", "load_card", "parse_card"]

#: The longest card.
_BYTES = 2_000_000


@dataclass(frozen=True)
class CardFile:
    """A card and where its keys stand, so that later checks can point at a line."""

    card: RunCard
    path: str = "<card>"
    lines: Mapping[Path_, int] = field(default_factory=dict)

    def where(self, *keys: str | int) -> str:
        """'card.yaml, line 12' for the key that ``keys`` leads to, or its nearest parent's line."""
        return place_of(self.path, self.lines, keys)

    @property
    def folder(self) -> Path:
        """Where relative file names are looked for after the current folder."""
        return Path(self.path).parent if self.path != "<card>" else Path()


def load_card(source: str | Path | Mapping[str, Any] | RunCard, overrides: Iterable[str] = ()) -> CardFile:
    """Read and check a card.

    Parameters
    ----------
    source
        Path of a YAML, TOML or JSON file; its content as a mapping; or a `RunCard`.
    overrides
        'dotted.key=value' texts, as ``-s`` on the command line; values are YAML.

    Returns
    -------
    CardFile
        ``card``, the checked `RunCard`, with the line of each key.

    Raises
    ------
    CardError
        With file, line and the nearest valid name.

    Examples
    --------
    >>> card = {"symhep": 1, "datasets": {"toy": {"format": "toy", "options": {"name": "circle"}}}}
    >>> file = load_card(card | {"features": {"plane": {"vars": ["x1", "x2"]}}}, ["run.seed=2"])
    >>> file.card.run.seed, file.card.features["plane"].vars
    (2, ('x1', 'x2'))
    >>> load_card({"symhep": 1, "datasets": {}, "featurs": {}})
    Traceback (most recent call last):
    ...
    symhep.errors.CardError: <card>: unknown key 'featurs'; did you mean 'features'?
    """
    if isinstance(source, RunCard):
        source = source.model_dump(mode="json")
    if isinstance(source, Mapping):
        try:
            data: Any = json.loads(json.dumps(source, default=os.fspath))
        except (TypeError, ValueError, RecursionError) as error:
            raise CardError(
                f"contains values that JSON does not support: {_reason(error)}", where="<card>"
            ) from error
        return parse_card(apply_overrides(data, overrides), "<card>")
    path = Path(source)
    data = _mapping(_parse_text(_text(path), path), str(path))
    return parse_card(apply_overrides(data, overrides), str(path))


def _text(path: Path) -> str:
    """The text of a card; no more of a large file is read than it takes to refuse it."""
    if (why := obstacle(path)) is not None:
        raise CardError(f"cannot be read: {why}", where=str(path))
    try:
        with path.open("rb") as stream:
            content = stream.read(_BYTES + 1)
    except OSError as error:
        raise CardError(f"cannot be read: {error.strerror}", where=str(path)) from error
    try:
        text = content[:_BYTES].decode()
    except UnicodeDecodeError as error:
        raise CardError("is not a text file; a run card is YAML, TOML or JSON", where=str(path)) from error
    if len(content) > _BYTES:
        raise CardError(
            f"is longer than {_BYTES:,} bytes, the limit for a run card", where=str(path),
            hint="use a fileset (JSON) or a glob to name many files",
        )  # fmt: skip
    return text


def _parse_text(text: str, path: Path) -> Any:
    if path.suffix == ".toml":
        try:
            return tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            raise CardError(_reason(error), where=str(path)) from error
    # JSON is YAML, so both take the loader that knows its lines.
    try:
        return read_yaml(text)
    except YamlTextError as error:
        where = f"{path}, line {error.line}" if error.line else str(path)
        raise CardError(error.reason, where=where) from error


def _reason(error: Exception) -> str:
    """What a parser says, in one line."""
    if isinstance(error, RecursionError):
        return "is nested too deeply or contains itself"
    return str(error).split("\n")[0]


def _mapping(data: Any, path: str) -> Mapping[Any, Any]:
    if not isinstance(data, Mapping):
        raise CardError("a run card is a mapping that starts with 'symhep: 1'", where=path)
    return data


def parse_card(data: Any, path: str) -> CardFile:
    """Check parsed data against the schema."""
    try:
        lines, plain = dict(_lines(_mapping(data, path))), _plain(data)
    except RecursionError as error:
        raise CardError(_reason(error), where=path) from error
    try:
        return CardFile(RunCard.model_validate(plain), path, lines)
    except ValidationError as error:
        raise validation_error(error, RunCard, path, lines) from error


def _lines(data: Any, prefix: Path_ = ()) -> Iterable[tuple[Path_, int]]:
    """(path, 1-based line) of every key that the YAML loader kept the position of."""
    if isinstance(data, CommentedMap):
        if not prefix:
            yield (), 1
        for key, value in data.items():
            if key in (data.lc.data or {}):
                yield (*prefix, str(key)), data.lc.key(key)[0] + 1
            yield from _lines(value, (*prefix, str(key)))
    elif isinstance(data, CommentedSeq):
        for index, value in enumerate(data):
            yield (*prefix, index), data.lc.item(index)[0] + 1
            yield from _lines(value, (*prefix, index))


def _plain(data: Any) -> Any:
    """Plain dicts, lists and scalars, without the loader's decorations."""
    if isinstance(data, Mapping):
        return {str(k): _plain(v) for k, v in data.items()}
    if isinstance(data, list):
        return [_plain(v) for v in data]
    for kind in (bool, int, float, str):
        if isinstance(data, kind):
            return kind(data)
    return data.value if isinstance(data, TaggedScalar) else data


def apply_overrides(data: Any, overrides: Iterable[str]) -> Any:
    """Set 'methods.relevance.options.beta=1.0' and the like; values are YAML.

    >>> apply_overrides({"run": {"seed": 1}}, ["run.seed=2"])
    {'run': {'seed': 2}}
    """
    for override in overrides:
        dotted, equals, text = override.partition("=")
        keys = dotted.strip().split(".")
        if not equals or not all(keys):
            raise CardError(f"'{override}' is not of the form dotted.key=value", where="-s")
        target = data
        for key in keys[:-1]:
            target = target.setdefault(key, {})
            if not isinstance(target, Mapping):
                raise CardError(f"'{dotted}': '{key}' is not a mapping", where="-s")
        try:
            target[keys[-1]] = _plain(read_yaml(text))
        except YamlTextError as error:
            raise CardError(f"'{text[:80]}' is not valid YAML", where=f"-s {dotted}") from error
    return data
