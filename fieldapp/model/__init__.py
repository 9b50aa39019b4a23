"""The things the app is about, as frozen values: parsed once at the door, trusted afterwards."""

from fieldapp.model.categories import Catalogue, Category, Kind
from fieldapp.model.filters import Grant, ObservationFilter
from fieldapp.model.observations import Observation, uuid7
from fieldapp.model.parsing import (
    AGE_BANDS,
    CLOCK_SKEW,
    DISTRICT_MAX,
    EARLIEST,
    GROUP_SIZES,
    NOTE_MAX,
    PHOTOS_MAX,
    POSITION_SOURCES,
    SEVERITIES,
    parse_id,
    parse_time,
    utc_text,
)
from fieldapp.model.people import MAY_RECORD, ROLE_NAMES, Role, User
from fieldapp.model.retention import RETIRED, Authorisation

__all__ = [
    "AGE_BANDS",
    "CLOCK_SKEW",
    "DISTRICT_MAX",
    "EARLIEST",
    "GROUP_SIZES",
    "MAY_RECORD",
    "NOTE_MAX",
    "PHOTOS_MAX",
    "POSITION_SOURCES",
    "RETIRED",
    "ROLE_NAMES",
    "SEVERITIES",
    "Authorisation",
    "Catalogue",
    "Category",
    "Grant",
    "Kind",
    "Observation",
    "ObservationFilter",
    "Role",
    "User",
    "parse_id",
    "parse_time",
    "utc_text",
    "uuid7",
]
