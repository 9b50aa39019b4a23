"""The running clock on the phone, and its optional count of 250 m squares; the browser does both by itself."""

from __future__ import annotations

from datetime import datetime

from fieldapp.model.presence import Presence
from fieldapp.texts import N_, translator
from fieldapp.ui.component import component
from fieldapp.usecases.presence_form import TRACK_TEXT

_TEXTS = {
    "hours": N_("{hours} t {minutes} min"),
    "minutes": N_("{minutes} min"),
    "switch": N_("Tæl felter på 250 m på denne telefon"),
    "help": TRACK_TEXT,
    "sent": N_("{count} felter er sendt"),
    "waits": N_("Felterne sendes, når der er forbindelse"),
    "denied": N_("Telefonen giver ikke adgang til positionen. Giv adgang i browseren, eller slå tællingen fra."),
}


def clock_part(entry: Presence, part: str, *, language: str, now: datetime) -> None:
    """`part` is `clock` or `track`; the latter for a moment after the end too, so that the last squares are sent."""
    _ = translator(language)
    component("presence")(
        key=f"presence-{part}-{entry.id}",
        data={
            "id": entry.id,
            "elapsed": int(entry.elapsed(now).total_seconds()),
            "part": part,
            "paused": entry.paused,
            "ended": entry.ended_at is not None,
            "texts": {name: _(_TEXTS[name]) for name in _TEXTS},
        },
    )
