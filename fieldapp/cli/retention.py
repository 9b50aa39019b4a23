"""Commands for lifetimes: how things stand, the leave to delete, and the run that an operator schedules."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from datetime import datetime
from typing import Any

from fieldapp.cli.context import Context, complain, progress, say, say_json
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, number
from fieldapp.model import Authorisation, Kind
from fieldapp.usecases import retention
from fieldapp.usecases.accounts import SYSTEM
from fieldapp.usecases.retention_run import Done, run

_ROWS_SHOWN = 60
_STATES = {
    "archiving": "afbrudt, før noget var fjernet",
    "removing": "afbrudt; kør igen",
    "wiping": "fjernet, men databasens log er ikke tømt endnu; kør igen",
    "done": "færdig",
    "failed": "opgivet, før noget var fjernet",
}


def show(arguments: Namespace, context: Context) -> int:
    """Lifetimes, authorisation, last runs."""
    with context.database() as db:
        shown = retention.show(db=db)
    if arguments.json:
        say_json(_shown_as_json(shown))
        return 0
    say(_leave_text(shown.leave))
    for key, months in sorted(shown.months.items(), key=lambda pair: retention.ORDER.index(pair[0])):
        say(f"  {key:<16}{months:>4} mdr.  {retention.name_of(key)}")
    for one in shown.runs:
        say(f"Kørsel {_day(one.started_at)}: {_STATES[one.state]}. {_counts_text(one.counts)}")
    if shown.warning:
        complain(shown.warning)
    return 0


def set_months(arguments: Namespace, context: Context) -> int:
    """Change one lifetime."""
    with context.database() as db:
        retention.set_months(SYSTEM, arguments.key, arguments.months, db=db, now=context.now)
    say(f"{retention.name_of(arguments.key)}: {arguments.months} måneder.")
    return 0


def authorise(arguments: Namespace, context: Context) -> int:
    """Record the leave to delete, or withdraw it."""
    with context.database() as db:
        if arguments.withdraw:
            retention.withdraw(SYSTEM, db=db, now=context.now)
        else:
            retention.authorise(
                SYSTEM,
                reference=arguments.reference,
                given_on=arguments.date,
                given_by=arguments.by,
                archive_required=not arguments.no_archive,
                db=db,
                now=context.now,
            )
        say(_leave_text(retention.show(db=db).leave))
    return 0


def run_now(arguments: Namespace, context: Context) -> int:
    """Remove what is past its lifetime, or only say what would be; 1 when bytes are still in the file's log."""
    if arguments.dry_run:
        return _dry_run(arguments, context)
    services = context.services()
    told = progress("rækker behandlet")
    counted = Counter[str]()

    def tell(step: str, count: int) -> None:
        counted["all"] += count
        told(counted["all"])

    with context.database() as db:
        done = run(db=db, settings=context.settings, services=services, actor=SYSTEM, now=context.now, tell=tell)
    if arguments.json:
        say_json({"counts": done.counts, "archive": done.archive and str(done.archive), "wiped": done.wiped})
    else:
        _say_done(done)
    if not done.wiped:
        raise Problem("retention_not_wiped")
    return 0


def _say_done(done: Done) -> None:
    say(_counts_text(done.counts) if any(done.counts.values()) else "Der var intet at fjerne.")
    if done.archive:
        say(f"Arkivet er skrevet og læst tilbage: {done.archive}")


def _dry_run(arguments: Namespace, context: Context) -> int:
    with context.database() as db:
        plan = retention.plan(db=db, settings=context.settings, now=context.now)
        leave = retention.show(db=db).leave
    if arguments.json:
        rows = [
            {name: getattr(row, name) for name in ("kind", "field", "district", "month", "count")} for row in plan.rows
        ]
        backups = [str(path) for path in plan.backups]
        others = {**plan.others, "audit": plan.audit}
        say_json({"authorised": leave is not None, "rows": rows, "others": others, "backups": backups})
        return 0
    say(_leave_text(leave))
    say("Intet at fjerne." if plan.empty else "Dette ville blive fjernet nu:")
    for row in plan.rows[:_ROWS_SHOWN]:
        what = f"{retention.KIND_NAMES[Kind(row.kind)]}, {retention.FIELD_NAMES[row.field]}"
        say(f"  {row.month}  {row.district or 'uden for distrikterne':<22}{what:<36}{number(row.count):>8}")
    if len(plan.rows) > _ROWS_SHOWN:
        say(f"  … og {number(len(plan.rows) - _ROWS_SHOWN)} linjer til; brug --json")
    for name, count in {**plan.others, "audit": plan.audit}.items():
        if count:
            say(f"  {retention.COUNT_NAMES[name]}: {number(count)}")
    for path in plan.backups:
        say(f"  sikkerhedskopi: {path}")
    return 0


def _leave_text(leave: Authorisation | None) -> str:
    if leave is None:
        return "Sletning er slået fra: der mangler en bemyndigelse."
    archive = "med arkiv først" if leave.archive_required else "uden arkiv"
    return f"Sletning er bemyndiget {archive}: {leave.reference}, {leave.given_on:%d-%m-%Y}, {leave.given_by}."


def _counts_text(counts: dict[str, int]) -> str:
    told = [f"{retention.COUNT_NAMES[name]}: {number(count)}" for name, count in sorted(counts.items()) if count]
    return ", ".join(told)[:1].upper() + ", ".join(told)[1:] + ("." if told else "")


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(COPENHAGEN):%d-%m-%Y %H.%M}"


def _shown_as_json(shown: retention.Shown) -> dict[str, Any]:
    return {
        "authorised": shown.leave is not None,
        "authorisations": [
            {name: getattr(one, name) for name in Authorisation.__dataclass_fields__} for one in shown.history
        ],
        "months": shown.months,
        "last": shown.last,
        "runs": [
            {name: getattr(one, name) for name in ("id", "state", "started_at", "finished_at", "archive", "counts")}
            for one in shown.runs
        ],
        "warning": shown.warning,
    }
