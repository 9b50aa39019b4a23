"""A phone that has a map open, for test_map_browser.py."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from browsing import BYCENTER
from browsing import phone as phone_context
from playwright.sync_api import expect


class Phone:
    """One page on a phone; remembers every request, every console line and every dialog."""

    def __init__(self, browser, address, path="/", *, position=BYCENTER, before="", **options):
        self.context = phone_context(browser, geolocation=position, **options)
        self.page = self.context.new_page()
        self.address, self.requests, self.console, self.frames_loaded = address, [], [], 0
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(f"pageerror {error}"))
        self.page.on("dialog", lambda dialog: (self.console.append("dialog"), dialog.dismiss()))
        self.page.on("framenavigated", self._navigated)
        if before:
            self.page.add_init_script(before)
        self.page.goto(address + path)
        self.map = self.page.frame_locator("iframe[title='Kort']")
        self.map.locator(".fa-border").first.wait_for(state="attached", timeout=30_000)

    def _navigated(self, frame):
        self.frames_loaded += "streamlit_folium" in frame.url

    def says(self, text):
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=10_000)

    def map_says(self, text):
        expect(self.map.get_by_text(text).first).to_be_visible(timeout=10_000)

    def in_map(self, script, argument=None):
        frame = next(frame for frame in self.page.frames if "streamlit_folium" in frame.url)
        return frame.evaluate(script, argument)

    def view(self):
        return self.in_map("() => [map.getCenter().lat.toFixed(5), map.getCenter().lng.toFixed(5), map.getZoom()]")

    def tap_at(self, lat, lon):
        self.still()
        x, y = self.in_map("at => { const p = map.latLngToContainerPoint(at); return [p.x, p.y]; }", [lat, lon])
        self.map.locator("#map_div").tap(position={"x": x, "y": y})

    def pin(self):
        script = (
            "() => Object.values(map._layers).filter(l => l.dragging && l.getLatLng)"
            ".map(l => [l.getLatLng().lat.toFixed(4), l.getLatLng().lng.toFixed(4)])[0]"
        )
        return self.in_map(script)

    def until(self, check):
        for _ in range(100):
            if check():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("it did not happen")

    def still(self):
        self.page.wait_for_timeout(900)

    def shot(self, name):
        if folder := os.environ.get("TEST_SHOTS"):
            self.page.screenshot(path=f"{folder}/{name}.png")

    def close(self):
        """Leave, and check what must hold on every page: no other host, no policy violation, no script error."""
        self.context.close()
        hosts = {urlsplit(url).netloc for url in self.requests if url.startswith("http")}
        assert hosts == {urlsplit(self.address).netloc}
        loud = [
            line
            for line in self.console
            if "Content Security Policy" in line or line.startswith(("pageerror", "dialog"))
        ]
        assert loud == []
