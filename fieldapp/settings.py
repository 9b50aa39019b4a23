"""Settings: everything an operator may choose, read once from `FIELDAPP_*`; unknown names are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fieldapp.errors import Problem
from fieldapp.model.parties import parse_email
from fieldapp.texts import N_, later

PREFIX = "FIELDAPP_"
ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("da", "en")
GEOCODERS = ("local", "nominatim", "photon")
CONTACT_MAX = 200


@dataclass(frozen=True, slots=True)
class Settings:
    """One operator's choices; each field is the environment name without its prefix, in lower case."""

    database: Path = ROOT / "db" / "fieldapp.sqlite3"
    host: str = "127.0.0.1"
    port: int = 8501
    data: Path = ROOT / "data"
    basemap: str = "none"
    basemap_attribution: str = ""
    language: str = "da"
    geocoder: str = "local"
    geocoder_url: str = ""
    base_url: str = ""
    trusted_proxy: str = ""
    archive: Path | None = None
    backups: Path | None = None
    contact: str = ""
    report_child_url: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_tls: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_from: str = ""

    @property
    def archive_folder(self) -> Path:
        """Where an archive is written before anything is removed: the set one, or beside the database."""
        return self.archive or self.database.parent / "archive"

    @property
    def backup_folders(self) -> tuple[Path, ...]:
        """Where expired backups of ours are looked for: the set folder, and the database's own."""
        own = self.database.parent
        return (own,) if self.backups in (None, own) else (self.backups, own)

    @property
    def origin(self) -> str:
        """Where users reach the app, without a trailing slash."""
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def https(self) -> bool:
        return self.origin.startswith("https://")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check; raises Problem `bad_setting` with the name at fault."""
        given = {name: value for name, value in environ.items() if name.startswith(PREFIX) and value != ""}
        known = {PREFIX + field.upper(): field for field in cls.__dataclass_fields__}
        for name in sorted(given):
            if name not in known:
                raise Problem("bad_setting", field=name, why="navnet kendes ikke; se tabellen i README")
        return cls(**{known[name]: _parse(name, known[name], value) for name, value in given.items()})  # type: ignore[arg-type]


def _parse(name: str, field: str, value: str) -> object:
    parser = _PARSERS.get(field, str)
    try:
        return parser(value)
    except ValueError as error:
        raise Problem("bad_setting", field=name, why=error.args[0]) from error


def _port(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise ValueError(N_("porten skal være et tal fra 1 til 65535"))
    return int(value)


def _one_of(*choices: str):  # type: ignore[no-untyped-def]
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(later("vælg en af: {choices}", choices=", ".join(choices)))
        return value

    return parse


def _database(value: str) -> Path:
    path = value.removeprefix("sqlite:///")
    if "://" in path:
        raise ValueError(N_("kun SQLite-filer kan bruges i denne udgave"))
    return Path(path)


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError(N_("adressen skal begynde med http:// eller https://"))
    return value


def _mailbox(value: str) -> str:
    try:
        return parse_email("email", value)
    except Problem as problem:
        raise ValueError(problem.details["why"]) from problem


def _line(value: str) -> str:
    text = " ".join(value.split())
    if len(text) > CONTACT_MAX:
        raise ValueError(later("højst {most} tegn", most=CONTACT_MAX))
    return text


_PARSERS = {
    "database": _database,
    "data": Path,
    "archive": Path,
    "backups": Path,
    "port": _port,
    "language": _one_of(*LANGUAGES),
    "geocoder": _one_of(*GEOCODERS),
    "base_url": _url,
    "geocoder_url": _url,
    "report_child_url": _url,
    "contact": _line,
    "smtp_port": _port,
    "smtp_tls": _one_of("starttls", "tls", "none"),
    "smtp_from": _mailbox,
}
