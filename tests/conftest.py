"""What every test shares: nothing of the machine's own settings gets in."""

from __future__ import annotations

import os
from collections.abc import Iterator

import browsing
import pytest
import serving
from playwright.sync_api import Browser


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's `FIELDAPP_*` variables never reach a test."""
    for name in list(os.environ):
        if name.startswith("FIELDAPP_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[serving.Server]:
    """The app on an empty database of its own, one for each file of tests."""
    running = serving.start_server(tmp_path_factory.mktemp("server"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium, one for each file of tests."""
    with browsing.chromium() as running:
        yield running
