"""Values of our models as the database keeps them."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Any

from fieldapp.model import utc_text


def stored(value: Any) -> Any:
    """Times as UTC text of 20 characters, days as ISO text, yes and no as 1 and 0, a StrEnum as its text."""
    match value:
        case datetime():
            return utc_text(value)
        case date():
            return value.isoformat()
        case bool():
            return int(value)
        case Enum():
            return str(value)
    return value
