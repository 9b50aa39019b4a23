"""E-mail addresses in a plain text (see `characters.plain`), also as people write them to be polite to robots."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_OPEN, _CLOSE = r" ?[(\[{<] ?", r" ?[)\]}>] ?"
_AT = re.compile(
    rf"@(?! )| {{0,3}}(?P<spaced>@) {{0,3}}|{_OPEN}(?:at|a|@|snabel[- ]?a){_CLOSE}"
    r"| (?:snabel[- ]?a|krøll?e?alfa) | (?P<word>at) ",
    re.IGNORECASE,
)
_DOT_WORD = rf"(?: (?:punktum|prik|dot) |{_OPEN}(?:punktum|punkt|prik|dot|\.){_CLOSE})"
_DOT = rf"(?:\.| \. |[.,] ?(?=(?:dk|com)\b)|{_DOT_WORD})"
_LABEL = r"[^\W_][\w-]{0,62}"
_TOP = r"(?:xn--[\w-]{1,59}|[^\W\d_]{2,63})"
_DOMAIN = re.compile(rf"{_LABEL}(?:{_DOT}{_LABEL}){{0,7}}{_DOT}(?P<top>{_TOP})", re.IGNORECASE)
_HAS_DOT_WORD = re.compile(_DOT_WORD, re.IGNORECASE)
_PROVIDER = re.compile(r"(?:gmail|hotmail|outlook|live|yahoo|icloud|jubii)(?![\w@-])", re.IGNORECASE)
_COMMON_TOPS = frozenset(("dk", "com", "net", "org", "eu", "nu", "info", "io", "se", "no", "de", "uk", "pl"))
_IN_LOCAL = r"""[\w.+%&'"*=~#!$-]"""
_WINDOW = 130  # characters looked at before the @; keeps the search linear
_LOCAL = re.compile(
    rf"(?<!{_IN_LOCAL}){_IN_LOCAL}{{1,{_WINDOW}}}(?:{_DOT_WORD}{_IN_LOCAL}{{1,{_WINDOW}}}){{0,3}}$", re.IGNORECASE
)


def find_emails(text: str) -> Iterator[Span]:
    """Spans of `name@firm.dk` and of its spoken forms: «snabela», «(at)», «punktum», spaces round the @."""
    for at in _AT.finditer(text):
        start, end = _local_start(text, at.start()), _domain_end(text, at)
        if start is not None and end is not None:
            yield start, end


def _local_start(text: str, at: int) -> int | None:
    window = max(0, at - _WINDOW)
    local = _LOCAL.search(text[window:at])
    if local is None or not any(character.isalnum() for character in local[0]):
        return None
    return window + local.start()


def _domain_end(text: str, at: re.Match[str]) -> int | None:
    domain = _DOMAIN.match(text, at.end())
    if domain and _likely(at, domain):
        return domain.end()
    provider = _PROVIDER.match(text, at.end())
    return provider.end() if provider and not at["word"] else None


def _likely(at: re.Match[str], domain: re.Match[str]) -> bool:
    if at["word"]:  # «at» is a common Danish word
        return bool(_HAS_DOT_WORD.search(domain[0]) or _PROVIDER.match(domain[0]))
    return not at["spaced"] or domain["top"].lower() in _COMMON_TOPS
