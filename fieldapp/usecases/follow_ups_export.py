"""Follow-ups as a spreadsheet: what the filter shows its reader, and put on record."""

from __future__ import annotations

import io
from datetime import datetime

from fieldapp.formats import COPENHAGEN
from fieldapp.model import User
from fieldapp.model.follow_ups import STATE_NAMES, FollowUp
from fieldapp.store import audit, meta
from fieldapp.store import follow_ups as rows
from fieldapp.store.connection import Database, writing
from fieldapp.store.follow_ups import Wanted
from fieldapp.usecases.follow_ups_reading import granted
from fieldapp.usecases.parties import parties_of
from fieldapp.usecases.services import Services
from fieldapp.usecases.spreadsheets import Value, write_rows

HEADER = (
    "id opgave beskrivelse status genåbnet ansvarlig frist dage_over_frist sted skoledistrikt lat lon kilde "
    "oprettet status_siden"
).split()


def csv_of(
    wanted: Wanted, *, reader: User, db: Database, services: Services, now: datetime, order: str = "deadline"
) -> bytes:
    """All that fits the filter and the reader may see, as CSV in UTF-8 with a byte-order mark; it names nobody."""
    found = rows.find(db, granted(wanted, reader), order=order)
    fictional = meta.is_fictional(db)
    file = io.TextIOWrapper(buffer := io.BytesIO(), encoding="utf-8-sig", errors="replace", newline="")
    header = [*HEADER, "fiktiv"] if fictional else HEADER
    count = write_rows(file, header, ([*_row(one, services, now), *([1] * fictional)] for one in found))
    file.flush()
    after = {"format": "csv", "count": count, "role": reader.role.value}
    with writing(db):
        audit.append(db, at=now, actor=reader.id, action="export", entity="follow_up", entity_id="*", after=after)
    return buffer.getvalue()


def _row(one: FollowUp, services: Services, now: datetime) -> list[Value]:
    today = now.astimezone(COPENHAGEN).date()
    return [
        one.id,
        one.title,
        one.detail,
        STATE_NAMES[one.state],
        "ja" if one.reopened else "nej",
        parties_of(services.settings)[one.responsible].da,
        one.deadline.isoformat() if one.deadline else None,
        one.overdue(today) or None,
        one.place,
        services.district_name(one.district),
        one.lat,
        one.lon,
        one.source,
        one.created_at.astimezone(COPENHAGEN).date().isoformat(),
        one.state_at.astimezone(COPENHAGEN).date().isoformat(),
    ]
