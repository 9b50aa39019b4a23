"""Lifetimes: how long each thing is kept, by whose leave, and what a run would remove today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import Authorisation, Kind, Role, User, parse_time
from fieldapp.model import retention as rules
from fieldapp.settings import Settings
from fieldapp.store import audit, meta
from fieldapp.store import presence_retention as presence
from fieldapp.store import retention as store
from fieldapp.store import retention_parts as parts
from fieldapp.store import retention_rows as due
from fieldapp.store import verdict_retention as verdicts
from fieldapp.store.connection import Database, writing
from fieldapp.store.retention import Run
from fieldapp.store.retention_rows import Counted
from fieldapp.texts import N_
from fieldapp.usecases.accounts import SYSTEM
from fieldapp.usecases.retention_backups import expired

# The coordinator handles retention; the operator at the server's keyboard runs it.
MAY_DECIDE = frozenset({Role.COORDINATOR})
KIND_NAMES = {Kind.PLACE: N_("Fysiske forhold"), Kind.PEOPLE: N_("Adfærd"), Kind.GOOD: N_("Gode historier")}
FIELD_NAMES = {"note": N_("note"), "detail": N_("præcis sted og tid"), "photo": N_("billeder")}
OTHER_NAMES = {
    "presence": N_("Tilstedeværelse: hvem, hvornår og hvor (timer pr. felt og dag bliver stående)"),
    "verdict": N_("Svar om hotspots: hvem og hvorfor (svar, niveau og uge bliver stående)"),
    "guest": N_("Vandringers deltagere: hvem der fandt og støttede hvad (roller og antal bliver stående)"),
    "walk": N_("Vandringer: leder, gået rute, forslag, tryghed 1–7 og begrundelser (plan og beslutninger bliver)"),
    "follow_up": N_("Opgaver: titel, tekster, billeder, præcist sted og hvem (part, tilstand og dage bliver stående)"),
    "tip": N_("Tip: ord, præcist sted og hvem (art, tilstand og dage bliver stående)"),
    "inbox": N_("Parters mailadresser, der ikke har været brugt"),
    "draft": N_("Kladder, der ikke er gemt"),
    "session": N_("Udløbne logins på enheder, brugte og udløbne links og «Set» ved gamle beskeder"),
    "attempt": N_("Forkerte loginforsøg"),
    "audit": N_("Revisionsspor: hvem og hvad (at der skete noget, bliver stående)"),
    "backup": N_("Sikkerhedskopier i appens egne mapper"),
}
COUNT_NAMES = {
    "detail": N_("observationer gjort grove"),
    "note": N_("noter"),
    "photo": N_("billeder"),
    "presence": N_("tilstedeværelser gjort til rene timetal"),
    "event": N_("arrangementer uden hvem der lavede dem"),
    "verdict": N_("svar om hotspots uden hvem og hvorfor"),
    "guest": N_("vandringer uden deltagernes spor"),
    "walk": N_("vandringer uden leder og ord"),
    "follow_up": N_("opgaver uden ord, billeder og hvem"),
    "tip": N_("tip uden ord"),
    "inbox": N_("parters mailadresser"),
    "public_link": N_("udløbne links for dem uden konto"),
    "draft": N_("kladder"),
    "session": N_("udløbne logins"),
    "link": N_("brugte links"),
    "seen": N_("«Set» ved gamle beskeder"),
    "attempt": N_("loginforsøg"),
    "audit": N_("rækker i revisionssporet uden hvem og hvad"),
    "backup": N_("udløbne sikkerhedskopier"),
}
ORDER = rules.KEYS


def name_of(key: str) -> str:
    """A rule in Danish words: «Adfærd: note»."""
    kind, dot, field = key.partition(".")
    if not dot:
        return OTHER_NAMES.get(key, key)
    return f"{KIND_NAMES[Kind(kind)]}: {FIELD_NAMES[field]}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would remove: observations by kind, field, district and month; other things by number."""

    rows: tuple[Counted, ...]
    others: dict[str, int]
    audit: int
    backups: tuple[Path, ...]

    @property
    def empty(self) -> bool:
        return not (self.rows or any(self.others.values()) or self.audit or self.backups)


@dataclass(frozen=True, slots=True)
class Shown:
    """The lifetimes in months, the authorisation in force, all there were, the last runs, and whether one is due."""

    months: dict[str, int]
    leave: Authorisation | None
    history: list[Authorisation]
    runs: list[Run]
    last: datetime | None
    warning: str | None


def show(*, db: Database) -> Shown:
    """How things stand."""
    return Shown(
        store.months(db), store.in_force(db), store.authorisations(db), store.runs(db), _last(db), warning(db=db)
    )


def plan(*, db: Database, settings: Settings, now: datetime) -> Plan:
    """What a run would remove now; works without an authorisation and changes nothing."""
    cuts = cuts_of(store.months(db), now)
    return Plan(
        tuple(due.counted(db, cuts)),
        {**kept_words(db, cuts), **due.working(db, cuts, now=now)},
        len(due.old_audit(db, cuts["audit"])),
        tuple(expired(db, settings, before=cuts["backup"])),
    )


def staff(db: Database, cuts: due.Cuts) -> dict[str, int]:
    """How many things about staff are past their lifetime: presence, events with a maker, answers about hotspots."""
    return {
        "presence": presence.count(db, cuts["presence"]),
        "event": presence.count_events(db, cuts["presence"]),
        "verdict": verdicts.count(db, cuts["verdict"]),
    }


def kept_words(db: Database, cuts: due.Cuts) -> dict[str, int]:
    """How many things with words or names other than observations are past their lifetime: what an archive is for."""
    return {**staff(db, cuts), **{part.key: len(parts.due(db, part, cuts[part.key])) for part in parts.PARTS}}


def cuts_of(months: dict[str, int], now: datetime) -> dict[str, datetime]:
    """Rule key → what is older than this is past its lifetime."""
    return {key: rules.months_before(now, count) for key, count in months.items()}


def set_months(actor: User, key: str, months: object, *, db: Database, now: datetime) -> None:
    """Change one lifetime; the trail keeps the old and the new."""
    set_all_months(actor, {key: months}, db=db, now=now)


def set_all_months(actor: User, changes: dict[str, object], *, db: Database, now: datetime) -> list[str]:
    """Change several lifetimes at once, or none; the keys that were other than before."""
    _may_decide(actor)
    wanted = {key: rules.parse_months(key, value) for key, value in changes.items()}
    with writing(db):
        known = store.months(db)
        rules.require_ordered(known | wanted)
        changed = [key for key, months in wanted.items() if known[key] != months]
        for key in changed:
            store.set_months(db, key, wanted[key])
            before, after = {"months": known[key]}, {"months": wanted[key]}
            audit.append(
                db,
                at=now,
                actor=actor.id,
                action="retention.rule",
                entity="retention",
                entity_id=key,
                before=before,
                after=after,
            )
    return changed


def authorise(
    actor: User,
    *,
    reference: object,
    given_on: object,
    given_by: object,
    archive_required: bool = True,
    db: Database,
    now: datetime,
) -> Authorisation:
    """Record the leave to delete; the one in force before ends. Raises a Problem that names the field."""
    _may_decide(actor)
    told = rules.parse_authorisation_text("reference", reference)
    day = rules.parse_given_on(given_on, today=_today(now))
    giver = rules.parse_authorisation_text("givet af", given_by)
    with writing(db):
        _withdraw(actor, db=db, now=now)
        number = store.add_authorisation(
            db,
            reference=told,
            given_on=day,
            given_by=giver,
            archive_required=archive_required,
            at=now,
            actor=actor.id,
        )
        after = {"given_on": day.isoformat(), "archive_required": archive_required}
        _on_record(db, "retention.authorised", number, actor, now, after)
    return store.authorisations(db)[0]


def withdraw(actor: User, *, db: Database, now: datetime) -> None:
    """Turn deletion off again; raises `retention_off` where it is off. The record of it stays."""
    _may_decide(actor)
    with writing(db):
        if not _withdraw(actor, db=db, now=now):
            raise Problem("retention_off")


def warning(*, db: Database) -> str | None:
    """Why a run is called for: one was interrupted, or a backup has been put back; None when nothing calls."""
    if any(run.state == "wiping" for run in store.unfinished(db)):
        return N_("En kørsel af opbevaringen mangler at tømme databasens log. Kør «retention run» igen.")
    if store.unfinished(db):
        return N_("En kørsel af opbevaringen blev afbrudt. Kør «retention run» igen; den fortsætter, hvor den slap.")
    if meta.get(db, meta.RETENTION_NEEDED) and store.in_force(db) is None:
        return N_(
            "En sikkerhedskopi er lagt tilbage og kan indeholde det, der var fjernet. Registrér bemyndigelsen igen, og "
            "kør så «retention run»."
        )
    if meta.get(db, meta.RETENTION_NEEDED):
        return N_("En sikkerhedskopi er lagt tilbage og kan indeholde det, der var fjernet. Kør «retention run» igen.")
    if meta.get(db, meta.REMOVAL_LEFT):
        return N_(
            "Noget er fjernet på anmodning, men slettede bytes kan endnu ligge i databasens fil eller log. Kør "
            "«observations remove» igen med samme nummer, eller «retention run»."
        )
    return None


def _last(db: Database) -> datetime | None:
    found = meta.get(db, meta.RETENTION_LAST)
    return parse_time("last", found) if found else None


def _withdraw(actor: User, *, db: Database, now: datetime) -> bool:
    leave = store.in_force(db)
    if leave is None:
        return False
    store.withdraw_authorisation(db, at=now, actor=actor.id)
    _on_record(db, "retention.withdrawn", leave.id, actor, now, None)
    return True


def _on_record(
    db: Database, action: str, number: int, actor: User, now: datetime, after: dict[str, object] | None
) -> None:
    audit.append(db, at=now, actor=actor.id, action=action, entity="authorisation", entity_id=str(number), after=after)


def _may_decide(actor: User) -> None:
    if not actor.active or not (actor.role in MAY_DECIDE or actor.id == SYSTEM.id):
        raise Problem("not_allowed")


def _today(now: datetime) -> date:
    return now.astimezone(COPENHAGEN).date()
