"""What the benches of a running server share: a filled database, the server, the phone, and figures of many times."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page

from bench.many_rows import copied, filled
from fieldapp.model import Role, User, uuid7
from fieldapp.settings import ROOT, Settings
from fieldapp.store import accounts
from fieldapp.store.connection import opened, writing
from fieldapp.usecases import sessions
from fieldapp.usecases.services import load_services

# The suite's own server and browser are the ones measured.
sys.path.insert(0, str(ROOT / "tests"))

import browsing
import serving

SETTLED = """() => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning" """
# A poor 3G connection and a phone that is four times slower than this machine.
DOWN_BYTES_S, UP_BYTES_S, LATENCY_MS, SLOWER = 200_000, 93_750, 150, 4


@dataclass(frozen=True, slots=True)
class Running:
    """A server with demo data, and its users' sessions."""

    server: serving.Server

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def database(self) -> Path:
        return self.server.database

    @property
    def pid(self) -> int:
        return self.server.process.pid

    def cookie(self, role: Role) -> str:
        """A session of the demo's user in this role."""
        with opened(self.database) as db:
            user_id = next(row["id"] for row in db.query("SELECT id FROM user WHERE role = ?", [str(role)]))
            user = accounts.get(db, user_id)
            assert user is not None
            return sessions.open_session(user, "Måling", db=db, now=datetime.now(UTC))

    def new_cookies(self, role: Role, count: int) -> list[str]:
        """Sessions of that many new users; they have no password, which would take a second each."""
        now = datetime.now(UTC)
        with opened(self.database) as db:
            users = [User(uuid7(now), f"Måling {os.urandom(4).hex()}", role) for _ in range(count)]
            with writing(db):
                for user in users:
                    accounts.insert(db, user, at=now)
            return [sessions.open_session(user, "Måling", db=db, now=now) for user in users]


@contextmanager
def running(rows: int) -> Iterator[Running]:
    """`streamlit run app.py` on a fresh database with so many demo observations over two years."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copied(filled(rows, load_services(Settings()), datetime.now(UTC)), folder / "fieldapp.sqlite3")
        server = serving.start_server(folder)
        try:
            yield Running(server)
        finally:
            server.stop()


@contextmanager
def phones() -> Iterator[Callable[..., BrowserContext]]:
    """Chromium, and what makes a fresh phone of it: 390×844 with touch at Ishøj Bycenter, signed in where told."""
    with browsing.chromium() as browser:

        def fresh(url: str = "", cookie: str = "") -> BrowserContext:
            context = browsing.phone(browser)
            if cookie:
                browsing.sign_in(context, url, cookie)
            return context

        yield fresh


def resident_mb(pid: int) -> float:
    """Memory a process holds, in MB (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def slow_phone(page: Page) -> CDPSession:
    """Make this page's network and processor those of a poor phone; its network events are on."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    speed = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": DOWN_BYTES_S}
    session.send("Network.emulateNetworkConditions", speed | {"uploadThroughput": UP_BYTES_S})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return session


def milliseconds_until(page: Page, condition: str, *, since: str = "0") -> float:
    """Milliseconds on the page's own clock from `since` (default: the navigation) until the expression holds."""
    script = f"() => ({condition}) ? performance.now() - ({since}) : false"
    handle = page.wait_for_function(script, polling="raf", timeout=60_000)
    return float(handle.json_value())


def figures(values: Sequence[float]) -> dict[str, float]:
    """Median, least and most."""
    return {name: rounded(how(values)) for name, how in (("median", statistics.median), ("least", min), ("most", max))}


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def rounded(value: float) -> float:
    return round(value, 1 if value < 100 else 0)


def load() -> dict[str, Any]:
    """How busy the machine is now; other work on it makes every time longer."""
    return {"load_1_min": round(os.getloadavg()[0], 2)}
