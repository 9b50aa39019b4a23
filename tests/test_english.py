"""English by choice: whoever has chosen it meets no Danish sentence of ours, on a page or in a refusal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from google.protobuf.message import Message
from serving import make_user, signed_in_cookie
from streamlit.testing.v1 import AppTest

from fieldapp.errors import Problem
from fieldapp.model import Role
from fieldapp.privacy import require_clean
from fieldapp.store.connection import opened
from fieldapp.texts import LOCALES, later, translator
from fieldapp.usecases import sessions
from fieldapp.usecases.screens import SCREENS

ROOT = Path(__file__).resolve().parents[1]


def danish() -> set[str]:
    """Sentences and words of ours that are not the same in English, those with values in them left out."""
    with (LOCALES / "en" / "LC_MESSAGES" / "fieldapp.po").open("rb") as file:
        entries = {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}
    return {text for text in entries if entries[text] != text and "{" not in text and len(text.strip()) > 3}


def strings(message: Message) -> list[str]:
    """Every text in what a page sends to the browser."""
    found: list[str] = []
    for field, value in message.ListFields():
        values: list[Any] = (
            list(value.values() if hasattr(value, "values") else value) if field.is_repeated else [value]
        )
        for one in values:
            if isinstance(one, Message):
                found += strings(one)
            elif isinstance(one, str) and field.name not in ("id", "form_id", "key", "url", "page", "page_script_hash"):
                found.append(one)
    return found


def shown(test: AppTest) -> list[str]:
    protos = [element.proto for element in test.main if isinstance(element.proto, Message)]
    return [text for proto in protos for text in strings(proto)]


def left_danish(texts: list[str]) -> list[str]:
    """The texts that are, or hold, a Danish sentence of ours."""
    known = danish()
    long = [text for text in known if len(text) >= 15]
    return [text for text in texts if text in known or any(sentence in text for sentence in long)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.key)
def test_an_english_user_sees_no_danish_on_a_page(screen: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "english.sqlite3"
    monkeypatch.setenv("FIELDAPP_DATABASE", str(database))
    user = make_user(database, Role.COORDINATOR if Role.COORDINATOR in screen.roles else next(iter(screen.roles)))
    with opened(database) as db:
        db.execute("UPDATE user SET language = 'en' WHERE id = ?", [user.id])
        db.conn.commit()
        found = sessions.who(signed_in_cookie(database, user), db=db, now=datetime.now(UTC))
    assert found
    test = AppTest.from_file(str(ROOT / "fieldapp" / "ui" / "main.py"), default_timeout=60)
    test.user = {"id": user.id, "session": found.session_id}
    test.run().switch_page(f"../../pages/{screen.key}.py").run()
    texts = shown(test)
    assert not test.exception and translator("en")(screen.title) in texts
    assert left_danish(texts) == []


def test_the_search_for_danish_finds_it() -> None:
    assert left_danish(
        ["Save", "Kategori", "x: Positionen er ikke fundet endnu. Gå fri af bygninger, eller tryk på kortet."]
    ) == [
        "Kategori",
        "x: Positionen er ikke fundet endnu. Gå fri af bygninger, eller tryk på kortet.",
    ]


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            Problem("invalid", field="note", why=later("højst {limit} tegn; gør teksten kortere", limit=500)),
            "The field “note” cannot be used: at most 500 characters; make the text shorter.",
        ),
        (
            Problem("invalid", field="lat", why="det skal være et tal"),
            "The field “lat” cannot be used: it must be a number.",
        ),
        (
            Problem("locked_out", wait=later("{count} minutter", count=2)),
            "Too many tries. Wait 2 minutes, then try again.",
        ),
    ],
)
def test_a_refusal_gives_its_reason_in_the_readers_language(problem: Problem, said: str) -> None:
    assert problem.text("en") == said


def test_kinds_of_personal_data_are_named_in_the_readers_language() -> None:
    with pytest.raises(Problem) as caught:
        require_clean("87654321 og 010203-1234", "note")
    assert "(CPR-nummer, telefonnummer)" in caught.value.text()
    assert "(CPR number, phone number)" in caught.value.text("en")


def test_values_with_braces_in_them_are_never_read_as_a_template() -> None:
    why = later("kolonnen «{name}» findes flere gange; giv kolonnerne hver sit navn", name="{count} {0.__class__}")
    assert "«{count} {0.__class__}»" in Problem("bad_file", field="{field}", why=why).text()
