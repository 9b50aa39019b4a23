"""The verbs and their options, in Danish."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from fieldapp.cli import data, hotspots, keeping, people, retention, rights
from fieldapp.model import Role
from fieldapp.model.retention import KEYS
from fieldapp.usecases.demo import OBSERVATIONS, SEED
from fieldapp.usecases.exports import FORMATS
from fieldapp.usecases.removal import PARTS, REASONS

_WIDTH = 100
_DANISH = (
    ("the following arguments are required: ", "der mangler: "),
    ("unrecognized arguments: ", "det kendes ikke: "),
    ("invalid choice: ", "det kan ikke vælges: "),
    ("(choose from ", "(vælg blandt "),
    ("expected one argument", "der mangler en værdi"),
    ("expected at least one argument", "der mangler en værdi"),
    ("argument ", "ved "),
)


class Formatter(argparse.HelpFormatter):
    """Danish words, and the same width everywhere so that docs/cli.md can be compared."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_WIDTH, max_help_position=30)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "Brug: " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser that speaks Danish and ends with 2 when it was used wrongly."""

    def __init__(self, **more: Any) -> None:
        super().__init__(formatter_class=Formatter, add_help=False, allow_abbrev=False, **more)
        self._positionals.title, self._optionals.title = "skal gives", "valg"
        self.add_argument("-h", "--help", action="help", help="vis denne hjælp")

    def error(self, message: str) -> NoReturn:
        for english, danish in _DANISH:
            message = message.replace(english, danish)
        self.print_usage(sys.stderr)
        self.exit(2, f"Forkert brug: {message}\n")


Group = Any
Command = Callable[[argparse.Namespace, Any], int]


def build_parser(*, with_server: bool = True) -> Parser:
    """The whole command line."""
    parser = Parser(prog="python -m fieldapp", description="Observationer i gaden: drift, data ind og data ud.")
    verbs = parser.add_subparsers(title="kommandoer", metavar="KOMMANDO", required=True, parser_class=Parser)
    if with_server:
        _verb(verbs, "serve", keeping.serve, "start appen")
    _keeping(verbs)
    _people(verbs)
    _districts(verbs)
    _observations(verbs)
    _hotspots(verbs)
    _retention(verbs)
    privacy = _group(verbs, "privacy", "persondata i tekst")
    _verb(
        privacy,
        "check",
        data.check_privacy,
        "læs én tekst pr. linje fra standard ind; svar med ét JSON-objekt pr. linje",
    )
    _verb(
        privacy,
        "counts",
        data.gate_counts,
        "vis, hvor ofte teksten er stoppet eller spurgt om, aldrig ordene",
        json=True,
    )
    return parser


def _keeping(verbs: Group) -> None:
    _verb(verbs, "migrate", keeping.migrate, "opret databasen, eller bring den op til denne udgave")
    demo = _verb(verbs, "demo", keeping.demo, "fyld en tom database med fiktive data", json=True)
    demo.add_argument("--observations", type=_count, default=OBSERVATIONS, metavar="ANTAL", help="hvor mange (6000)")
    demo.add_argument("--seed", type=_count, default=SEED, metavar="TAL", help="samme tal giver samme data")
    backup = _verb(verbs, "backup", keeping.backup, "skriv en hel sikkerhedskopi, også mens appen kører", json=True)
    backup.add_argument("out", type=Path, metavar="FIL", help="hvor kopien skrives")
    backup.add_argument("--force", action="store_true", help="overskriv filen, hvis den findes")
    restore = _verb(verbs, "restore", keeping.restore, "læg en sikkerhedskopi tilbage efter at have kontrolleret den")
    restore.add_argument("source", type=Path, metavar="FIL", help="kopien")
    restore.add_argument("--force", action="store_true", help="erstat databasen; den gemmes ved siden af")
    _verb(verbs, "check", keeping.check, "kontrollér database, revisionsspor og distrikter", json=True)
    audit = _group(verbs, "audit", "revisionssporet")
    _verb(audit, "verify", keeping.verify, "kontrollér, at ingen række er ændret eller fjernet", json=True)
    show = _verb(audit, "show", rights.show_trail, "vis sporets rækker, og hvad appen har om en konto", json=True)
    show.add_argument("--account", metavar="NAVN", help="kun denne brugers; og hvad der ellers står om brugeren")
    show.add_argument("--observation", metavar="ID", help="kun denne observations")
    _verb(verbs, "nightly", keeping.nightly, "regn hotspots, niveauer og beskeder ud nu i stedet for i nat", json=True)
    _verb(verbs, "bench", keeping.bench, "sig, hvordan målingerne køres")


def _people(verbs: Group) -> None:
    user = _group(verbs, "user", "brugere")
    add = _verb(user, "add", people.add, "opret en bruger, og skriv et invitationslink", json=True)
    add.add_argument("name", metavar="NAVN", help="det navn, brugeren logger ind med")
    add.add_argument("--role", required=True, choices=[role.value for role in Role], help="rollen")
    add.add_argument(
        "--district", action="append", default=[], metavar="ID", help="eget skoledistrikt; kan gives flere gange"
    )
    _verb(user, "list", people.list_users, "vis alle brugere", json=True)
    disable = _verb(user, "disable", people.disable, "luk en brugers adgang med det samme")
    disable.add_argument("name", metavar="NAVN", help="brugerens navn")


def _districts(verbs: Group) -> None:
    districts = _group(verbs, "districts", "skoledistrikter")
    check = _verb(districts, "check", data.check_districts, "kontrollér en fil med distrikter", json=True)
    load = _verb(districts, "import", data.import_districts, "tag en fil med distrikter i brug", json=True)
    load.add_argument("--valid-from", type=_day, metavar="DATO", help="første dag, de gælder (fra start i dag)")
    for verb in (check, load):
        verb.add_argument("file", type=Path, metavar="FIL", help="GeoJSON")
        _pairs(verb, "--map", "VORES=DERES", "hvilken egenskab i filen der er vores, fx name=navn")


def _observations(verbs: Group) -> None:
    observations = _group(verbs, "observations", "observationer ind og ud")
    load = _verb(observations, "import", data.import_observations, "læs observationer fra en fil", json=True)
    load.add_argument("file", type=Path, metavar="FIL", help=".csv, .csv.gz eller .geojson")
    _pairs(load, "--map", "VORES=DERES", "hvilken kolonne der er vores, fx observed_at=tid; tom: brug ikke kolonnen")
    _pairs(load, "--category", "DERES=VORES", 'oversæt et kategoriord, fx "Larm"=group')
    load.add_argument("--skip-bad", action="store_true", help="gem de gode rækker, og spring de andre over")
    load.add_argument(
        "--soft",
        default="refuse",
        choices=("refuse", "blank", "keep"),
        metavar="VALG",
        help="noter, der kan handle om personer: refuse (fra start) afviser rækken, blank gemmer den uden note, keep"
        " gemmer noten",
    )
    load.add_argument("--report", type=Path, metavar="FIL", help="skriv alle dårlige rækker som CSV")
    load.add_argument("--fictional", action="store_true", help="mærk hele databasen «FIKTIVE DATA»")
    load.add_argument("--source", default="", metavar="NAVN", help="skelner systemer, der begge nummererer fra 1")
    load.add_argument("--as", dest="reporter", metavar="NAVN", help="den bruger, der har set det (fra start «Import»)")
    save = _verb(observations, "export", data.export_observations, "skriv observationer til en fil", json=True)
    save.add_argument("out", type=Path, metavar="FIL", help="filen, der skrives")
    save.add_argument("--format", required=True, choices=FORMATS, help="filens slags")
    save.add_argument("--from", dest="since", type=_day, metavar="DATO", help="første dag")
    save.add_argument("--to", dest="until", type=_day, metavar="DATO", help="sidste dag")
    save.add_argument("--district", action="append", default=[], metavar="ID", help="kun dette; kan gives flere gange")
    save.add_argument(
        "--for-role",
        default=Role.COORDINATOR.value,
        choices=[role.value for role in Role],
        help="hvem filen er til; indholdet er det, rollen må se (fra start coordinator)",
    )
    save.add_argument("--force", action="store_true", help="overskriv filen, hvis den findes")
    out = _verb(observations, "remove", rights.remove, "fjern for altid det, der ikke måtte stå her", json=True)
    out.add_argument("id", metavar="ID", help="observationens id")
    out.add_argument("--what", default="note", choices=tuple(PARTS), help="hvad der fjernes (fra start note)")
    out.add_argument("--reason", required=True, choices=tuple(REASONS), help="hvorfor; står i revisionssporet")


def _hotspots(verbs: Group) -> None:
    show = _verb(verbs, "hotspots", hotspots.show, "vis steder, der skiller sig ud, pr. time på gaden", json=True)
    show.add_argument("--district", metavar="ID", help="kun dette skoledistrikt")
    show.add_argument(
        "--category", action="append", default=[], metavar="NØGLE", help="kun denne; kan gives flere gange"
    )
    show.add_argument("--from", dest="since", type=_day, metavar="DATO", help="første dag (fra start et år tilbage)")
    show.add_argument("--to", dest="until", type=_day, metavar="DATO", help="sidste dag (fra start i dag)")


def _retention(verbs: Group) -> None:
    group = _group(verbs, "retention", "opbevaring: hvad gemmes hvor længe")
    _verb(group, "show", retention.show, "vis opbevaringstider, bemyndigelse og de sidste kørsler", json=True)
    change = _verb(group, "set", retention.set_months, "sæt en opbevaringstid")
    change.add_argument("key", choices=KEYS, metavar="HVAD", help="fx people.note; se «retention show»")
    change.add_argument("months", type=_count, metavar="MÅNEDER", help="1 til 120")
    leave = _verb(group, "authorise", retention.authorise, "registrér arkivmyndighedens bemyndigelse til at slette")
    leave.add_argument("--reference", metavar="TEKST", help="journalnummer eller brev")
    leave.add_argument("--date", type=_day, metavar="DATO", help="dagen, den er givet")
    leave.add_argument("--by", metavar="TEKST", help="hvem der har givet den")
    leave.add_argument("--no-archive", action="store_true", help="den siger, at der ikke skal arkiveres først")
    leave.add_argument("--withdraw", action="store_true", help="træk den tilbage: sletning er slået fra igen")
    start = _verb(
        group, "run", retention.run_now, "fjern det, hvis tid er gået, efter at have arkiveret det", json=True
    )
    start.add_argument("--dry-run", action="store_true", help="vis kun, hvad der ville ske")


def _group(verbs: Group, name: str, help: str) -> Group:
    parser = verbs.add_parser(name, help=help, description=_sentence(help))
    return parser.add_subparsers(title="kommandoer", metavar="KOMMANDO", required=True, parser_class=Parser)


def _verb(verbs: Group, name: str, run: Command, help: str, *, json: bool = False) -> Parser:
    parser: Parser = verbs.add_parser(name, help=help, description=_sentence(help))
    if json:
        parser.add_argument("--json", action="store_true", help="svar som JSON")
    parser.set_defaults(run=run)
    return parser


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _pairs(parser: Parser, option: str, metavar: str, help: str) -> None:
    parser.add_argument(option, type=_pair, action="append", default=[], metavar=metavar, help=f"{help}; kan gentages")


def _pair(text: str) -> tuple[str, str]:
    left, equals, right = text.rpartition("=")
    if not equals or not left:
        raise argparse.ArgumentTypeError("skriv det som NAVN=NAVN")
    return left.strip(), right.strip()


def _day(text: str) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("skriv datoen som 2026-08-01") from None


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise argparse.ArgumentTypeError("det skal være et helt tal fra 0 og op")
    return int(text)
