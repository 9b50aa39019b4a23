"""Hotspots for those who use the app: what a reader may see of the squares, and the official list of places."""

from fieldapp.usecases.hotspots.months import Months, last_year, months_of
from fieldapp.usecases.hotspots.official import detect
from fieldapp.usecases.hotspots.release import squares
from fieldapp.usecases.hotspots.shapes import ALL, Found, HotPlace, Mark, Spot, Square, Squares

__all__ = [
    "ALL",
    "Found",
    "HotPlace",
    "Mark",
    "Months",
    "Spot",
    "Square",
    "Squares",
    "detect",
    "last_year",
    "months_of",
    "squares",
]
