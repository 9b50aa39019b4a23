"""`python -m fieldapp VERB`: the commands, and the server for the verb `serve`."""

from __future__ import annotations

import sys

from fieldapp.cli import main
from fieldapp.settings import Settings


def _serve(settings: Settings) -> None:
    from fieldapp.web.serve import serve

    serve(settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], serve=_serve))
