"""Commands that look after the installation."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from fieldapp.cli.context import Context, complain, say, say_json
from fieldapp.formats import number
from fieldapp.model import ROLE_NAMES
from fieldapp.store.audit import verify as verify_trail
from fieldapp.usecases import nightly as nights
from fieldapp.usecases import upkeep
from fieldapp.usecases.accounts import SYSTEM
from fieldapp.usecases.demo import fill_demo


def serve(arguments: Namespace, context: Context) -> int:
    """Run the server until it is stopped."""
    upkeep.prepare_database(context.settings)
    for told in upkeep.warnings(context.settings):
        complain(told)
    if context.serve:
        context.serve(context.settings)
    return 0


def migrate(arguments: Namespace, context: Context) -> int:
    """Bring the database up to date."""
    taken = upkeep.prepare_database(context.settings)
    say(f"Databasen er opdateret: {', '.join(taken)}." if taken else "Databasen er allerede opdateret.")
    return 0


def demo(arguments: Namespace, context: Context) -> int:
    """Fill a fresh database with fiction and print how to sign in."""
    services = context.services()
    with context.database() as db:
        done = fill_demo(
            db=db, services=services, now=context.now, observations=arguments.observations, seed=arguments.seed
        )
        if done.added:
            nights.run(db=db, services=services, now=context.now)
    if arguments.json:
        say_json({"added": done.added, "sign_ins": [asdict(sign_in) for sign_in in done.sign_ins]})
        return 0
    said = f"{number(done.added)} fiktive observationer er lagt ind." if done.added else "Fiktive data er der allerede."
    say(f"FIKTIVE DATA. {said} Log ind som en af disse:")
    for sign_in in done.sign_ins:
        say(f"  {sign_in.name:<18}{ROLE_NAMES[sign_in.role]:<28}{sign_in.password}")
    say("Hvad der er plantet, og hvad appen skal sige om det, står i docs/demo.md.")
    return 0


def backup(arguments: Namespace, context: Context) -> int:
    """Write a copy."""
    with context.database() as db:
        size = upkeep.back_up(arguments.out, db=db, actor=SYSTEM.id, now=context.now, overwrite=arguments.force)
    if arguments.json:
        say_json({"file": str(arguments.out), "bytes": size})
    else:
        say(f"Sikkerhedskopien er skrevet og kontrolleret: {number(size / 1_000_000, digits=1)} MB.")
    return 0


def restore(arguments: Namespace, context: Context) -> int:
    """Put a copy back."""
    kept = upkeep.restore(
        arguments.source, context.settings, actor=SYSTEM.id, now=context.now, overwrite=arguments.force
    )
    say("Sikkerhedskopien er lagt tilbage." + (f" Den tidligere database er gemt som {kept.name}." if kept else ""))
    return 0


def check(arguments: Namespace, context: Context) -> int:
    """Look everything through; 1 when something is wrong."""
    checks = upkeep.check(context.settings)
    warnings = upkeep.warnings(context.settings)
    fine = all(one.ok for one in checks)
    if arguments.json:
        told = [{"name": one.name, "ok": one.ok, "faults": one.faults} for one in checks]
        say_json({"ok": fine, "checks": told, "warnings": warnings})
        return 0 if fine else 1
    for one in checks:
        say(f"{one.name}: {'i orden' if one.ok else 'fejl'}")
        for fault in one.faults:
            complain(f"  {fault}")
    for warning in warnings:
        complain(warning)
    return 0 if fine else 1


def nightly(arguments: Namespace, context: Context) -> int:
    """Work out hotspots, levels, alerts and the scan now instead of tonight."""
    services = context.services()
    with context.database() as db:
        night = nights.run(db=db, services=services, now=context.now)
    if arguments.json:
        say_json(asdict(night))
        return 0
    found = night.hotspots
    say(f"Hotspots: {found.opened} nye, {found.again} fundet igen, {found.closed} lukket. Beskeder: {night.alerts}.")
    if night.scan is None:
        say("Afsøgningen af hele kommunen er ikke lavet: der er registreret for få timer.")
    return 0


def verify(arguments: Namespace, context: Context) -> int:
    """Walk the trail; 1 when it is broken."""
    with context.database() as db:
        count, broken = verify_trail(db)
    if arguments.json:
        say_json({"ok": broken is None, "rows": count, "broken_at": broken})
    elif broken is None:
        say(f"Revisionssporet er helt: {number(count)} rækker.")
    else:
        complain(f"Revisionssporet er brudt ved række {broken}: den er ændret, eller en række mangler.")
    return 0 if broken is None else 1


def bench(arguments: Namespace, context: Context) -> int:
    """Say where the measurements are."""
    say("Målingerne køres med «make bench»; resultaterne lægges i bench/results.")
    return 0
