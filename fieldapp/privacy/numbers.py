"""CPR and phone numbers in a plain text (see `characters.plain`), as Danes write them.

CPR numbers are known by their birth date alone: valid ones without modulus 11 exist since 2007.
Phone rules are our own: `phonenumbers` takes dates and amounts for numbers at its default leniency,
and misses usual Danish groupings at its strict ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Span = tuple[int, int]

_HEX = "[0-9a-f]"
_UUID = re.compile(rf"\b{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}\b", re.IGNORECASE)

_DAY = r"(?P<day>0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"  # day + 60 on replacement numbers
_MONTH = r"(?P<month>0[1-9]|1[0-2])"
_BETWEEN = r"(?:\s{0,3}[-/_]\s{0,3}| {0,3}\.? {0,3})"
_CPR = re.compile(
    rf"(?<!\d){_DAY}(?P<gap>(?P<mark>[./-])| ?){_MONTH}(?P=gap)"
    rf"(?:\d\d{_BETWEEN}(?P<last>\d{{4}})"
    rf"|(?(mark)(?!))\d\d(?:\s{{0,3}}-\s{{0,3}}| {{1,3}})\d\d \d\d"
    rf"|(?:19|20)\d\d ?- ?\d{{4}})(?!\d)"
)
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_POST_TOWN = re.compile(
    r"26(?:00 Glostrup|05 Brøndby|20 Albertslund|25 Vallensbæk|30 Taastrup|35 Ishøj|40 Hedehusene|50 Hvidovre"
    r"|60 Brøndby|65 Vallensbæk|70 Greve|80 Solrød|90 Karlslunde)",
    re.IGNORECASE,
)
_DECIMALS_BEFORE = re.compile(r"(?:^|\D)\d{1,3}[.,]$")


def find_cpr_numbers(text: str) -> Iterator[Span]:
    """Spans of a birth date and four digits, with or without separators; no check digit is asked for."""
    return _accepted(_CPR, text, _is_cpr)


def _is_cpr(match: re.Match[str]) -> bool:
    day = int(match["day"])
    if (day - 60 if day > 60 else day) > _LONGEST_MONTH[int(match["month"]) - 1]:
        return False
    if match["last"] and _POST_TOWN.match(match.string, match.start("last")):
        return False
    return not (match[0].isdecimal() and _stands_after(_DECIMALS_BEFORE, match))


# Groupings of the eight digits of a Danish number, and the separators (one kind per number) they are written with.
_SHAPES: tuple[tuple[tuple[int, ...], str], ...] = (
    ((8,), ""),
    ((2, 2, 2, 2), " .-"),
    ((4, 4), " -"),
    ((3, 2, 3), " .-"),
    ((3, 3, 2), " -"),
    ((2, 3, 3), " "),
    ((2, 2, 4), " -"),
    ((4, 2, 2), " -"),
)


def _shape(number: int, groups: tuple[int, ...], separators: str) -> str:
    first, *rest = groups
    pattern = rf"[1-9]\d{{{first - 1}}}"
    if not rest:
        return pattern
    marks = re.escape(separators.replace(" ", ""))
    gap = rf"(?P<gap{number}> {{1,2}}{rf'| ?[{marks}] ?' if marks else ''})"
    return pattern + gap + rf"(?P=gap{number})".join(rf"\d{{{size}}}" for size in rest)


_NATIONAL = re.compile(
    r"(?<!\d)(?P<code>45[ .-]?)?(?P<number>"
    + "|".join(_shape(n, *shape) for n, shape in enumerate(_SHAPES))
    + r")(?!\d)"
)
_INTERNATIONAL = re.compile(
    r"(?:(?<![\d+])\+|(?<!\d)(?<!\d[.,:])00[ -]?(?=[1-9(])) ?"
    r"(?:\(?45(?:[ ().\-/]{0,3}\d){8}|(?!\d{1,3}[.,]\d+(?!\d| ?\d))\(?[1-9](?:[ ().\-/]{0,3}\d){7,14})(?!\d)"
)


def find_phone_numbers(text: str) -> Iterator[Span]:
    """Spans of Danish eight-digit numbers in usual groupings and of +NN / 00NN numbers."""
    yield from _accepted(_INTERNATIONAL, text, lambda match: True)
    yield from _accepted(_NATIONAL, text, _is_phone)


_CALL = re.compile(
    r"(?:tlf|telefon|telefonnr|telefonnummer|mobil|mobilnr|mob|ring|sms|nummer)[ .:]{0,3}$", re.IGNORECASE
)
_CLOCK_BEFORE = re.compile(r"\bkl[ .:]{0,3}$", re.IGNORECASE)
_CASE_BEFORE = re.compile(r"(?:^|\D)\d{1,6}-$")
_DECIMALS_AFTER = re.compile(r"[.,]\d{1,7}(?!\d)")
_UNIT_AFTER = re.compile(r" ?(?:kr|kroner|dkk|mio)\b", re.IGNORECASE)
_YEARS = re.compile(r"(?:19|20)\d\d\D+(?:19|20)\d\d$")
_CLOCKS = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d\D*(?:[01]\d|2[0-4])[0-5]\d$")
_D, _M, _Y = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE = re.compile(rf"(?:{_D}\D+{_M}\D+{_Y}|{_Y}\D+{_M}\D+{_D}|{_D}{_M}20[0-3]\d|20[0-3]\d{_M}{_D})$")


def _is_phone(match: re.Match[str]) -> bool:
    return _stands_after(_CALL, match) or not any(excuse(match) for excuse in _EXCUSES)


def _is_date(match: re.Match[str]) -> bool:
    return bool(_DATE.match(match["number"]))


def _is_years(match: re.Match[str]) -> bool:
    return bool(_YEARS.match(match["number"]))


def _is_clocks(match: re.Match[str]) -> bool:
    number = match["number"]
    four_and_four = re.fullmatch(r"\d{4}\D+\d{4}", number)
    return bool(four_and_four and ("-" in number or _stands_after(_CLOCK_BEFORE, match)) and _CLOCKS.match(number))


def _is_decimal(match: re.Match[str]) -> bool:
    after = _DECIMALS_AFTER.match(match.string, match.end())
    return match[0].isdecimal() and bool(after or _stands_after(_DECIMALS_BEFORE, match))


def _is_amount(match: re.Match[str]) -> bool:
    return bool(_UNIT_AFTER.match(match.string, match.end()))


def _is_case_number(match: re.Match[str]) -> bool:
    return match["number"].isdecimal() and _stands_after(_CASE_BEFORE, match)


_EXCUSES = (_is_date, _is_years, _is_clocks, _is_decimal, _is_amount, _is_case_number)


def _stands_after(pattern: re.Pattern[str], match: re.Match[str]) -> bool:
    return bool(pattern.search(match.string[max(0, match.start() - 20) : match.start()]))


def _accepted(pattern: re.Pattern[str], text: str, accept: Callable[[re.Match[str]], bool]) -> Iterator[Span]:
    text, place = _UUID.sub(lambda uuid: "x" * len(uuid[0]), text), 0
    while match := pattern.search(text, place):
        good = accept(match)
        if good:
            yield match.span()
        place = match.end() if good else match.start() + 1
