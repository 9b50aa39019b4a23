"""What a page needs to draw the presence form: activities, reaches, limits and words, described once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fieldapp.model import MAY_RECORD, User
from fieldapp.model.presence import ACTIVITIES, LONGEST, MORNING, OPEN_MOST, REACH_NAMES, SQUARE_M
from fieldapp.store.connection import Database
from fieldapp.texts import N_, Translator, translator
from fieldapp.usecases.presence_suggestions import habits

TRACK_TEXT = N_(
    "Telefonen tæller selv, hvor mange minutter du er i hvert felt på 250 × 250 m, mens denne side er åben. Kun felter "
    "og minutter sendes, aldrig en rute, og kun mens du er i gang."
)


def presence_form(*, user: User, db: Database, now: datetime) -> dict[str, Any] | None:
    """JSON-ready, in the user's language, with the last used activity and reach; None for roles that log none."""
    if user.role not in MAY_RECORD:
        return None
    _ = translator(user.language)
    usual = habits(user=user, db=db, now=now)
    return {
        "activities": [{"value": key, "label": _(ACTIVITIES[key])} for key in ACTIVITIES],
        "reaches": [{"value": metres, "label": _(REACH_NAMES[metres])} for metres in REACH_NAMES],
        "last": {"activity": usual.activity, "reach_m": usual.reach_m},
        "limits": {
            "hours": int(LONGEST.total_seconds() // 3600),
            "open_hours": int(OPEN_MOST.total_seconds() // 3600),
            "morning": MORNING,
            "square_m": SQUARE_M,
        },
        "texts": _texts(_),
    }


def _texts(_: Translator) -> dict[str, str]:
    return {
        "start": _("Start"),
        "stop": _("Stop"),
        "pause": _("Pause"),
        "resume": _("Fortsæt"),
        "forgotten": _("Hvornår gik du?"),
        "track": _(TRACK_TEXT),
    }
