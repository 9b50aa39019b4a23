"""What a person does on the offline page, in the words of the page."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import Page, expect
from serving import Server

from fieldapp.model import User
from fieldapp.store.connection import opened

READY = "() => navigator.serviceWorker.controller?.state === 'activated'"
KEPT = "async () => Boolean((await Fieldapp.keep.load((await Fieldapp.keep.device()).user))?.places)"


def a_photo(colour: tuple[int, int, int]) -> dict[str, object]:
    """A photo of one colour, larger than what is kept."""
    file = io.BytesIO()
    Image.new("RGB", (1800, 1200), colour).save(file, "JPEG")
    return {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def ready(page: Page, url: str) -> None:
    """Open the offline page with a line, until it would open without one."""
    page.goto(f"{url}/offline")
    expect(page.get_by_text("Hærværk")).to_be_visible()
    page.wait_for_function(READY)
    page.wait_for_function(KEPT)


def fold_out(page: Page) -> None:
    if not page.get_by_role("textbox", name="Hvad så du?").is_visible():
        page.get_by_text("Tilføj note, billede eller andet").click()
    expect(page.get_by_role("textbox", name="Hvad så du?")).to_be_visible()


def take_photo(page: Page, colour: tuple[int, int, int]) -> None:
    fold_out(page)
    page.locator("#photos input[type=file]").set_input_files([a_photo(colour)])  # type: ignore[list-item]
    expect(page.get_by_text("leder appen ikke efter ansigter")).to_be_visible()
    page.get_by_role("button", name="Brug billedet").click()
    expect(page.locator("#thumbs img")).to_have_count(1)


def save(page: Page, said: str = "Gemt på telefonen") -> None:
    page.get_by_role("button", name="Gem observation").click()
    expect(page.locator("#saved")).to_contain_text(said)


def stored(server: Server, user: User) -> list[tuple[str, str, str | None, int]]:
    """What the server has of this user: category, time, note and how many photos, in the order they were made."""
    sql = (
        "SELECT category, observed_at, note, (SELECT count(*) FROM photo WHERE observation_id = observation.id) AS n "
        "FROM observation WHERE reporter = ? ORDER BY rowid"
    )
    with opened(server.database) as db:
        return [tuple(row.values()) for row in db.query(sql, [user.id])]  # type: ignore[misc]
