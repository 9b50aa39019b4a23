"""The form, described once: categories, fields, limits and texts for every page and program that shows it."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from fieldapp.districts.lookup import NEAR_M
from fieldapp.formats import COPENHAGEN
from fieldapp.images import MAX_EDGE
from fieldapp.model import (
    AGE_BANDS,
    GROUP_SIZES,
    NOTE_MAX,
    PHOTOS_MAX,
    POSITION_SOURCES,
    SEVERITIES,
    Category,
    Kind,
    User,
    utc_text,
)
from fieldapp.model.parsing import CLOCK_SKEW, EARLIEST, SKEW_BORNE
from fieldapp.model.situations import MERGE
from fieldapp.store.connection import Database
from fieldapp.store.observations import favourites
from fieldapp.texts import Translator, translator
from fieldapp.usecases import asking
from fieldapp.usecases.duties_form import duties_form
from fieldapp.usecases.observations import BORDER_M, EDIT_FOR, NEAREST_PLACE_M, UNDO_FOR
from fieldapp.usecases.outbox import BATCH_MOST, RECORD_BYTES
from fieldapp.usecases.presence_form import presence_form
from fieldapp.usecases.services import Services

AGE_BAND_NAMES = {
    "under13": "Under 13 år",
    "13-17": "13–17 år",
    "18+": "18 år og over",
    "mixed": "Blandet",
    "unknown": "Ved ikke",
}
WHEN_NAMES = {"now": "Nu", "recently": "For lidt siden", "last_night": "I går aftes", "exact": "Vælg tid"}
RECENTLY_MINUTES, LAST_NIGHT_HOUR = 15, 21
_WHEN_IS = {"recently": {"minutes_ago": RECENTLY_MINUTES}, "last_night": {"hour_yesterday": LAST_NIGHT_HOUR}}
SEVERITY_NAMES = {1: "Lidt", 2: "Noget", 3: "Meget"}


def form(*, user: User, db: Database, services: Services, now: datetime) -> dict[str, Any]:
    """The description as JSON-ready data, in the user's language, the most used categories first.

    `hash` changes with anything else in it.
    """
    _ = translator(user.language)
    made = {
        "version": 1,
        "user": user.id,
        "language": user.language,
        "categories": [_category(one, user.language) for one in ordered(user=user, db=db, services=services)],
        "fields": _fields(_),
        "questions": _questions(_),
        "limits": _limits(),
        "border": _border(services, now),
        "texts": {
            "save": _("Gem observation"),
            "saved": _("Gemt"),
            "undo": _("Fortryd"),
            "no_people": _("Skriv, hvad der skete, hvor mange og ca. alder – ikke hvem."),
            "no_people_on_photos": _("Ingen mennesker på billedet."),
        },
        "duties": duties_form(_, report_url=services.settings.report_child_url),
        "presence": presence_form(user=user, db=db, now=now),
        "gate": asking.question_texts(_),
    }
    return made | {"hash": sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]}


def _fields(_: Translator) -> dict[str, Any]:
    return {
        "when": [{"value": key, "label": _(WHEN_NAMES[key]), **_WHEN_IS.get(key, {})} for key in WHEN_NAMES],
        "severity": [{"value": value, "label": _(SEVERITY_NAMES[value])} for value in SEVERITIES],
        "group_size": [{"value": value, "label": value.replace("-", "–")} for value in GROUP_SIZES],
        "age_band": [{"value": value, "label": _(AGE_BAND_NAMES[value])} for value in AGE_BANDS],
        "position_source": list(POSITION_SOURCES),
        "only_for_people": ["group_size", "age_band"],
    }


def _questions(_: Translator) -> dict[str, str]:
    return {
        "category": _("Hvad ser du?"),
        "when": _("Hvornår?"),
        "severity": _("Hvor meget?"),
        "group_size": _("Hvor mange?"),
        "age_band": _("Cirka alder"),
        "note": _("Hvad så du?"),
        "note_example": _("For eksempel: knust rude ved indgangen, ca. 20 cm"),
    }


def _limits() -> dict[str, Any]:
    """Lengths in characters, sizes in bytes, sides in pixels, spans in the unit they are named by."""
    return {
        "note": NOTE_MAX,
        "photos": PHOTOS_MAX,
        "photo_bytes": 10 * 1024 * 1024,
        "photo_side": MAX_EDGE,
        "record_bytes": RECORD_BYTES,
        "batch": BATCH_MOST,
        "observed_earliest": utc_text(EARLIEST),
        "observed_ahead_s": int(CLOCK_SKEW.total_seconds()),
        "clock_wrong_s": int(SKEW_BORNE.total_seconds()),
        "same_m": MERGE.within_m,
        "same_s": MERGE.within_s,
        "undo_minutes": int(UNDO_FOR.total_seconds() // 60),
        "edit_hours": int(EDIT_FOR.total_seconds() // 3600),
    }


def _border(services: Services, now: datetime) -> dict[str, Any]:
    """Metres within which a neighbour may be chosen, the nearest counts, and a place is named; names by district."""
    return {
        "choice_m": BORDER_M,
        "outside_m": NEAR_M,
        "place_m": NEAREST_PLACE_M,
        "districts": services.districts.names(now.astimezone(COPENHAGEN).date()),
    }


def ordered(*, user: User, db: Database, services: Services) -> list[Category]:
    """All categories, the user's most used first, then as shipped."""
    used = {key: position for position, key in enumerate(favourites(db, user.id))}
    return sorted(services.catalogue, key=lambda one: used.get(one.key, len(used)))


def _category(category: Category, language: str) -> dict[str, Any]:
    return {
        "key": category.key,
        "label": category.label(language),
        "kind": str(category.kind),
        "icon": category.icon,
        "urgent": category.urgent,
        "people": category.kind is Kind.PEOPLE,
    }
