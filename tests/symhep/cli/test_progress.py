"""How far work is, told by a clock that the test sets."""

from __future__ import annotations

from symhep.cli.progress import HowFar, TerminalProgress, memory_gb
from symhep.methods.context import SilentProgress


class Clock:
    """Seconds that pass when they are told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_how_far_how_fast_and_the_memory() -> None:
    clock = Clock()
    far = HowFar(SilentProgress(), clock, lambda: 2.04)
    clock.now += 3
    assert far.line() == "working, for 3 s; 2.0 GB"
    with far.task("vae, 15 shards", 15) as tick:
        clock.now += 30
        assert far.line() == "vae, 15 shards: 0 of 15 (0%), for 30 s; 2.0 GB", "before the first step, too"
        tick(5, "loss 0.2")
        clock.now += 270
        assert far.line() == (
            "vae, 15 shards: 5 of 15 (33%), 1 min 0 s each, for 5 min 0 s, 10 min 0 s left, loss 0.2; 2.0 GB"
        )
        with far.task("reading a.root", 0) as inner:
            inner(3_000_000)
            clock.now += 10
            assert far.line() == "reading a.root: 3,000,000, 300,000/s, for 10 s; 2.0 GB"
        clock.now += 7200
        assert ", for 2 h 5 min, " in far.line()
    assert far.line().startswith("working, ")


def test_a_task_that_fails_is_over() -> None:
    far = HowFar(SilentProgress(), Clock(), lambda: None)
    try:
        with far.task("reading", 3):
            raise ValueError("damaged")
    except ValueError:
        pass
    assert far.line() == "working, for 0 s"


def test_steps_are_handed_on() -> None:
    seen: list[tuple[int, str]] = []

    class Seen(SilentProgress):
        def task(self, description: str, total: int):  # type: ignore[no-untyped-def]
            from contextlib import nullcontext

            return nullcontext(lambda steps=1, note="": seen.append((steps, note)))

    with HowFar(Seen()).task("x", 2) as tick:
        tick()
        tick(1, "half")
    assert seen == [(1, ""), (1, "half")]


def test_names_of_files_are_no_markup() -> None:
    with TerminalProgress().task("reading [/bold] \x1b[31m.root", 2) as tick:
        tick(1, "[/red]")


def test_memory_is_that_of_a_python() -> None:
    assert 0.01 < memory_gb() < 1000
