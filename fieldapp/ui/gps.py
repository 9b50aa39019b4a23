"""The phone's position: a small component that watches while the form is open, and what Python makes of its word."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from fieldapp.texts import translator
from fieldapp.usecases.form_words import gps_words

POOR_M = 50
ERROR_KINDS = ("denied", "unavailable", "timeout", "insecure")
_FOLDER = Path(__file__).resolve().parent / "components"
_HTML = """
<div class="gps">
  <p class="gps-line" role="status" aria-live="polite"></p>
  <button class="gps-use" type="button"></button>
</div>
"""


@dataclass(frozen=True, slots=True)
class Fix:
    """A position from the phone: WGS 84 degrees, accuracy in metres (68 %), and the phone's own time."""

    lat: float
    lon: float
    accuracy_m: float
    at: datetime


@dataclass(frozen=True, slots=True)
class GpsError:
    """Why there is no position; `kind` is one of ERROR_KINDS. The component has told the user what to do."""

    kind: str


def gps(
    *,
    key: str,
    pin: tuple[float, float] | None,
    language: str,
    active: bool = True,
    on_use: Callable[[], None] | None = None,
) -> Fix | GpsError | None:
    """Mount the component and give the newest position it has told, an error, or None while it is looking.

    `pin` is the place chosen by hand (map, search, «samme sted») as (lat, lon), None while the position is followed;
    the picker map is moved there. With a pin, newer positions are shown to the user but not sent. `on_use` is called
    when the user presses «Brug min position»: forget the pin there.
    """
    result = _component()(
        key=key,
        data={
            "pin": list(pin) if pin else None,
            "active": active,
            "texts": gps_words(translator(language)),
            "poor": POOR_M,
        },
        default={"fix": None},
        on_fix_change=_nothing,
        on_use_change=on_use or _nothing,
    )
    return parse_fix(result.get("fix"))


def parse_fix(value: Any) -> Fix | GpsError | None:
    """What a browser claims, as a trusted value; None for anything that is not a position or a known error."""
    if not isinstance(value, dict):
        return None
    if value.get("error") in ERROR_KINDS:
        return GpsError(value["error"])
    lat, lon, accuracy, at = (_number(value.get(name)) for name in ("lat", "lon", "accuracy_m", "at"))
    if lat is None or lon is None or accuracy is None or at is None:
        return None
    if abs(lat) > 90 or abs(lon) > 180 or not 0 <= accuracy <= 10_000_000 or not 0 <= at < 4_102_444_800_000:
        return None
    return Fix(lat, lon, accuracy, datetime.fromtimestamp(at / 1000, UTC))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _component() -> Callable[..., Any]:
    """Registered at first use: Streamlit's registry belongs to the running server, which imports come before."""
    return _registered(_runtime())


@cache
def _registered(_runtime_id: int) -> Callable[..., Any]:
    return st.components.v2.component(
        "fieldapp_gps",
        html=_HTML,
        css=(_FOLDER / "gps.css").read_text(encoding="utf-8"),
        js=(_FOLDER / "gps.js").read_text(encoding="utf-8"),
    )


def _runtime() -> int:
    from streamlit.runtime import Runtime

    return id(Runtime.instance()) if Runtime.exists() else 0


def _nothing() -> None:
    return None
