"""The second half of a run: a dataset in, a method's stored result out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, cached_property, partial
from importlib import metadata
from typing import Any

import numpy as np

from symhep.errors import MethodError, PluginError, StoreError
from symhep.events.dataset import Dataset
from symhep.methods.context import COMBINE, Context, Progress, SilentProgress, seed_sequence
from symhep.methods.interface import Method, Options, Shard
from symhep.methods.passes import Reducer
from symhep.methods.result import Part, Result
from symhep.methods.returned import require_part, require_result
from symhep.plotting.control import control_histograms
from symhep.plugin.manager import Registry
from symhep.run.code_digest import code_digest
from symhep.run.folder import RunFolder, content_key
from symhep.run.jobs import Job, all_of
from symhep.run.planned import PlannedMethod
from symhep.run.reducing import StoredReducer, reduce_by_threads
from symhep.run.varying import varied
from symhep.run.workers import Workers
from symhep.torchkit.threads import one_thread_per_operation
from symhep.version import release

__all__ = ["Fit"]


@dataclass(frozen=True)
class Fit:
    """A method, the data it gets, and where it is done and stored."""

    plan: PlannedMethod
    data: Dataset
    folder: RunFolder
    seed: int
    device: str
    progress: Progress
    workers: Workers
    registry: Registry
    controlled: bool = True  # with control histograms of its own, where the run has none

    def run(self) -> tuple[Result[Any], bool]:
        """Fit the method and each point of its scan; the result, and whether any of it was computed now.

        Work that an earlier run finished is taken from the folder.
        """
        points = [(self.plan.options, self.plan.name)]
        points += [(point.options, f"{self.plan.name}/scan/{point.name}") for point in self.plan.scan]
        found = all_of([partial(self._point, options, name) for options, name in points])
        return found[0][0], any(new for _, new in found)

    @cached_property
    def _basis(self) -> list[Any]:
        """All that a result depends on besides the options: code, randomness, and the numbers that enter."""
        method = self.plan.method
        code = [_plugin_version(method), code_digest(type(method))]
        return [*code, method.name, self.seed, self.device, _digest(self.data)]

    def _point(self, options: Options, name: str) -> tuple[Result[Any], bool]:
        method = self.plan.method
        key = content_key(self._basis, options.model_dump(mode="json"), self.controlled)
        if (stored := self._stored(name, key)) is not None:
            return method.worded(stored), False
        started = datetime.now(UTC)
        clock = time.perf_counter()
        with one_thread_per_operation():
            method.require_takes(self.data.needs, self.data.name)
            method.check(self.data, options)
            prepared = method.prepare(self.data, options)
            # Both, before either is waited for.
            steps: list[Callable[[], Any]] = [
                partial(self._parts, prepared, name, key), partial(self._control, name, key),
            ]  # fmt: skip
            parts, control = all_of(steps)
            reducer = self._reducer(f"{name}/passes/combine", key)
            combined = method.combine(prepared, parts, self.context(COMBINE, reducer))
            result = require_result(method.name, method.Record, combined)
        result = replace(result, variations=varied(self, prepared, result, name, key))
        result = replace(result, histograms=result.histograms | control)
        header = {
            "key": key,
            "use": method.name,
            "options": options.model_dump(mode="json"),
            "scaling": self.data.scaler.to_json(),
            "columns": [vars(c) for c in self.data.columns],
            "events": self.data.events,
            "subsample": len(self.data) if self.data.stream is not None else None,
            "all_events": self.data.stream is None or method.streams or reducer.done > 0,
            "computed": started.isoformat(timespec="seconds"),
            "duration_s": round(time.perf_counter() - clock, 3),
            "scan": [point.name for point in self.plan.scan],
            "figures": None,
        }
        self.folder.write_result(name, method.worded(result), header)
        self.folder.forget_parts(f"{name}/passes")
        # What goes on from here is what a resumed run would read, so both give the same numbers and words.
        return method.worded(self.folder.read_result(name, method.Record)), True

    def _control(self, name: str, key: str) -> dict[str, Any]:
        """Control histograms, if it has any of its own."""
        if not self.controlled:
            return {}
        return control_histograms(self.data, self._reducer(f"{name}/passes/control", key))

    def _stored(self, name: str, key: str) -> Result[Any] | None:
        """The result that an earlier run left for this key; None if there is none, or none that can be read."""
        if self.folder.remembered(f"{name}/result.json").get("key") != key:
            return None
        try:
            return self.folder.read_result(name, self.plan.method.Record)
        except StoreError:
            return None

    def _parts(self, prepared: Any, name: str, key: str) -> list[Part]:
        """The parts of all shards, in order; only those that are not stored yet are fitted."""
        shards = list(self.plan.method.shards(prepared))
        if [s.index for s in shards] != list(range(len(shards))):
            raise PluginError(f"{self.plan.method.name}: shards must count from 0")
        stored = {s.index: self.folder.read_part(name, key, s.index) for s in shards}
        missing = [s for s in shards if stored[s.index] is None]
        outer = SilentProgress() if self.workers.local else self.progress
        with outer.task(f"{name}, {len(missing)} shards", len(missing)) as tick:
            method = self.plan.method
            done: Iterator[tuple[int, Part]]
            if method.streams and self.data.stream is not None:
                done = ((s.index, self._streamed(prepared, s, name, key)) for s in missing)
            else:
                jobs = [
                    Job(
                        (method, prepared, s, self.context(s.index)), s.index, name,
                        f"{name}, shard {s.index} ({s.label})",
                    )
                    for s in missing
                ]  # fmt: skip
                done = self.workers.run(_fitted, jobs)
            for index, part in done:
                self.folder.write_part(name, key, index, part)
                tick(1)
        stored |= {s.index: self.folder.read_part(name, key, s.index) for s in missing}
        return [_present(stored[s.index], s) for s in shards]

    def _streamed(self, prepared: Any, shard: Shard, name: str, key: str) -> Part:
        """The part of a shard whose blocks are read on the workers."""
        reducer = self._reducer(f"{name}/passes/{shard.index}", key)
        seeds = seed_sequence(self.seed, self.plan.method.name, shard.index)
        context = Context(seeds, self.device, self.progress, self.registry, reducer)
        return _fitted(self.plan.method, prepared, shard, context)

    def _reducer(self, place: str, key: str) -> StoredReducer:
        return StoredReducer(self.folder, place, key, self.workers, self.progress)

    def context(self, shard: int, reducer: Reducer = reduce_by_threads) -> Context:
        """Of a shard, or of COMBINE."""
        seeds = seed_sequence(self.seed, self.plan.method.name, shard)
        progress = self.progress if self.workers.local or shard == COMBINE else SilentProgress()
        return Context(seeds, self.device, progress, self.registry, reducer)


def _fitted(method: Method[Any, Any, Any], prepared: Any, shard: Shard, context: Context) -> Part:
    """The part of a shard, the same whichever process does it and however many threads that has."""
    with one_thread_per_operation():
        return require_part(method.name, method.fit(prepared, shard, context))


def _present(part: Part | None, shard: Shard) -> Part:
    if part is None:
        raise MethodError(
            f"the part of shard {shard.index} ({shard.label}) could not be read back from the run folder"
        )
    return part


def _digest(data: Dataset) -> str:
    """A hash of every number and name that a method can see; of a stream that of what its blocks were made of."""
    digest = hashlib.blake2b(digest_size=16)
    if data.stream is not None:
        digest.update(data.stream.key.encode())
    for array in _arrays(data):
        digest.update(str((array.shape, array.dtype)).encode())
        digest.update(np.ascontiguousarray(array).data)
    names = [data.name, *map(repr, data.columns), *data.particles, *data.label_names, data.scaler.kind]
    names += [*data.kinds, *data.objects, *sorted(data.sets), *data.tag_names]
    names += [*map(repr, data.spectator_columns), *map(repr, data.thresholds), *sorted(data.reference)]
    for variation in data.variations:
        names += [variation.name, variation.rule, str(variation.confidence), *sorted(variation.samples)]
        for alternative in variation.alternatives:
            names.append(alternative.name)
            for array in [alternative.data.weights] if alternative.same_rows else _arrays(alternative.data):
                digest.update(str((array.shape, array.dtype)).encode())
                digest.update(np.ascontiguousarray(array).data)
    digest.update("\0".join(names).encode())
    return digest.hexdigest()


def _arrays(data: Dataset) -> Iterator[np.ndarray[Any, Any]]:
    yield from (data.values, data.weights, data.labels, data.unit, data.scaler.shift, data.scaler.scale)
    yield from (a for a in (data.momenta, data.mask, data.tags, data.spectators) if a is not None)


def _plugin_version(method: Method[Any]) -> str:
    """Version of the distribution that brings the method; '' for a class made on the spot."""
    package = type(method).__module__.partition(".")[0]
    try:
        names = sorted(set(_distributions().get(package, ())))
        return ", ".join(f"{name} {release(metadata.version(name))}" for name in names)
    except metadata.PackageNotFoundError:
        return ""


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())
