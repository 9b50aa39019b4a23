"""Dates, times, numbers and distances as Danes write them, or in English; all times shown are Copenhagen's."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
_CLOCK = {"da": "HH.mm", "en": "HH:mm"}
_AT = {"da": "kl.", "en": "at"}
_WEEK = {"da": "uge", "en": "week"}
_DAYS = {"da": ("i dag", "i går"), "en": ("today", "yesterday")}


def number(value: float, *, language: str = "da", digits: int = 0) -> str:
    """`1234.5` → «1.234,5» with `digits=1`."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=language)


def distance(metres: float, *, language: str = "da") -> str:
    """«85 m», «1,2 km»."""
    if metres < 995:
        return f"{round(metres / 5) * 5 if metres > 20 else round(metres)} m"
    return f"{number(metres / 1000, language=language, digits=1)} km"


def duration(span: timedelta, *, language: str = "da") -> str:
    """«90 minutter», «2 timer», «3 dage»: in whole units, of which there are two at least."""
    return str(format_timedelta(abs(span), granularity="minute", threshold=2, locale=language))


def iso_week(day: date) -> str:
    """The day's week as it is stored: `2026-W47`."""
    year, number_of, _ = day.isocalendar()
    return f"{year}-W{number_of:02d}"


def week(moment: datetime, *, language: str = "da") -> str:
    """«uge 37, 2025», for a time of which only the week is known."""
    year, number_of, _ = moment.astimezone(COPENHAGEN).isocalendar()
    return f"{_WEEK[language]} {number_of}, {year}"


def when(moment: datetime, *, now: datetime, language: str = "da") -> str:
    """«i dag kl. 21.40», «i går kl. 8.05», «fre. 20. nov. kl. 22.10», with the year where it is another one."""
    local, today = moment.astimezone(COPENHAGEN), now.astimezone(COPENHAGEN)
    clock = f"{_AT[language]} {format_datetime(local, _CLOCK[language], locale=language)}"
    if local.date() == today.date():
        return f"{_DAYS[language][0]} {clock}"
    if local.date() == (today - timedelta(days=1)).date():
        return f"{_DAYS[language][1]} {clock}"
    pattern = "EEE d. MMM" if language == "da" else "EEE d MMM"
    if local.year != today.year:
        pattern += " y"
    return f"{format_datetime(local, pattern, locale=language)} {clock}"
