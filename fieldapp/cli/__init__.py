"""The command line: one verb, one use case. Exit 0: done, 1: a Problem (one sentence on stderr), 2: wrong use."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from fieldapp.cli.arguments import build_parser
from fieldapp.cli.context import Context
from fieldapp.errors import Problem
from fieldapp.settings import Settings

DONE, FAILED, INTERRUPTED = 0, 1, 130


def main(
    argv: Sequence[str],
    *,
    serve: Callable[[Settings], None] | None = None,
    environ: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> int:
    """Run one command and return its exit code; wrong use ends in SystemExit(2), as argparse does it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    arguments = build_parser(with_server=serve is not None).parse_args(list(argv))
    try:
        settings = Settings.from_env(os.environ if environ is None else environ)
        context = Context(settings, now or datetime.now(UTC), serve)
        return int(arguments.run(arguments, context))
    except Problem as problem:
        print(problem.text(), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Afbrudt. Det, der ikke var færdigt, er ikke gemt.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has stopped; say nothing more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
