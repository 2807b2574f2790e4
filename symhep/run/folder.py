"""The run folder: every file appears whole or not at all, finished work is known by the hash of its inputs."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
from filelock import FileLock, Timeout
from ruamel.yaml import YAML

from symhep.card.schema import RunCard
from symhep.errors import PluginError, StoreError
from symhep.methods.record import Record, jsonable
from symhep.methods.result import Part, Result
from symhep.methods.schema_version import SCHEMA_VERSION, why_unreadable
from symhep.methods.varied import VariationsRecord
from symhep.paths import writing
from symhep.run.archive import read_archive, write_archive

__all__ = ["STATE", "RunFolder", "check_names", "content_key"]

STATE = ".symhep"
#: What a file or folder of a run may be called.
_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.=+-]*")
_VALUES = "__values__"
#: How the name of a file ends that is being written.
_PARTIAL = ".partial"
RecordT = TypeVar("RecordT", bound=Record)


def content_key(*parts: Any) -> str:
    """A hash of JSON values: equal inputs, equal key.

    >>> content_key({"a": 1}) == content_key({"a": 1}) != content_key({"a": 2})
    True
    """
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def check_names(kind: str, names: Iterable[Any]) -> None:
    """Raise `PluginError` for a name that is not a plain file name: what a method calls its files stays in its folder.

    >>> check_names("figure", ["../results"])
    Traceback (most recent call last):
    ...
    symhep.errors.PluginError: a figure has the name '../results', which is not a valid file name; use only \
letters, digits and _ . = + -
    """
    for name in names:
        if not (isinstance(name, str) and _SAFE_NAME.fullmatch(name)):
            raise PluginError(
                f"a {kind} has the name {name!r}, which is not a valid file name; use only letters, digits "
                f"and _ . = + -"
            )


#: The card that was run; alone in a folder, one that waits to be run.
CARD = "card.yaml"


class RunFolder:
    """Reads and writes a run folder. See docs/reference/run_folder.md; ``.symhep/`` holds what resuming needs."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    def check(self) -> None:
        """Raise `StoreError` if the folder is not one that may be written to."""
        if self.root.exists() and not self.root.is_dir():
            raise StoreError(f"{self.root} is a file; -o needs a folder")
        if (
            self.root.is_dir()
            and not (self.root / STATE).is_dir()
            and {p.name for p in self.root.iterdir()} - {CARD}
        ):
            raise StoreError(f"{self.root} is not empty and was not written by symhep; choose another folder")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder and hold it for this process. Raises `StoreError` if it is taken or cannot be made."""
        self.check()
        try:
            (self.root / STATE).mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.root / STATE / "lock")
            lock.acquire(blocking=False)
        except Timeout as error:
            raise StoreError(
                f"another symhep run is writing to {self.root}; wait, or choose another folder"
            ) from error
        except (OSError, ValueError) as error:
            raise StoreError(f"{self.root} cannot be written to: {error}") from error
        try:
            for left in self.root.rglob(f".*{_PARTIAL}"):  # by a run that was killed
                left.unlink(missing_ok=True)
            yield
        finally:
            lock.release()

    def forget(self, names: Iterable[str]) -> None:
        """Drop what is remembered of these results and of the files read, so that it is all done again."""
        for name in names:
            (self.root / name / "result.json").unlink(missing_ok=True)
            shutil.rmtree(self.root / name / "scan", ignore_errors=True)
            shutil.rmtree(self.root / STATE / "parts" / name, ignore_errors=True)
        for place in ("data", "looks"):
            shutil.rmtree(self.root / STATE / "parts" / place, ignore_errors=True)
        (self.root / STATE / "hashes.json").unlink(missing_ok=True)

    def write_card(self, card: RunCard, source: str = "<card>") -> None:
        """The resolved card: every default filled in. Beside the card that was run, if that lies here itself."""
        buffer = io.StringIO()
        yaml = YAML(typ="safe", pure=True)
        yaml.default_flow_style = False
        yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
        yaml.dump(card.model_dump(mode="json"), buffer)
        own = self.root / CARD
        # Written by hand, or by 'symhep run FILE': not to be overwritten.
        if Path(source).absolute() == own.absolute():
            self.write_bytes("card.resolved.yaml", buffer.getvalue().encode())
            return
        self.write_bytes(own.name, buffer.getvalue().encode())
        (self.root / "card.resolved.yaml").unlink(missing_ok=True)

    # -- plain files ---------------------------------------------------------------

    @contextmanager
    def _atomic(self, name: str) -> Iterator[BinaryIO]:
        """A stream into a file that appears whole: a reader, or a resumed run, sees the old one or the new one."""
        check_names("file", name.removeprefix(f"{STATE}/").split("/"))
        target = self.root / name
        # A name of its own: a part may be written by two workers at a time, one of which was taken to be lost.
        partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}{_PARTIAL}")
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with partial.open("wb") as stream:
                    yield stream
                    stream.flush()
                    os.fsync(stream.fileno())
                partial.replace(target)
            finally:
                partial.unlink(missing_ok=True)

    def write_bytes(self, name: str, content: bytes) -> Path:
        """Write atomically."""
        with self._atomic(name) as stream:
            stream.write(content)
        return self.root / name

    def write_json(self, name: str, content: Any) -> Path:
        """JSON with numbers as they are; NaN and infinities become null, which every parser reads."""
        text = json.dumps(jsonable(content), indent=1, allow_nan=False)
        return self.write_bytes(name, (text + "\n").encode())

    def read_json(self, name: str, hook: Callable[[dict[str, Any]], Any] | None = None) -> Any:
        """The content, or None where the file is missing. Raises `StoreError` for a file that is no JSON.

        ``hook`` makes something else of each mapping, as in `json.loads`.
        """
        path = self.root / name
        if not path.is_file():
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"), object_hook=hook)
        except (ValueError, RecursionError) as error:
            raise StoreError(
                f"{path} is not valid JSON ({error}): truncated or changed; remove it and run the card again"
            ) from error

    def remembered(self, name: str) -> dict[str, Any]:
        """A mapping that an earlier run left to save work; {} where it is missing or broken, and will be made anew."""
        try:
            found = self.read_json(name)
        except StoreError:
            return {}
        return found if isinstance(found, dict) else {}

    def write_log(self, name: str, text: str) -> Path:
        """Keep a traceback; returns where."""
        return self.write_bytes(f"{STATE}/log/{name}.txt", text.encode(errors="backslashreplace"))

    def remove_log(self, name: str) -> None:
        """Forget the traceback of an earlier failure."""
        (self.root / STATE / "log" / f"{name}.txt").unlink(missing_ok=True)

    # -- arrays --------------------------------------------------------------------

    def write_arrays(
        self,
        name: str,
        arrays: Mapping[str, np.ndarray[Any, Any]] | Iterable[tuple[str, np.ndarray[Any, Any]]],
    ) -> Path:
        """An uncompressed .npz without pickle; the same arrays give the same bytes."""
        with self._atomic(name) as stream:
            write_archive(stream, arrays)
        return self.root / name

    def read_arrays(self, name: str) -> dict[str, np.ndarray[Any, Any]] | None:
        """The arrays, or None where the file is missing or broken."""
        path = self.root / name
        return read_archive(path) if path.is_file() else None

    # -- parts: finished shards ----------------------------------------------------

    def write_part(self, method: str, key: str, shard: int, part: Part) -> None:
        """Remember a finished shard."""
        values = np.frombuffer(json.dumps(jsonable(part.values)).encode(), dtype=np.uint8)
        self.write_arrays(self.part_name(method, key, shard), {**part.arrays, _VALUES: values})

    def read_part(self, method: str, key: str, shard: int) -> Part | None:
        """A finished shard, or None."""
        return self.part_of(self.read_arrays(self.part_name(method, key, shard)))

    @staticmethod
    def part_of(arrays: dict[str, np.ndarray[Any, Any]] | None) -> Part | None:
        """The part that `write_part` stored as these arrays; None of none, or of others."""
        if arrays is None or _VALUES not in arrays:
            return None
        try:
            return Part(json.loads(arrays.pop(_VALUES).tobytes()), arrays)
        except ValueError:
            return None

    def forget_parts(self, name: str = "", which: Callable[[Any], bool] | None = None) -> None:
        """Remove remembered shards and files read: all of NAME and below it, or those whose values are ``which``."""
        place = self.root / STATE / "parts" / name
        if which is None:
            shutil.rmtree(place, ignore_errors=True)
            return
        for path in place.glob("*.npz"):
            arrays = read_archive(path, (_VALUES,))
            try:
                stale = not arrays or which(json.loads(arrays[_VALUES].tobytes()))
            except ValueError:
                stale = True
            if stale:
                path.unlink()

    @staticmethod
    def part_name(method: str, key: str, shard: int) -> str:
        """Where a part lies in the folder."""
        return f"{STATE}/parts/{method}/{key}-{shard:05d}.npz"

    # -- results -------------------------------------------------------------------

    def write_result(self, name: str, result: Result[Record], header: Mapping[str, Any]) -> None:
        """Store a result under NAME/. result.json goes first and comes last: where it is, all it stands for is.

        Raises `PluginError` for checkpoints and tables whose names are not plain file names.
        """
        check_names("checkpoint", result.checkpoint)
        check_names("table", result.tables)
        place = self.root / name
        (place / "result.json").unlink(missing_ok=True)
        for companion in ("arrays.npz", "histograms.json"):
            (place / companion).unlink(missing_ok=True)
        shutil.rmtree(place / "checkpoint", ignore_errors=True)
        if result.arrays:
            self.write_arrays(f"{name}/arrays.npz", result.arrays)
        if result.histograms:
            self.write_histograms(name, result.histograms)
        if result.checkpoint:
            from safetensors.numpy import save

            for stem, tensors in result.checkpoint.items():
                dense = {k: np.ascontiguousarray(v) for k, v in tensors.items()}
                self.write_bytes(f"{name}/checkpoint/{stem}.safetensors", save(dense))
        self.write_json(
            f"{name}/result.json",
            {
                "schema": SCHEMA_VERSION,
                **header,
                "summary": result.summary,
                "variations": None if result.variations is None else result.variations.to_json(),
                **_words(result),
            },
        )

    def remove_result(self, name: str, *, parts: bool = True) -> None:
        """Forget a stored result with its figures, scans and parts; results in regions below it stay."""
        place = self.root / name
        for file in ("result.json", "arrays.npz", "histograms.json"):
            (place / file).unlink(missing_ok=True)
        for folder in ("figures", "checkpoint", "scan"):
            shutil.rmtree(place / folder, ignore_errors=True)
        for above in (place, place.parent):
            if above != self.root and above.is_dir() and not any(above.iterdir()):
                above.rmdir()
        if parts:
            shutil.rmtree(self.root / STATE / "parts" / name, ignore_errors=True)

    def stored_names(self) -> list[str]:
        """Results that lie in the folder, those in regions included, whether results.json lists them or not."""
        found = [path.parent for depth in ("*", "*/*") for path in self.root.glob(f"{depth}/result.json")]
        return [path.relative_to(self.root).as_posix() for path in found if path.parent.name != "scan"]

    def remove_control(self, name: str) -> None:
        """Forget stored control plots with their figures; those of regions below stay."""
        for file in ("control.json", "histograms.json"):
            (self.root / name / file).unlink(missing_ok=True)
        shutil.rmtree(self.root / name / "figures", ignore_errors=True)

    def write_words(self, name: str, result: Result[Record]) -> None:
        """Replace the statements, verdicts and tables of a stored result; its numbers stay."""
        self.write_json(f"{name}/result.json", {**self.read_header(name), **_words(result)})

    def read_header(self, name: str) -> dict[str, Any]:
        """The content of NAME/result.json. Raises `StoreError` if there is none, or one of another version."""
        stored = self.read_json(f"{name}/result.json")
        if stored is None:
            raise StoreError(f"{self.root} has no result '{name}'; run symhep run first")
        if not isinstance(stored, dict):
            raise StoreError(
                f"{self.root / name / 'result.json'} is damaged or was changed; run the card again"
            )
        if (why := why_unreadable(str(stored.get("schema", "0.1")))) is not None:
            raise StoreError(f"{self.root / name} cannot be read: {why} ({self.root / CARD})")
        return dict(stored)

    def read_result(self, name: str, record: type[RecordT]) -> Result[RecordT]:
        """Load a stored result (without its checkpoint, statements, verdicts and tables), its numbers as a ``record``.

        Raises `StoreError` if there is none, or if another version wrote it.
        """
        stored = self.read_header(name)
        arrays = self.read_arrays(f"{name}/arrays.npz")
        if arrays is None and (self.root / name / "arrays.npz").is_file():
            raise StoreError(
                f"{self.root / name / 'arrays.npz'} is damaged; remove it and run the card again"
            )
        variations = stored.get("variations")
        return Result(
            record.from_json(stored.get("summary") or {}), arrays or {}, self.read_histograms(name),
            variations=None if variations is None else VariationsRecord.from_json(variations),
        )  # fmt: skip

    def write_histograms(self, name: str, histograms: Mapping[str, Any]) -> None:
        """NAME/histograms.json, as `uhi.io.json` writes it."""
        import uhi.io.json

        text = json.dumps(dict(histograms), default=uhi.io.json.default)
        self.write_bytes(f"{name}/histograms.json", text.encode())

    def read_histograms(self, name: str) -> dict[str, Any]:
        """`hist.Hist` objects by name; {} if there are none. Raises `StoreError` for a broken file."""
        path = f"{name}/histograms.json"
        if not (self.root / path).is_file():
            return {}
        import hist
        import uhi.io.json

        try:
            return {k: hist.Hist(v) for k, v in self.read_json(path, uhi.io.json.object_hook).items()}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise StoreError(f"{self.root / path} is damaged; remove it and run the card again") from error

    def outcomes(self) -> dict[str, dict[str, Any]]:
        """The methods in results.json. Raises `StoreError` if it is damaged."""
        found = self.read_json("results.json")
        if found is None:
            return {}
        methods = found.get("methods") if isinstance(found, dict) else None
        if not isinstance(methods, dict) or not all(isinstance(m, dict) for m in methods.values()):
            raise StoreError(
                f"{self.root / 'results.json'} is damaged or was changed; remove it and run the card again"
            )
        return methods

    def result_names(self) -> list[str]:
        """Methods that ended well, according to results.json, and whose result is stored."""
        known = self.outcomes()
        good = [name for name, outcome in known.items() if outcome.get("status") == "ok"]
        return [name for name in good if (self.root / name / "result.json").is_file()]


def _words(result: Result[Record]) -> dict[str, Any]:
    """Statements, verdicts and tables as result.json holds them."""
    return {
        "statements": [vars(s) for s in result.statements],
        "verdicts": [v.to_json() for v in result.verdicts],
        "tables": {name: table.to_json() for name, table in result.tables.items()},
    }
