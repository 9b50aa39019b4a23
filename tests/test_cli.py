"""The command line: every promised verb, its exit code, its JSON, and a manual that cannot be out of date."""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from making import NOW, SHARED

from fieldapp.cli import main
from fieldapp.cli.arguments import build_parser
from fieldapp.settings import ROOT, Settings

MANUAL = (ROOT / "docs" / "cli.md").read_text("utf-8")
BLOCK = re.compile(r"```text\n\$ python -m fieldapp(.*?) --help\n(.*?)```", re.DOTALL)
ROWS = "id;kategori;bredde;længde;tid;note\n1;Hærværk;55,6133;12,3580;19-11-2026 21.40;Knust rude\n"
BAD = ROWS + "2;Rumvæsen;55,6133;12,3580;19-11-2026 21.40;Ring 20 12 34 56\n"


class Shell:
    """Runs commands in this process on a database of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.environ = {"FIELDAPP_DATABASE": str(folder / "a.sqlite3")}
        self.served: list[Settings] = []

    def __call__(self, *argv: str) -> tuple[int, str, str]:
        code = main(argv, serve=self.served.append, environ=self.environ, now=NOW)
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def json(self, *argv: str) -> Any:
        return json.loads(self(*argv, "--json")[1])

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, "utf-8")
        return str(self.folder / name)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


def verbs(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command with its words."""
    yield " ".join(path), parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from verbs(below, (*path, name))


def test_the_manual_shows_the_help_of_every_command_as_it_is() -> None:
    shown = {words.strip(): text for words, text in BLOCK.findall(MANUAL)}
    every = list(verbs(build_parser()))
    real = {words: parser.format_help() for words, parser in every if not (words and _only_groups(parser))}
    assert shown == real


def _only_groups(parser: argparse.ArgumentParser) -> bool:
    return any(isinstance(action, argparse._SubParsersAction) for action in parser._actions)


def test_every_reading_command_takes_json() -> None:
    reading = ("user list", "districts check", "check", "audit verify", "retention show", "retention run")
    for words, parser in verbs(build_parser()):
        if words in reading:
            assert "--json" in parser.format_help(), words


def test_help_is_danish() -> None:
    for _, parser in verbs(build_parser()):
        assert not re.search(r"\b(usage|options|positional|optional|show this)\b", parser.format_help())


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        ((), "der mangler: KOMMANDO"),
        (("findesikke",), "det kan ikke vælges"),
        (("user", "add", "Ole"), "der mangler: --role"),
        (("user", "add", "Ole", "--role", "konge"), "det kan ikke vælges"),
        (("demo", "--observations", "-3"), "Forkert brug"),
        (("demo", "--observations", "mange"), "helt tal"),
        (("observations", "export", "--format", "xls", "x"), "det kan ikke vælges"),
        (("observations", "export", "--format", "csv", "--from", "i går", "x"), "skriv datoen som 2026-08-01"),
        (("observations", "import", "a.csv", "--map", "tid"), "NAVN=NAVN"),
        (("check", "--hurtigt"), "det kendes ikke: --hurtigt"),
    ],
)
def test_wrong_use_ends_with_two_and_a_danish_sentence(
    run: Shell, capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], told: str
) -> None:
    with pytest.raises(SystemExit) as end:
        run(*argv)
    assert end.value.code == 2
    assert told in capsys.readouterr().err


def test_a_problem_is_one_sentence_on_stderr_and_ends_with_one(run: Shell) -> None:
    assert run("observations", "import", "findes-ikke.csv") == (
        1,
        "",
        "Filen «findes-ikke.csv» kan ikke bruges: den findes ikke; kontrollér navnet.\n",
    )


def test_an_unknown_setting_ends_with_one(run: Shell) -> None:
    run.environ["FIELDAPP_PROT"] = "80"
    code, _, error = run("migrate")
    assert code == 1 and "FIELDAPP_PROT" in error


def test_serve_brings_the_database_up_to_date_and_hands_over_the_settings(run: Shell) -> None:
    run.environ["FIELDAPP_PORT"] = "8600"
    assert run("serve")[0] == 0
    assert [settings.port for settings in run.served] == [8600]
    assert (run.folder / "a.sqlite3").exists()


def test_migrate_says_what_it_did(run: Shell) -> None:
    assert run("migrate")[1].startswith("Databasen er opdateret: m001_accounts")
    assert run("migrate")[1] == "Databasen er allerede opdateret.\n"


def test_a_user_is_added_listed_and_disabled(run: Shell) -> None:
    code, said, _ = run("user", "add", "Åse Prøve", "--role", "ssp", "--district", "strandgaard")
    assert code == 0 and re.search(r"http://127\.0\.0\.1:8501/invite\?token=[\w-]{43}\n", said)
    (user,) = run.json("user", "list")
    assert user | {"created_at": ""} == {
        "name": "Åse Prøve",
        "role": "ssp",
        "districts": ["strandgaard"],
        "active": True,
        "has_password": False,
        "created_at": "",
    }
    assert "inviteret" in run("user", "list")[1]
    assert run("user", "disable", "åse prøve")[0] == 0
    assert "lukket" in run("user", "list")[1]
    assert run("user", "disable", "Ingen")[0] == 1


def test_a_user_cannot_get_a_district_that_is_not_there(run: Shell) -> None:
    code, _, error = run("user", "add", "Ole", "--role", "ssp", "--district", "atlantis")
    assert code == 1 and "strandgaard" in error
    assert run("user", "add", "Ole", "--role", "ssp")[0] == 1


def test_rows_are_imported_once_and_exported_as_asked(run: Shell) -> None:
    file = run.file("gamle.csv", ROWS)
    assert run("observations", "import", file)[:2] == (0, "Gemt 1 observationer, 0 sprunget over.\n")
    assert run("observations", "import", file)[1] == "Gemt 0 observationer, 0 sprunget over, 1 var der allerede.\n"
    out = str(run.folder / "ud.geojson")
    assert run("observations", "export", "--format", "geojson", out)[:2] == (0, "1 observationer er skrevet.\n")
    assert run("observations", "export", "--format", "geojson", out)[0] == 1
    assert (
        run.json("observations", "export", "--format", "geojson", "--for-role", "admin", "--force", out)["count"] == 0
    )
    assert run("observations", "export", "--format", "csv", "--for-role", "ssp", out)[0] == 1
    before = run.json("observations", "export", "--format", "csv", "--to", "2026-11-18", str(run.folder / "x.csv"))
    assert before["count"] == 0


def test_a_bad_row_is_named_and_nothing_is_stored_unless_it_is_skipped(run: Shell) -> None:
    file, report = run.file("gamle.csv", BAD), str(run.folder / "fejl.csv")
    code, said, error = run("observations", "import", file)
    assert (code, said) == (1, "")
    assert "Række 3, kolonne «kategori»: " in error and '--category "Rumvæsen"=…' in error
    assert "Rækker, der ikke kan bruges: 1. Intet er gemt." in error and "20 12 34 56" not in error
    told = run.json("observations", "import", file)
    assert (told["ok"], told["rows"], told["bad"][0]["row"]) == (False, 2, 3)
    assert told["unknown_categories"] == {"Rumvæsen": 1}
    code, said, _ = run("observations", "import", file, "--skip-bad", "--report", report)
    assert (code, said) == (0, "Gemt 1 observationer, 1 sprunget over.\n")
    assert Path(report).read_text("utf-8-sig").splitlines()[1].startswith("3;category;kategori;")


def test_the_personal_data_of_a_row_is_named_by_kind_only(run: Shell) -> None:
    file = run.file("gamle.csv", BAD)
    told = run.json("observations", "import", file, "--category", "Rumvæsen=other")
    assert "telefonnummer" in told["bad"][0]["reason"] and "20 12" not in json.dumps(told)


def test_an_import_can_be_a_persons_and_fictional(run: Shell) -> None:
    run("user", "add", "Bo Prøve", "--role", "worker")
    file = run.file("gamle.csv", ROWS)
    assert run("observations", "import", file, "--as", "Ingen")[0] == 1
    assert run("observations", "import", file, "--as", "bo prøve", "--fictional")[0] == 0
    assert [user["name"] for user in run.json("user", "list")] == ["Bo Prøve"]
    assert run("demo", "--observations", "5")[0] == 0  # a fictional database may be shown


def test_the_demo_is_filled_once_and_prints_its_sign_ins(run: Shell) -> None:
    code, said, _ = run("demo", "--observations", "30")
    assert code == 0 and said.startswith("FIKTIVE DATA. 30 fiktive observationer") and said.count("Demo ") == 5
    assert run.json("demo")["added"] == 0


def test_the_demo_leaves_a_real_database_alone(run: Shell) -> None:
    run("user", "add", "Bo Prøve", "--role", "worker")
    assert run("demo")[0] == 1


def test_texts_go_through_the_gate_one_a_line(run: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "Knust rude\n\nring 20 12 34 56\u2028nu\n".encode() + b"\xff\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    code, said, _ = run("privacy", "check")
    answers = [json.loads(line) for line in said.split("\n") if line]
    assert code == 0 and [answer["ok"] for answer in answers] == [True, True, False, True]
    assert answers[2]["findings"] == [{"kind": "phone", "start": 5, "end": 16, "text": "20 12 34 56"}]


def test_districts_are_checked_and_taken_into_use(run: Shell) -> None:
    data = run.folder / "data"
    data.mkdir()
    for name in ("districts.geojson", "places.geojson", "categories.json"):
        (data / name).write_bytes((ROOT / "data" / name).read_bytes())
    run.environ["FIELDAPP_DATA"] = str(data)
    assert run("districts", "check", str(data / "districts.geojson"))[:2] == (0, "Filen kan bruges.\n")
    bad = run.file("bad.geojson", '{"type":"FeatureCollection","features":[]}')
    assert run("districts", "check", bad)[0] == 1
    assert run.json("districts", "check", bad)["faults"][0]["code"] == "empty"
    assert run("districts", "import", bad)[0] == 1
    again = str(data / "districts.geojson")
    code, said, _ = run("districts", "import", again, "--valid-from", "2027-08-01")
    assert code == 0 and said.startswith("5 distrikter gælder fra 2027-08-01")


@pytest.mark.skipif(not SHARED.exists(), reason="the shared test data is not here")
def test_a_real_districts_file_is_taken_into_use_with_its_own_names(run: Shell) -> None:
    data = run.folder / "data"
    data.mkdir()
    (data / "districts.geojson").write_bytes((ROOT / "data" / "districts.geojson").read_bytes())
    run.environ["FIELDAPP_DATA"] = str(data)
    proxy = SHARED / "data" / "ishoj_distrikter_proxy.geojson"
    name = "afstemningsomraade"
    code, said, error = run("districts", "import", str(proxy), "--map", f"name={name}", "--valid-from", "2027-08-01")
    assert (code, error) == (0, ""), error
    assert "5 distrikter gælder fra 2027-08-01" in said


def test_backup_restore_check_and_audit(run: Shell) -> None:
    run("demo", "--observations", "5")
    copy = str(run.folder / "kopi.sqlite3")
    assert run("backup", copy)[0] == 0
    assert run("backup", copy)[0] == 1
    assert run.json("backup", copy, "--force")["bytes"] > 10_000
    assert run("restore", copy)[0] == 1
    assert "er gemt som a.foer-20261120T211000Z.sqlite3" in run("restore", copy, "--force")[1]
    assert run.json("check")["ok"] is True
    with closing(sqlite3.connect(run.folder / "a.sqlite3")) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM audit").fetchone()
    assert rows > 13
    assert run.json("audit", "verify") == {"ok": True, "rows": rows, "broken_at": None}
    assert run("audit", "verify")[1] == f"Revisionssporet er helt: {rows} rækker.\n"


def test_a_broken_trail_ends_with_one(run: Shell) -> None:
    run("demo", "--observations", "5")
    connection = sqlite3.connect(run.folder / "a.sqlite3")
    connection.executescript("DROP TRIGGER audit_is_never_deleted; DELETE FROM audit WHERE seq = 3;")
    connection.close()
    assert run("audit", "verify")[0] == 1
    code, said, error = run("check")
    assert code == 1 and "Revisionssporet: fejl" in said and "række 4 er ændret eller mangler" in error


def test_the_bench_is_pointed_to(run: Shell) -> None:
    assert "make bench" in run("bench")[1]


def test_it_runs_as_a_module_and_survives_a_closed_pipe(tmp_path: Path) -> None:
    env = {**os.environ, "FIELDAPP_DATABASE": str(tmp_path / "a.sqlite3"), "LC_ALL": "C"}
    command = [sys.executable, "-m", "fieldapp"]
    done = subprocess.run([*command, "check"], cwd=ROOT, env=env, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode() == "Filen «a.sqlite3» kan ikke bruges: den findes ikke; kør «migrate» først.\n"
    text = b"hej\n" * 20_000
    pipes: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen([*command, "privacy", "check"], cwd=ROOT, env=env, **pipes) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        try:
            process.stdin.write(text)
            process.stdin.close()
        except BrokenPipeError:
            pass
        assert process.wait(60) == 1
        assert process.stderr.read() == b""


def test_retention_is_shown_authorised_tried_and_run(run: Shell) -> None:
    run("demo", "--observations", "40")
    code, said, error = run("retention", "run")
    assert (code, said) == (1, "") and error.startswith("Sletning er slået fra: der mangler en bemyndigelse.")
    dry = run.json("retention", "run", "--dry-run")
    assert dry["authorised"] is False and {row["field"] for row in dry["rows"]} == {"note", "detail"}
    assert "Dette ville blive fjernet nu:" in run("retention", "run", "--dry-run")[1]
    assert run("retention", "authorise", "--reference", "RA 26/1", "--by", "Arkivar")[2] == "Feltet «dato» mangler.\n"
    given = ("retention", "authorise", "--reference", "RA 26/1", "--date", "2026-11-01", "--by", "Arkivar")
    assert run(*given)[1] == "Sletning er bemyndiget med arkiv først: RA 26/1, 01-11-2026, Arkivar.\n"
    done = run.json("retention", "run")
    assert done["wiped"] is True and Path(done["archive"]).parent == run.folder / "archive"
    assert done["counts"]["detail"] == sum(row["count"] for row in dry["rows"] if row["field"] == "detail") > 0
    assert run("retention", "run")[1] == "Der var intet at fjerne.\n"
    shown = run.json("retention", "show")
    assert shown["authorised"] and [one["state"] for one in shown["runs"]] == ["done"]
    assert run("retention", "authorise", "--withdraw")[1] == "Sletning er slået fra: der mangler en bemyndigelse.\n"
    assert run("retention", "run")[0] == 1 and run.json("check")["ok"] is True


def test_a_lifetime_is_set_within_limits(run: Shell) -> None:
    assert run("retention", "set", "people.note", "6")[1] == "Adfærd: note: 6 måneder.\n"
    assert run("retention", "set", "people.note", "121")[0] == 1
    assert re.search(r"people\.note +6 mdr\.  Adfærd: note\n", run("retention", "show")[1])
