"""The photo routes of the API: look for faces before it is sent, take one in, give one out."""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from fieldapp.errors import Problem
from fieldapp.images import parse_boxes
from fieldapp.model import parse_id, uuid7
from fieldapp.usecases import drafts, photos
from fieldapp.web.answers import json_response
from fieldapp.web.context import context_of, in_thread, request_user, require_user, utc_now, with_database

BODY_MAX = 13_000_000  # what the doorman lets in; all of it stays in memory
FIELD_MAX = 16 * 1024
# Guests leave room for those who work here.
WAITING_MAX, GUESTS_MAX = 6, 4
Find = Callable[[bytes], list[dict[str, Any]]]
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Content-Disposition": "inline",
}
_looking: set[str] = set()


async def look(request: Request) -> Response:
    """Boxes round what seems to be faces and plates; nothing is kept. One at a time for a session, and for all."""
    user = request_user(request)
    who = context_of(request.scope).session_id or user.id
    return await looked_at(request, who, lambda data: photos.look(data, user=user))


async def looked_at(request: Request, who: str, find: Find, *, most: int = WAITING_MAX) -> Response:
    """The answer to one that waits for its turn; `busy` while the same one, or so many in all, wait already."""
    with _alone(who, most):
        data = await request.body()
        async with _searching():
            boxes = await in_thread(lambda: find(data))
    return json_response({"boxes": boxes})


@contextmanager
def _alone(session: str, most: int) -> Iterator[None]:
    if session in _looking or len(_looking) >= most:
        raise Problem("busy")
    _looking.add(session)
    try:
        yield
    finally:
        _looking.discard(session)


async def post_photo(request: Request) -> Response:
    """One photo, as the raw body with `observation`, `id` and `redact` in the query or as a form. 201 with its id.

    With `user`, as an outbox sends it, that must be who is signed in, and the observation must be stored: 404 if not.
    """
    user, now = request_user(request), utc_now()
    data, said = await photo_parts(request)
    require_user(said.get("user"), user)
    observation = parse_id("observation", said.get("observation") or said.get("observation_id"))
    photo_id = parse_id("id", said.get("id") or uuid7(now))
    cover = parse_boxes(said.get("redact", ""))
    async with decoding():
        photo = await with_database(
            request,
            lambda db: drafts.add_photo(
                data,
                cover=cover,
                observation_id=observation,
                photo_id=photo_id,
                user=user,
                db=db,
                now=now,
                for_draft="user" not in said,
            ),
        )
    return json_response({"id": photo.id, "width": photo.width, "height": photo.height}, status=201)


async def photo_parts(request: Request) -> tuple[bytes, dict[str, str]]:
    """The photo's bytes and what is said beside them; no part of it touches the disk."""
    said = dict(request.query_params)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body(), said
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=5, max_part_size=FIELD_MAX)
    # `request.form` writes files over 1 MB to the disk as they came: uncovered, with all their metadata.
    parser.spool_max_size = BODY_MAX
    try:
        parts = await parser.parse()
    except (MultiPartException, ValueError):
        raise Problem("invalid", field="body", why="formularen kan ikke læses") from None
    try:
        file = next((part for part in parts.values() if isinstance(part, UploadFile)), None)
        said |= {name: value for name, value in parts.items() if isinstance(value, str)}
        return await file.read() if file else b"", said
    finally:
        await parts.close()


@cache
def decoding() -> Semaphore:
    """A decoded photo can take 300 MB: two at a time, the others wait."""
    return Semaphore(2)


@cache
def _searching() -> Semaphore:
    """A search keeps one core busy for a second or two: never more than one, whoever asks."""
    return Semaphore(1)


async def get_photo(request: Request) -> Response:
    """The JPEG, to readers who may see its observation; never kept by a cache, never run as a page."""
    user, photo_id = request_user(request), str(request.path_params["photo_id"])
    thumbnail = request.query_params.get("size") == "thumb"
    jpeg = await with_database(request, lambda db: drafts.photo_for(photo_id, thumbnail=thumbnail, user=user, db=db))
    return Response(jpeg, media_type="image/jpeg", headers=HEADERS)
