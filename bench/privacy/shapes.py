"""Invented numbers, addresses and user names in the shapes people write them; each maker gives (before, text)."""

from __future__ import annotations

from collections.abc import Callable

from bench.privacy.dice import Dice
from bench.privacy.words import LISTS

Made = tuple[str, str]  # words outside the label, the labelled text
PLATE_LETTERS = "ABCDEHJKLMNPRSTUVXYZ"
STEMS = (
    "skygge flash lilboss ghost2635 kongen nattevagt turbo vejlee zeezee blokboy drift ishoj4life sahib baddie zlatko "
    "slimm casper tiger habib99 rapunzel kush pirat lynet hooligan raket"
).split()
DOMAINS = (
    "gmail.com hotmail.com hotmail.dk outlook.dk live.dk yahoo.com icloud.com mail.dk example.dk mail.example.org "
    "ishoj.dk beboer.example.com"
).split()


def cpr(form: str, dice: Dice) -> Made:
    """Day, month, year and four digits; a replacement number has 60 added to the day."""
    day, month = dice.between(1, 28) + 60 * (form == "replacement"), dice.between(1, 12)
    year, last = dice.pick((dice.between(0, 16), dice.between(50, 99))), dice.digits(4)
    date = f"{day:02}{month:02}{year:02}"
    shapes = {
        "dashed": f"{date}-{last}",
        "plain": f"{date}{last}",
        "spaced": dice.pick((f"{date} {last}", f"{date} - {last}", f"{date} – {last}")),
        "dots": dice.pick((f"{date}.{last}", f"{day:02}.{month:02}.{year:02}-{last}")),
        "slash": dice.pick((f"{date}/{last}", f"{day:02}/{month:02}/{year:02}-{last}")),
        "replacement": dice.pick((f"{date}-{last}", f"{date}{last}")),
        "pairs": f"{day:02} {month:02} {year:02} {last}",
        "words-between": dice.pick((f"{date}, sidste fire {last}", f"{date} og så {last}")),
    }
    return "", shapes[form]


def phone(form: str, dice: Dice) -> Made:
    """Eight digits, or a number of another country."""
    first = dice.pick("2345679")
    pairs = [first + dice.digits(1), dice.digits(2), dice.digits(2), dice.digits(2)]
    whole = "".join(pairs)
    foreign = ("+46 70 {} {} {}", "+48 6{} {} {}", "+49 151 {}{} {}", "+90 53{} {} {}", "0046 73 {} {} {}")
    shapes = {
        "+45": dice.pick((f"+45 {' '.join(pairs)}", f"+45{whole}", f"+45 {whole}")),
        "0045": dice.pick((f"0045 {whole}", f"0045{whole}", f"0045 {' '.join(pairs)}")),
        "2-2-2-2": " ".join(pairs),
        "8": whole,
        "4-4": f"{whole[:4]} {whole[4:]}",
        "2-3-3": f"{whole[:2]} {whole[2:5]} {whole[5:]}",
        "marks": dice.pick((".".join(pairs), "-".join(pairs))),
        "foreign": dice.pick(foreign).format(dice.digits(3), dice.digits(3), dice.digits(3)),
    }
    return "", shapes[form]


def email(form: str, dice: Dice) -> Made:
    """Addresses at providers that people use and at example hosts."""
    stem, host = dice.pick(STEMS), dice.pick(DOMAINS)
    shapes = {
        "plain": f"{stem}@{host}",
        "digits": f"{stem}{dice.digits(2)}@{host}",
        "dotted": f"{stem}.{dice.pick(STEMS)}@{host}",
        "marks": f"{stem}{dice.pick('_-+')}{dice.pick(STEMS)}@{host}",
        "subdomain": f"{stem}@{dice.pick(('post', 'edu', 'bolig'))}.{host}",
        "spaced": f"{stem}{dice.digits(1)} @ {host}",
        "spelt": stem + dice.pick((" snabel-a ", "(at)", " at ", "[at]", " snabela ")) + host,
    }
    return "", shapes[form]


def handle(form: str, dice: Dice) -> Made:
    """User names, with the service named before them or as an address of the service."""
    stem, more = dice.pick(STEMS), dice.digits(2)
    user = dice.pick(
        (f"{stem}_{more}", f"{stem}.{more}", f"{stem}{more}", f"xx_{stem}_xx", f"{stem}.{dice.pick('km')}")
    )
    before = {
        "insta": ("insta: ", "insta ", "instagram ", "IG: ", "Instagram: "),
        "snap": ("snap: ", "snap ", "snapchat ", "Snap: ", "sc: "),
        "tiktok": ("tiktok: ", "TikTok ", "tik tok "),
        "discord": ("discord ", "Discord: "),
    }
    hosts = ("instagram.com/", "www.tiktok.com/@", "https://instagram.com/", "snapchat.com/add/", "facebook.com/")
    if form == "@":
        return "", f"@{user}"
    if form == "url":
        return "", dice.pick(hosts) + user
    return dice.pick(before[form]), f"{user}#{dice.digits(4)}" if form == "discord" and dice.hit(0.5) else user


def plate(form: str, dice: Dice) -> Made:
    """Danish car and moped plates and some from abroad."""
    letters, digits = dice.pick(PLATE_LETTERS) + dice.pick(PLATE_LETTERS), dice.digits(5)
    abroad = ("{}U {}", "W{} {}K", "HH {}K {}", "B {} X{}")
    shapes = {
        "AB 12 345": f"{letters} {digits[:2]} {digits[2:]}",
        "AB 12345": f"{letters} {digits}",
        "AB12345": letters + digits,
        "ab12345": letters.lower() + digits,
        "ab 12 345": f"{letters.lower()} {digits[:2]} {digits[2:]}",
        "moped": f"{letters} {digits[:4]}",
        "foreign": dice.pick(abroad[:3]).format(letters, digits[:3]),
    }
    return "", shapes[form]


def address(form: str, dice: Dice) -> Made:
    """A road and number with floor, door or flat."""
    road, nr, floor = dice.pick(LISTS["road"]), dice.between(2, 98), dice.between(1, 9)
    side = dice.pick(("tv", "th", "mf"))
    shapes = {
        "12, 3. tv": f"{road} {nr}, {floor}. {side}",
        "12, 3.tv.": f"{road} {nr}, {floor}.{side}.",
        "nr 7 2.th": f"{road} nr {nr} {floor}.{side}",
        "12 st.mf": f"{road} {nr} {dice.pick(('st.', 'st. ', 'st '))}{side}",
        "12 3 tv": f"{road} {nr} {floor} {side}",
        "12 3tv": f"{road} {nr} {floor}{side}",
        "4, 1 sal dør 3": f"{road} {nr}, {floor} sal dør {dice.between(1, 12)}",
        "3. sal th": f"{road} {nr}, {floor}. sal {dice.pick(('th', 'tv', 'til venstre', 'til højre'))}",
        "lejl. 34": f"{road} {nr}{dice.pick((' lejl. ', ' lejl ', ' lejlighed ', ', lejl. '))}{dice.between(1, 220)}",
        "opgang": f"opgang {nr}, {floor}. {side}",
    }
    return "", shapes[form]


def initials(form: str, dice: Dice) -> Made:
    """Initials with a school class."""
    one, two = dice.pick(PLATE_LETTERS), dice.pick(PLATE_LETTERS)
    year, track = dice.between(4, 10), dice.pick("abcx")
    shapes = {
        "M.K. fra 8.b": f"{one}.{two}. fra {year}.{track}",
        "M.K. 8.b": f"{one}.{two}. {year}.{track}",
        "MK 9A": f"{one}{two} {year}{track.upper()}",
        "AB i 7. klasse": f"{one}{two} i {year}. {dice.pick(('klasse', 'kl.', 'kl'))}",
        "A.H. (6.c)": f"{one}.{two}. ({year}.{track})",
        "AB, 8b": f"{one}{two}, {year}{track}",
    }
    return "", shapes[form]


# Common forms stand several times.
COMMON = {
    "cpr": {"dashed": 4, "plain": 3, "spaced": 3, "dots": 2, "replacement": 2},
    "phone": {"8": 4, "2-2-2-2": 4, "+45": 2, "4-4": 2},
    "email": {"plain": 2, "digits": 2, "dotted": 3, "marks": 2},
    "handle": {"@": 2, "insta": 2, "snap": 2},
}
MAKERS: dict[str, tuple[Callable[[str, Dice], Made], tuple[str, ...]]] = {
    "cpr": (cpr, ("dashed", "plain", "spaced", "dots", "slash", "replacement", "pairs", "words-between")),
    "phone": (phone, ("+45", "0045", "2-2-2-2", "8", "4-4", "2-3-3", "marks", "foreign")),
    "email": (email, ("plain", "digits", "dotted", "marks", "subdomain", "spaced", "spelt")),
    "handle": (handle, ("@", "insta", "snap", "tiktok", "discord", "url")),
    "plate": (plate, ("AB 12 345", "AB 12345", "AB12345", "ab12345", "ab 12 345", "moped", "foreign")),
    "address": (
        address,
        (
            "12, 3. tv", "12, 3.tv.", "nr 7 2.th", "12 st.mf", "12 3 tv", "12 3tv", "4, 1 sal dør 3", "3. sal th",
            "lejl. 34", "opgang",
        ),
    ),
    "initials": (initials, ("M.K. fra 8.b", "M.K. 8.b", "MK 9A", "AB i 7. klasse", "A.H. (6.c)", "AB, 8b")),
}  # fmt: skip


def weighted(kind: str) -> list[str]:
    """The forms of a kind, each as often as people use it."""
    return [form for form in MAKERS[kind][1] for _ in range(COMMON.get(kind, {}).get(form, 1))]
