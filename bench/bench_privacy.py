"""The personal-data gate on the frozen notes: recall by kind and name group, false alarms, milliseconds."""

from bench.privacy_recall import run

__all__ = ["run"]
