"""The first load on a poor phone: bytes and seconds, cold and warm, beside the same widgets in plain Streamlit."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

from bench.serving_bench import figures, load, milliseconds_until, phones, rounded, running, serving, slow_phone
from fieldapp.model import Role
from fieldapp.web import precompress

REPEATS = 3
LARGEST = 8
TARGETS = {"cold_kb": 1300, "ratio_to_plain": 0.5}
# The form can be used: a category can be tapped, and so can «Gem».
FORM = """document.querySelectorAll("[data-testid=stButtonGroup] button").length > 4
    && [...document.querySelectorAll("[data-testid=stButton] button")].some((one) => one.innerText.startsWith("Gem"))"""
MAP = """[...document.querySelectorAll("iframe")].some((one) =>
    one.contentDocument?.querySelector(".leaflet-overlay-pane path, .leaflet-overlay-pane canvas"))"""
_OF_THE_MAP = ("/component/", "/vendor/", "/tiles/", "/api/v1/districts", "/api/v1/places", "/api/v1/map")
_QUIET_S = 3.0
PLAIN = """
import streamlit as st

st.title("Ny observation")
st.pills("Hvad ser du?", ["Hærværk", "Graffiti", "Knallert", "Gruppe", "Konflikt", "+ Flere"])
st.segmented_control("Hvornår?", ["Nu", "For lidt siden", "I går aftes", "Præcist"], default="Nu")
with st.expander("Flere oplysninger"):
    st.segmented_control("Alvor", [1, 2, 3])
    st.text_area("Note", max_chars=500)
    st.file_uploader("Fotos", accept_multiple_files=True)
with st.expander("Søg sted"):
    st.text_input("Sted eller adresse")
st.button("Gem observation", type="primary", width="stretch")
"""


def run() -> dict[str, Any]:
    """Kilobytes over the wire and seconds to a usable form: ours at /ny, signed in, and plain Streamlit's."""
    precompress.make(precompress.first_needed(), workers=2)
    times: dict[str, list[dict[str, Any]]] = {"ours cold": [], "ours warm": [], "plain cold": [], "plain warm": []}
    with running(20) as app, plain_streamlit() as plain, phones() as phone:
        cookie = app.cookie(Role.WORKER)
        for _ in range(REPEATS):  # turn about, so that other load on the machine hits both
            for name, url, context in (
                ("ours", f"{app.url}/ny", phone(app.url, cookie)),
                ("plain", plain, phone()),
            ):
                for state in ("cold", "warm"):
                    times[f"{name} {state}"].append(_load(context, url, with_map=name == "ours"))
                context.close()
    found: dict[str, Any] = {name: _summary(loads) for name, loads in times.items()}
    ratios = {
        f"ratio_{state}": rounded_ratio(times[f"ours {state}"], times[f"plain {state}"]) for state in ("cold", "warm")
    }
    return {"targets": TARGETS, "loads": found, **ratios, "largest": _largest(times["ours cold"][-1]), **load()}


def _load(context: BrowserContext, url: str, *, with_map: bool) -> dict[str, Any]:
    """One load in a new tab: when the form was usable, when the map was there, and what came over the wire."""
    page = context.new_page()
    sent = counted(page)
    page.goto(url, wait_until="commit")
    form = milliseconds_until(page, FORM)
    until_form = dict(sent)
    drawn = milliseconds_until(page, MAP) if with_map else None
    until_quiet(page, sent)
    page.close()
    return {"form_s": form / 1000, "map_s": drawn and drawn / 1000, "until_form": until_form, "sent": dict(sent)}


def counted(page: Page) -> dict[str, float]:
    """A dict that fills with path → bytes over the wire (headers included) of all the page asks for, frames too."""
    session, addresses, sent = slow_phone(page), dict[str, str](), dict[str, float]()

    def asked(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def came(event: dict[str, Any]) -> None:
        path = urlsplit(addresses.get(event["requestId"], "")).path
        sent[path] = sent.get(path, 0) + event["encodedDataLength"]

    def heard(event: dict[str, Any]) -> None:
        sent["(websocket)"] = sent.get("(websocket)", 0) + len(event["response"]["payloadData"]) * 3 / 4

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", came)
    session.on("Network.webSocketFrameReceived", heard)
    return sent


def until_quiet(page: Page, sent: dict[str, float]) -> None:
    """Until nothing has come for three seconds: what is loaded late costs the phone too."""
    seen, since = dict(sent), time.monotonic()
    while time.monotonic() - since < _QUIET_S:
        page.wait_for_timeout(250)
        if sent != seen:
            seen, since = dict(sent), time.monotonic()


def _summary(loads: list[dict[str, Any]]) -> dict[str, Any]:
    shell = [_kb(one["sent"], of_map=False) for one in loads]
    maps = [_kb(one["sent"], of_map=True) for one in loads]
    found: dict[str, Any] = {
        "kb": rounded(statistics.median(a + b for a, b in zip(shell, maps, strict=True))),
        "of which shell_kb": rounded(statistics.median(shell)),
        "of which map_kb": rounded(statistics.median(maps)),
        "kb_until_form": rounded(statistics.median(sum(one["until_form"].values()) / 1000 for one in loads)),
        "requests": statistics.median(len(one["sent"]) for one in loads),
    }
    found |= {f"form_s_{name}": value for name, value in figures([one["form_s"] for one in loads]).items()}
    if loads[0]["map_s"]:
        found |= {f"map_s_{name}": value for name, value in figures([one["map_s"] for one in loads]).items()}
    return found


def _kb(sent: dict[str, float], *, of_map: bool) -> float:
    return sum(size for path, size in sent.items() if path.startswith(_OF_THE_MAP) is of_map) / 1000


def rounded_ratio(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> float:
    """Our median time to a usable form as a share of theirs."""
    mine, other = (statistics.median(one["form_s"] for one in loads) for loads in (ours, theirs))
    return round(mine / other, 2)


def _largest(one: dict[str, Any]) -> dict[str, float]:
    ordered = sorted(one["sent"].items(), key=lambda pair: -pair[1])
    return {f"{path} kB": rounded(size / 1000) for path, size in ordered[:LARGEST]}


@contextmanager
def plain_streamlit() -> Iterator[str]:
    """`streamlit run` of a small script with Streamlit's own defaults; yields its address."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "plain.py").write_text(PLAIN, encoding="utf-8")
        port = serving.free_port()
        command = [sys.executable, "-m", "streamlit", "run", "plain.py", "--server.port", str(port)]
        quiet = ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
        process = subprocess.Popen([*command, *quiet], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield _answering(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(15)


def _answering(url: str) -> str:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health") as answer:
                assert answer.status == 200
                return url
        except OSError:
            time.sleep(0.1)
    raise AssertionError("plain Streamlit did not start")


if __name__ == "__main__":
    for key, value in run().items():
        print(key, value)
