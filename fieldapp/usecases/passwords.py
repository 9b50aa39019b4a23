"""Passwords: which are good enough (NIST SP 800-63B-4: length, no common ones, no composition rules), and Argon2id."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fieldapp.errors import Problem
from fieldapp.settings import ROOT
from fieldapp.texts import later

LEAST, ADVISED, MOST = 8, 15, 200
COMMON = ROOT / "data" / "common_passwords.txt"
# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Each hash holds 19 MiB and a core: two at a time leave the server room to answer everyone else.
_AT_ONCE = BoundedSemaphore(2)
_TAIL = re.compile(r"^[\W\d_]*(.*?)[\W\d_]*$", re.DOTALL)


def normal(password: str) -> str:
    """One form for the same characters typed on different keyboards (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def require_good(password: str, *, name: str = "") -> str:
    """The normalised password, or Problem `weak_password` that says what to do."""
    text = normal(password)
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
        raise Problem("weak_password", field="password", why=_WHY["signs"])
    if len(text) < LEAST:
        raise Problem("weak_password", field="password", why=_WHY["short"])
    if len(text) > MOST:
        raise Problem("weak_password", field="password", why=_WHY["long"])
    if is_common(text, name=name):
        raise Problem("weak_password", field="password", why=_WHY["common"])
    return text


def is_common(password: str, *, name: str = "") -> bool:
    """Is it among the first guesses: listed, a listed word with digits or signs round it, only digits, the own name?"""
    text = password.casefold()
    match = _TAIL.match(text)
    core = match.group(1) if match else text
    own = re.sub(r"\W", "", name.casefold())
    return (
        text in _common()
        or core in _common()
        or len(set(text)) <= 2
        or (text.isdecimal() and len(text) < ADVISED)
        or _runs(text)
        or (len(own) >= 4 and re.sub(r"\W", "", core) == own)
    )


def hashed(password: str) -> str:
    """The Argon2id hash as text; takes some 30 ms of a core, so call it in a thread."""
    with _AT_ONCE:
        return _HASHER.hash(normal(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Is it this password? The same work is done when there is no hash, so that names cannot be probed."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(
                password_hash or _nobodys(), normal(password)[: MOST + 1].encode("utf-8", "replace")
            ) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Was it made with other parameters than today's?"""
    return _HASHER.check_needs_rehash(password_hash)


def _runs(text: str) -> bool:
    """«12345678», «abcdefgh», «87654321»: every step the same and small."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return len(steps) == 1 and abs(next(iter(steps))) <= 1


@cache
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and line.rstrip() != "#" and not line.startswith("# "))


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody's password")


_WHY = {
    "short": later(
        "brug mindst {least} tegn, gerne {advised} eller flere – for eksempel fire tilfældige ord",
        least=LEAST,
        advised=ADVISED,
    ),
    "long": later("brug højst {most} tegn", most=MOST),
    "common": later("den er let at gætte. Vælg noget andet, for eksempel fire tilfældige ord"),
    "signs": later("den indeholder usynlige tegn. Skriv den igen"),
}
