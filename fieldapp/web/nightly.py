"""The night's work inside the server: about half past three, and soon after a start when a night was missed."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from anyio import to_thread

from fieldapp.errors import Problem
from fieldapp.settings import Settings
from fieldapp.store.connection import opened
from fieldapp.usecases import nightly, reminders
from fieldapp.usecases.mail import sender_of
from fieldapp.usecases.services import load_services
from fieldapp.web.context import utc_now
from fieldapp.web.logs import place_of

# The first visitors come first; then look often enough to notice a laptop that slept through the night.
SETTLE_S = 30.0
LOOK_EVERY_S = 900.0
log = logging.getLogger("fieldapp")


async def nightly_task(settings: Settings, *, settle_s: float = SETTLE_S) -> None:
    """Run for ever; a night that fails is told in the log and tried again at the next look."""
    await asyncio.sleep(settle_s)
    due = utc_now()
    if not await to_thread.run_sync(_overdue, settings, due):
        due = nightly.next_run(due)
    while True:
        now = utc_now()
        if now >= due:
            # Stopping the server does not wait for a night: what it has not committed is rolled back.
            done = await to_thread.run_sync(_run, settings, now, abandon_on_cancel=True)
            due = nightly.next_run(utc_now()) if done else utc_now() + timedelta(seconds=LOOK_EVERY_S)
        await asyncio.sleep(max(1.0, min(LOOK_EVERY_S, (due - utc_now()).total_seconds())))


def _overdue(settings: Settings, now: datetime) -> bool:
    try:
        with opened(settings.database) as db:
            return nightly.overdue(db, now=now)
    except Problem:
        return True


def _run(settings: Settings, now: datetime) -> bool:
    """One night; False where it must be tried again. Never a reason for the server to stop."""
    try:
        with opened(settings.database) as db:
            services = load_services(settings)
            nightly.run(db=db, services=services, now=now)
            told = reminders.run(db=db, services=services, now=now, send=sender_of(settings))
        if told.failed:
            log.warning("%d reminders could not be sent", told.failed)
    except Problem as problem:
        log.warning("the nightly run was put off: %s", problem.code)
        return False
    except Exception as error:
        log.error("the nightly run failed: %s", place_of(error))
        return False
    return True
