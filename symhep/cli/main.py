"""The `symhep` command: finds the subcommand, turns errors into one clear line and an exit code."""

from __future__ import annotations

import importlib
import io
import platform
import sys
import tempfile
import warnings
from collections.abc import Callable
from typing import Any

import click

from symhep.cli.terminal import say
from symhep.errors import RenamedKeyWarning, SymhepError
from symhep.printable import printable

__all__ = ["main"]

#: Subcommand -> its one-line help. The module of the same name is imported when it is called.
COMMANDS = {
    "sample": "Write a card and its events to start with; without a name, list them.",
    "inspect": "Show the contents of event files.",
    "init": "Write a commented run card for a file.",
    "validate": "Check a run card without running it.",
    "run": "Run a card: read, select, fit, draw, report.",
    "methods": "List the plugins' methods and formats.",
    "schema": "Print the JSON Schema of run cards or of results.",
    "new": "Write the project of a new method or reader.",
    "plot": "Redraw the figures of a run folder.",
    "report": "Rewrite the report of a run folder.",
    "export": "Export a run to HEPData, ROOT, LaTeX or JSON.",
    "compare": "Compare finished runs: pulls, verdicts, spectra.",
    "farm": "Split a run into batch jobs: HTCondor, Slurm, shell.",
    "merge": "Merge the output of the batch jobs of a farm.",
    "augment": "Write events transformed by a symmetry found in a run.",
}


class _Lazy(click.Group):
    """Loads a subcommand's module only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"symhep.cli.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS:
            from symhep.errors import nearest

            raise click.UsageError(f"unknown command '{args[0]}'; {nearest(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _tell_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked or ctx.resilient_parsing:
        return
    from symhep.run.environment import versions
    from symhep.version import version

    others = ", ".join(f"{name} {number}" for name, number in versions().items() if name != "symhep")
    say(f"symhep, version {version()}\n{platform.platform()}: {others}")
    ctx.exit()


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Versions, for a report of a fault.",
)
def group() -> None:
    """Which symmetries does a collider dataset respect?

    \b
    symhep inspect FILE                    show its contents
    symhep init FILE -o card.yaml          write a card for it
    symhep run card.yaml -o DIR            results, figures, DIR/report.html

    Exit codes: 0 done, 2 card or usage, 3 input, 4 some method failed,
    5 a comparison failed, 6 tasks of a farm have to be run.
    """


def _traceback_note(error: SymhepError) -> str:
    """Where the traceback of third-party code lies that failed outside a run, which has a place of its own for it."""
    from symhep.plugin.isolation import traceback_of

    text = traceback_of(error)
    if not text:
        return ""
    with tempfile.NamedTemporaryFile("wb", prefix="symhep-", suffix=".txt", delete=False) as log:
        log.write(text.encode(errors="backslashreplace"))
    return f" (traceback: {log.name})"


def _show(otherwise: Callable[..., None]) -> Callable[..., None]:
    """Old names of keys as a line for the author of a card, all other warnings as Python shows them."""

    def show(message: Warning | str, category: type[Warning], *place: Any) -> None:
        if issubclass(category, RenamedKeyWarning):
            say(f"symhep: {message}", err=True)
        else:
            otherwise(message, category, *place)

    return show


def main() -> None:
    """Entry point of the `symhep` script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # a terminal that knows no plus-minus sign gets a question mark
            stream.reconfigure(errors="replace")
    warnings.showwarning = _show(warnings.showwarning)
    try:
        code = group.main(standalone_mode=False)
    except SymhepError as error:
        say(f"symhep: {error}{_traceback_note(error)}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and error.ctx is not None:
            say(error.ctx.get_usage(), err=True)
        say(f"Error: {printable(error.format_message())}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        say("symhep: interrupted; run the same command again to continue", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        say(f"symhep: {place}{error.strerror or error}", err=True)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)
