"""Start the server: the same Streamlit command and settings as `streamlit run app.py`, with host and port of ours."""

from __future__ import annotations

import os
import runpy
import secrets
import sys
from pathlib import Path

from fieldapp.settings import ROOT, Settings

APP = ROOT / "app.py"


def serve(settings: Settings) -> None:
    """Run until stopped; the settings are handed on through the environment, where `app.py` reads them again."""
    os.environ.update(streamlit_environment(settings))
    sys.argv = ["streamlit", "run", str(APP)]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def streamlit_environment(settings: Settings) -> dict[str, str]:
    """Streamlit's own names for our host and port."""
    return {
        "STREAMLIT_SERVER_PORT": str(settings.port),
        "STREAMLIT_SERVER_ADDRESS": settings.host,
        "STREAMLIT_SERVER_HEADLESS": "true",
    }


def start_again_where_asked(settings: Settings, *, host: str, port: int) -> None:
    """`streamlit run app.py` has bound its own port before it reads us: when ours is another, start over with it.

    Does nothing when Streamlit listens there already, was told by its own flag or variable, or did not start us.
    """
    wanted = streamlit_environment(settings)
    asked = {"FIELDAPP_HOST", "FIELDAPP_PORT"} & set(os.environ)
    told = {"STREAMLIT_SERVER_PORT", "STREAMLIT_SERVER_ADDRESS"} & set(os.environ)
    flags = any(part.startswith(("--server.port", "--server.address")) for part in sys.orig_argv)
    if not asked or told or flags or os.name != "posix" or "run" not in sys.orig_argv:
        return
    if (settings.host, settings.port) != (host, port):
        os.closerange(3, 4096)  # the socket bound to the wrong port, above all
        os.execve(sys.executable, sys.orig_argv, {**os.environ, **wanted})


def cookie_secret(database: Path) -> str:
    """A random secret kept beside the database, readable by its owner only; the same after a restart.

    Where nothing can be written it is new at each start, which costs no more than a fresh Streamlit session.
    """
    path = database.with_name(database.name + ".secret")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    except OSError:
        if not path.exists():
            return secrets.token_hex(32)
    return path.read_text(encoding="ascii").strip()
