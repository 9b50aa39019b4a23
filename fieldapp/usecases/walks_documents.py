"""A walk on paper: its report for those who may see it, and the poster that invites to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_time

from fieldapp import formats, reports
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import ROLE_NAMES, User
from fieldapp.model.walks import CHECKS, DECISIONS, GUEST_ROLES, KIND_NAMES, Finding, State, Walk, WalkKind
from fieldapp.reports import (
    ComparedFinding,
    Feeling,
    MapContent,
    Mark,
    Picture,
    Poster,
    ReportComparison,
    ReportFinding,
    WalkReport,
)
from fieldapp.store import accounts, photos, walks
from fieldapp.store import findings as rows
from fieldapp.store.connection import Database
from fieldapp.texts import N_, Translator, translator
from fieldapp.usecases import walks_answers, walks_invite
from fieldapp.usecases.parties import parties_of
from fieldapp.usecases.services import Services
from fieldapp.usecases.walks_findings import shown
from fieldapp.usecases.walks_plan import lead_walk
from fieldapp.usecases.walks_route import light, walking_minutes
from fieldapp.usecases.walks_run import Door

PICTURES_MOST, EDGE_ONE, EDGE_TWO = 2, 1000, 800
FEELINGS = {"feeling_day": WalkKind.DAY, "feeling_dark": WalkKind.DARK}
LIGHT = {
    WalkKind.DAY: N_("Vi går i dagslys."),
    WalkKind.DARK: N_("Vi går i mørke. Solen går ned kl. {sets}. Tag gerne en lygte med."),
}
# A yes that is only decided says so itself; from here on there is news of it.
NEWS = frozenset({"active", "reported", "seen", "refused"})


def require_report(door: Door) -> bool:
    """Is it a guest who may read the report? Problem `sign_in_needed` or `report_early` for who may not."""
    if door.user is not None:
        return False
    if door.guest is None:
        raise Problem("sign_in_needed")
    if door.walk.state is not State.CLOSED:
        raise Problem("report_early")
    return True


def report(door: Door, *, db: Database, services: Services, now: datetime, language: str = "da") -> WalkReport:
    """The report for whoever stands at the walk's door; Problems as `require_report`."""
    require_report(door)
    walk, _ = door.walk, translator(language)
    every = [one for one in rows.of(db, walk.id) if shown(one)]
    told = walks_answers.answers_to(every, walk, db=db)
    alone = sorted((one for one in every if one.merged_into is None), key=lambda one: (not one.good, one.rank))
    joined = {one.id: [other for other in every if other.merged_into == one.id] for one in alone}
    came = walks.roles_of(db, walk.id)
    marks = tuple(Mark(one.number, one.observation.lat, one.observation.lon, one.good) for one in alone)
    return WalkReport(
        title=walk.title,
        day=_day_and_clock(walk, language),
        made=_("Lavet {day}").format(day=_long(now.astimezone(COPENHAGEN).date(), language)),
        map=_map(walk, services, marks),
        draft=walk.state is not State.CLOSED,
        facts=_facts(walk, db, services, language),
        roles=tuple((_(GUEST_ROLES[role]), came[role]) for role in GUEST_ROLES if role in came),
        summary=_summary(alone, told, language) if alone else "",
        feelings=_feelings(every, _),
        findings=tuple(_finding(one, joined[one.id], told[one.id], walk, db, services, language) for one in alone),
        comparison=_comparison(walk, db, language),
        language=language,
    )


def poster(
    walk_id: str, *, user: User, db: Database, services: Services, secret: bytes, origin: str, language: str = "da"
) -> Poster:
    """The poster for those who lead the walk, its link below `origin`; Problem `walk_no_link` before there is one."""
    walk = lead_walk(walk_id, user=user, db=db)
    if walks_invite.link_of(walk_id, user=user, db=db) is None:
        raise Problem("walk_no_link")
    code = walks_invite.code_of(walk_id, user=user, db=db, secret=secret)
    _ = translator(language)
    sets = light(walk.kind, walk.starts_at, walk.meeting_lat, walk.meeting_lon).sets
    length = _("Turen er cirka {length} og tager omkring {minutes} minutter.") if walk.length_m else ""
    return Poster(
        title=walk.title,
        day=_capital(_weekday(walk.local_date, language)),
        clock=_clock(walk.starts_at, language),
        light=_(LIGHT[walk.kind]).format(sets=_digits(sets, language)),
        meeting_point=walk.meeting_point,
        length=length.format(length=_distance(walk, language), minutes=walking_minutes(walk.length_m)),
        host=walk.company,
        address=f"{origin}/join/{code}",
        link=f"{origin.partition('://')[2]}/join/",
        code=code,
        map=_map(walk, services, ()),
        language=language,
    )


# --- the parts


def _facts(walk: Walk, db: Database, services: Services, language: str) -> tuple[tuple[str, str], ...]:
    _ = translator(language)
    leader = accounts.get(db, walk.leader)
    sets = light(walk.kind, walk.starts_at, walk.meeting_lat, walk.meeting_lon).sets
    lit = _("{kind}; solen gik ned kl. {sets}").format(kind=_(KIND_NAMES[walk.kind]), sets=_digits(sets, language))
    facts = (
        (_("Lys"), lit if walk.kind is WalkKind.DARK else _(KIND_NAMES[walk.kind])),
        (_("Mødested"), walk.meeting_point),
        (_("Skoledistrikt"), services.district_name(walk.district)),
        (_("Boligorganisation"), walk.company),
        (_("Rute"), _distance(walk, language) if walk.length_m else ""),
        (_("Ledet af"), _(ROLE_NAMES[leader.role]) if leader else ""),
        (_("Temaer"), ", ".join(walk.themes)),
    )
    return tuple((name, value) for name, value in facts if value)


def _summary(alone: Sequence[Finding], told: dict[str, walks_answers.Answer], language: str) -> str:
    _ = translator(language)
    counted = walks_answers.counts(told)
    good = _("Virker godt: {n}").format(n=len(alone) - counted["all"])
    better = _("Kan blive bedre: {n}").format(n=counted["all"])
    return " · ".join([good, better, *([walks_answers.count_words(counted, language)] if counted["all"] else [])])


def _feelings(every: Sequence[Finding], _: Translator) -> tuple[Feeling, ...]:
    """By day and in the dark, of everyone's answers, those of merged findings too."""
    said = {kind: [v for one in every if (v := getattr(one, name)) is not None] for name, kind in FEELINGS.items()}
    felt = {kind: values for kind, values in said.items() if values}
    return tuple(Feeling(_(KIND_NAMES[kind]), sum(felt[kind]) / len(felt[kind]), len(felt[kind])) for kind in felt)


def _finding(
    one: Finding,
    joined: Sequence[Finding],
    answer: walks_answers.Answer,
    walk: Walk,
    db: Database,
    services: Services,
    language: str,
) -> ReportFinding:
    _, label = translator(language), walk.item(one.item).label(language)
    if one.checked == "gone":
        label = _("{label} – væk siden sidst").format(label=label)
    pictures = [photo for each in (one, *joined) for photo in each.photos]
    return ReportFinding(
        number=one.number,
        label=label,
        good=one.good,
        place=one.observation.place or "",
        note=one.observation.note or "",
        also=_also(joined),
        proposal=one.proposal or "",
        feeling=_felt(one, _),
        checked=walks_answers.checked_words(one, db=db, language=language),
        support=one.support,
        decision=_(DECISIONS[one.decision]) if one.decision else "",
        reason=one.reason or "",
        responsible=parties_of(services.settings)[one.responsible].label(language) if one.responsible else "",
        deadline=_long(one.deadline, language) if one.deadline else "",
        progress=walks_answers.in_words(answer, services=services, language=language) if answer.state in NEWS else "",
        pictures=_pictures(pictures[:PICTURES_MOST], one.number, label, db, _),
        more_pictures=max(0, len(pictures) - PICTURES_MOST),
    )


def _also(joined: Sequence[Finding]) -> tuple[str, ...]:
    """What was said in findings that were merged into this one."""
    return tuple(text for one in joined for text in (one.observation.note, one.proposal) if text)


def _felt(one: Finding, _: Translator) -> str:
    said = ((getattr(one, name), kind) for name, kind in FEELINGS.items())
    felt = [
        _("{value} af 7 {when}").format(value=v, when=_(KIND_NAMES[kind]).lower()) for v, kind in said if v is not None
    ]
    return ", ".join(felt)


def _pictures(ids: Sequence[str], number: int, label: str, db: Database, _: Translator) -> tuple[Picture, ...]:
    alt, edge = _("Billede {place} af {all} til fund {number}: {label}"), EDGE_TWO if len(ids) > 1 else EDGE_ONE
    read = [jpeg for one in ids if (jpeg := photos.read(db, one, thumbnail=False)) is not None]
    return tuple(
        Picture(reports.shrunk(jpeg, edge), alt.format(place=place, all=len(read), number=number, label=label))
        for place, jpeg in enumerate(read, 1)
    )


def _comparison(walk: Walk, db: Database, language: str) -> ReportComparison | None:
    compared, before = walks_answers.compare(walk, db=db), walks.get(db, walk.before) if walk.before else None
    if compared is None or before is None:
        return None
    _ = translator(language)
    left = sum(pair.checked is None for pair in compared.findings)
    counted = [(_(CHECKS[name]).lower(), many) for name, many in compared.counted.items()]
    return ReportComparison(
        before=_long(before.local_date, language),
        counted=tuple(counted + ([(_("ikke set efter"), left)] if left else [])),
        findings=tuple(_compared(pair, before, language) for pair in compared.findings),
        feeling_before=compared.feeling_before,
        feeling_now=compared.feeling_now,
    )


def _compared(pair: walks_answers.Compared, before: Walk, language: str) -> ComparedFinding:
    _, old = translator(language), pair.old
    label, note = before.item(old.item).label(language), old.observation.note
    return ComparedFinding(
        old.number,
        f"{label}: {note}" if note else label,
        old.observation.place or "",
        _(CHECKS[pair.checked]) if pair.checked else _("Ikke set efter"),
        (pair.check.observation.note or "") if pair.check else "",
    )


def _map(walk: Walk, services: Services, marks: tuple[Mark, ...]) -> MapContent:
    district = services.districts.by_id(walk.district, walk.local_date) if walk.district else None
    named = [place for place in services.gazetteer.places if not place.approximate]
    return MapContent(
        (walk.meeting_lat, walk.meeting_lon),
        walk.route or (),
        (walk.track or ()) if walk.track_on else (),
        walk.area or (),
        tuple(_rings(district.geometry)) if district else (),
        marks,
        tuple((place.name, place.lat, place.lon) for place in named),
    )


def _rings(geometry: Any) -> list[tuple[tuple[float, float], ...]]:
    """The outer borders of a polygon or several, (lon, lat)."""
    parts = getattr(geometry, "geoms", (geometry,))
    return [tuple((lon, lat) for lon, lat, *_ in part.exterior.coords) for part in parts]


# --- dates as Danes write them out


def _long(on: date, language: str) -> str:
    return str(format_date(on, "d. MMMM y" if language == "da" else "d MMMM y", locale=language))


def _weekday(on: date, language: str) -> str:
    return str(format_date(on, "EEEE 'den' d. MMMM y" if language == "da" else "EEEE d MMMM y", locale=language))


def _digits(moment: datetime, language: str) -> str:
    pattern = "HH.mm" if language == "da" else "HH:mm"
    return str(format_time(moment.astimezone(COPENHAGEN).time(), pattern, locale=language))


def _clock(moment: datetime, language: str) -> str:
    return f"{'kl.' if language == 'da' else 'at'} {_digits(moment, language)}"


def _day_and_clock(walk: Walk, language: str) -> str:
    return f"{_capital(_weekday(walk.local_date, language))} {_clock(walk.starts_at, language)}"


def _distance(walk: Walk, language: str) -> str:
    return formats.distance(walk.length_m, language=language)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
