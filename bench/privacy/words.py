"""What stands in the slots and is nobody: places, roads, shops, dates, counts; and single letters gone wrong."""

from __future__ import annotations

from collections.abc import Callable

from bench.privacy.dice import Dice

LISTS: dict[str, tuple[str, ...]] = {
    "place": tuple(
        "Ishøj Station|Ishøj St.|stationen|Ishøj Bycenter|bycentret|Vejleåparken|Strandparken|Arken|Ishøj Havn|Byhaven"
        "|Brohuset|Kulturium|Ishøj Lille Torv|Ishøj Store Torv|rådhuset|Vildtbanegård|Gildhøj|Vejledalen|Centerstien"
        "|Skyttestien|Ishøjstien|Vildtbanestien|Ishøj Landsby|Tranegilde|Torslunde|hallen|svømmehallen|boldbanerne"
        "|biblioteket|moskeen|tunnelen|legepladsen|skaterbanen|busterminalen|den gamle kiosk|P-kælderen".split("|")
    ),
    "road": tuple(
        "Vejlebrovej|Ishøj Landevej|Ishøj Strandvej|Ishøj Boulevard|Gildbrovej|Ishøj Søvej|Ishøj Stationsvej"
        "|Vejleåvej|Pilemøllevej|Torslundevej|Industribuen|Industrivangen|Vibeholms Vænge|Vibeholmsvej|Ishøj Østergade"
        "|Ishøj Bygade|Tranegilde Strandvej|Ørnekærs Vænge|Bredekærs Vænge|Baldersbækvej|Peter Bangs Vej"
        "|H.C. Andersens Vej|Ole Rømers Vej|Carl Nielsens Allé|Niels Bohrs Vej|Ellemosevej|Strandgårdsvej".split("|")
    ),
    "school": tuple(
        "Strandgårdskolen|Gildbroskolen|Vibeholmskolen|Vejlebroskolen|Ishøj Skole|Kirkebækskolen|Strandgården"
        "|Ungdomsskolen|skolen".split("|")
    ),
    "shop": tuple(
        "Netto|Føtex|Bilka|Rema 1000|Rema|McDonald's|Lidl|Fakta|7-Eleven|Silvan|Matas|Shell|OK|Kvickly|Aldi|Coop 365"
        "|Elgiganten|Harald Nyborg|Jysk|kiosken|Bog & Idé|Sunset Boulevard|Imerco|Circle K".split("|")
    ),
    "bus": ("300S", "400S", "128", "143", "225", "97N", "401A"),
    "class": ("8.b", "9.a", "7.c", "6. klasse", "9. klasse", "5.x", "10. klasse", "8.B", "7.A"),
    "weekday": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag", "fre.", "lør", "tors."),
    "month": ("januar", "marts", "april", "maj", "juni", "august", "oktober", "nov.", "dec", "1. februar"),
    "ages": ("13-14", "15-17", "12-16", "ca 16", "14-18", "10-12", "17-20"),
    "money": ("25.000 kr", "500 kr.", "1.200 kr", "12000 kr", "kr. 3.500,-", "49,95 kr", "2.000-3.000 kr"),
}
LETTERS = "abcdefghijklmnopqrstuvwxyzæøå"
EMOJI = ("👍", "😊", "🙏", "🚨", "🔥", "💡", "👀", "🤷", "❗")


def _number(dice: Dice) -> str:
    return dice.pick(("3", "4", "5", "6-8", "8", "10", "10-12", "15", "20", "2", "7", "12"))


def _date(dice: Dice) -> str:
    day, month = dice.between(1, 28), dice.between(1, 12)
    shapes = (
        f"2026-{month:02}-{day:02}", f"{day:02}.{month:02}.26", f"{day}/{month}", f"d. {day}. nov",
        f"{day}/{month}-26", f"den {day}. oktober", f"{day}.{month}.2026", f"d. {day}/{month}", f"{day:02}{month:02}26",
    )  # fmt: skip
    return dice.pick(shapes)


def _time(dice: Dice) -> str:
    hour, minute = dice.between(15, 23), dice.pick(("00", "10", "15", "30", "40", "45"))
    shapes = (
        f"kl. {hour}.{minute}", f"kl {hour}", f"{hour}{minute}", f"{hour}:{minute}", f"kl {hour}.{minute}",
        f"kl. {hour}-{hour + 1}", f"{hour}-tiden", f"{hour - 1}:40-{hour}:15",
    )  # fmt: skip
    return dice.pick(shapes)


def _clock(dice: Dice) -> str:
    return dice.pick(("kl. {}.30", "kl. {}", "kl {}.15", "kl {}:00")).format(dice.between(15, 22))


def _road_number(dice: Dice) -> str:
    return dice.pick(LISTS["road"]) + dice.pick((" {}", " {}", " {}A", " nr. {}", " nr {}")).format(dice.between(2, 98))


def _block(dice: Dice) -> str:
    shapes = ("blok {}", "blok {}", "opgang {}", "opg. {}", "nr. {}", "Blok {}", "blok {}, opgang 4", "gård {}")
    return dice.pick(shapes).format(dice.between(1, 28))


def _case_number(dice: Dice) -> str:
    return dice.pick(("26/0{}", "2026-{}", "S2026-{}", "{}", "26-{}-01")).format(dice.digits(5))


MADE: dict[str, Callable[[Dice], str]] = {
    "n": _number,
    "age": lambda dice: str(dice.between(11, 24)),
    "date": _date,
    "time": _time,
    "clock": _clock,
    "roadnr": _road_number,
    "block": _block,
    "caseno": _case_number,
    "order": lambda dice: dice.pick(("88{}", "45{}", "0{}", "264{}", "PO-{}")).format(dice.digits(5)),
    "lamp": lambda dice: dice.pick(("1{}", "1107-{}", "L{}")).format(dice.digits(3)),
}
TRAP_OF_SLOT = {
    "roadnr": "road", "clock": "time", "caseno": "number", "order": "number", "lamp": "number", "ages": "count",
    "n": "count", "age": "count", "month": "date", "class": "school",
}  # fmt: skip


def fill(slot: str, dice: Dice) -> str:
    """Words for a slot that is no person."""
    made = MADE.get(slot)
    return made(dice) if made else dice.pick(LISTS[slot])


def slip(word: str, dice: Dice) -> str:
    """The word with one typing error: two letters swapped, one dropped, doubled or hit beside."""
    at = dice.between(1, len(word) - 2)
    kind = dice.below(4)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    return word[:at] + (word[at] if kind == 2 else dice.pick(LETTERS)) + word[at + (kind == 3) :]
