"""The root of the command line: groups, and the one place where errors become sentences."""

from __future__ import annotations

import logging
import sys
import uuid
from collections.abc import Sequence
from typing import Any

import click

from mixline import __version__
from mixline.cli.output import print_error
from mixline.errors import MixlineError


class Commands(click.Group):
    """A group that loads each command's module only when it is called, so that `--help` answers at once."""

    def __init__(self, *args: Any, lazy: dict[str, tuple[str, str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.lazy:
            return None
        import importlib

        module, attribute, _ = self.lazy[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, _, short) in self.lazy.items()])


@click.group(
    cls=Commands,
    lazy={
        "run": ("mixline.cli.serve", "run", "Start the whole product on this machine."),
        "demo": ("mixline.cli.demo", "demo", "Fit the demo without servers and print its ROI table."),
        "mmm": ("mixline.cli.mmm", "mmm", "Marketing mix models: draft, fit, read."),
        "reports": ("mixline.cli.reports", "reports", "Keep a folder of measurement reports up to date."),
        "worker": ("mixline.cli.serve", "worker", "Work on queued jobs until stopped."),
    },
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="mixline")
def cli() -> None:
    """Marketing measurement that says how sure it is.

    \b
    Example:
      mixline mmm init --data weekly.csv --out spec.yaml
      mixline mmm fit --data weekly.csv --spec spec.yaml --out model
      mixline mmm roi --model model
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    try:
        code = cli.main(args=arguments, prog_name="mixline", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except (click.exceptions.Exit, KeyboardInterrupt) as error:
        sys.exit(getattr(error, "exit_code", 1))
    except MixlineError as error:
        print_error(error.to_dict())
        sys.exit(1)
    except Exception:
        correlation = uuid.uuid4().hex[:12]
        _keep_traceback(correlation)
        print_error(
            {
                "code": "internal",
                "sentence": f"Something failed inside Mixline (id {correlation}). The details are in cli.log of the "
                "Mixline home folder; please report them with the id.",
            }
        )
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _keep_traceback(correlation: str) -> None:
    """Append the traceback to HOME/cli.log: a person gets the id, whoever looks for the cause gets the rest."""
    from mixline.settings import Settings

    try:
        home = Settings().home
        home.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.FileHandler(home / "cli.log")
    except Exception:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger = logging.getLogger("mixline.cli")
    logger.propagate = False
    logger.addHandler(handler)
    logger.error("id %s: %s", correlation, " ".join(sys.argv), exc_info=True)
    handler.close()
