"""What the project promises about itself: small pieces, whole catalogues, documents that cannot go stale."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from fieldapp.locales.extract import collect, sources, update
from fieldapp.store.connection import migrate, schema

ROOT = Path(__file__).resolve().parents[1]
CODE = ["fieldapp", "pages", "db", "bench", "data", "app.py"]
FUNCTION_LINES, FILE_LINES, PAGE_LINES = 40, 300, 80
MADE_BY_TOOLS = {"requirements.txt", "requirements-dev.txt", "bench/requirements.txt"}
# Put together from pieces, so that this file does not hold what it looks for.
UNFINISHED = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
LOCAL_PATH = re.compile(r"(?<![\w.])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "t" + "mp"]) + r")/")
REGISTRY = re.compile(
    "|".join(
        ["pypi" + r"\.org", "python" + r"hosted\.", "--(?:extra-)?index" + "-url", "--find" + "-links", "file:" + "//"]
    )
)
WRITER = re.compile(
    r"\b(?:"
    + "|".join(["chat" + "gpt", "cla" + "ude", "anthro" + "pic", "open" + "ai", "co" + "pilot", "language " + "model"])
    + r")\b",
    re.IGNORECASE,
)


def project_files() -> list[Path]:
    """Every text file of ours: what git tracks or would track; in a copy without git, all but what tools make."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split("\0")
        paths = [ROOT / name for name in names if name]
    else:
        skip = re.compile(r"/(\.venv[^/]*|\.[a-z]+_cache|\.hypothesis|__pycache__|results)/|\.sqlite3")
        paths = [path for path in ROOT.rglob("*") if not skip.search("/" + path.relative_to(ROOT).as_posix())]
    return sorted(path for path in paths if path.is_file() and _text(path) is not None)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _python(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted([*found, *(ROOT / folder for folder in folders if folder.endswith(".py"))])


def long_functions(source: str) -> list[str]:
    """Functions of more lines than allowed, first to last, decorators left out."""
    return [
        f"{node.name}:{node.lineno} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    ]


def undocumented(source: str) -> list[str]:
    """Public functions at the top of a module without a docstring."""
    return [
        f"{node.name}:{node.lineno}"
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]


def matches(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """file:line of every match."""
    return [
        f"{_name(path)}:{number}"
        for path in paths
        for number, line in enumerate((_text(path) or "").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_function_is_longer_than_a_screen() -> None:
    found = {_name(path): long_functions(path.read_text(encoding="utf-8")) for path in _python(*CODE)}
    assert {name: faults for name, faults in found.items() if faults and "migrations" not in name} == {}


def test_no_file_is_too_long_to_read_in_one_go() -> None:
    lines = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in _python(*CODE)}
    assert {name: count for name, count in lines.items() if count > FILE_LINES} == {}


def test_a_page_only_asks_calls_and_draws() -> None:
    lines = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in _python("pages")}
    assert lines
    assert {name: count for name, count in lines.items() if count > PAGE_LINES} == {}


def test_every_public_function_and_class_says_what_it_is() -> None:
    found = {_name(path): undocumented(path.read_text(encoding="utf-8")) for path in _python("fieldapp")}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_the_rules_find_what_breaks_them() -> None:
    body = "\n".join(["    x = 1"] * 40)
    assert long_functions(f"def f():\n{body}") == ["f:1 has 41 lines"]
    assert undocumented("def f():\n    pass\ndef _g():\n    pass\nclass C:\n    'A thing.'") == ["f:1"]
    assert UNFINISHED.search("# TO" + "DO later")
    assert LOCAL_PATH.search("see /t" + "mp/x")
    assert REGISTRY.search("--index" + "-url x")


@pytest.mark.parametrize(
    ("pattern", "except_in"),
    [(UNFINISHED, "vendor/"), (LOCAL_PATH, "vendor/"), (REGISTRY, "vendor/"), (WRITER, "vendor/")],
    ids=["nothing left for later", "no path of one machine", "no registry host", "nothing about its writer"],
)
def test_no_file_holds(pattern: re.Pattern[str], except_in: str) -> None:
    assert matches(pattern, [path for path in project_files() if except_in not in _name(path)]) == []


def test_the_readme_names_only_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", readme)) | set(re.findall(r"^\s*make ([a-z-]+)", readme, re.MULTILINE))
    assert named - targets == set()
    assert {"run", "test", "demo", "bench"} <= named


def test_the_schema_file_is_what_the_migrations_make(tmp_path: Path) -> None:
    """`make schema` writes it."""
    migrate(tmp_path / "new.sqlite3")
    assert (ROOT / "db" / "schema.sql").read_text(encoding="utf-8") == schema(tmp_path / "new.sqlite3")


def pins(file: str) -> dict[str, str]:
    """`name==version` lines of a requirements file."""
    text = (ROOT / file).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


def test_the_dependency_table_is_the_list_of_direct_dependencies() -> None:
    table = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (\d[^ |]*) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)
    assert {name: version for name, version, *_ in rows} == pins("requirements.in")


@pytest.mark.parametrize("file", ["requirements", "requirements-dev", "bench/requirements"])
def test_every_direct_dependency_is_pinned_exactly_and_locked_with_hashes(file: str) -> None:
    wanted, locked = pins(f"{file}.in"), pins(f"{file}.txt")
    lines = [
        line for line in (ROOT / f"{file}.in").read_text(encoding="utf-8").splitlines() if line[:1] not in ("#", "-")
    ]
    assert len(wanted) == len(lines)
    assert wanted.items() <= locked.items()
    blocks = re.split(r"^(?=[A-Za-z0-9])", (ROOT / f"{file}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_what_the_app_imports_is_what_it_asks_for() -> None:
    """Every foreign import is a direct dependency, and every direct dependency is imported."""
    packages = importlib.metadata.packages_distributions()
    imported = {name for path in [*_python("fieldapp", "pages", "db"), ROOT / "app.py"] for name in _imports(path)}
    foreign = imported - set(sys.stdlib_module_names) - {"fieldapp", "db", "pages", "app"}
    asked = set(pins("requirements.in"))
    assert {packages.get(name, [name])[0].lower().replace("_", "-") for name in foreign} - asked == set()
    # Used without an import: sqlite-utils takes pysqlite3, zoneinfo takes tzdata, Streamlit starts uvicorn.
    unseen = {"pysqlite3", "tzdata", "uvicorn"}
    assert asked - {packages[name][0].lower().replace("_", "-") for name in foreign if name in packages} <= unseen


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def catalogue(language: str) -> dict[str, str]:
    with (ROOT / "fieldapp" / "locales" / language / "LC_MESSAGES" / "fieldapp.po").open("rb") as file:
        entries = read_po(file, abort_invalid=True)
    assert dict(entries.obsolete) == {}
    return {str(entry.id): str(entry.string) for entry in entries if entry.id}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_text_in_the_code_can_be_found_by_reading_it() -> None:
    assert collect(sources()).unreadable == []


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_catalogue_has_the_texts_of_the_code_and_no_others(language: str) -> None:
    """`make messages` brings it up to date."""
    assert catalogue(language).keys() == collect(sources()).texts


def test_every_text_is_there_in_english_with_the_same_values_in_it() -> None:
    english = catalogue("en")
    assert [danish for danish, text in english.items() if not text] == []
    assert [danish for danish, text in english.items() if placeholders(danish) != placeholders(text)] == []


def test_collecting_texts_reads_sentences_choices_and_tables_and_names_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        'from b import NAMES\n_("Gem")\n_("Ja" if yes else "Nej")\n_(NAMES[key])\n_(some_text)\n'
        'translator("da")("Ud")\n_(screen.title)\n',
        encoding="utf-8",
    )
    (tmp_path / "b.py").write_text(
        'NAMES = {"now": "Nu", "then": "Før"}\nOTHER = {"x": "Ikke vist"}\n'
        'class Screen:\n    key: str\n    title: str\nScreen("map", "Kort")\nScreen(key="k", title="Liste")\n',
        encoding="utf-8",
    )
    found = collect([tmp_path / "a.py", tmp_path / "b.py"])
    assert found.texts == {"Gem", "Ja", "Nej", "Nu", "Før", "Ud", "Kort", "Liste"}
    assert found.unreadable == ["a.py:5"]


def test_updating_a_catalogue_keeps_known_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "fieldapp.po"
    update(path, {"Gem", "Væk"}, "en")
    path.write_text(
        path.read_text(encoding="utf-8").replace('"Gem"\nmsgstr ""', '"Gem"\nmsgstr "Save"'), encoding="utf-8"
    )
    update(path, {"Gem", "Ny"}, "en")
    with path.open("rb") as file:
        assert {entry.id: entry.string for entry in read_po(file) if entry.id} == {"Gem": "Save", "Ny": ""}


def test_shipped_data_is_json_as_all_readers_understand_it() -> None:
    def refuse(word: str) -> None:
        raise ValueError(word)

    for path in sorted([*(ROOT / "data").glob("*.json"), *(ROOT / "data").glob("*.geojson")]):
        json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
