"""What every test shares: nothing of the machine's own settings gets in."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's `FIELDAPP_*` variables never reach a test."""
    for name in list(os.environ):
        if name.startswith("FIELDAPP_"):
            monkeypatch.delenv(name)
