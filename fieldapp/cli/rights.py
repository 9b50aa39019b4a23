"""Commands for what persons may ask: take something out for good, and show what the app holds."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from fieldapp.cli.context import Context, say, say_json
from fieldapp.errors import Problem
from fieldapp.formats import number
from fieldapp.usecases import insight, removal
from fieldapp.usecases.accounts import SYSTEM

_PARTS = {"note": "teksten", "proposal": "forslaget", "photos": "billederne", "all": "observationen"}


def remove(arguments: Namespace, context: Context) -> int:
    """Take out a note, photos or all; 1 when the bytes are still in the file's log."""
    with context.database() as db:
        done = removal.remove(
            SYSTEM,
            arguments.id,
            arguments.what,
            arguments.reason,
            db=db,
            settings=context.settings,
            now=context.now,
        )
    if arguments.json:
        say_json(asdict(done))
    elif done.parts:
        gone = ", ".join(_PARTS[part] for part in done.parts)
        say(f"Fjernet: {gone}. Sikkerhedskopier og arkiver fra før har det endnu.")
    else:
        say("Der var intet at fjerne.")
    if not done.wiped:
        raise Problem("removal_not_wiped", number=arguments.id, reason=arguments.reason)
    return 0


def show_trail(arguments: Namespace, context: Context) -> int:
    """The trail's rows of an account or an observation, and what else stands under the account."""
    with context.database() as db:
        found = insight.show(
            SYSTEM, account=arguments.account, observation=arguments.observation, db=db, now=context.now
        )
    if arguments.json:
        say_json(asdict(found))
        return 0
    if found.account:
        say(f"Konto {found.account['id']}: {_held(found.account)}")
    for row in found.rows:
        say(f"{row['at']}  {row['action']:<18}{row['entity']:<14}{row['entity_id']:<38}{row['actor']}".rstrip())
    say(f"Rækker i revisionssporet: {number(len(found.rows))}.")
    return 0


def _held(account: dict[str, Any]) -> str:
    draft = "en kladde" if account["draft"] else "ingen kladde"
    counts = {
        "observationer": sum(account["observations"].values()),
        "logins på enheder": len(account["sessions"]),
        "links": len(account["links"]),
        "tilstedeværelser": len(account["presence"]),
        "svar om hotspots": account["hotspot_answers"]["count"],
        "arrangementer": account["events_planned"],
        "vandringer": len(account["walks"]),
        "forslag og begrundelser på vandringer": len(account["findings"]) + len(account["decisions"]),
        "opgaver": len(account["follow_ups"]),
        "svar og ændringer på opgaver og tip": len(account["follow_up_events"]) + len(account["tip_events"]),
    }
    return ", ".join(f"{number(count)} {name}" for name, count in counts.items()) + f", {draft}."
