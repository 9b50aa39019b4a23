"""The server put together: routes, middleware, and what happens when it starts and stops."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyio import to_thread
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from fieldapp.errors import Problem
from fieldapp.settings import ROOT, Settings
from fieldapp.store import situations
from fieldapp.store.connection import assert_sqlite_version, migrate, open_database, opened
from fieldapp.texts import translator
from fieldapp.usecases import accounts
from fieldapp.usecases.services import load_services
from fieldapp.web import precompress
from fieldapp.web.accounts import account_routes
from fieldapp.web.api import api_routes
from fieldapp.web.context import utc_now
from fieldapp.web.doorman import Doorman
from fieldapp.web.gate import Gate
from fieldapp.web.headers import SecurityHeaders
from fieldapp.web.nightly import nightly_task
from fieldapp.web.nodelay import send_at_once
from fieldapp.web.own import last_route, own_routes
from fieldapp.web.responses import on_crash, on_problem
from fieldapp.web.shell import load_shell
from fieldapp.web.sockets import Registry
from fieldapp.web.static import PackedStatic
from fieldapp.web.tasks import task_routes
from fieldapp.web.tiles import tile_routes
from fieldapp.web.tips import tip_routes
from fieldapp.web.vendor import vendor_routes

SCRIPT = ROOT / "fieldapp" / "ui" / "main.py"
# Streamlit's own collection after every rerun is switched off (60 ms with all threads waiting); this stands in for it.
COLLECT_EVERY_S = 60.0
log = logging.getLogger("fieldapp")


@dataclass(frozen=True, slots=True)
class Assembly:
    """What `st.App` is made of."""

    script: Path
    routes: list[BaseRoute]
    middleware: list[Middleware]
    lifespan: Callable[[Any], AbstractAsyncContextManager[None]]
    exception_handlers: dict[Any, Any]


def assemble(settings: Settings, *, warm: Callable[[], object] = lambda: None) -> Assembly:
    """Everything but Streamlit; raises Problem `bad_setting` or `bad_file` when it cannot work.

    `warm` runs once, in a thread, before the first request is answered, for what the first visitor should not wait for.
    """
    registry, shell = Registry(), load_shell()
    return Assembly(
        SCRIPT,
        [
            *own_routes(),
            *account_routes(),
            *task_routes(),
            *tip_routes(),
            *api_routes(),
            *tile_routes(settings),
            *vendor_routes(),
            *shell.routes(),
            last_route(),
        ],
        [
            Middleware(SecurityHeaders, settings=settings, inline_hash=shell.inline_hash),
            Middleware(Doorman, settings=settings),
            Middleware(Gate, settings=settings, registry=registry),
            Middleware(PackedStatic),
        ],
        _lifespan(settings, registry, warm),
        {Problem: on_problem, Exception: on_crash},
    )


def prepare(settings: Settings) -> str | None:
    """What must be in order before the first request; returns the setup link while there is no account."""
    assert_sqlite_version()
    migrate(settings.database)
    load_services(settings)
    with opened(settings.database) as db:
        situations.settle(db)
        token = accounts.setup_link(db=db, now=utc_now())
    return f"{settings.origin}/setup?token={token}" if token else None


def _lifespan(
    settings: Settings, registry: Registry, warm: Callable[[], object]
) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        link = await to_thread.run_sync(_prepared, settings)
        send_at_once()
        # Before the first visitor, not beside: two threads in one ring of imports can see half a module.
        await _warmed(warm)
        if link:
            _print_link(link, settings.language)
        tasks = [
            asyncio.create_task(registry.watch(settings.database)),
            asyncio.create_task(_collect()),
            asyncio.create_task(_pack()),
            asyncio.create_task(nightly_task(settings)),
        ]
        # While one connection is open SQLite keeps its WAL files, which a full disk would not let it make anew.
        keeper = await to_thread.run_sync(lambda: open_database(settings.database, any_thread=True))
        try:
            yield
        finally:
            await to_thread.run_sync(keeper.close)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return lifespan


def _prepared(settings: Settings) -> str | None:
    """`prepare`, with its failure as a sentence instead of a trace."""
    try:
        return prepare(settings)
    except Problem as failure:
        log.error("%s", failure.text(settings.language))
        raise SystemExit(1) from failure


def _print_link(link: str, language: str) -> None:
    sentence = translator(language)("Åbn denne adresse én gang for at oprette den første konto:")
    sys.stdout.write(f"\n  {sentence}\n  {link}\n\n")
    sys.stdout.flush()


async def _collect() -> None:
    while True:
        await asyncio.sleep(COLLECT_EVERY_S)
        await to_thread.run_sync(gc.collect)


async def _warmed(warm: Callable[[], object]) -> None:
    """Never a reason not to start: whatever fails here fails again, and is reported, where it is used."""
    try:
        await to_thread.run_sync(warm)
    except Exception:
        log.warning("not everything could be loaded ahead", exc_info=True)


async def _pack() -> None:
    """Make the packed copies of static files one by one, so that stopping the server never waits for them."""
    await asyncio.sleep(20)
    for path in await to_thread.run_sync(precompress.first_needed):
        with suppress(OSError):
            await to_thread.run_sync(precompress.make, [path])
