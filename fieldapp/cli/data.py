"""Commands that take data in and out: districts, observations, and texts through the gate."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fieldapp.cli.context import Context, complain, progress, say, say_json
from fieldapp.districts import check_file, import_file
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, number
from fieldapp.model import ObservationFilter, Role, User
from fieldapp.privacy import KINDS, as_wire, check
from fieldapp.store import accounts
from fieldapp.store.connection import Database
from fieldapp.texts import later
from fieldapp.usecases import exports, imports
from fieldapp.usecases import gate_counts as gate
from fieldapp.usecases.accounts import SYSTEM

_BAD_SHOWN = 20


def check_privacy(arguments: Namespace, context: Context) -> int:
    """One text a line in, one JSON object a line out."""
    stream: Any = getattr(sys.stdin, "buffer", sys.stdin)
    for line in stream:
        text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
        verdict = check(text.removesuffix("\n").removesuffix("\r"))
        print(json.dumps(as_wire(verdict), ensure_ascii=False), flush=True)
    return 0


def gate_counts(arguments: Namespace, context: Context) -> int:
    """How often the gate stopped or asked, by week, door, kind and outcome."""
    with context.database() as db:
        found = gate.counts(reader=SYSTEM, db=db)
    if arguments.json:
        say_json([asdict(one) for one in found])
        return 0
    for one in found:
        kind, outcome, door = KINDS.get(one.kind, one.kind), gate.OUTCOMES[one.outcome], gate.ORIGINS[one.origin]
        say(f"{one.week}  {number(one.count):>7}  {kind}: {outcome} ({door})")
    if not found:
        say("Der er ikke stoppet eller spurgt om noget endnu.")
    return 0


def check_districts(arguments: Namespace, context: Context) -> int:
    """Every fault of a districts file; 1 when there is one."""
    faults = check_file(arguments.file, mapping=dict(arguments.map) or None)
    if arguments.json:
        say_json({"ok": not faults, "faults": [{"code": one.code, "text": one.text()} for one in faults]})
    for fault in faults if not arguments.json else ():
        complain(fault.text())
    if not faults and not arguments.json:
        say("Filen kan bruges.")
    return 1 if faults else 0


def import_districts(arguments: Namespace, context: Context) -> int:
    """Swap a districts file in from a day on."""
    valid_from = arguments.valid_from or context.now.astimezone(COPENHAGEN).date()
    target = context.settings.data / "districts.geojson"
    try:
        report = import_file(arguments.file, target, valid_from=valid_from, mapping=dict(arguments.map) or None)
    except Problem as problem:
        for fault in problem.details.get("faults", [])[1:]:
            complain(fault.text())
        raise
    if arguments.json:
        say_json(asdict(report))
        return 0
    say(f"{len(report.added)} distrikter gælder fra {report.valid_from.isoformat()}: {', '.join(report.added)}.")
    for repair in report.repairs:
        say(repair)
    return 0


def import_observations(arguments: Namespace, context: Context) -> int:
    """Read a file, tell what is wrong with it, and store it whole or not at all."""
    services = context.services()
    table = imports.read_table(arguments.file)
    with context.database() as db:
        plan = imports.plan_import(
            table,
            services=services,
            db=db,
            now=context.now,
            mapping=dict(arguments.map),
            categories=dict(arguments.category),
            source=arguments.source,
            progress=progress("rækker læst"),
        )
        refused = imports.refused(plan, arguments.soft)
        if arguments.report:
            _write_report(arguments.report, refused)
        result = None if refused and not arguments.skip_bad else _run(plan, arguments, context, db)
    if arguments.json:
        _tell_json(plan, result)
    else:
        _tell(plan, refused, result)
    return 0 if result else 1


def _run(plan: imports.ImportPlan, arguments: Namespace, context: Context, db: Database) -> imports.ImportResult:
    return imports.run_import(
        plan,
        user=_reporter(arguments.reporter, db, context),
        actor=SYSTEM.id,
        db=db,
        now=context.now,
        skip_bad=arguments.skip_bad,
        soft=arguments.soft,
        fictional=arguments.fictional,
        progress=progress("rækker gemt"),
    )


def _reporter(name: str | None, db: Database, context: Context) -> User:
    if not name:
        return imports.import_user(db=db, now=context.now)
    found = accounts.find(db, name)
    if found is None:
        raise Problem("invalid", field="--as", why="brugeren findes ikke; se «user list»")
    return found[0]


def _write_report(path: Path, refused: list[imports.BadRow]) -> None:
    try:
        path.write_bytes(imports.report_csv(refused))
    except OSError as error:
        raise Problem("bad_file", field=path.name, why="der kan ikke skrives dér; vælg et andet sted") from error


def _tell_json(plan: imports.ImportPlan, result: imports.ImportResult | None) -> None:
    say_json(
        {
            "ok": result is not None,
            "rows": plan.rows,
            "result": asdict(result) if result else None,
            "outside": plan.outside,
            "notices": plan.notices,
            "bad": [asdict(row) for row in plan.bad],
            "unsure": [{"row": row, "kinds": sorted(set(kinds))} for row, kinds in sorted(plan.unsure_kinds.items())],
            "unknown_categories": plan.unknown_words,
        }
    )


def _tell(plan: imports.ImportPlan, refused: list[imports.BadRow], result: imports.ImportResult | None) -> None:
    for notice in plan.notices:
        complain(notice)
    for row in refused[:_BAD_SHOWN]:
        complain(f"Række {row.row}{f', kolonne «{row.column}»' if row.column else ''}: {row.reason}")
    if len(refused) > _BAD_SHOWN:
        complain(f"… og {number(len(refused) - _BAD_SHOWN)} rækker til. Hele listen: --report FIL eller --json.")
    for word, count in plan.unknown_words.items():
        complain(f'Ukendt kategori, {number(count)} rækker: --category "{word}"=…')
    if plan.unsure and len(refused) > len(plan.bad):
        complain(
            f"{number(len(plan.unsure))} noter kan handle om personer. Se dem efter i filen, og vælg: --soft blank"
            " gemmer rækkerne uden noten, --soft keep gemmer noten, fordi det ikke er personer."
        )
    if result is None:
        complain(Problem("bad_rows", count=number(len(refused))).text())
    else:
        say(imports.summary(result))
        if plan.outside:
            say(f"{number(plan.outside)} ligger uden for kommunen og har intet distrikt.")


def export_observations(arguments: Namespace, context: Context) -> int:
    """Write what a role may see to a file."""
    services = context.services()
    known = {district.id for district in services.districts.districts}
    if not known.issuperset(arguments.district):
        why = later("distriktet findes ikke; vælg blandt: {known}", known=", ".join(sorted(known)))
        raise Problem("invalid", field="--district", why=why)
    districts, role = frozenset(arguments.district), Role(arguments.for_role)
    if role is Role.SSP and not districts:
        raise Problem("invalid", field="--district", why="en SSP-netværksgruppe ser kun sit eget distrikt; angiv det")
    reader = User("system", "system", role, districts if role is Role.SSP else frozenset())
    wanted = ObservationFilter(since=arguments.since, until=arguments.until, districts=districts)
    with context.database() as db:
        done = exports.export_observations(
            wanted,
            arguments.out,
            format=arguments.format,
            reader=reader,
            db=db,
            services=services,
            now=context.now,
            overwrite=arguments.force,
        )
    if arguments.json:
        say_json({"file": str(arguments.out), **asdict(done)})
    else:
        grains = {"points": "observationer", "cells": "områder med mindst 5 observationer"}
        say(f"{number(done.count)} {grains[done.grain]} er skrevet.")
    return 0
