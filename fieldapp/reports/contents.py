"""What a document holds: worded, released and ready to be laid out; positions are degrees, photos JPEG bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered finding on the map; a good one is drawn as a square."""

    number: int
    lat: float
    lon: float
    good: bool = False


@dataclass(frozen=True, slots=True)
class MapContent:
    """What a map is drawn from: lines of (lon, lat), named places as (name, lat, lon), the district's rings."""

    meeting: tuple[float, float]
    route: Line = ()
    track: Line = ()
    area: Line = ()
    outline: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()
    places: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of a finding, and what is said to those who cannot see it."""

    jpeg: bytes = field(repr=False)
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ReportFinding:
    """One finding; `also` are the notes of those merged into it, `checked` says what it was last time.

    `decision` is «Ja», «Nej», «Senere» or nothing.
    """

    number: int
    label: str
    good: bool = False
    place: str = ""
    note: str = ""
    also: tuple[str, ...] = ()
    proposal: str = ""
    feeling: str = ""
    checked: str = ""
    support: int = 1
    decision: str = ""
    reason: str = ""
    responsible: str = ""
    deadline: str = ""
    progress: str = ""
    pictures: tuple[Picture, ...] = ()
    more_pictures: int = 0


@dataclass(frozen=True, slots=True)
class Feeling:
    """How safe it felt, from 1 to 7: the mean of so many answers."""

    label: str
    mean: float
    answers: int


@dataclass(frozen=True, slots=True)
class ComparedFinding:
    """A finding of the walk before, and what was said of it this time («Bedre» …, or that nobody looked)."""

    number: int
    label: str
    place: str
    verdict: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReportComparison:
    """This walk beside the one before: how many are better …, and the feeling (1 to 7) then and now."""

    before: str
    counted: tuple[tuple[str, int], ...]
    findings: tuple[ComparedFinding, ...]
    feeling_before: float | None = None
    feeling_now: float | None = None


@dataclass(frozen=True, slots=True)
class WalkReport:
    """A whole report; `facts` are (name, value) of the walk, `roles` (who, how many), `made` the day it was made."""

    title: str
    day: str
    made: str
    map: MapContent
    draft: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    roles: tuple[tuple[str, int], ...] = ()
    summary: str = ""
    feelings: tuple[Feeling, ...] = ()
    findings: tuple[ReportFinding, ...] = ()
    comparison: ReportComparison | None = None
    language: str = "da"


@dataclass(frozen=True, slots=True)
class Poster:
    """An invitation to hang up; `address` is what the QR code opens, `link` and `code` the same in letters."""

    title: str
    day: str
    clock: str
    light: str
    meeting_point: str
    length: str
    host: str
    address: str
    link: str
    code: str
    map: MapContent
    language: str = "da"
