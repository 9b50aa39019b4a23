"""The form, described once: categories, fields, limits and texts for every page and program that shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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
)
from fieldapp.store.connection import Database
from fieldapp.store.observations import favourites
from fieldapp.texts import translator
from fieldapp.usecases import asking
from fieldapp.usecases.presence_form import presence_form
from fieldapp.usecases.services import Services

AGE_BAND_NAMES = {
    "under13": "Under 13 år",
    "13-17": "13–17 år",
    "18+": "18 år og over",
    "mixed": "Blandet",
    "unknown": "Ved ikke",
}
SEVERITY_NAMES = {1: "Lidt", 2: "Noget", 3: "Meget"}


def form(*, user: User, db: Database, services: Services, now: datetime) -> dict[str, Any]:
    """The description as JSON-ready data, in the user's language, the most used categories first."""
    _ = translator(user.language)
    return {
        "version": 1,
        "language": user.language,
        "categories": [_category(one, user.language) for one in ordered(user=user, db=db, services=services)],
        "fields": {
            "severity": [{"value": value, "label": _(SEVERITY_NAMES[value])} for value in SEVERITIES],
            "group_size": [{"value": value, "label": value.replace("-", "–")} for value in GROUP_SIZES],
            "age_band": [{"value": value, "label": _(AGE_BAND_NAMES[value])} for value in AGE_BANDS],
            "position_source": list(POSITION_SOURCES),
            "only_for_people": ["group_size", "age_band"],
        },
        "limits": {"note": NOTE_MAX, "photos": PHOTOS_MAX, "photo_bytes": 10 * 1024 * 1024},
        "texts": {
            "save": _("Gem observation"),
            "saved": _("Gemt"),
            "undo": _("Fortryd"),
            "no_people": _("Skriv, hvad der skete, hvor mange og ca. alder – ikke hvem."),
            "no_people_on_photos": _("Ingen mennesker på billedet."),
        },
        "presence": presence_form(user=user, db=db, now=now),
        "gate": asking.question_texts(_),
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
