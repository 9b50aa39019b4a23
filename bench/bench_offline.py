"""The offline page on a poor phone: bytes and seconds until the form is usable, beside the app's and plain Streamlit's.

Cold is the first visit ever, warm a new tab once the service worker stands, offline the same without a line. What the
worker fetches ahead comes in the background, after the form, and is a figure of its own.
"""

from __future__ import annotations

import statistics
from typing import Any

import brotli
from playwright.sync_api import BrowserContext

from bench.ahead import seconds
from bench.bench_first_load import FORM, counted, plain_streamlit, rounded_ratio, until_quiet
from bench.serving_bench import figures, load, milliseconds_until, phones, rounded, running
from fieldapp.model import Role
from fieldapp.web import offline, precompress
from fieldapp.web.vendor import files as vendored

REPEATS = 3
TARGETS = {"page_kb": 25, "all_kb": 60, "ratio_cold_to_plain": 0.2}
PAGE = """document.querySelectorAll("#categories input").length > 4 && !document.querySelector("#form").hidden"""
READY = """async () => navigator.serviceWorker.controller?.state === "activated"
    && Boolean((await Fieldapp.keep.load((await Fieldapp.keep.device()).user))?.places)"""


def run() -> dict[str, Any]:
    """Kilobytes over the wire and seconds to a usable form, by page and state."""
    precompress.make(precompress.first_needed(), workers=2)
    names = [f"offline page {state}" for state in ("cold", "warm", "without a line")]
    names += [f"{page} {state}" for page in ("app", "plain") for state in ("cold", "warm")]
    times: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    taps: dict[bool, list[float]] = {True: [], False: []}
    with running(20) as app, plain_streamlit() as plain, phones() as phone:
        cookie = app.cookie(Role.WORKER)
        for _ in range(REPEATS):  # turn about, so that other load on the machine hits all
            for name, url, form in (
                ("offline page", f"{app.url}/offline", PAGE),
                ("app", f"{app.url}/ny", FORM),
                ("plain", plain, FORM),
            ):
                context = phone(app.url, cookie) if url != plain else phone()
                times[f"{name} cold"].append(_load(context, url, form, wait=READY if form is PAGE else ""))
                times[f"{name} warm"].append(_load(context, url, form))
                if form is PAGE:
                    context.set_offline(True)
                    times[f"{name} without a line"].append(_load(context, url, form, slow=False))
                context.close()
            for ahead, of_it in taps.items():
                of_it.append(seconds(app, cookie, ahead=ahead)["form_s"])
    found = {name: _summary(loads) for name, loads in times.items()}
    ratios = {
        f"ratio_{state}_to_{other}": rounded_ratio(times[f"offline page {state}"], times[f"{other} {state}"])
        for state in ("cold", "warm")
        for other in ("plain", "app")
    }
    opened = {f"form_s {'got ready' if ahead else 'not'}": figures(of_it) for ahead, of_it in taps.items()}
    opened["ratio"] = {"median": round(statistics.median(taps[True]) / statistics.median(taps[False]), 2)}
    return {
        "targets": TARGETS,
        "loads": found,
        **ratios,
        "the whole app from its link": opened,
        "packed_kb": packed(),
        **load(),
    }


def packed() -> dict[str, float]:
    """What each part is over the wire with brotli, headers left out."""
    parts = {"page": offline.page_text("da"), "worker": offline.worker_text("da"), **offline.bundles()}
    texts = {name: text.encode() for name, text in parts.items()}
    texts["offline.css"] = (offline.FOLDER / "offline.css").read_bytes()
    assets = offline.FOLDER.parent / "assets"
    texts["privacy.js"] = (assets / "privacy.js").read_bytes()
    texts["privacy.json"] = (offline.ROOT / "fieldapp" / "privacy" / "table.json").read_bytes()
    texts["leaflet"] = vendored()["leaflet-1.9.4/leaflet.js"].read_bytes()
    return {name: rounded(len(brotli.compress(content, quality=11)) / 1000) for name, content in texts.items()}


def _load(context: BrowserContext, url: str, form: str, *, wait: str = "", slow: bool = True) -> dict[str, Any]:
    page = context.new_page()
    sent: dict[str, float] = counted(page) if slow else {}
    page.goto(url, wait_until="commit")
    usable = milliseconds_until(page, form)
    until_form = dict(sent)
    if wait:
        page.wait_for_function(wait, timeout=60_000)
    until_quiet(page, sent)
    page.close()
    return {"form_s": usable / 1000, "until_form": until_form, "sent": dict(sent)}


def _summary(loads: list[dict[str, Any]]) -> dict[str, Any]:
    until, all_of_it = (
        rounded(statistics.median(sum(one[name].values()) / 1000 for one in loads)) for name in ("until_form", "sent")
    )
    times = {f"form_s_{name}": value for name, value in figures([one["form_s"] for one in loads]).items()}
    return {"kb_until_form": until, "kb": all_of_it, **times}


if __name__ == "__main__":
    for key, value in run().items():
        print(key, value)
