"""A party without an account: the mail that reminds it, the link that opens one task, the answer through the gate."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from aiosmtpd.controller import Controller
from making import NOW, STATION, a_database, a_user, some_services
from PIL import Image
from serving import Answer, Server, free_port, make_user, signed_in_cookie
from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import Role, User, uuid7
from fieldapp.model.follow_ups import LINK, FollowUp, State, Step
from fieldapp.settings import Settings
from fieldapp.store import follow_up_photos, meta
from fieldapp.store import follow_ups as rows
from fieldapp.store import parties as parties_sent
from fieldapp.store.connection import opened
from fieldapp.usecases import follow_ups, follow_ups_outside, links, nightly, parties, reminders
from fieldapp.usecases.mail import send, sender_of
from fieldapp.web.nightly import nightly_task

HOSTILE = '<img src=x onerror=alert(1)>{{7*7}} "lampe"'


class Inbox:
    """Keeps what a mail server is handed; `refuse` makes it answer with an error."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], str]] = []
        self.refuse = False

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802
        if self.refuse:
            return "451 try later"
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content.decode()))  # type: ignore[attr-defined]
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    kept, port = Inbox(), free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, port
    controller.stop()


def a_task(db: Database, user: User, *, now: datetime = NOW, **changes: object) -> FollowUp:
    wire = {"id": uuid7(now), "title": "Lampen er slukket", "lat": STATION[0], "lon": STATION[1]}
    said = wire | {"responsible": "park_vej"} | changes
    return follow_ups.make(said, user=user, db=db, services=some_services(), now=now)


def test_an_inbox_gets_one_mail_with_what_is_due_and_each_task_s_own_link(
    tmp_path: Path, inbox: tuple[Inbox, int]
) -> None:
    kept, port = inbox
    db, mail = a_database(tmp_path), {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "none"}
    services = some_services(
        database=tmp_path / "fieldapp.sqlite3", base_url="https://felt.example.dk", smtp_from="felt@example.dk", **mail
    )
    karen, vera = a_user(db, Role.COORDINATOR), a_user(db)
    given = {"db": db, "settings": services.settings, "now": NOW}
    parties.set_inbox("park_vej", "parkogvej@example.dk", user=karen, **given)
    with pytest.raises(Problem):
        parties.set_inbox("plan", "x@example.dk", user=vera, **given)
    for bad in ("a b@example.dk", "x@example.dk\nBcc: y@example.dk", "x"):
        with pytest.raises(Problem):
            parties.set_inbox("plan", bad, user=karen, **given)
    soon, late = (
        a_task(db, vera, deadline="2026-11-23"),
        a_task(db, vera, deadline="2026-11-20", title="Hækken, øverst"),
    )
    a_task(db, vera, deadline="2026-11-29")
    a_task(db, vera, deadline="2026-11-20", kind="people", title="Uro ved kiosken")
    a_task(db, vera, deadline="2026-11-20", responsible="politi")

    def run(days: int) -> tuple[int, int, int]:
        told = reminders.run(db=db, services=services, now=NOW + timedelta(days), send=sender_of(services.settings))
        return told.mails, told.tasks, told.failed

    assert reminders.run(db=db, services=services, now=NOW, send=None).mails == 0
    kept.refuse = True
    assert run(1) == (0, 0, 1)
    kept.refuse = False
    assert [run(days) for days in (1, 1, 3, 4, 8)] == [(1, 2, 0), (0, 0, 0), (0, 0, 0), (1, 1, 0), (1, 2, 0)]
    sender, to, first = kept.mails[0]
    assert (sender, to) == ("felt@example.dk", ["parkogvej@example.dk"])
    message = message_from_bytes(first.encode(), policy=policy.default)
    assert message["Subject"] == "Opgaver fra Fieldapp: 2, heraf 1 over fristen"
    body = message.get_content()
    assert "– Hækken, øverst, ved Ishøj Station" in body and "Uro" not in body
    codes = re.findall(r"https://felt\.example\.dk/opgave/(\S+)", body)
    targets = {links.find(code, purpose="task", address="::1", db=db, now=NOW + timedelta(1)).target for code in codes}
    assert targets == {soon.id, late.id}
    follow_ups_outside.unshare(late.id, user=vera, db=db, now=NOW)
    assert run(15) == (1, 3, 0) and len(re.findall("/opgave/", kept.mails[-1][2])) == 2


def test_the_server_s_night_sends_the_reminders_by_itself(tmp_path: Path, inbox: tuple[Inbox, int]) -> None:
    kept, port = inbox
    db, now = a_database(tmp_path), datetime.now(UTC)
    settings = Settings(
        database=tmp_path / "fieldapp.sqlite3", smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none",
        smtp_from="felt@example.dk",
    )  # fmt: skip
    karen = a_user(db, Role.COORDINATOR)
    parties.set_inbox("park_vej", "parkogvej@example.dk", user=karen, db=db, settings=settings, now=now)
    task = a_task(db, karen, now=now, deadline=now.date().isoformat())

    async def until_it_came() -> None:
        night = asyncio.create_task(nightly_task(settings, settle_s=0))
        while not parties_sent.reminded(db, task.id):
            assert not night.done()
            await asyncio.sleep(0.02)
        night.cancel()

    asyncio.run(asyncio.wait_for(until_it_came(), 60))
    ((_, to, mail),) = kept.mails
    assert to == ["parkogvej@example.dk"] and "Lampen er slukket" in mail and "/opgave/" in mail
    assert not nightly.overdue(db, now=datetime.now(UTC))


def test_a_mail_server_that_is_not_there_is_a_problem_that_names_no_address(tmp_path: Path) -> None:
    settings = Settings(smtp_host="127.0.0.1", smtp_port=free_port(), smtp_tls="none", smtp_from="f@example.dk")
    with pytest.raises(Problem) as failure:
        send("parkogvej@example.dk", "Emne\nBcc: x", "Tekst", settings=settings, now=NOW)
    assert failure.value.code == "mail_failed" and "example" not in failure.value.text()
    assert "hemmelig" not in repr(Settings(smtp_password="hemmelig"))
    environ = {"FIELDAPP_SMTP_HOST": "mail.example.dk", "FIELDAPP_SMTP_FROM": "f@example.dk"}
    assert sender_of(Settings.from_env(environ)) and sender_of(Settings.from_env({})) is None
    with pytest.raises(Problem, match="FIELDAPP_SMTP_FROM"):
        Settings.from_env({"FIELDAPP_SMTP_FROM": "ikke en adresse"})


def a_photo() -> bytes:
    file, noise = BytesIO(), np.random.default_rng(6).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(file, "JPEG", comment=b"hemmeligt sted")
    return file.getvalue()


def post(server: Server, path: str, fields: dict[str, str], photo: bytes = b"", cookie: str | None = None) -> Answer:
    """The form as a browser without scripts sends it."""
    line = b"--graense"
    parts = [
        line + f'\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    file = b'\r\nContent-Disposition: form-data; name="photo"; filename="%s"\r\nContent-Type: image/jpeg\r\n\r\n'
    parts.append(line + file % (b"a.jpg" if photo else b"") + photo + b"\r\n")
    headers = {"Content-Type": "multipart/form-data; boundary=graense", "Origin": server.url, "Accept": "text/html"}
    return server.request("POST", path, body=b"".join(parts) + line + b"--\r\n", headers=headers, cookie=cookie)


@pytest.fixture
def shared(server: Server) -> tuple[User, FollowUp, str]:
    """A worker, a task and the address of its link."""
    vera, now = make_user(server.database, Role.WORKER), datetime.now(UTC)
    secret = links.secret_of(Settings(database=server.database))
    with opened(server.database) as db:
        task = a_task(db, vera, now=now, detail=HOSTILE, title=f"Lampen {HOSTILE}")
        code = follow_ups_outside.share(task.id, user=vera, db=db, secret=secret, now=now).code
    return vera, task, f"/opgave/{code}"


def test_a_party_sends_photos_and_words_and_reports_its_task_done(
    server: Server, shared: tuple[User, FollowUp, str]
) -> None:
    vera, task, path = shared
    first = server.get(path)
    assert first.status == 200 and "onerror" in first.text and "<img" not in first.text
    allowed = first.headers["Content-Security-Policy"]
    assert "script-src 'self'" in allowed and "unsafe" not in allowed and "noindex" in first.headers["X-Robots-Tag"]
    added = post(server, path, {"do": "photo", "text": "Vi er i gang med Yusuf"}, a_photo())
    assert added.status == 200 and "Vi er i gang med Yusuf</textarea>" in added.text
    (photo,) = re.findall(r"/foto/([0-9a-f-]{36})", added.text)
    assert server.get(f"{path}/foto/{photo}").body[:3] == b"\xff\xd8\xff"
    hard = post(server, path, {"do": "report", "text": "Ring 20 30 40 50"})
    assert hard.status == 422 and "Persondata kan ikke gemmes" in hard.text and "20 30 40 50</textarea>" in hard.text
    soft = post(server, path, {"do": "report", "text": "Lavet af Yusuf"})
    assert soft.status == 422 and "<mark>Yusuf</mark>" in soft.text and 'name="sure"' in soft.text
    assert post(server, path, {"do": "report", "text": "x", "day": "2999-01-01"}).status == 422
    done = post(server, path, {"do": "report", "text": "Lavet af Yusuf", "sure": "1"})
    assert done.status == 303 and "Jeres svar er gemt" in server.get(done.headers["Location"]).text
    assert post(server, path, {"do": "report", "text": "igen"}).status == 409
    with opened(server.database) as db:
        stored, events = rows.get(db, task.id), rows.events(db, task.id)
        jpeg = follow_up_photos.read(db, photo)
        assert stored and stored.state is State.REPORTED and str(stored.reported_by).startswith(LINK)
        assert (events[-1].text or "").endswith("Lavet af Yusuf") and "Udført " in (events[-1].text or "")
        assert follow_up_photos.by_event(db, task.id) == {events[-1].seq: [photo]} and b"hemmeligt" not in jpeg
        seen = follow_ups.step(task.id, Step.SEE, version=2, user=vera, db=db, now=datetime.now(UTC))
        assert seen.state is State.SEEN and not meta.is_fictional(db)
    assert "Opgaven er lukket" in server.get(path).text
    assert post(server, path, {"do": "answer", "text": "Tak for hjælpen"}).status == 409
    assert server.get(f"/opgavefoto/{photo}").status == 401
    assert server.get(f"/opgavefoto/{photo}", cookie=signed_in_cookie(server.database, vera)).status == 200
    ssp = make_user(server.database, Role.SSP, ["andetsteds"])
    assert server.get(f"/opgavefoto/{photo}", cookie=signed_in_cookie(server.database, ssp)).status == 404


def test_a_colleague_who_opens_the_link_answers_as_that_colleague(
    server: Server, shared: tuple[User, FollowUp, str]
) -> None:
    vera, task, path = shared
    cookie = signed_in_cookie(server.database, vera)
    assert post(server, path, {"do": "report", "text": ""}, cookie=cookie).status == 303
    with opened(server.database) as db, pytest.raises(Problem, match="En anden skal se den"):
        follow_ups.step(task.id, Step.SEE, version=2, user=vera, db=db, now=datetime.now(UTC))


def test_the_link_opens_its_task_and_nothing_else_and_refuses_when_taken_back(
    server: Server, shared: tuple[User, FollowUp, str]
) -> None:
    vera, task, path = shared
    other = "/opgave/0000-0000-0000-0000"
    for wrong in (other, "/opgave/", "/opgave/x/y"):
        assert server.get(wrong, headers={"Accept": "text/html"}).status == 404
    assert server.get(f"{path}/foto/{uuid7(NOW)}").status == 404
    assert post(server, path, {"do": f"remove-{uuid7(NOW)}"}).status == 200
    assert post(server, path, {"do": "photo"}, b"GIF89a").status == 422
    foreign = server.request("POST", path, headers={"Origin": "https://et-andet-sted.example"})
    assert foreign.status == 403
    with opened(server.database) as db:
        follow_ups_outside.unshare(task.id, user=vera, db=db, now=datetime.now(UTC))
    refused = [server.get(path), post(server, path, {"do": "report", "text": "x"})]
    assert [answer.status for answer in refused] == [410, 410] and "Bed om et nyt" in refused[0].text
