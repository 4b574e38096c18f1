"""The `kg` command: the only place that prints, reads arguments and sets exit codes.

Data go to standard output, messages to standard error. Exit code 0: yes; 1: the answer is no; 2: wrong usage or input;
130: interrupted. What a command needs is imported when it runs.
"""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from kg.cli import article, asking, keeping, linking, pushing
from kg.cli.interrupts import EXIT_CODE, at_once, cleaned_up
from kg.cli.shared import data_option, opened
from kg.errors import KgError, nearest
from kg.version import __version__


class _Failure(click.ClickException):
    """A `KgError` on its way to standard error."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]

    def show(self, file: Any = None) -> None:
        clear = "\r\033[K" if sys.stderr.isatty() else ""
        click.echo(f"{clear}kg: {self.message}", err=True)


class _Commands(click.Group):
    """A group that turns this package's errors, and a full or closed standard output, into one message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with cleaned_up():
                result = super().invoke(ctx)
                sys.stdout.flush()
        except KgError as error:
            raise _Failure(str(error), error.exit_code) from error
        except KeyboardInterrupt as error:
            raise _Failure("interrupted.", EXIT_CODE) from error
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(0) from None
        except RecursionError as error:
            raise _Failure("The input is nested too deeply.", 2) from error
        except RuntimeError as error:  # so pyoxigraph calls a block on disk that is not as it was written
            if not str(error).startswith("Corruption"):
                raise
            raise _Failure(f"The store on disk is damaged ({error}); build it anew.", 2) from error
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise _Failure(f"{error.filename or 'standard output'}: {error.strerror}." if error.strerror else f"{error}.", 2) from error
        return result

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            raise _Failure(f"{args[0]!r} is no command.{nearest(args[0], self.commands)} `kg --help` lists them.", 2)
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kg")
@data_option
@click.pass_context
def cli(ctx: click.Context, data: Path | None) -> None:
    """Ask an encyclopedia article about the relations of two states, and see the sentence behind every answer."""
    if ctx.invoked_subcommand is None:
        from kg.cli.text import overview

        graph = opened(data)
        at_once()
        click.echo(overview(graph))
    elif data is not None:
        ctx.default_map = _given(ctx.command, ctx, str(ctx.invoked_subcommand), data)


def _given(group: click.Command, ctx: click.Context, name: str, data: Path) -> dict[str, Any]:
    """The defaults by which the command `name` takes `data`, given before it. Raises `UsageError` if it takes none."""
    command = group.get_command(ctx, name) if isinstance(group, click.Group) else None
    if isinstance(command, click.Group):
        return {name: {inner: {"data": str(data)} for inner in command.commands}}
    if command is not None and "data" not in [parameter.name for parameter in command.params]:
        raise click.UsageError(f"kg {name} takes no --data.")
    return {name: {"data": str(data)}}


for _command in (*article.COMMANDS, *asking.COMMANDS, *keeping.COMMANDS, *linking.COMMANDS, *pushing.COMMANDS):
    cli.add_command(_command)


def main() -> NoReturn:
    """Run the command and exit."""
    if sys.stdout is None:
        click.echo("kg: standard output is closed.", err=True)
        raise SystemExit(2)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower() not in ("utf-8", "utf8"):
            stream.reconfigure(errors="replace")
    cli(prog_name="kg")
    raise SystemExit(0)
