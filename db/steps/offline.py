"""m010: what a phone's own clock said of an observation, where it was so wrong that the time was put right."""

from __future__ import annotations

SCRIPT = """
ALTER TABLE observation ADD COLUMN phone_observed_at TEXT
    CHECK (phone_observed_at IS NULL OR length(phone_observed_at) = 20);
"""
