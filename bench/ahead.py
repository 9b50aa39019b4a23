"""From the tap on «Hele appen» to a usable form, with the app got ready behind the link and without, in one run.

A browser of its own, spoken to directly: Chromium gets nothing ready (`PrerenderingDisabledByDevTools`) for whoever
looks at its pages one by one, as Playwright does, but does for whoever looks at the whole tab.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from websockets.sync.client import connect

from bench.bench_first_load import FORM
from bench.serving_bench import DOWN_BYTES_S, LATENCY_MS, SLOWER, UP_BYTES_S, Running, browsing, serving

PAGE = """document.querySelector("#form")?.hidden === false
    && navigator.serviceWorker.controller?.state === "activated" """
TAP = """(() => { const link = document.querySelector("#whole");
    if (%s) { link.click(); return; }
    location.assign("/"); })()"""
# The page marks its link for being got ready; another thing of its name is marked instead.
UNREADY = """document.querySelector("#whole").remove();
    document.body.insertAdjacentHTML("beforeend", '<i id="whole"></i>')"""
OPENED = f"""new Promise((done) => {{ const look = () => ({FORM})
    ? done(performance.now() - (performance.getEntriesByType("navigation")[0].activationStart || 0))
    : requestAnimationFrame(look); look(); }})"""
HEARD = """performance.getEntriesByType("resource").filter((one) => /_stcore|api/.test(one.name)).length"""


class Tab:
    """One tab of a browser; `pages` are its page and, while there is one, the page that is got ready."""

    def __init__(self, address: str) -> None:
        self.socket = connect(address, max_size=None)
        self.number = 0
        self.pages: dict[str, bool] = {}  # session → is it only got ready

    def send(self, method: str, params: dict[str, Any] | None = None, session: str = "", patience: float = 60) -> Any:
        """The answer's result, or None where there is none in time (a page that has just gone)."""
        self.number += 1
        wanted, call = self.number, {"id": self.number, "method": method, "params": params or {}}
        self.socket.send(json.dumps(call | ({"sessionId": session} if session else {})))
        end = time.monotonic() + patience
        while time.monotonic() < end:
            with suppress(TimeoutError):
                told = json.loads(self.socket.recv(timeout=max(0.01, end - time.monotonic())))
                if told.get("id") == wanted:
                    return told.get("result")
                self._hear(told)
        return None

    def rest(self, seconds: float) -> None:
        """Wait, and let new pages begin meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.send("Target.getTargets", patience=1)
            time.sleep(0.1)

    def _hear(self, told: dict[str, Any]) -> None:
        about = told.get("params", {})
        if told.get("method") == "Target.attachedToTarget" and about["targetInfo"]["type"] == "page":
            session = about["sessionId"]
            self.pages[session] = about["targetInfo"].get("subtype") == "prerender"
            self._slow(session)
        elif told.get("method") == "Target.detachedFromTarget":
            self.pages.pop(about["sessionId"], None)

    def _slow(self, session: str) -> None:
        speed = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": DOWN_BYTES_S}
        place = {name: browsing.BYCENTER[name] for name in ("latitude", "longitude", "accuracy")}
        for method, params in (
            ("Network.enable", {}),
            ("Network.emulateNetworkConditions", speed | {"uploadThroughput": UP_BYTES_S}),
            ("Emulation.setCPUThrottlingRate", {"rate": SLOWER}),
            ("Emulation.setGeolocationOverride", place),
            ("Runtime.runIfWaitingForDebugger", {}),
        ):
            self.number += 1
            call = {"id": self.number, "method": method, "params": params, "sessionId": session}
            self.socket.send(json.dumps(call))

    def value(self, expression: str, session: str, patience: float = 60) -> Any:
        """What the expression gives in that page."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True, "userGesture": True}
        found = self.send("Runtime.evaluate", asked, session, patience)
        return found["result"].get("value") if found else None

    def until(self, expression: str, *, unready: bool = True, patience: float = 150) -> str:
        """The session of the page in which the expression comes true; `unready` leaves out what is only got ready."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            for session in [one for one, ready in self.pages.items() if not (unready and ready)]:
                if self.value(f"Boolean(document.body && ({expression}))", session, patience=2):
                    return session
            time.sleep(0.02)
        raise AssertionError(expression)


def seconds(app: Running, cookie: str, *, ahead: bool, wait_s: float = 8) -> dict[str, float]:
    """`form_s` from the tap, and `asked` of the server before it, on a phone that has used both pages before."""
    with _tab(app, cookie) as tab:
        for url, stands in ((f"{app.url}/ny", FORM), (f"{app.url}/offline", PAGE), (f"{app.url}/offline", PAGE)):
            page = tab.until("true")
            tab.send("Page.navigate", {"url": url}, page)
            tab.until(f"location.href === '{url}' && ({stands})")
            tab.rest(2)
        page = tab.until(PAGE)
        if not ahead:
            tab.value(UNREADY, page)
        tab.rest(wait_s)
        behind = [session for session, ready in tab.pages.items() if ready]
        asked = tab.value(HEARD, behind[-1], 5) if behind else 0
        tab.value(TAP % ("true" if ahead else "false"), page, 2)
        opened = tab.until(
            "location.pathname === '/ny' && !document.prerendering && document.visibilityState === 'visible'",
            unready=False,
        )
        return {"form_s": float(tab.value(OPENED, opened)) / 1000, "asked": float(asked or 0)}


@contextmanager
def _tab(app: Running, cookie: str) -> Iterator[Tab]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        port = serving.free_port()
        options = ["--headless", f"--user-data-dir={folder}", f"--remote-debugging-port={port}", "about:blank"]
        command = [browsing.CHROMIUM, *browsing.FLAGS, *options]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, start_new_session=True, **quiet)  # type: ignore[call-overload]
        try:
            yield _signed_in(Tab(_address(port)), app, cookie)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _address(port: int) -> str:
    for _ in range(200):
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version") as answer:
            return str(json.load(answer)["webSocketDebuggerUrl"])
        time.sleep(0.1)
    raise AssertionError("Chromium did not start")


def _signed_in(tab: Tab, app: Running, cookie: str) -> Tab:
    given = {"name": "fieldapp", "value": cookie, "url": app.url, "httpOnly": True, "sameSite": "Lax"}
    tab.send("Storage.setCookies", {"cookies": [given]})
    tab.send("Browser.grantPermissions", {"permissions": ["geolocation"], "origin": app.url})
    whole = tab.send("Target.getTargets", {"filter": [{"type": "tab"}]})["targetInfos"][0]["targetId"]
    session = tab.send("Target.attachToTarget", {"targetId": whole, "flatten": True})["sessionId"]
    attach = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
    tab.send("Target.setAutoAttach", attach, session)
    tab.until("true")
    return tab
