"""Commands about users; whoever can run them on the server acts as the system."""

from __future__ import annotations

from argparse import Namespace

from fieldapp.cli.context import Context, say, say_json
from fieldapp.errors import Problem
from fieldapp.model import ROLE_NAMES, Role
from fieldapp.store import accounts as rows
from fieldapp.texts import later
from fieldapp.usecases import accounts


def add(arguments: Namespace, context: Context) -> int:
    """Add a user and print the invitation."""
    known = context.services().districts.names(context.now.date())
    unknown = [district for district in arguments.district if district not in known]
    if unknown:
        raise Problem(
            "invalid",
            field="--district",
            why=later("distriktet findes ikke; vælg blandt: {known}", known=", ".join(known)),
        )
    with context.database() as db:
        token = accounts.add_user(
            accounts.SYSTEM, arguments.name, Role(arguments.role), arguments.district, db=db, now=context.now
        )
    link = f"{context.settings.origin}/invite?token={token}"
    if arguments.json:
        say_json({"name": arguments.name, "role": arguments.role, "link": link})
    else:
        say(f"Giv dette link til brugeren. Det virker én gang og i 7 dage:\n{link}")
    return 0


def list_users(arguments: Namespace, context: Context) -> int:
    """Print every account."""
    with context.database() as db:
        found = accounts.users(accounts.SYSTEM, db=db)
    if arguments.json:
        say_json(
            [
                {
                    "name": account.user.name,
                    "role": account.user.role.value,
                    "districts": sorted(account.user.districts),
                    "active": account.user.active,
                    "has_password": account.has_password,
                    "created_at": account.created_at,
                }
                for account in found
            ]
        )
        return 0
    for account in found:
        say(_line(account))
    if not found:
        say("Der er ingen brugere endnu. Start appen, og brug linket til den første konto.")
    return 0


def disable(arguments: Namespace, context: Context) -> int:
    """Close an account."""
    with context.database() as db:
        found = rows.find(db, arguments.name)
        if found is None:
            raise Problem("not_found", field="NAVN")
        accounts.disable(accounts.SYSTEM, found[0].id, db=db, now=context.now)
    say("Adgangen er lukket.")
    return 0


def _line(account: rows.Account) -> str:
    user = account.user
    state = "lukket" if not user.active else "aktiv" if account.has_password else "inviteret"
    return f"{user.name:<24}{ROLE_NAMES[user.role]:<28}{state:<12}{', '.join(sorted(user.districts))}".rstrip()
